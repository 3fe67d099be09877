/** Every code of this package with its meaning. Callers decide by the code, never by the text of a message. */
export const MIME_ERROR_CODES = {
  ERR_MIME_UNKNOWN_OPTION: "An object holds a name that this package does not know",
  ERR_MIME_INVALID_OPTION: "An option has a value of the wrong kind or outside its range",
  ERR_MIME_NO_SENDER: "The message has neither from nor sender, or from names several and sender none",
  ERR_MIME_NO_RECIPIENTS: "The message has no to, cc or bcc and no envelope",
  ERR_MIME_INVALID_ADDRESS: "An address cannot be read, or is not allowed where it stands",
  ERR_MIME_INVALID_FIELD_NAME: "A header field name has a character that RFC 5322 2.2 does not allow",
  ERR_MIME_INVALID_FIELD_VALUE: "A header value holds a line break, NUL or another control character",
  ERR_MIME_RESERVED_FIELD: "A custom header names a field that the message builds from an option of its own",
  ERR_MIME_DUPLICATE_FIELD: "A header field that may occur once would occur twice",
  ERR_MIME_FIELD_TOO_LONG: "A header value cannot be folded into lines of 998 octets",
  ERR_MIME_INVALID_CONTENT_TYPE: "A content type is not type/subtype with parameters (RFC 2045 5.1)",
  ERR_MIME_INVALID_MESSAGE_ID:
    "A message or content identifier is not of the form left@right (RFC 5322 3.6.4)",
  ERR_MIME_INVALID_DATE: "A date is not a valid time",
  ERR_MIME_INVALID_URL: "A list URL or href cannot be read as a URL",
  ERR_MIME_ONE_CLICK: "One-click unsubscribe needs an https URL (RFC 8058)",
  ERR_MIME_INVALID_BOUNDARY:
    "A boundary is not 1 to 70 characters of RFC 2046 5.1.1, or occurs in the content",
  ERR_MIME_ENCODING_UNSUITABLE: "The transfer encoding asked for cannot carry this content",
  ERR_MIME_SMTPUTF8_REQUIRED: "The header needs UTF-8 (RFC 6531) and the transport cannot take it",
  ERR_MIME_8BIT_REQUIRED: "Ready content holds octets above 127 and the transport is 7bit",
  ERR_MIME_LINE_TOO_LONG: "Ready content has a line of more than 998 octets and the transport is not binary",
  ERR_MIME_NUL: "Ready content holds a NUL octet and the transport is not binary",
  ERR_MIME_UNKNOWN_CHARSET: "The charset is not known, or cannot carry mail text",
  ERR_MIME_UNENCODABLE: "The text has a character that the charset asked for cannot express",
  ERR_MIME_MODULE_MISSING: "A module that is loaded when needed could not be loaded",
  ERR_MIME_FILE_ACCESS: "A path or href was given without leave to read files",
  ERR_MIME_FILE_OUTSIDE_BASE: "A path leads out of files.baseDir",
  ERR_MIME_FILE_UNREADABLE: "A file cannot be read",
  ERR_MIME_SOURCE_INVALID: "A content is of no kind that can be read",
  ERR_MIME_SOURCE_FAILED: "A content failed while it was read",
  ERR_MIME_SOURCE_CONSUMED: "A one-shot content was read already and cannot be read again",
  ERR_MIME_SOURCE_CHANGED: "A content has another size than it had when the message was composed",
  ERR_MIME_ABORTED: "The caller's signal ended the operation",
  ERR_MIME_INVALID_HEADER: "A header block breaks RFC 5322 (strict reading)",
  ERR_MIME_INVALID_PARAMETER: "A header parameter breaks RFC 2045 or RFC 2231 (strict reading)",
  ERR_MIME_PARSE: "A message cannot be parsed",
  ERR_MIME_TOO_DEEP: "Parts are nested too deeply",
} as const;

/** The codes as a type. */
export type MimeErrorCode = keyof typeof MIME_ERROR_CODES;

const BRAND = Symbol.for("@wirepost/mime-message.MimeError");

/** Every error that this package throws of its own. */
export class MimeError extends Error {
  /** Stable: see {@link MIME_ERROR_CODES}. */
  readonly code: MimeErrorCode;
  /** What the error is about, when it has a name: a field, an option, an attachment. */
  readonly subject: string | undefined;

  constructor(
    code: MimeErrorCode,
    message: string,
    options: { cause?: unknown; subject?: string | undefined } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "MimeError";
    this.code = code;
    this.subject = options.subject;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** True for a MimeError of any copy of this package (ESM, CommonJS, another version). */
  static is(value: unknown): value is MimeError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
  }
}

/** Text of the caller's made fit for an error message: one line, no controls, not endless. */
export function quoteForError(text: string): string {
  const cut = text.length > 80 ? `${text.slice(0, 80)}…` : text;
  return JSON.stringify(cut).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
