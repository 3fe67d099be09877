// What a body holds decides how it may travel: one walk over text or octets answers all questions.
import { LineFacts } from "@wirepost/octet-scan";

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
  /** How many controls there are other than TAB, CR and LF; NUL among them. */
  readonly controls: number;
  /** How many NULs there are. */
  readonly nuls: number;
  /** How many CR and LF are not part of a CRLF: normalising adds an octet for each. */
  readonly bareLineEnds: number;
}

/** Walks over text as if it were UTF-8. */
export function scanText(text: string): BodyFacts {
  let high = 0;
  let extra = 0; // octets beyond one per unit
  let lineStart = 0; // in octets, that is unit + extra
  let longest = 0;
  let controls = 0;
  let nuls = 0;
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
      controls += 1;
      if (unit === 0) nuls += 1;
    }
  }
  longest = Math.max(longest, text.length + extra - lineStart);
  return {
    highOctets: high,
    octets: text.length + extra,
    longestLine: longest,
    controls,
    nuls,
    bareLineEnds: bare,
  };
}

/** Facts about octets in memory. */
export function scanOctets(octets: Uint8Array): BodyFacts {
  const facts = new LineFacts();
  facts.add(octets);
  return facts;
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
    let afterCr = this.#afterCr;
    // First how much room is needed: most pieces need no change and are passed on as they are.
    const facts = new LineFacts();
    facts.add(piece);
    const bare = facts.bareLineEnds;
    if (bare === 0 && !afterCr) return piece;
    // The CR that waited counts with the piece before, a CR at the end with this one.
    const target = new Uint8Array(piece.length + bare + 2);
    let offset = 0;
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
