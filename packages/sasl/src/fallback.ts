import type { MechanismChoice, TlsState } from "./choice.js";
import type { MechanismRefusal } from "./mechanism.js";

/** An attempt that the server refused. */
export interface FailedAttempt {
  readonly choice: MechanismChoice;
  /** The code of the reply that ended it. */
  readonly replyCode: number;
  /** `mechanism.refusal` of the exchange. */
  readonly refusal?: MechanismRefusal | undefined;
}

/** All tries together: a server that refuses everything must not see secret after secret. */
export const MAX_ATTEMPTS = 2;

/** 504: mechanism not recognised; 534: mechanism too weak (RFC 4954 section 6). Neither says anything of the secret. */
const MECHANISM_REFUSED: ReadonlySet<number> = new Set([504, 534]);
const SCOPE_REFUSED: ReadonlySet<string | undefined> = new Set(["insufficient_scope", "403"]);

/**
 * What may be tried after a refusal, or `undefined`: stop.
 *
 * After 504 and 534 the next weaker mechanism, and one that shows the secret only inside verified TLS. After 535 the
 * secret was wrong and after 454 the server could not tell: showing it again in a weaker form would only help an
 * attacker; but a bearer token that may have expired is replaced once. Two attempts in all.
 */
export function nextMechanism(
  choices: readonly MechanismChoice[],
  attempts: readonly FailedAttempt[],
  tls: TlsState,
): MechanismChoice | undefined {
  const last = attempts.at(-1);
  if (last === undefined) return choices[0];
  if (attempts.length >= MAX_ATTEMPTS) return undefined;
  if (MECHANISM_REFUSED.has(last.replyCode)) {
    const weaker = choices.slice(choices.indexOf(last.choice) + 1);
    return weaker.find((choice) => !choice.clearText || (tls.active && tls.verified));
  }
  if (last.replyCode === 535 && !SCOPE_REFUSED.has(last.refusal?.status))
    return last.choice.withFreshToken?.();
  return undefined;
}
