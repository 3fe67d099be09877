import { SmtpProtocolError } from "./errors.js";
import { refuseUnknownOptions } from "./options.js";

export interface DataDecoderOptions {
  /** Refuse a CR or an LF that stands alone. Default false: they are content, and never part of an end. */
  readonly strictLineEnd?: boolean | undefined;
}

const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;

/** Where in a line the next octet stands. */
const LINE_START = 0;
const IN_LINE = 1;
const AFTER_CR = 2;
/** A dot begins the line; it is content of no kind, but may be the end. */
const AFTER_DOT = 3;
const AFTER_DOT_CR = 4;

/**
 * The content after 354, as the sender had it: the doubled dots single again, up to the line of one dot. That line
 * counts only between CRLF and CRLF: `LF . LF`, `LF . CRLF`, `CR . CR` and their like are content (SMTP smuggling).
 */
export class DataDecoder {
  /** Octets of the chunk that the last `decode` took; what follows the end of the content is not taken. */
  read = 0;
  /** The end of the content was read. */
  done = false;

  readonly #strictLineEnd: boolean;
  #place = LINE_START;
  #error: SmtpProtocolError | undefined;

  /** @throws {SmtpProtocolError} `ERR_SMTP_UNKNOWN_OPTION` */
  constructor(options: DataDecoderOptions = {}) {
    refuseUnknownOptions(options, ["strictLineEnd"], "DataDecoder");
    this.#strictLineEnd = options.strictLineEnd ?? false;
  }

  /**
   * The content in the chunk from `offset` on, in memory of its own; sets `read` and `done`. The last line of the
   * content keeps its CRLF.
   * @throws {SmtpProtocolError} `ERR_SMTP_LINE_END` where strict; `ERR_SMTP_WRONG_STATE` after the end
   */
  decode(chunk: Uint8Array, offset = 0): Uint8Array<ArrayBuffer> {
    if (this.#error !== undefined) throw this.#error;
    if (this.done) throw new SmtpProtocolError("ERR_SMTP_WRONG_STATE", "the content has ended");
    // A CR held back from before may come on top.
    const content = new Uint8Array(chunk.length - offset + 1);
    let size = 0;
    let at = offset;
    while (at < chunk.length && !this.done) {
      const octet = chunk[at]!;
      switch (this.#place) {
        case LINE_START:
          if (octet === DOT) at++;
          this.#place = octet === DOT ? AFTER_DOT : IN_LINE;
          break;
        case AFTER_DOT:
          if (octet === CR) at++;
          this.#place = octet === CR ? AFTER_DOT_CR : IN_LINE;
          break;
        case AFTER_DOT_CR:
          if (octet === LF) {
            at++;
            this.done = true;
          } else {
            content[size++] = CR;
            this.#place = AFTER_CR;
          }
          break;
        case AFTER_CR:
          if (octet === LF) {
            content[size++] = octet;
            at++;
            this.#place = LINE_START;
          } else {
            if (this.#strictLineEnd) this.#fail();
            this.#place = IN_LINE;
          }
          break;
        default: {
          const cr = chunk.indexOf(CR, at);
          const end = cr === -1 ? chunk.length : cr + 1;
          const run = chunk.subarray(at, end);
          if (this.#strictLineEnd && run.includes(LF)) this.#fail();
          content.set(run, size);
          size += run.length;
          at = end;
          if (cr !== -1) this.#place = AFTER_CR;
        }
      }
    }
    this.read = at - offset;
    return content.subarray(0, size);
  }

  #fail(): never {
    this.#error = new SmtpProtocolError("ERR_SMTP_LINE_END", "content has a CR or an LF that stands alone");
    throw this.#error;
  }
}
