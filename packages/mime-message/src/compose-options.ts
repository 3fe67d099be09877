// How a message is to be composed: what the server takes, and what tests fix.

import { checkLocalPartLimit } from "./addresses.js";
import type { Transport } from "./entity.js";
import { MimeError } from "./errors.js";
import { checkFileAccess, type FileAccess } from "./file-policy.js";
import { checkFields, fieldsOf } from "./options.js";
import type { AbortSignalLike } from "./platform.js";
import type { RandomSource } from "./random.js";

/** Options of `composeMessage`. */
export interface ComposeOptions {
  /** What the server takes: `8bit` with 8BITMIME, `binary` with BINARYMIME and CHUNKING. Default `7bit`. */
  readonly transport?: Transport | undefined;
  /** True when the server takes SMTPUTF8. It is used only where an address needs it. Default false. */
  readonly smtpUtf8?: boolean | undefined;
  /** Raw UTF-8 in the header although no address needs it; `smtpUtf8` must be true. Default false. */
  readonly utf8Headers?: boolean | undefined;
  /** Date of messages that name none. Default: now. */
  readonly date?: Date | undefined;
  /** Domain of new message identifiers. Default: the sender's. */
  readonly messageIdDomain?: string | undefined;
  /** Leave to read files named in the message. Default: none. */
  readonly files?: FileAccess | undefined;
  /** Writes the Bcc field, for copies that are kept and not sent. Default false. */
  readonly keepBcc?: boolean | undefined;
  /** Messages up to this size are composed to octets at once, and contents up to it are read. Default 65,536. */
  readonly inlineLimitBytes?: number | undefined;
  /**
   * Gives ready messages of some size also as lines that need not be looked at again, for whoever sends them soon and gives them
   * back. Default false.
   */
  readonly readyLines?: boolean | undefined;
  /**
   * Longest local part of an address, in octets. Default 64 (RFC 5321 4.5.3.1.1). SRS and BATV make longer ones, and so do services
   * that answer under an address per message (`reply+…@reply.github.com`); the whole address stays within 254 octets.
   */
  readonly maxLocalPartBytes?: number | undefined;
  /** Where boundaries and message identifiers come from. Default: the platform's secure random numbers. */
  readonly random?: RandomSource | undefined;
  /** Ends reading of contents. */
  readonly signal?: AbortSignalLike | undefined;
}

const FIELDS = fieldsOf<ComposeOptions>({
  transport: "text",
  smtpUtf8: "flag",
  utf8Headers: "flag",
  date: "any",
  messageIdDomain: "text",
  files: "object",
  keepBcc: "flag",
  inlineLimitBytes: "number",
  readyLines: "flag",
  maxLocalPartBytes: "number",
  random: "function",
  signal: "object",
});

/** Messages up to this size are one piece of memory. */
export const DEFAULT_INLINE_LIMIT_BYTES = 65_536;

/** Checks the options once per message. */
export function checkComposeOptions(options: ComposeOptions): void {
  checkFields(options, FIELDS, "composeMessage");
  const { transport, inlineLimitBytes } = options;
  if (transport !== undefined && transport !== "7bit" && transport !== "8bit" && transport !== "binary") {
    throw new MimeError("ERR_MIME_INVALID_OPTION", "transport must be 7bit, 8bit or binary", {
      subject: "transport",
    });
  }
  if (inlineLimitBytes !== undefined && !(Number.isSafeInteger(inlineLimitBytes) && inlineLimitBytes >= 0)) {
    throw new MimeError("ERR_MIME_INVALID_OPTION", "inlineLimitBytes must be a whole number", {
      subject: "inlineLimitBytes",
    });
  }
  checkLocalPartLimit(options.maxLocalPartBytes);
  checkFileAccess(options.files);
}
