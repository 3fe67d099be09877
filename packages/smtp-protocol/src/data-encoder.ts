import { RunFinder } from "@wirepost/octet-scan";
import { type SmtpErrorCode, SmtpProtocolError } from "./errors.js";
import { checkLimit, refuseUnknownOptions } from "./options.js";

export interface DataEncoderOptions {
  /** Double the dot at the start of a line and close with `CRLF.CRLF`: for DATA. BDAT needs neither. */
  readonly dotStuffing: boolean;
  /** Pass octets as they are, for BODY=BINARYMIME; only without dot-stuffing. Default false. */
  readonly binary?: boolean | undefined;
  /** Octets of a line without its line end and without a doubled dot. Default 998 (RFC 5322 2.1.1). */
  readonly maxLineBytes?: number | undefined;
}

const OPTION_NAMES = ["dotStuffing", "binary", "maxLineBytes"];
const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;

/** What `finishInto` writes at most. */
export const DATA_END_MAX_BYTES = 5;

/**
 * The content of a message as it goes on the wire, piece by piece: bare CR and bare LF become CRLF, then a dot at the
 * start of a line is doubled (RFC 5321 4.5.2; in this order, so that no line end of another kind can hide a dot).
 * However the content is cut, the result is the same; its time is linear, and no octet is kept but a few flags.
 *
 * Lines that are already right are found many octets at a time and copied as whole runs.
 */
export class DataEncoder {
  /** Octets of the source taken by the last `encodeInto`. */
  read = 0;
  /** Octets of the target written by the last `encodeInto`. */
  written = 0;

  readonly #dotStuffing: boolean;
  readonly #binary: boolean;
  readonly #maxLineBytes: number;
  readonly #lines: RunFinder;
  /** The last octet was a CR whose CRLF is written: an LF that follows is part of it. */
  #afterCr = false;
  #error: SmtpProtocolError | undefined;

  /** @throws {SmtpProtocolError} `ERR_SMTP_UNKNOWN_OPTION`, `ERR_SMTP_ARGUMENT` */
  constructor(options: DataEncoderOptions) {
    refuseUnknownOptions(options, OPTION_NAMES, "DataEncoder");
    this.#dotStuffing = options.dotStuffing;
    this.#binary = options.binary ?? false;
    this.#maxLineBytes = checkLimit(options.maxLineBytes ?? 998, "maxLineBytes");
    this.#lines = new RunFinder({ dots: this.#dotStuffing, maxLineBytes: this.#maxLineBytes });
    if (this.#binary && this.#dotStuffing) {
      // RFC 3030 3
      throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", "binary content cannot go by DATA");
    }
  }

  /**
   * Encodes from `source` into `target`, as much as there is or as fits, and sets `read` and `written`. Two free octets
   * in the target are enough to get on. Octets already written stay right: the next call goes on after them.
   * @throws {SmtpProtocolError} `ERR_SMTP_NUL`, `ERR_SMTP_LINE_TOO_LONG`; the same again at each further call. `ERR_SMTP_ARGUMENT`
   *   for a source that is no octets: what a text has in their place would be written as NUL
   */
  encodeInto(source: Uint8Array, sourceOffset: number, target: Uint8Array, targetOffset: number): void {
    if (this.#error !== undefined) throw this.#error;
    // Not by its class: octets may come from another realm.
    if (source?.BYTES_PER_ELEMENT !== 1) throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", "not octets");
    let from = sourceOffset;
    let to = targetOffset;
    const end = source.length;
    if (this.#binary) {
      const size = Math.min(end - from, target.length - to);
      target.set(source.subarray(from, from + size), to);
      this.read = size;
      this.written = size;
      return;
    }
    if (this.#afterCr && from < end) {
      if (source[from] === LF) from++;
      this.#afterCr = false;
    }
    const lines = this.#lines;
    lines.open(source, from, end);
    while (from < end) {
      const octet = source[from]!;
      if (octet === CR || octet === LF) {
        // A right CRLF at the end of a line is part of a run; here are bare ones, and those at the edge of a piece.
        if (target.length - to < 2) break;
        target[to++] = CR;
        target[to++] = LF;
        lines.column = 0;
        from++;
        if (octet === CR) {
          if (from === end) this.#afterCr = true;
          else if (source[from] === LF) from++;
        }
        continue;
      }
      if (octet === DOT && lines.column === 0 && this.#dotStuffing) {
        if (target.length - to < 2) break;
        target[to++] = DOT;
      }
      const limit = Math.min(end, from + target.length - to);
      const stop = lines.runEnd(from, limit);
      if (lines.column > this.#maxLineBytes) {
        this.#fail("ERR_SMTP_LINE_TOO_LONG", `a line of content exceeds ${this.#maxLineBytes} octets`);
      }
      if (stop < limit && source[stop] === 0x00) {
        this.#fail("ERR_SMTP_NUL", "a NUL octet needs BINARYMIME");
      }
      if (stop === from) break;
      lines.copy(from, stop, target, to);
      to += stop - from;
      from = stop;
    }
    this.read = from - sourceOffset;
    this.written = to - targetOffset;
  }

  /** What comes next begins a line. */
  get atLineStart(): boolean {
    return this.#lines.column === 0 && !this.#afterCr;
  }

  /**
   * Writes what closes the content, CRLF where its last line has none and, with dot-stuffing, the line of a single dot;
   * at most 5 octets. Returns how many. The encoder is then ready for another content.
   * @throws {SmtpProtocolError} the error of `encodeInto`, or `ERR_SMTP_ARGUMENT` when the octets do not fit
   */
  finishInto(target: Uint8Array, targetOffset: number): number {
    if (this.#error !== undefined) throw this.#error;
    const lineEnd = !this.#binary && this.#lines.column !== 0;
    const needed = (lineEnd ? 2 : 0) + (this.#dotStuffing ? 3 : 0);
    if (target.length - targetOffset < needed) {
      throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", `no room for ${needed} octets`);
    }
    let to = targetOffset;
    if (lineEnd) {
      target[to++] = CR;
      target[to++] = LF;
    }
    if (this.#dotStuffing) {
      target[to++] = DOT;
      target[to++] = CR;
      target[to++] = LF;
    }
    this.#lines.column = 0;
    this.#lines.close();
    this.#afterCr = false;
    return needed;
  }

  #fail(code: SmtpErrorCode, message: string): never {
    this.#lines.close();
    this.#error = new SmtpProtocolError(code, message);
    throw this.#error;
  }
}
