import { SmtpProtocolError } from "./errors.js";
import type { OctetQueue } from "./octet-queue.js";
import { latin1, utf8FromLatin1 } from "./platform.js";
import { MAX_SASL_LINE_BYTES } from "./sasl-line.js";

/** What is shown of a line too long. */
const SHOWN_BYTES = 64;

/** The beginning of a line that was too long to be kept. */
export interface CutLine {
  readonly cut: string;
}

/** Lines of the client out of a queue of octets; a line too long is passed over in bounded memory. */
export class CommandLineReader {
  readonly #input: OctetQueue;
  readonly #maxLineBytes: number;
  /** For lines of AUTH; what a line can be is known at its end only, so every line may grow so long. */
  readonly #maxSaslLineBytes: number;
  readonly #strictLineEnd: boolean;
  /** What began a line too long, while its end is looked for. */
  #skipped: string | undefined;

  constructor(input: OctetQueue, maxLineBytes: number, strictLineEnd: boolean) {
    this.#input = input;
    this.#maxLineBytes = maxLineBytes;
    this.#maxSaslLineBytes = Math.max(MAX_SASL_LINE_BYTES, maxLineBytes);
    this.#strictLineEnd = strictLineEnd;
  }

  /**
   * The next line without its end; undefined while it is not complete. AUTH and the lines of its exchange may have
   * 12,288 octets at least (RFC 4954 4; initial responses beyond its 512 are in use).
   * @throws {SmtpProtocolError} `ERR_SMTP_LINE_END` where strict
   */
  next(sasl: boolean): string | CutLine | undefined {
    const input = this.#input;
    const length = input.lineLength();
    if (length === 0) {
      if (this.#skipped !== undefined || input.length >= this.#maxSaslLineBytes) {
        this.#skipped ??= this.#text(SHOWN_BYTES);
        input.drop(input.length);
      }
      return undefined;
    }
    if (this.#skipped !== undefined || length > this.#maxSaslLineBytes) {
      const cut = this.#skipped ?? this.#text(SHOWN_BYTES);
      this.#skipped = undefined;
      input.drop(length);
      return { cut };
    }
    const line = this.#text(length - this.#lineEndLength(length));
    const limit = sasl || /^AUTH /i.test(line) ? this.#maxSaslLineBytes : this.#maxLineBytes;
    const cut = length > limit ? this.#text(SHOWN_BYTES) : undefined;
    input.drop(length);
    return cut === undefined ? line : { cut };
  }

  #lineEndLength(length: number): number {
    if (length > 1 && this.#input.peek(length)[length - 2] === 0x0d) return 2;
    if (!this.#strictLineEnd) return 1;
    throw new SmtpProtocolError("ERR_SMTP_LINE_END", "a command line ends in LF without CR");
  }

  #text(length: number): string {
    const octets = this.#input.peek(length);
    const text = latin1(octets, 0, octets.length);
    return /[^\0-\x7f]/.test(text) ? utf8FromLatin1(text) : text;
  }
}
