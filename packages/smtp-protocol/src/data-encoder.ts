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

/** Shorter runs are copied octet by octet: a view and a native call cost more. */
const SHORT_RUN_BYTES = 64;
/** Beyond this, offsets would not be 32-bit integers, and a piece is copied out first. */
const LARGE_BUFFER_BYTES = 0x4000_0000;
const LARGE_BUFFER_PIECE_BYTES = 0x10_0000;

/** What `finishInto` writes at most. */
export const DATA_END_MAX_BYTES = 5;

/**
 * The content of a message as it goes on the wire, piece by piece: bare CR and bare LF become CRLF, then a dot at the
 * start of a line is doubled (RFC 5321 4.5.2; in this order, so that no line end of another kind can hide a dot).
 * However the content is cut, the result is the same; its time is linear, and no octet is kept but a few flags.
 *
 * Lines that are already right are found sixteen octets at a time and copied as whole runs.
 */
export class DataEncoder {
  /** Octets of the source taken by the last `encodeInto`. */
  read = 0;
  /** Octets of the target written by the last `encodeInto`. */
  written = 0;

  readonly #dotStuffing: boolean;
  readonly #binary: boolean;
  readonly #maxLineBytes: number;
  /** Octets of the present line so far. */
  #column = 0;
  /** The last octet was a CR whose CRLF is written: an LF that follows is part of it. */
  #afterCr = false;
  #error: SmtpProtocolError | undefined;
  /** The source's buffer as 32-bit words, kept while pieces come from the same buffer. */
  #words: Int32Array | undefined;

  /** @throws {SmtpProtocolError} `ERR_SMTP_UNKNOWN_OPTION`, `ERR_SMTP_ARGUMENT` */
  constructor(options: DataEncoderOptions) {
    refuseUnknownOptions(options, OPTION_NAMES, "DataEncoder");
    this.#dotStuffing = options.dotStuffing;
    this.#binary = options.binary ?? false;
    this.#maxLineBytes = checkLimit(options.maxLineBytes ?? 998, "maxLineBytes");
    if (this.#binary && this.#dotStuffing) {
      throw new SmtpProtocolError(
        "ERR_SMTP_ARGUMENT",
        "binary content cannot be sent with DATA (RFC 3030 3)",
      );
    }
  }

