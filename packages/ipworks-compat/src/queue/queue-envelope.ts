// What a queue file knows beside the message.
import type { RecipientState } from "../message/recipient.js";

export interface QueueEnvelope {
  /** Null: the null sender. */
  readonly from: string | null;
  readonly recipients: readonly Pick<RecipientState, "address" | "options" | "recipientType">[];
  /** Octets of the headers with their empty line; the body follows. */
  readonly headBytes: number;
  /** The body is not to be encoded. */
  readonly ready: boolean;
}

const whole = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;

/** @throws TypeError for what this package has not written */
export function readEnvelope(head: object): QueueEnvelope {
  const { from, recipients, headBytes, ready } = head as Partial<QueueEnvelope>;
  const good =
    (from === null || typeof from === "string") &&
    Array.isArray(recipients) &&
    recipients.every(
      (one) => typeof one.address === "string" && typeof one.options === "string" && whole(one.recipientType),
    ) &&
    whole(headBytes) &&
    typeof ready === "boolean";
  if (!good) throw new TypeError("the queue file was not written by this package");
  return head as QueueEnvelope;
}
