// Two ways to want TLS, and what they say of a misbehaviour.
import type { Ends, Misbehaviour } from "../misbehaviour.js";
import { always, type Script } from "../script.js";

const OPPORTUNISTIC = { tls: "opportunistic" } as const;
/** The handshake did not come to its end; on a busy machine what stands in its place is read with the 220. */
export const HANDSHAKE = /^ERR_(SOCKET_(TLS_[A-Z_]+|RESET|CLOSED)|SMTP_LEFTOVER_BYTES)$/;

/** TLS is required: nothing but EHLO, STARTTLS and QUIT may be heard, and `judge.ts` holds every octet against that. */
export function required(
  name: string,
  rows: readonly string[],
  script: Script,
  code: string | RegExp,
  rest: Partial<Misbehaviour> = {},
): Misbehaviour {
  return {
    name,
    rows,
    script: always(script),
    ends: { outcome: "not-sent", code },
    never: ["MAIL", "AUTH"],
    transports: ["starttls"],
    dialects: ["lockstep"],
    ...rest,
  };
}

/** In clear, where the client goes on without TLS if it must. */
export function opportunistic(
  name: string,
  rows: readonly string[],
  script: Script,
  ends: Ends,
  rest: Partial<Misbehaviour> = {},
): Misbehaviour {
  return {
    name: `opportunistic-${name}`,
    rows,
    script: always(script),
    ends,
    transports: ["clear"],
    dialects: ["lockstep"],
    client: OPPORTUNISTIC,
    offersTls: true,
    ...rest,
  };
}
