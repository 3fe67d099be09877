// The header of a message (RFC 5322 3.6), from its options, in the order in which people read it.
import type { Address } from "@wirepost/mail-address";
import { type AddressLimits, anyNeedsSmtpUtf8, flatten, readAddresses } from "./addresses.js";
import type { TextCharset } from "./charset.js";
import { UTF8 } from "./charset.js";
import type { ComposeOptions } from "./compose-options.js";
import { formatDate, readDate } from "./date.js";
import { senderOf } from "./envelope-mailboxes.js";
import { MimeError, quoteForError } from "./errors.js";
import { ASCII_STYLE, type HeaderStyle } from "./folding.js";
import { assertFieldName, HeaderBlock } from "./header-block.js";
import { addListFields } from "./list-fields.js";
import { createId, idDomain, readId, readIds } from "./message-id.js";
import type { MessageInput } from "./message-input.js";
import { headerPairs } from "./part-plan.js";

/** Fields that options make: a custom header must not add a second one (row M3). */
const RESERVED = new Map<string, string>([
  ["from", "from"],
  ["sender", "sender"],
  ["to", "to"],
  ["cc", "cc"],
  ["bcc", "bcc"],
  ["resent-bcc", "bcc"],
  ["reply-to", "replyTo"],
  ["subject", "subject"],
  ["date", "date"],
  ["message-id", "messageId"],
  ["in-reply-to", "inReplyTo"],
  ["references", "references"],
  ["mime-version", ""],
  ["content-type", "attachments, text or html"],
  ["content-transfer-encoding", "textEncoding"],
  ["content-disposition", "attachments"],
  ["content-id", "attachments"],
]);

/** Further fields that must not occur twice in a message. */
const ONCE =
  /^(?:list-(?:help|unsubscribe|unsubscribe-post|subscribe|post|owner|archive|id)|return-path|auto-submitted|importance|priority|x-priority|x-msmail-priority|sensitivity|disposition-notification-to|return-receipt-to|content-.*)$/;

const PRIORITIES = {
  high: ["1 (Highest)", "High"],
  normal: ["3 (Normal)", "Normal"],
  low: ["5 (Lowest)", "Low"],
} as const;
const SENSITIVITIES = {
  personal: "Personal",
  private: "Private",
  "company-confidential": "Company-Confidential",
} as const;

/** The header of a message without the fields of its body. */
export interface MessageHeader {
  readonly text: string;
  readonly messageId: string;
  /** True when it holds raw UTF-8. */
  readonly smtpUtf8: boolean;
}

function unknownValue(name: string, value: unknown): MimeError {
  return new MimeError(
    "ERR_MIME_INVALID_OPTION",
    `${name} has the unknown value ${quoteForError(String(value))}`,
    {
      subject: name,
    },
  );
}

function pick<T>(table: Readonly<Record<string, T>>, value: string, name: string): T {
  if (!Object.hasOwn(table, value)) throw unknownValue(name, value);
  return table[value]!;
}

/** Fields from addresses, read once. */
interface AddressFields {
  readonly from: Address[];
  readonly sender: Address[];
  readonly to: Address[];
  readonly cc: Address[];
  readonly bcc: Address[];
  readonly replyTo: Address[];
  readonly receipt: Address[];
  readonly returnReceipt: Address[];
}

const NO_ADDRESSES: Address[] = [];

function limitsOf({ maxLocalPartBytes }: ComposeOptions): AddressLimits | undefined {
  return maxLocalPartBytes === undefined ? undefined : { maxLocalPartBytes };
}

function readAddressFields(message: MessageInput, options: ComposeOptions): AddressFields {
  const read = (input: MessageInput["to"], field: string): Address[] =>
    input === undefined ? NO_ADDRESSES : readAddresses(input, field, limits);
  const limits = limitsOf(options);
  return {
    from: read(message.from, "from"),
    sender: read(message.sender, "sender"),
    to: read(message.to, "to"),
    cc: read(message.cc, "cc"),
    bcc: read(message.bcc, "bcc"),
    replyTo: read(message.replyTo, "replyTo"),
    receipt: read(message.dispositionNotificationTo, "dispositionNotificationTo"),
    returnReceipt: read(message.returnReceiptTo, "returnReceiptTo"),
  };
}

