// The law of outcomes, held against what a server knows. Nothing here looks at how the client came to its answer.
import type { RecipientOutcome } from "@wirepost/smtp-client";
import type { Truth } from "./honest-server.js";

export type Outcome = RecipientOutcome["outcome"];

export interface Letter {
  readonly mark: string;
  readonly to: readonly string[];
}

/** `mark address` -> what the client said. */
export type Outcomes = ReadonlyMap<string, Outcome>;

export interface Evidence {
  readonly letters: readonly Letter[];
  readonly outcomes: Outcomes;
  readonly truth: Truth;
  /** Octets of the server that reached the client, where they were in clear and on one connection. */
  readonly heardBytes?: number | undefined;
  /** Whether the client wrote the last octet of this letter's content; undefined: cannot be seen from outside. */
  readonly ended?: ((mark: string) => boolean) | undefined;
  /**
   * The accident made one line of two, so that every later reply answers the command before its own, and nothing in the protocol
   * tells. Then only the number of copies is held.
   */
  readonly shifted?: boolean | undefined;
}

/** Two words that differ in one octet at most: an octet was spoiled on the way. */
function near(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let differences = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && ++differences > 1) return false;
  return true;
}

/** Everything in which the client's word and the truth differ; empty when the law holds. */
export function breaches({ letters, outcomes, truth, heardBytes, ended, shifted }: Evidence): string[] {
  const found: string[] = [...truth.offences];
  for (const { mark, to } of letters) {
    for (const address of to) {
      const key = `${mark} ${address}`;
      const copies = truth.deliveries.filter(
        (delivery) => near(delivery.mark, mark) && delivery.recipients.some((one) => near(one, address)),
      );
      const outcome = outcomes.get(key);
      if (outcome === undefined) found.push(`${key}: no outcome`);
      if (copies.length > 1) found.push(`${key} arrived ${copies.length} times`);
      if (shifted === true) continue;
      if (outcome === "accepted") {
        const [first] = copies;
        if (first === undefined) found.push(`${key} is "accepted" and the server does not have it`);
        else if (heardBytes !== undefined && first.repliedAt > heardBytes) {
          found.push(`${key} is "accepted" and its final reply never came whole`);
        }
      }
      if ((outcome === "rejected" || outcome === "not-sent") && copies.length > 0) {
        found.push(`${key} is "${outcome}" and the server has it`);
      }
      if (outcome === "unknown" && ended?.(mark) === false) {
        found.push(`${key} is "unknown" and its content was never written whole`);
      }
    }
  }
  return found;
}
