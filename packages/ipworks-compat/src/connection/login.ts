// AuthMechanism in the core's terms.
import type { AuthOptions } from "@wirepost/smtp-client";
import type { Fail } from "../failure.js";

export const APOP = 3;
const XOAUTH2 = 7;

/** The mechanisms of each number, in the order in which they are tried. */
const MECHANISMS: Readonly<Record<number, readonly string[]>> = {
  0: ["LOGIN", "PLAIN"],
  1: ["CRAM-MD5"],
  2: ["NTLM"],
  4: ["PLAIN"],
  5: ["DIGEST-MD5"],
  6: ["GSSAPI"],
  7: ["XOAUTH2"],
};

export interface LoginWish {
  readonly mechanism: number;
  readonly user: string;
  readonly password: string;
  readonly authorizationIdentity: string;
  readonly ntlmVersion: 1 | 2;
}

/** Undefined: there is nothing to log in with. @throws 161 for APOP */
export function loginOptions(wish: LoginWish, fail: Fail): AuthOptions | undefined {
  const { mechanism, user, password, authorizationIdentity } = wish;
  const withToken = mechanism === XOAUTH2;
  if (user === "" || (withToken ? authorizationIdentity : password) === "") return undefined;
  if (mechanism === APOP) throw fail(161, "APOP belongs to POP3; SMTP has no such mechanism");
  const mechanisms = MECHANISMS[mechanism] as readonly string[];
  // Whoever leaves TLS off with these mechanisms shows the password, there as here.
  const common = { mechanisms, allowClearText: mechanisms };
  if (withToken)
    return { ...common, username: user, token: authorizationIdentity.replace(/^\s*Bearer\s+/i, "") };
  return {
    ...common,
    username: user,
    password,
    ...(authorizationIdentity === "" ? {} : { authorizationId: authorizationIdentity }),
    ...(mechanism === 2 ? { ntlm: { version: wish.ntlmVersion } } : {}),
    ...(mechanism === 6 ? { gssapi: true } : {}),
  };
}
