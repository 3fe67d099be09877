// What misbehaviours of logins have in common.
import type { AuthOptions } from "@wirepost/smtp-client";
import { beginLogin, LOGIN, type MechanismName, TOKEN } from "../../src/login-server.js";
import type { Misbehaviour } from "../misbehaviour.js";
import type { Answer, Script } from "../script.js";

export const MECHANISMS: readonly MechanismName[] = [
  "PLAIN",
  "LOGIN",
  "CRAM-MD5",
  "SCRAM-SHA-256",
  "XOAUTH2",
];
/** Whatever it is called: the mechanism or the protocol broke, or the server said no. */
const BROKEN = /^ERR_(SASL_[A-Z_]+|SMTP_[A-Z_]+|CLIENT_AUTH_(REFUSED|UNPROVEN))$/;

/** EHLO offers these mechanisms, in clear and inside TLS. */
export const offering =
  (...mechanisms: readonly string[]): Answer =>
  (peer) =>
    peer.send(peer.helloWith("PIPELINING", "8BITMIME", `AUTH ${mechanisms.join(" ")}`));

export function credentials(mechanism?: string, more: Partial<AuthOptions> = {}): { auth: AuthOptions } {
  const secret = mechanism === "XOAUTH2" ? { token: TOKEN } : { password: LOGIN.password };
  return {
    auth: {
      username: LOGIN.username,
      ...secret,
      ...(mechanism === undefined ? {} : { mechanisms: [mechanism] }),
      ...more,
    },
  };
}

/** A misbehaviour of logins: inside TLS, and nothing is sent unless it says so. */
export function login(
  name: string,
  rows: readonly string[],
  script: Misbehaviour["script"],
  rest: Partial<Misbehaviour> & { readonly code?: string | RegExp } = {},
): Misbehaviour {
  const { code = BROKEN, ...own } = rest;
  return {
    name,
    rows,
    script,
    ends: { outcome: "not-sent", code, phase: "auth" },
    never: ["MAIL"],
    client: credentials(),
    transports: ["starttls", "implicit"],
    dialects: ["lockstep"],
    ...own,
  };
}

/** The honest exchange of a mechanism; `spoil` may change what is said at each step. */
export function exchange(
  mechanism: MechanismName,
  spoil: (reply: string, step: number) => string = (reply) => reply,
): Script {
  const { first, steps } = beginLogin(mechanism);
  let step = 0;
  const next: Answer = (peer, line) => {
    const [verb, , initial] = line.split(" ");
    const asked = verb === "AUTH" && initial === undefined;
    const given = verb === "AUTH" ? (initial ?? "") : line;
    const reply = asked ? first : (steps.shift()?.(Buffer.from(given, "base64")) ?? "501 no");
    peer.send(`${spoil(reply, step++)}\r\n`);
  };
  return { hello: offering(mechanism), auth: [next] };
}
