import { MIN_VECTOR_BYTES, type VectorUnit, vectorUnit, WINDOW_BYTES } from "./vector-unit.js";

/** Below this many words a view costs more than it saves. */
const MIN_WORDS = 16;

export interface LineFactsOptions {
  /** `scalar` leaves the vector unit out: for tests, and for measuring. Default `auto`. */
  readonly unit?: "auto" | "scalar" | undefined;
}

/**
 * What octets hold that decides how they may travel as mail (RFC 5321 4.5.2, 4.5.3.1.6; RFC 2045 2.7, 2.8). Pieces are added in
 * order; however they are cut, the answers are the same. A line ends with CRLF, with a bare CR or with a bare LF.
 */
export class LineFacts {
  /** Octets in all. */
  octets = 0;
  /** Octets above 127. */
  highOctets = 0;
  /** Octets below 32 but TAB, CR and LF, and octet 127. */
  controls = 0;
  /** Octets that are NUL; they count as controls too. */
  nuls = 0;
  #returns = 0;
  #feeds = 0;
  #pairs = 0;
  #longest = 0;
  #line = 0;
  #afterReturn = false;
  readonly #scalar: boolean;

  constructor(options: LineFactsOptions = {}) {
    this.#scalar = options.unit === "scalar";
  }

  /** How many CR and LF are not part of a CRLF. A CR at the very end counts until an LF is added behind it. */
  get bareLineEnds(): number {
    return this.#returns + this.#feeds - 2 * this.#pairs;
  }

  /** Octets of the longest line, its line end not counted; the line that has not ended yet is one of them. */
  get longestLine(): number {
    return Math.max(this.#longest, this.#line);
  }

  add(piece: Uint8Array): void {
    this.octets += piece.length;
    const unit = this.#scalar || piece.length < MIN_VECTOR_BYTES ? null : vectorUnit();
    if (unit === null) this.#addScalar(piece);
    else if (piece.length <= WINDOW_BYTES) this.#addVector(unit, piece);
    else {
      for (let at = 0; at < piece.length; at += WINDOW_BYTES) {
        this.#addVector(unit, piece.subarray(at, at + WINDOW_BYTES));
      }
    }
  }

  #addVector(unit: VectorUnit, piece: Uint8Array): void {
    const { found } = unit;
    unit.window.set(piece);
    unit.facts(piece.length, this.#line, this.#afterReturn ? 1 : 0);
    this.highOctets += found[0]!;
    this.controls += found[1]!;
    this.nuls += found[2]!;
    this.#returns += found[3]!;
    this.#feeds += found[4]!;
    this.#pairs += found[5]!;
    if (found[6]! > this.#longest) this.#longest = found[6]!;
    this.#line = found[7]!;
    this.#afterReturn = found[8] === 1;
  }

  /** Most octets are plain ASCII: those are looked at four at a time, the others one by one. */
  #addScalar(piece: Uint8Array): void {
    const { length } = piece;
    const aligned = Math.min(length, -piece.byteOffset & 3);
    const count = (length - aligned) >> 2;
    if (count < MIN_WORDS) {
      this.#walk(piece, 0, length);
      return;
    }
    const words = new Int32Array(piece.buffer, piece.byteOffset + aligned, count);
    this.#walk(piece, 0, aligned);
    let at = 0;
    while (at < count) {
      const from = at;
      while (at < count && isPlain(words[at]!)) at += 1;
      if (at > from) {
        this.#afterReturn = false;
        this.#line += (at - from) << 2;
      }
      const odd = at;
      while (at < count && !isPlain(words[at]!)) at += 1;
      if (at > odd) this.#walk(piece, aligned + (odd << 2), aligned + (at << 2));
    }
    this.#walk(piece, aligned + (count << 2), length);
  }

  #walk(piece: Uint8Array, from: number, to: number): void {
    let line = this.#line;
    let afterReturn = this.#afterReturn;
    for (let at = from; at < to; at += 1) {
      const octet = piece[at]!;
      if (octet === 10) {
        this.#feeds += 1;
        if (afterReturn) this.#pairs += 1;
        else if (line > this.#longest) this.#longest = line;
        line = 0;
        afterReturn = false;
        continue;
      }
      afterReturn = octet === 13;
      if (afterReturn) {
        this.#returns += 1;
        if (line > this.#longest) this.#longest = line;
        line = 0;
        continue;
      }
      line += 1;
      if (octet >= 32 && octet < 127) continue;
      if (octet > 127) this.highOctets += 1;
      else if (octet !== 9) {
        this.controls += 1;
        if (octet === 0) this.nuls += 1;
      }
    }
    this.#line = line;
    this.#afterReturn = afterReturn;
  }
}

/**
 * Whether all four octets of a word are from 32 to 126: none has its high bit set, nor has it after 32 was taken away or 1
 * was added. A borrow from a neighbour can only make a plain word look odd, and odd words are walked.
 */
function isPlain(word: number): boolean {
  return ((word | (word - 0x20202020) | (word + 0x01010101)) & 0x80808080) === 0;
}
