// The envelope of a message (RFC 5321 2.3.1): from its fields, so that header and envelope agree.
import type { Address, Mailbox, NamedMailbox } from "@wirepost/mail-address";
import {
  type AddressInput,
  type AddressLimits,
  anyNeedsSmtpUtf8,
  checkAddressLimits,
  flatten,
  readAddresses,
} from "./addresses.js";
import { distinct, type Envelope, noSender, senderOf } from "./envelope-mailboxes.js";
import { MimeError } from "./errors.js";
import { checkEnvelopeFields, checkMessageFields } from "./known-elsewhere.js";
import type { MessageInput } from "./message-input.js";
import { rawEnvelope } from "./raw-message.js";

const BESIDE_RAW_FIELDS = ["envelope", "from", "sender", "to", "cc", "bcc"] as const;

/**
 * The envelope of a message: `message.envelope` where it says something, else sender or from, and to, cc and bcc
 * together. For a raw message in memory with nothing beside it, the fields of its header. Local parts are held to 64 octets
 * unless `limits.maxLocalPartBytes` says otherwise; composing has the same option.
 *
 * @throws MimeError `ERR_MIME_NO_SENDER`, `ERR_MIME_NO_RECIPIENTS`, `ERR_MIME_INVALID_ADDRESS`, `ERR_MIME_INVALID_OPTION`,
 * `ERR_MIME_UNKNOWN_OPTION`
 */
export function messageEnvelope(message: MessageInput, limits?: AddressLimits): Envelope {
  checkMessageFields(message);
  checkAddressLimits(limits);
  const given = message.envelope;
  if (message.raw !== undefined && !BESIDE_RAW_FIELDS.some((field) => message[field] !== undefined)) {
    return rawEnvelope(message, limits);
  }
  if (given !== undefined) checkEnvelopeFields(given);
  const read = (field: "from" | "sender" | "to" | "cc" | "bcc"): readonly NamedMailbox[] =>
    flatten(readAddresses(message[field], field, limits));

  let from: Mailbox | null;
  if (given?.from === null || given?.from === "") from = null;
  else if (given?.from !== undefined) {
    const mailboxes = flatten(readAddresses(given.from, "envelope.from", limits));
    if (mailboxes.length !== 1) throw noSender();
    from = mailboxes[0]!.mailbox;
  } else from = senderOf(read("from"), read("sender"));

  const explicit = given?.to !== undefined || given?.cc !== undefined || given?.bcc !== undefined;
  const recipients = explicit
    ? readAll([given.to, given.cc, given.bcc], ["envelope.to", "envelope.to", "envelope.to"], limits)
    : readAll([message.to, message.cc, message.bcc], ["to", "cc", "bcc"], limits);
  if (recipients.length === 0) {
    throw new MimeError(
      "ERR_MIME_NO_RECIPIENTS",
      "The message has no recipients: give to, cc, bcc or envelope.to",
    );
  }
  return { from, to: distinct(recipients) };
}

/** The mailboxes of several lists, each named for errors. */
function readAll(
  lists: readonly (AddressInput | undefined)[],
  names: readonly string[],
  limits: AddressLimits | undefined,
): readonly NamedMailbox[] {
  let all: readonly NamedMailbox[] | undefined;
  for (let i = 0; i < lists.length; i += 1) {
    if (lists[i] === undefined || lists[i] === null) continue;
    const read = flatten(readAddresses(lists[i], names[i]!, limits));
    // Most messages have one list, which is then the result.
    all = all === undefined ? read : [...all, ...read];
  }
  return all ?? [];
}

const ADDRESS_FIELDS = [
  "from",
  "sender",
  "to",
  "cc",
  "replyTo",
  "dispositionNotificationTo",
  "returnReceiptTo",
] as const;

/** True when a field of the header or the envelope holds a local part outside ASCII, so that SMTPUTF8 is needed. */
export function needsSmtpUtf8(message: MessageInput, limits?: AddressLimits): boolean {
  checkMessageFields(message);
  checkAddressLimits(limits);
  const lists: Address[][] = ADDRESS_FIELDS.map((field) => readAddresses(message[field], field, limits));
  lists.push(readAddresses(message.bcc, "bcc", limits));
  const given = message.envelope;
  if (given !== undefined) {
    for (const part of ["from", "to", "cc", "bcc"] as const) {
      const input = given[part];
      if (input !== null && input !== "") lists.push(readAddresses(input, `envelope.${part}`, limits));
    }
  }
  return lists.some(anyNeedsSmtpUtf8);
}
