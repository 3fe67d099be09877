import {
  type Address,
  formatMailbox,
  type Mailbox,
  type ParseOptions,
  parseAddressList,
  parseMailbox,
} from "@wirepost/mail-address";
import { QueueError } from "./errors.js";
import { checkNames, isRecord, kindOf } from "./options.js";

/** Who sends and who receives, as in MAIL and RCPT. An address as text is one address; a display name before it is left out. */
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
/** No local part is longer than the whole of an address (RFC 5321 4.5.3.1.3, without the brackets). */
export const MAX_ADDRESS_BYTES = 254;
const NAMES: ReadonlySet<string> = new Set<keyof QueueEnvelope>(["from", "to"]);

/** @throws QueueError `ERR_QUEUE_ARGUMENT`, `ERR_QUEUE_UNKNOWN_OPTION` */
export function checkEnvelope(envelope: QueueEnvelope | undefined): void {
  if (envelope === undefined) return;
  if (!isRecord(envelope)) {
    throw new QueueError(
      "ERR_QUEUE_ARGUMENT",
      `the envelope must be { from, to }, or undefined to take it from the message, not ${kindOf(envelope)}`,
    );
  }
  checkNames("envelope", envelope, NAMES);
}

/** @throws QueueError `ERR_QUEUE_ENVELOPE` */
export function plainEnvelope(envelope: QueueEnvelope, limits?: ParseOptions): PlainEnvelope {
  const { from } = envelope;
  if (from === undefined) {
    throw new QueueError("ERR_QUEUE_ENVELOPE", "the envelope has no from; the null reverse-path is null");
  }
  if (envelope.to === undefined || envelope.to === null) {
    throw new QueueError("ERR_QUEUE_ENVELOPE", "the envelope has no recipient");
  }
  const to = Array.isArray(envelope.to) ? envelope.to : [envelope.to as string | Mailbox];
  if (to.length > MAX_RECIPIENTS) {
    throw new QueueError("ERR_QUEUE_ENVELOPE", `${to.length} recipients are more than ${MAX_RECIPIENTS}`);
  }
  const recipients = new Set(to.map((one) => addressText(one, limits)));
  if (recipients.size === 0) throw new QueueError("ERR_QUEUE_ENVELOPE", "the envelope has no recipient");
  return {
    from: from === null || from === "" || from === "<>" ? null : addressText(from, limits),
    to: [...recipients],
  };
}

function addressText(address: string | Mailbox, limits: ParseOptions | undefined): string {
  try {
    if (typeof address !== "string" && !isRecord(address)) throw new Error(`it is ${kindOf(address)}`);
    return formatMailbox(typeof address === "string" ? mailboxOf(address, limits) : address);
  } catch (cause) {
    throw new QueueError("ERR_QUEUE_ENVELOPE", `an address cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** One address, with its display name where it has one. Never a list: a text from elsewhere must not add recipients. */
function mailboxOf(text: string, limits: ParseOptions | undefined): Mailbox {
  try {
    return parseMailbox(text, limits);
  } catch (error) {
    const [one, ...more] = entriesOf(text, limits);
    if (one?.kind === "mailbox" && more.length === 0) return one.mailbox;
    if (more.length === 0) throw error;
    throw new Error("several are given as an array, not as one text");
  }
}

function entriesOf(text: string, limits: ParseOptions | undefined): Address[] {
  try {
    return parseAddressList(text, limits);
  } catch {
    return [];
  }
}

/** The domain of an address in an envelope, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}
