import { MIN_VECTOR_BYTES, type VectorUnit, vectorUnit, WINDOW_BYTES } from "./vector-unit.js";

/** Shorter runs are copied octet by octet: a view and a native call cost more. */
const SHORT_RUN_BYTES = 64;

export interface RunFinderOptions {
  /** Stop at a dot at the start of a line. */
  readonly dots: boolean;
  /** Stop behind this many octets of a line. */
  readonly maxLineBytes: number;
  /** `scalar` leaves the vector unit out: for tests, and for measuring. Default `auto`. */
  readonly unit?: "auto" | "scalar" | undefined;
}

/**
 * Finds runs of lines that are right as they are: each ends in CRLF, none holds a NUL, none is too long. `open()` a source, then
 * ask for `runEnd()` and `copy()` as often as needed, all in one turn; the next `open()`, of whichever finder, ends it.
 */
export class RunFinder {
  /** Octets of the present line; the caller sets it to 0 where it ended a line itself. */
  column = 0;
  readonly #dots: boolean;
  readonly #maxLineBytes: number;
  readonly #scalar: boolean;
  #source: Uint8Array = NOTHING;
  #end = 0;
  #unit: VectorUnit | null = null;
  /** What part of the source the unit holds. */
  #loadedFrom = 0;
  #loadedTo = 0;
  /** The source's buffer as 32-bit words, kept while pieces come from the same buffer. */
  #words: Int32Array | undefined;

  constructor(options: RunFinderOptions) {
    this.#dots = options.dots;
    this.#maxLineBytes = options.maxLineBytes;
    this.#scalar = options.unit === "scalar";
  }

  /** The octets to look at: `source[from, end)`; below 1 GiB from the start of its buffer, so that offsets are small integers. */
  open(source: Uint8Array, from: number, end: number): void {
    this.#source = source;
    this.#end = end;
    this.#loadedFrom = 0;
    this.#loadedTo = 0;
    this.#unit = this.#scalar || end - from < MIN_VECTOR_BYTES ? null : vectorUnit();
  }

  /** Lets go of the source. */
  close(): void {
    this.#source = NOTHING;
    this.#words = undefined;
  }

  /**
   * Where octets from `start` on stop being right, `limit` at most: at a bare CR or LF, at a CRLF that `limit` cuts in two, at a
   * NUL, at a dot that starts a line, or in or behind a line that is too long: then `column` is above the limit. It may stop
   * short of these: ask again from there. `start` is not at a dot that `dots` would stop at.
   */
  runEnd(start: number, limit: number): number {
    return this.#unit === null ? this.#scalarEnd(start, limit) : this.#vectorEnd(this.#unit, start, limit);
  }

  /** Copies a run that `runEnd()` has found: the very octets that were looked at, whatever becomes of the source. */
  copy(from: number, end: number, target: Uint8Array, to: number): void {
    const held = this.#unit !== null;
    const base = held ? this.#loadedFrom : 0;
    const source = held ? (this.#unit as VectorUnit).window : this.#source;
    if (end - from < SHORT_RUN_BYTES) {
      for (let at = from - base; at < end - base; at++) target[to++] = source[at]!;
    } else {
      target.set(source.subarray(from - base, end - base), to);
    }
  }

  #vectorEnd(unit: VectorUnit, start: number, limit: number): number {
    if (start >= this.#loadedTo || start < this.#loadedFrom) {
      this.#loadedFrom = start;
      this.#loadedTo = Math.min(this.#end, start + WINDOW_BYTES);
      unit.window.set(this.#source.subarray(start, this.#loadedTo));
    }
    const base = this.#loadedFrom;
    const at = start - base;
    const stop = Math.min(limit, this.#loadedTo) - base;
    const end = unit.runEnd(at, stop, at - this.column, this.#dots ? 1 : 0, this.#maxLineBytes);
    this.column = unit.found[7]!;
    return end + base;
  }

  #scalarEnd(start: number, limit: number): number {
    // Local constants and `| 0` keep this loop in 32-bit integers: a third faster than module constants, which bundlers
    // turn into variables, and than lengths, which engines hold as floating point.
    const firstPlain = 0x0e;
    limit |= 0;
    const source = this.#source;
    const words = this.#wordsOf(source);
    const offset = source.byteOffset | 0;
    const wordLimit = (offset + limit) >> 2;
    const dots = this.#dots;
    const maxLineBytes = this.#maxLineBytes;
    let lineStart = (start - this.column) | 0;
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
        if (at - lineStart > maxLineBytes) break;
        at += 2;
        lineStart = at;
        if (dots && at < limit && source[at] === 0x2e) break;
      } else if (octet === 0x0d || octet === 0x0a || octet === 0x00) {
        break;
      } else {
        at++;
      }
    }
    this.column = at - lineStart;
    return at;
  }

  #wordsOf(source: Uint8Array): Int32Array {
    let words = this.#words;
    const count = source.buffer.byteLength >>> 2;
    // A resizable buffer is the same one when it has grown or shrunk.
    if (words === undefined || words.buffer !== source.buffer || words.length !== count) {
      words = new Int32Array(source.buffer, 0, count);
      this.#words = words;
    }
    return words;
  }
}

const NOTHING = new Uint8Array(0);

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
