import type { AuthOptions } from "@wirepost/smtp-client";
import { stErrorInvalidOption, stErrorInvalidParameter } from "../error-numbers.js";
import { smtpAuthBearer, smtpAuthLogin, smtpAuthPlain, smtpAuthXOAuth2 } from "../generated/constants.js";
import { failureOf } from "../outcome.js";

export interface LoginData {
  readonly userName: string;
  readonly password: string;
  readonly bearerToken: string;
  /** Undefined: the strongest that the server has. */
  readonly authType: number | undefined;
}

const MECHANISMS: Readonly<Record<number, string>> = {
  [smtpAuthLogin]: "LOGIN",
  [smtpAuthPlain]: "PLAIN",
  [smtpAuthXOAuth2]: "XOAUTH2",
  [smtpAuthBearer]: "OAUTHBEARER",
};
const TOKEN_MECHANISMS = ["OAUTHBEARER", "XOAUTH2"];

/** Shown on a plain connection, as every program of the control's time did. A token never is: RFC 6750 asks for TLS. */
const SHOWN = ["LOGIN", "PLAIN"] as const;

/** @throws SocketToolsError stErrorInvalidOption, stErrorInvalidParameter */
export function authOptions(login: LoginData, secure: boolean): AuthOptions {
  const { userName, password, bearerToken, authType } = login;
  if (userName === "") throw failureOf(stErrorInvalidParameter, "there is no UserName to log in with");
  const mechanism = authType === undefined ? undefined : MECHANISMS[authType];
  if (authType !== undefined && mechanism === undefined) {
    throw failureOf(stErrorInvalidOption, `${authType} is none of SmtpAuthType`);
  }
  const byToken =
    mechanism === undefined ? bearerToken !== "" && password === "" : TOKEN_MECHANISMS.includes(mechanism);
  const only = mechanism === undefined ? (byToken ? TOKEN_MECHANISMS : undefined) : [mechanism];
  return {
    username: userName,
    ...(byToken ? { token: bearerToken === "" ? password : bearerToken } : { password }),
    ...(only === undefined ? {} : { mechanisms: only }),
    ...(secure ? {} : { allowClearText: SHOWN }),
  };
}

/** Whether a second login would say what the first one said. */
export function sameLogin(one: LoginData, other: LoginData): boolean {
  return (
    one.userName === other.userName &&
    one.password === other.password &&
    one.bearerToken === other.bearerToken &&
    one.authType === other.authType
  );
}
