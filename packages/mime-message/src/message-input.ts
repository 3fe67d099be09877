// What callers say about a message: the field names that Node users know.
import type { AddressInput } from "./addresses.js";
import type { FileSource } from "./file-policy.js";
import type { ListInput } from "./list-fields.js";
import { fieldsOf } from "./options.js";
import type { ContentInput } from "./source.js";

/** Transfer encodings (RFC 2045 6.1). */
export type TransferEncoding = "7bit" | "8bit" | "binary" | "quoted-printable" | "base64";

/** Encodings of a string that stands for octets. */
export type StringEncoding = "utf-8" | "utf8" | "base64" | "hex" | "latin1" | "binary" | "ascii";

/** Custom fields: an object of names with one or several values, or pairs where order and repeats matter. */
export type HeadersInput =
  | { readonly [name: string]: HeaderValue | readonly HeaderValue[] | undefined }
  | readonly { readonly key: string; readonly value: HeaderValue }[]
  | Iterable<readonly [string, HeaderValue]>;

/** The value of a custom field; a number, which must be finite, is written in decimal. */
export type HeaderValue = string | number;

/** A content with something to say about it. */
export interface ContentObject {
  readonly content?: ContentInput | undefined;
  /** A file, read only as `files` allows; see {@link FileSource} for the other way. */
  readonly path?: string | undefined;
  /** A `data:` URI, or a `file:` URL under the rules of `path`. */
  readonly href?: string | undefined;
  /**
   * How a `content` that is a string itself stands for octets. Default: the text itself, as UTF-8. `base64` takes base64url
   * too, white space and missing padding; a string that is not in its encoding is refused, never read in part.
   */
  readonly encoding?: StringEncoding | undefined;
}

/** A body of text: the text itself, octets in UTF-8, or a content to be read. */
export type BodyInput = string | Uint8Array | ContentInput | ContentObject;

/** A further alternative of the body. */
export interface AlternativeInput extends ContentObject {
  /** Ready part with its own header. Excludes the other fields. */
  readonly raw?: ContentInput | undefined;
  readonly contentType?: string | undefined;
  readonly contentTransferEncoding?: TransferEncoding | undefined;
  readonly headers?: HeadersInput | undefined;
}

/** An attachment or an inline part. */
export interface AttachmentInput extends ContentObject {
  /** Ready part with its own header. Excludes the other fields. */
  readonly raw?: ContentInput | undefined;
  /** Name shown to the reader. Default: the last step of `path`; `false` for none. */
  readonly filename?: string | false | undefined;
  /** Default: by the filename, else application/octet-stream. */
  readonly contentType?: string | undefined;
  /** Identifier for `cid:` links of the html; the part then stands beside the html. */
  readonly cid?: string | undefined;
  /** Default: base64 (binary where the transport takes it); message/rfc822 is never encoded (RFC 2046 5.2.1). */
  readonly contentTransferEncoding?: TransferEncoding | undefined;
  /** Default: inline with a `cid` beside html, else attachment. */
  readonly contentDisposition?: "attachment" | "inline" | undefined;
  /** The same under its short name. */
  readonly disposition?: "attachment" | "inline" | undefined;
  /** Content-Description. */
  readonly description?: string | undefined;
  readonly headers?: HeadersInput | undefined;
}

/** A calendar invitation (RFC 5545, RFC 6047): an alternative of the body and a file for programs that want one. */
export interface CalendarInput extends ContentObject {
  /**
   * iTIP method; one that contradicts the METHOD of the content is refused. Default: the METHOD of the content, PUBLISH where
   * it has none. A content that is not in memory when the message is written (a file, Blob or function's stream of more than
   * `inlineLimitBytes`) is not looked into: say the method there, else it is PUBLISH.
   */
  readonly method?: string | undefined;
  /** Name of the attached copy; `false` attaches none. Default invite.ics. */
  readonly filename?: string | false | undefined;
}

/** Sender and recipients of the transaction, when they are not those of the header. */
export interface EnvelopeInput {
  /** `null` or an empty string is the null reverse-path `<>`. */
  readonly from?: AddressInput | null | undefined;
  readonly to?: AddressInput | undefined;
  readonly cc?: AddressInput | undefined;
  readonly bcc?: AddressInput | undefined;
}