function chooseStyle(fields: AddressFields, options: ComposeOptions, charset: TextCharset): HeaderStyle {
  const needed =
    anyNeedsSmtpUtf8(fields.from) ||
    anyNeedsSmtpUtf8(fields.sender) ||
    anyNeedsSmtpUtf8(fields.to) ||
    anyNeedsSmtpUtf8(fields.cc) ||
    anyNeedsSmtpUtf8(fields.replyTo) ||
    anyNeedsSmtpUtf8(fields.receipt) ||
    anyNeedsSmtpUtf8(fields.returnReceipt) ||
    (options.keepBcc === true && anyNeedsSmtpUtf8(fields.bcc));
  const utf8 = options.smtpUtf8 === true && (needed || options.utf8Headers === true);
  if (options.utf8Headers === true && options.smtpUtf8 !== true) {
    throw new MimeError("ERR_MIME_SMTPUTF8_REQUIRED", "utf8Headers needs a transport that takes SMTPUTF8");
  }
  if (charset !== UTF8) return { utf8, charset };
  // Without SMTPUTF8 the address itself is refused, by name, where it is written.
  return utf8 ? { utf8 } : ASCII_STYLE;
}

/**
 * Builds the header.
 *
 * @throws MimeError for whatever cannot be written
 */
export function buildHeader(
  message: MessageInput,
  options: ComposeOptions,
  charset: TextCharset,
): MessageHeader {
  const fields = readAddressFields(message, options);
  const block = new HeaderBlock(chooseStyle(fields, options, charset));
  const author = senderOf(flatten(fields.from), flatten(fields.sender));
  if (fields.from.length === 0) {
    throw new MimeError("ERR_MIME_NO_SENDER", "The message has no from", { subject: "from" });
  }

  block.addresses("From", fields.from);
  block.addresses("Sender", fields.sender);
  block.addresses("To", fields.to);
  block.addresses("Cc", fields.cc);
  if (options.keepBcc === true) block.addresses("Bcc", fields.bcc);
  block.addresses("Reply-To", fields.replyTo);
  if (message.subject !== undefined) block.unstructured("Subject", message.subject);

  const messageId =
    message.messageId === undefined
      ? createId(idDomain(options.messageIdDomain ?? author.domain), options.random)
      : readId(message.messageId, "messageId");
  block.tokens("Message-ID", [messageId]);
  block.constant("Date", formatDate(readDate(message.date ?? options.date ?? new Date())));
  if (message.inReplyTo !== undefined) addIds(block, "In-Reply-To", readIds(message.inReplyTo, "inReplyTo"));
  if (message.references !== undefined)
    addIds(block, "References", readIds(message.references, "references"));
  if (message.list !== undefined) addListFields(block, message.list, limitsOf(options));
  addImportance(block, message);
  block.addresses("Disposition-Notification-To", fields.receipt);
  block.addresses("Return-Receipt-To", fields.returnReceipt);
  if (message.headers !== undefined) addCustomFields(block, message);
  block.constant("MIME-Version", "1.0");
  return { text: block.text, messageId, smtpUtf8: block.style.utf8 };
}

function addIds(block: HeaderBlock, name: string, ids: readonly string[]): void {
  if (ids.length > 0) block.tokens(name, ids);
}

function addImportance(block: HeaderBlock, message: MessageInput): void {
  const { priority, importance, sensitivity } = message;
  if (priority !== undefined) {
    const [xPriority, word] = pick(PRIORITIES, priority, "priority");
    // No field at all says normal, to every reader.
    if (priority !== "normal") {
      block.constant("X-Priority", xPriority);
      block.constant("X-MSMail-Priority", word);
      if (importance === undefined) block.constant("Importance", word);
    }
  }
  if (importance !== undefined) block.constant("Importance", pick(PRIORITIES, importance, "importance")[1]);
  if (sensitivity !== undefined)
    block.constant("Sensitivity", pick(SENSITIVITIES, sensitivity, "sensitivity"));
}

function addCustomFields(block: HeaderBlock, message: MessageInput): void {
  const seen = new Set<string>();
  for (const [name, value] of headerPairs(message.headers!, "headers")) {
    assertFieldName(name);
    const key = name.toLowerCase();
    const option = RESERVED.get(key);
    if (option !== undefined) {
      throw new MimeError(
        "ERR_MIME_RESERVED_FIELD",
        option === ""
          ? `${name} is always written`
          : `${name} is not set through headers but through ${option}`,
        { subject: name },
      );
    }
    if ((seen.has(key) && ONCE.test(key)) || (!seen.has(key) && block.has(key))) {
      throw new MimeError("ERR_MIME_DUPLICATE_FIELD", `The field ${name} would occur twice`, {
        subject: name,
      });
    }
    seen.add(key);
    block.unstructured(name, value);
  }
}
