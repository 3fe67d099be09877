import type { Reply } from "./reply.js";

/**
 * Who is to blame. A peer that answers properly and says no is no error here: its reply is an event.
 * - `protocol`: the peer broke the protocol; the connection cannot be trusted any more.
 * - `usage`: this package was called wrongly, or was handed something that cannot be sent; nothing was written.
 */
export type SmtpErrorKind = "protocol" | "usage";

const PROTOCOL = {
  /** A line that is not `ddd`, `ddd text` or `ddd-text` with a code from 200 to 599. */
  ERR_SMTP_REPLY_SYNTAX: "protocol",
  /** A reply beyond the limit of line octets, reply octets or lines. */
  ERR_SMTP_REPLY_TOO_LONG: "protocol",
  /** The lines of one reply carry different codes. */
  ERR_SMTP_MIXED_CODES: "protocol",
  /** A line that did not end in CRLF where the caller asked for strict line ends. */
  ERR_SMTP_LINE_END: "protocol",
  /** A reply that answers nothing, or whose class the command cannot have. */
  ERR_SMTP_UNEXPECTED_REPLY: "protocol",
  /** Octets were waiting at a moment when nobody may have written any: before TLS, or before a command. */
  ERR_SMTP_LEFTOVER_BYTES: "protocol",
  /** A 334 reply whose text is no SASL challenge. */
  ERR_SMTP_CHALLENGE_SYNTAX: "protocol",
  /** A SASL challenge or response above 12,288 octets. */
  ERR_SMTP_CHALLENGE_TOO_LONG: "protocol",
  /** Server direction: a verb that is not known. */
  ERR_SMTP_COMMAND_UNKNOWN: "protocol",
  /** Server direction: a known verb with arguments outside its grammar. */
  ERR_SMTP_COMMAND_SYNTAX: "protocol",
  /** Server direction: a MAIL or RCPT parameter that is repeated or outside its grammar. */
  ERR_SMTP_PARAMETER_SYNTAX: "protocol",
  /** Server direction: a command line beyond the limit. */
  ERR_SMTP_COMMAND_TOO_LONG: "protocol",
} as const;

const USAGE = {
  /** An argument that its grammar does not allow: CR, LF, NUL, a space where none may be, a number out of range. */
  ERR_SMTP_ARGUMENT: "usage",
  /** A command, a SASL line or a line of content longer than may be sent. */
  ERR_SMTP_LINE_TOO_LONG: "usage",
  /** A NUL octet in content that is not sent as BINARYMIME. */
  ERR_SMTP_NUL: "usage",
  /** A non-ASCII local part or argument in a command that does not use SMTPUTF8. */
  ERR_SMTP_UTF8_NEEDED: "usage",
  /** The extension that the command or parameter belongs to was not announced. */
  ERR_SMTP_NOT_ANNOUNCED: "usage",
  /** The call is not possible in the present state. */
  ERR_SMTP_WRONG_STATE: "usage",
  /** An option or parameter name that does not exist. */
  ERR_SMTP_UNKNOWN_OPTION: "usage",
} as const;

/** All codes with the kind of each: the facades map from this list, and the README's table is tested against it. */
export const SMTP_ERROR_KINDS = /* @__PURE__ */ (() =>
  ({ ...PROTOCOL, ...USAGE }) as const satisfies Readonly<Record<string, SmtpErrorKind>>)();

/** Every code of this package. The table in `errors.ts` and in the README says what each means. */
export type SmtpErrorCode = keyof typeof SMTP_ERROR_KINDS;

const BRAND: unique symbol = Symbol.for("@wirepost/smtp-protocol.SmtpProtocolError") as never;

export interface SmtpProtocolErrorOptions {
  readonly cause?: unknown;
  /** The reply that the error is about. */
  readonly reply?: Reply | undefined;
}

/** The one error class of this package. Decide by `code` or `kind`, never by the message. */
export class SmtpProtocolError extends Error {
  override readonly name: string = "SmtpProtocolError";
  readonly code: SmtpErrorCode;
  readonly reply: Reply | undefined;
  /** @internal */
  readonly [BRAND] = true;

  constructor(code: SmtpErrorCode, message: string, options?: SmtpProtocolErrorOptions) {
    super(message, options);
    this.code = code;
    this.reply = options?.reply;
  }

  get kind(): SmtpErrorKind {
    return this.code in USAGE ? "usage" : "protocol";
  }

  /** True for an error of this class from any copy of this package (ESM and CommonJS side by side, two versions). */
  static is(value: unknown): value is SmtpProtocolError {
    return typeof value === "object" && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
  }
}