/** A message as a plain object. */
export interface MessageInput {
  from?: AddressInput | undefined;
  /** Who sent it, when that is not who wrote it; required when `from` names several. */
  sender?: AddressInput | undefined;
  to?: AddressInput | undefined;
  cc?: AddressInput | undefined;
  /** Recipients of the envelope; no field is written. */
  bcc?: AddressInput | undefined;
  replyTo?: AddressInput | undefined;
  subject?: string | undefined;
  text?: BodyInput | undefined;
  html?: BodyInput | undefined;
  /** text/enriched (RFC 1896). */
  enriched?: BodyInput | undefined;
  /** text/x-amp-html. */
  amp?: BodyInput | undefined;
  /** text/watch-html. */
  watchHtml?: BodyInput | undefined;
  calendar?: string | CalendarInput | undefined;
  /** The same as `calendar`, under the name that Node users know. */
  icalEvent?: string | CalendarInput | undefined;
  alternatives?: readonly AlternativeInput[] | undefined;
  attachments?: readonly (AttachmentInput | FileSource)[] | undefined;
  /** Fields that no option of this object makes. */
  headers?: HeadersInput | undefined;
  list?: ListInput | undefined;
  /** X-Priority, X-MSMail-Priority and Importance together. */
  priority?: "high" | "normal" | "low" | undefined;
  /** Importance (RFC 2156 5.3.4) alone, or in place of the one that `priority` makes. */
  importance?: "high" | "normal" | "low" | undefined;
  sensitivity?: "personal" | "private" | "company-confidential" | undefined;
  /** With or without angle brackets. Default: new and random in `messageIdDomain` or the sender's domain. */
  messageId?: string | undefined;
  inReplyTo?: string | readonly string[] | undefined;
  references?: string | readonly string[] | undefined;
  /** Default: now. */
  date?: Date | number | string | undefined;
  /** Asks the reader's program for a receipt (RFC 8098). */
  dispositionNotificationTo?: AddressInput | undefined;
  /** Return-Receipt-To, which some older systems know. */
  returnReceiptTo?: AddressInput | undefined;
  /** A ready message with its header. Line ends are normalised and Bcc dropped; excludes what makes a header or body. */
  raw?: ContentInput | ContentObject | undefined;
  envelope?: EnvelopeInput | undefined;
  /** Charset of text bodies and encoded words. Default utf-8; others need iconv-lite. */
  charset?: string | undefined;
  /** `flowed` writes text as format=flowed (RFC 3676). Default `fixed`. */
  textFormat?: "fixed" | "flowed" | undefined;
  /** Forces the encoding of text bodies. Default: by content and transport. */
  textEncoding?: "quoted-printable" | "base64" | undefined;
  /**
   * How file names outside ASCII are written: `both` (default) puts RFC 2231 into Content-Disposition and an encoded word
   * into Content-Type's `name` for Outlook and old programs; the others use their one way in both.
   */
  filenameEncoding?: "both" | "rfc2231" | "rfc2047" | undefined;
  /** Turns `data:` URIs of images in the html into parts beside it. Default false. */
  attachDataUrls?: boolean | undefined;
}

/** Fields of MessageInput. */
export const MESSAGE_FIELDS = fieldsOf<MessageInput>({
  from: "any",
  sender: "any",
  to: "any",
  cc: "any",
  bcc: "any",
  replyTo: "any",
  subject: "text",
  text: "any",
  html: "any",
  enriched: "any",
  amp: "any",
  watchHtml: "any",
  calendar: "any",
  icalEvent: "any",
  alternatives: "list",
  attachments: "list",
  headers: "object",
  list: "object",
  priority: "text",
  importance: "text",
  sensitivity: "text",
  messageId: "text",
  inReplyTo: "any",
  references: "any",
  date: "any",
  dispositionNotificationTo: "any",
  returnReceiptTo: "any",
  raw: "any",
  envelope: "object",
  charset: "text",
  textFormat: "text",
  textEncoding: "text",
  filenameEncoding: "text",
  attachDataUrls: "flag",
});

/** Fields of a content object. */
export const CONTENT_FIELDS = fieldsOf<ContentObject>({
  content: "any",
  path: "text",
  href: "text",
  encoding: "text",
});

/** Fields of AlternativeInput. */
export const ALTERNATIVE_FIELDS = fieldsOf<AlternativeInput>({
  content: "any",
  path: "text",
  href: "text",
  encoding: "text",
  raw: "any",
  contentType: "text",
  contentTransferEncoding: "text",
  headers: "object",
});

/** Fields of AttachmentInput. */
export const ATTACHMENT_FIELDS = fieldsOf<AttachmentInput>({
  content: "any",
  path: "text",
  href: "text",
  encoding: "text",
  raw: "any",
  filename: "any",
  contentType: "text",
  cid: "text",
  contentTransferEncoding: "text",
  contentDisposition: "text",
  disposition: "text",
  description: "text",
  headers: "object",
});

/** Fields of CalendarInput. */
export const CALENDAR_FIELDS = fieldsOf<CalendarInput>({
  content: "any",
  path: "text",
  href: "text",
  encoding: "text",
  method: "text",
  filename: "any",
});

/** Fields of EnvelopeInput. */
export const ENVELOPE_FIELDS = fieldsOf<EnvelopeInput>({ from: "any", to: "any", cc: "any", bcc: "any" });
