// What a body holds decides how it may travel: one walk over text or octets answers all questions.

/** Longest line without its CRLF (RFC 5321 4.5.3.1.6, RFC 5322 2.1.1). */
export const MAX_BODY_LINE_OCTETS = 998;

/** Facts about a body. */
export interface BodyFacts {
  /** Octets above 127 (of UTF-8, for text). */
  readonly highOctets: number;
  /** Octets in all, before line ends are normalised. */
  readonly octets: number;
  /** Octets of the longest line. */
  readonly longestLine: number;
  /** True when there is a control other than TAB, CR and LF; NUL among them. */
  readonly controls: boolean;
  /** True when there is a NUL. */
  readonly nul: boolean;
  /** How many CR and LF are not part of a CRLF: normalising adds an octet for each. */
  readonly bareLineEnds: number;
}

/** Walks over text as if it were UTF-8. */
export function scanText(text: string): BodyFacts {
  let high = 0;
  let extra = 0; // octets beyond one per unit
  let lineStart = 0; // in octets, that is unit + extra
  let longest = 0;
  let controls = false;
  let nul = false;
  let bare = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 32 && unit < 127) continue;
    if (unit === 10 || unit === 13) {
      const length = at + extra - lineStart;
      if (length > longest) longest = length;
      if (unit === 13 && text.charCodeAt(at + 1) === 10) at += 1;
      else bare += 1;
      lineStart = at + 1 + extra;
    } else if (unit > 127) {
      let width = 3;
      if (unit < 0x800) width = 2;
      else if (unit >= 0xd800 && unit < 0xdc00) {
        const next = text.charCodeAt(at + 1);
        if (next >= 0xdc00 && next < 0xe000) {
          width = 4;
          at += 1;
          extra -= 1;
        }
      }
      high += width;
      extra += width - 1;
    } else if (unit !== 9) {
      controls = true;
      if (unit === 0) nul = true;
    }
  }
  longest = Math.max(longest, text.length + extra - lineStart);
  return {
    highOctets: high,
    octets: text.length + extra,
    longestLine: longest,
    controls,
    nul,
    bareLineEnds: bare,
  };
}

/** Below this many words a view costs more than it saves. */
const MIN_WORDS = 16;

/**
 * Whether all four octets of a word are from 32 to 126: none has its high bit set, nor has it after 32 was taken away or 1
 * was added. A borrow from a neighbour can only make a plain word look odd, and odd words are walked.
 */
function isPlain(word: number): boolean {
  return ((word | (word - 0x20202020) | (word + 0x01010101)) & 0x80808080) === 0;
}

/** Walks over octets piece by piece; a CRLF may be cut by the end of a piece. */
export class OctetScanner {
  #high = 0;
  #octets = 0;
  #line = 0;
  #longest = 0;
  #controls = false;
  #nul = false;
  #bare = 0;
  #afterCr = false;

  push(piece: Uint8Array): void {
    const length = piece.length;
    this.#octets += length;
    // Most octets are plain ASCII: those are looked at four at a time, the others one by one.
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
        if (this.#afterCr) this.#bare += 1;
        this.#afterCr = false;
        this.#line += (at - from) << 2;
      }
      const odd = at;
      while (at < count && !isPlain(words[at]!)) at += 1;
      if (at > odd) this.#walk(piece, aligned + (odd << 2), aligned + (at << 2));
    }
    this.#walk(piece, aligned + (count << 2), length);
  }

  #walk(piece: Uint8Array, from: number, to: number): void {
    let high = this.#high;
    let line = this.#line;
    let afterCr = this.#afterCr;
    for (let at = from; at < to; at += 1) {
      const octet = piece[at]!;
      if (octet >= 32 && octet < 127) {
        if (afterCr) {
          this.#bare += 1;
          afterCr = false;
        }
        line += 1;
        continue;
      }
      if (octet === 10) {
        if (!afterCr) {
          this.#bare += 1;
          if (line > this.#longest) this.#longest = line;
          line = 0;
        }
        afterCr = false;
        continue;
      }
      if (afterCr) this.#bare += 1;
      afterCr = false;
      if (octet === 13) {
        afterCr = true;
        if (line > this.#longest) this.#longest = line;
        line = 0;
        continue;
      }
      line += 1;
      if (octet > 127) high += 1;
      else if (octet !== 9) {
        this.#controls = true;
        if (octet === 0) this.#nul = true;
      }
    }
    this.#high = high;
    this.#line = line;
    this.#afterCr = afterCr;
  }

  facts(): BodyFacts {
    return {
      highOctets: this.#high,
      octets: this.#octets,
      longestLine: Math.max(this.#longest, this.#line),
      controls: this.#controls,
      nul: this.#nul,
      bareLineEnds: this.#bare + (this.#afterCr ? 1 : 0),
    };
  }
}

/** Facts about octets in memory. */
export function scanOctets(octets: Uint8Array): BodyFacts {
  const scanner = new OctetScanner();
  scanner.push(octets);
  return scanner.facts();
}

/** Every CR, LF and CRLF as CRLF. */
export function normalizeText(text: string): string {
  if (!text.includes("\r")) return text.replaceAll("\n", "\r\n");
  return text.replace(/\r\n?|\n/g, "\r\n");
}

/** Every CR, LF and CRLF as CRLF, over pieces of any size. */
export class LineEndNormalizer {
  #afterCr = false;

  push(piece: Uint8Array): Uint8Array {
    let bare = 0;
    let afterCr = this.#afterCr;
    // First how much room is needed: most pieces need no change and are passed on as they are.
    let changed = afterCr;
    for (let at = 0; at < piece.length; at += 1) {
      const octet = piece[at]!;
      if (octet === 10) {
        if (!afterCr) bare += 1;
        afterCr = false;
      } else {
        if (afterCr) bare += 1;
        afterCr = octet === 13;
      }
    }
    changed ||= bare > 0 || afterCr;
    if (!changed) return piece;
    // A CR at the end waits for its LF; the LF of a CR that waited was counted with neither.
    const target = new Uint8Array(piece.length + bare + 1);
    let offset = 0;
    afterCr = this.#afterCr;
    for (let at = 0; at < piece.length; at += 1) {
      const octet = piece[at]!;
      if (afterCr) {
        target[offset++] = 13;
        target[offset++] = 10;
        afterCr = false;
        if (octet === 10) continue;
      }
      if (octet === 13) afterCr = true;
      else if (octet === 10) {
        target[offset++] = 13;
        target[offset++] = 10;
      } else target[offset++] = octet;
    }
    this.#afterCr = afterCr;
    return target.subarray(0, offset);
  }

  end(): Uint8Array {
    const held = this.#afterCr;
    this.#afterCr = false;
    return held ? new Uint8Array([13, 10]) : new Uint8Array(0);
  }
}

/** Octets in memory with every CR, LF and CRLF as CRLF; the same array when nothing is to be changed. */
export function normalizeOctets(octets: Uint8Array): Uint8Array {
  const normalizer = new LineEndNormalizer();
  const body = normalizer.push(octets);
  const rest = normalizer.end();
  if (rest.length === 0) return body;
  const whole = new Uint8Array(body.length + rest.length);
  whole.set(body);
  whole.set(rest, body.length);
  return whole;
}
