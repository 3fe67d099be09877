// Messages from bytes back to fields, over postal-mime: loaded when a message is first parsed.
import { type Address, parseAddressListTolerant } from "@wirepost/mail-address";
import { methodIn } from "./calendar-method.js";
import { readDate } from "./date.js";
import { decodeWords } from "./encoded-word.js";
import { MimeError } from "./errors.js";
import { type HeaderField, parseHeadersTolerant } from "./header-parser.js";
import { makeSource } from "./make-source.js";
import { readIds } from "./message-id.js";
import type { AttachmentInput, MessageInput } from "./message-input.js";
import { checkFields, fieldsOf } from "./options.js";
import { type AbortSignalLike, indexOfSequence, utf8Decode } from "./platform.js";
import { type ContentInput, joinOctets } from "./source.js";

/** Options of `EmailMessage.parse`. */
export interface ParseMessageOptions {
  /** Largest message that is read. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** Most parts in parts. Default 100. */
  readonly maxNestingDepth?: number | undefined;
  readonly signal?: AbortSignalLike | undefined;
}

const FIELDS = fieldsOf<ParseMessageOptions>({
  maxBytes: "number",
  maxNestingDepth: "number",
  signal: "object",
});

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024;
const DEFAULT_MAX_NESTING_DEPTH = 100;

/** Fields that become something else, or that only the transport or the structure needed. */
const CONSUMED =
  /^(?:from|sender|to|cc|bcc|reply-to|subject|date|message-id|in-reply-to|references|mime-version|content-.*|disposition-notification-to|return-receipt-to|received|return-path|delivered-to|x-original-to|authentication-results|received-spf|dkim-signature|arc-.*)$/;

interface PostalMimeModule {
  default: {
    parse(
      octets: Uint8Array,
      options: object,
    ): Promise<{
      html?: string | undefined;
      text?: string | undefined;
      attachments: readonly {
        filename: string | null;
        mimeType: string;
        disposition: string | null;
        related?: boolean | undefined;
        description?: string | undefined;
        contentId?: string | undefined;
        method?: string | undefined;
        content: ArrayBuffer | Uint8Array | string;
      }[];
    }>;
  };
}

async function loadPostalMime(): Promise<PostalMimeModule["default"]> {
  try {
    const module = (await import("postal-mime")) as unknown as PostalMimeModule & {
      default: { default?: PostalMimeModule["default"] };
    };
    return module.default.default ?? module.default;
  } catch (cause) {
    throw new MimeError("ERR_MIME_MODULE_MISSING", "Parsing needs postal-mime, which cannot be loaded", {
      cause,
    });
  }
}

async function readAll(
  input: ContentInput,
  maxBytes: number,
  signal: AbortSignalLike | undefined,
): Promise<Uint8Array> {
  const source = makeSource(input, "the message to parse");
  // No file is read for a parser but what fromFile() gave leave for.
  await source.prepare?.({ inlineLimitBytes: 65_536, files: undefined, signal });
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of source.octets === undefined ? source.open(signal) : [source.octets]) {
    size += piece.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    pieces.push(source.octets === undefined ? piece.slice() : piece);
  }
  return joinOctets(pieces);
}

function tooLarge(maxBytes: number): MimeError {
  return new MimeError("ERR_MIME_PARSE", `The message has more than ${maxBytes} octets`);
}

/** Text without what a header must not hold, so that it can be composed again. */
function tidy(text: string): string {
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g, " ");
}

/** Addresses of a field. What mail-address refuses (two domains to choose from, say) is left out rather than guessed. */
function addressesOf(fields: readonly HeaderField[], name: string): Address[] | undefined {
  const found = fields.filter((field) => field.name.toLowerCase() === name);
  if (found.length === 0) return undefined;
  const addresses: Address[] = [];
  for (const { value } of found) {
    try {
      addresses.push(...parseAddressListTolerant(value, { maxLocalPartBytes: 254 }));
    } catch {
      // left out, as said above
    }
  }
  const named = <T extends { readonly name?: string | undefined }>(entry: T): T =>
    entry.name === undefined ? entry : { ...entry, name: tidy(decodeWords(entry.name)) };
  const decoded = addresses.map((address) =>
    address.kind === "mailbox" ? named(address) : { ...named(address), members: address.members.map(named) },
  );
  return decoded.length === 0 ? undefined : decoded;
}

