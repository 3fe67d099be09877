// For people who send mail.
export type { AddressInput, AddressLimits, AddressObject, GroupObject } from "./addresses.js";
// For packages built on this one: the encodings by themselves.
export { Base64Encoder, encodeBase64Lines } from "./base64.js";
export type { ComposedMessage } from "./compose.js";
export { composeMessage } from "./compose.js";
export type { ComposeOptions } from "./compose-options.js";
export { EmailMessage } from "./email-message.js";
export { decodeWords, encodeWords, type HeaderCharset } from "./encoded-word.js";
export type { Transport } from "./entity.js";
export { messageEnvelope, needsSmtpUtf8 } from "./envelope.js";
export type { Envelope } from "./envelope-mailboxes.js";
export type { MimeErrorCode } from "./errors.js";
export { MIME_ERROR_CODES, MimeError } from "./errors.js";
export type { FileAccess, FileSource } from "./file-policy.js";
export { formatFlowed } from "./flowed.js";
export type { HeaderField } from "./header-parser.js";
export { parseHeaders, parseHeadersTolerant } from "./header-parser.js";
export type { ListEntry, ListInput } from "./list-fields.js";
export type {
  AlternativeInput,
  AttachmentInput,
  BodyInput,
  CalendarInput,
  ContentObject,
  EnvelopeInput,
  HeadersInput,
  HeaderValue,
  MessageInput,
  StringEncoding,
  TransferEncoding,
} from "./message-input.js";
export type { MessageSource } from "./message-source.js";
export type { ContentType, ParameterizedValue } from "./parameters.js";
export { parseContentType, parseParameters, parseParametersTolerant } from "./parameters.js";
export type { ParseMessageOptions } from "./parse-message.js";
export type { OpenOptions } from "./piece.js";
export type { AbortSignalLike, BlobLike, ReadableStreamLike } from "./platform.js";
export { decodeQuotedPrintable, encodeQuotedPrintable, QuotedPrintableEncoder } from "./quoted-printable.js";
export type { RandomSource } from "./random.js";
export { releaseMessage } from "./release.js";
export type { ContentInput } from "./source.js";