  /**
   * Encodes from `source` into `target`, as much as there is or as fits, and sets `read` and `written`. Two free octets
   * in the target are enough to get on. Octets already written stay right: the next call goes on after them.
   * @throws {SmtpProtocolError} `ERR_SMTP_NUL`, `ERR_SMTP_LINE_TOO_LONG`; the same again at each further call
   */
  encodeInto(source: Uint8Array, sourceOffset: number, target: Uint8Array, targetOffset: number): void {
    if (this.#error !== undefined) throw this.#error;
    if (source.buffer.byteLength > LARGE_BUFFER_BYTES) {
      source = source.slice(sourceOffset, sourceOffset + LARGE_BUFFER_PIECE_BYTES);
      sourceOffset = 0;
    }
    let from = sourceOffset;
    let to = targetOffset;
    const end = source.length;
    if (this.#binary) {
      const size = Math.min(end - from, target.length - to);
      copyRun(source, from, from + size, target, to);
      this.read = size;
      this.written = size;
      return;
    }
    if (this.#afterCr && from < end) {
      if (source[from] === LF) from++;
      this.#afterCr = false;
    }
    while (from < end) {
      const octet = source[from]!;
      if (octet === CR || octet === LF) {
        // A right CRLF at the end of a line is part of a run; here are bare ones, and those at the edge of a piece.
        if (target.length - to < 2) break;
        target[to++] = CR;
        target[to++] = LF;
        this.#column = 0;
        from++;
        if (octet === CR) {
          if (from === end) this.#afterCr = true;
          else if (source[from] === LF) from++;
        }
        continue;
      }
      if (octet === DOT && this.#column === 0 && this.#dotStuffing) {
        if (target.length - to < 2) break;
        target[to++] = DOT;
      }
      const stop = this.#runEnd(source, from, Math.min(end, from + target.length - to));
      if (stop === from) break;
      copyRun(source, from, stop, target, to);
      to += stop - from;
      from = stop;
    }
    this.read = from - sourceOffset;
    this.written = to - targetOffset;
  }

  /**
   * Writes what closes the content, CRLF where its last line has none and, with dot-stuffing, the line of a single dot;
   * at most 5 octets. Returns how many. The encoder is then ready for another content.
   * @throws {SmtpProtocolError} the error of `encodeInto`, or `ERR_SMTP_ARGUMENT` when the octets do not fit
   */
  finishInto(target: Uint8Array, targetOffset: number): number {
    if (this.#error !== undefined) throw this.#error;
    const lineEnd = !this.#binary && this.#column !== 0;
    const needed = (lineEnd ? 2 : 0) + (this.#dotStuffing ? 3 : 0);
    if (target.length - targetOffset < needed) {
      throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", `the target has not ${needed} octets left`);
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
    this.#column = 0;
    this.#afterCr = false;
    this.#words = undefined;
    return needed;
  }

  /**
   * Where the octets from `start` stop being what goes on the wire: at a bare CR or LF, at a CRLF cut in two, at a dot
   * to be doubled, or at `limit`. Keeps the column, refuses NUL and lines too long.
   */
  #runEnd(source: Uint8Array, start: number, limit: number): number {
    // Local constants and `| 0` keep this loop in 32-bit integers: a third faster than module constants, which bundlers
    // turn into variables, and than lengths, which engines hold as floating point.
    const firstPlain = 0x0e;
    limit |= 0;
    const words = this.#wordsOf(source);
    const offset = source.byteOffset | 0;
    const wordLimit = (offset + limit) >> 2;
    const dots = this.#dotStuffing;
    const maxLineBytes = this.#maxLineBytes;
    let lineStart = (start - this.#column) | 0;
    let at = start | 0;
    while (at < limit) {
      // To the next whole word, one by one; then by words; then one by one to the octet in question.
      while (((offset + at) & 3) !== 0 && at < limit && source[at]! >= firstPlain) at++;
      if (((offset + at) & 3) === 0) {
        at = Math.max(at, (plainWordsEnd(words, (offset + at) >> 2, wordLimit) << 2) - offset);
        while (at < limit && source[at]! >= firstPlain) at++;
      }
      if (at >= limit) break;
      const octet = source[at]!;
      if (octet === 0x0d && at + 1 < limit && source[at + 1] === 0x0a) {
        if (at - lineStart > maxLineBytes) this.#failTooLong();
        at += 2;
        lineStart = at;
        if (dots && at < limit && source[at] === 0x2e) break;
      } else if (octet === 0x0d || octet === 0x0a) {
        break;
      } else if (octet === 0x00) {
        this.#fail("ERR_SMTP_NUL", "content with a NUL octet can only be sent as BINARYMIME");
      } else {
        at++;
      }
    }
    if (at - lineStart > maxLineBytes) this.#failTooLong();
    this.#column = at - lineStart;
    return at;
  }

  #wordsOf(source: Uint8Array): Int32Array {
    let words = this.#words;
    if (words === undefined || words.buffer !== source.buffer) {
      words = new Int32Array(source.buffer, 0, source.buffer.byteLength >>> 2);
      this.#words = words;
    }
    return words;
  }

  #failTooLong(): never {
    this.#fail("ERR_SMTP_LINE_TOO_LONG", `a line of the content exceeds ${this.#maxLineBytes} octets`);
  }

  #fail(code: SmtpErrorCode, message: string): never {
    this.#words = undefined;
    this.#error = new SmtpProtocolError(code, message);
    throw this.#error;
  }
}

/**
 * The first word from `word` on that holds an octet below 0x0e, or `limit`. `(x - n) & ~x` has the high bit of an octet
 * set where the octet is below n; a borrow can only mark an octet above one that is marked rightly.
 */
function plainWordsEnd(words: Int32Array, word: number, limit: number): number {
  const each = 0x0e0e0e0e;
  const highBits = 0x80808080 | 0;
  while (word + 4 <= limit) {
    const a = words[word]!;
    const b = words[word + 1]!;
    const c = words[word + 2]!;
    const d = words[word + 3]!;
    const marks = ((a - each) & ~a) | ((b - each) & ~b) | ((c - each) & ~c) | ((d - each) & ~d);
    if ((marks & highBits) !== 0) break;
    word += 4;
  }
  while (word < limit) {
    const a = words[word]!;
    if (((a - each) & ~a & highBits) !== 0) break;
    word++;
  }
  return word;
}

function copyRun(source: Uint8Array, from: number, end: number, target: Uint8Array, to: number): void {
  if (end - from < SHORT_RUN_BYTES) {
    while (from < end) target[to++] = source[from++]!;
  } else {
    target.set(source.subarray(from, end), to);
  }
}
