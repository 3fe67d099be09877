import { formatMailbox, type Mailbox, parseMailbox } from "@wirepost/mail-address";
import { QueueError } from "./errors.js";

/** Who sends and who receives, as in MAIL and RCPT. */
export interface QueueEnvelope {
  /** `""`, `"<>"` or null is the null reverse-path. */
  readonly from: string | Mailbox | null;
  readonly to: string | Mailbox | readonly (string | Mailbox)[];
}

/** Addresses as text with A-labels, each recipient once. */
export interface PlainEnvelope {
  readonly from: string | null;
  readonly to: readonly string[];
}

export const MAX_RECIPIENTS = 10_000;

/** @throws QueueError `ERR_QUEUE_ENVELOPE` */
export function plainEnvelope(envelope: QueueEnvelope): PlainEnvelope {
  const { from } = envelope;
  const to = Array.isArray(envelope.to) ? envelope.to : [envelope.to as string | Mailbox];
  if (to.length > MAX_RECIPIENTS) {
    throw new QueueError("ERR_QUEUE_ENVELOPE", `${to.length} recipients are more than ${MAX_RECIPIENTS}`);
  }
  const recipients = new Set(to.map(addressText));
  if (recipients.size === 0) throw new QueueError("ERR_QUEUE_ENVELOPE", "the envelope has no recipient");
  return {
    from: from === null || from === "" || from === "<>" ? null : addressText(from),
    to: [...recipients],
  };
}

function addressText(address: string | Mailbox): string {
  try {
    return formatMailbox(typeof address === "string" ? parseMailbox(address) : address);
  } catch (cause) {
    throw new QueueError("ERR_QUEUE_ENVELOPE", `an address cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** The domain of an address in an envelope, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