/** The fields of a parsed message. */
export async function parseMessage(
  input: ContentInput,
  options: ParseMessageOptions = {},
): Promise<MessageInput> {
  checkFields(options, FIELDS, "EmailMessage.parse");
  const octets = await readAll(input, options.maxBytes ?? DEFAULT_MAX_BYTES, options.signal);
  const postalMime = await loadPostalMime();
  let email: Awaited<ReturnType<typeof postalMime.parse>>;
  try {
    email = await postalMime.parse(octets, {
      forceRfc822Attachments: true,
      maxNestingDepth: options.maxNestingDepth ?? DEFAULT_MAX_NESTING_DEPTH,
    });
  } catch (cause) {
    throw new MimeError("ERR_MIME_PARSE", "The message cannot be parsed", { cause });
  }
  const fields = parseHeadersTolerant(headerOf(octets));
  const message: MessageInput = {};
  const first = (name: string): string | undefined =>
    fields.find((field) => field.name.toLowerCase() === name)?.value;
  const put = <K extends keyof MessageInput>(name: K, value: MessageInput[K]): void => {
    if (value !== undefined) message[name] = value;
  };

  put("from", addressesOf(fields, "from"));
  put("sender", addressesOf(fields, "sender"));
  put("to", addressesOf(fields, "to"));
  put("cc", addressesOf(fields, "cc"));
  put("bcc", addressesOf(fields, "bcc"));
  put("replyTo", addressesOf(fields, "reply-to"));
  put("dispositionNotificationTo", addressesOf(fields, "disposition-notification-to"));
  put("returnReceiptTo", addressesOf(fields, "return-receipt-to"));
  const subject = first("subject");
  if (subject !== undefined) message.subject = tidy(decodeWords(subject));
  put(
    "date",
    attempt(() => readDate(first("date")!), first("date")),
  );
  put(
    "messageId",
    attempt(() => readIds(first("message-id")!, "messageId")[0], first("message-id")),
  );
  put(
    "inReplyTo",
    attempt(() => readIds(first("in-reply-to")!, "inReplyTo"), first("in-reply-to")),
  );
  put(
    "references",
    attempt(() => readIds(first("references")!, "references"), first("references")),
  );

  if (email.text !== undefined) message.text = email.text;
  if (email.html !== undefined) message.html = email.html;
  const attachments: AttachmentInput[] = [];
  for (const part of email.attachments) {
    const content = octetsOf(part.content);
    if (part.mimeType === "text/calendar" && part.method !== undefined && message.calendar === undefined) {
      const calendar = utf8Decode(content);
      // A content that says another method than its part would not be composed again.
      message.calendar = { method: methodIn(calendar) ?? part.method, content: calendar, filename: false };
      continue;
    }
    const attachment: { -readonly [K in keyof AttachmentInput]: AttachmentInput[K] } = {
      filename: part.filename === null || part.filename === "" ? false : tidy(part.filename),
      contentType: part.mimeType,
      content,
    };
    if (part.contentId !== undefined) attachment.cid = part.contentId.replace(/^<|>$/g, "");
    if (part.disposition === "inline" || part.disposition === "attachment") {
      attachment.contentDisposition = part.disposition;
    }
    if (part.description !== undefined && part.description !== "")
      attachment.description = tidy(part.description);
    attachments.push(attachment);
  }
  if (attachments.length > 0) message.attachments = attachments;

  const others = fields.filter(({ name }) => !CONSUMED.test(name.toLowerCase()));
  if (others.length > 0) {
    message.headers = others.map(({ name, value }) => ({ key: name, value: tidy(decodeWords(value)) }));
  }
  return message;
}

/** What a broken field would be is left out. */
function attempt<T>(read: () => T, present: unknown): T | undefined {
  if (present === undefined) return undefined;
  try {
    return read();
  } catch {
    return undefined;
  }
}

function octetsOf(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  if (typeof content === "string") return makeSource(content, "").octets!;
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}

/** The octets up to the first empty line, whichever line ends the message has. */
function headerOf(octets: Uint8Array): Uint8Array {
  const ends = [
    indexOfSequence(octets, new Uint8Array([13, 10, 13, 10])),
    indexOfSequence(octets, new Uint8Array([10, 10])),
  ];
  const found = ends.filter((end) => end >= 0);
  return found.length === 0 ? octets : octets.subarray(0, Math.min(...found) + 2);
}
