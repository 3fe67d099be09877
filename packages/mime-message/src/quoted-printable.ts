// Quoted-printable bodies (RFC 2045 6.7) in one pass over the octets, by table.
import { allocate } from "./platform.js";

const CR = 13;
const LF = 10;
const EQUALS = 61;
const HEX = new Uint8Array([48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 65, 66, 67, 68, 69, 70]);

// Columns that must be free before an octet is begun. A UTF-8 lead octet asks for its whole character, so that a soft
// break never cuts one: some readers decode line by line. 0 marks what is decided outside the table.
const ROOM = new Uint8Array(256);
for (let octet = 0; octet < 256; octet += 1) {
  if (octet === CR || octet === LF || octet === 32 || octet === 9) ROOM[octet] = 0;
  else if (octet === EQUALS || octet < 32 || octet === 127) ROOM[octet] = 3;
  else if (octet < 127) ROOM[octet] = 1;
  else if (octet < 0xc2) ROOM[octet] = 3;
  else if (octet < 0xe0) ROOM[octet] = 6;
  else if (octet < 0xf0) ROOM[octet] = 9;
  else ROOM[octet] = octet < 0xf5 ? 12 : 3;
}

/** Columns of a line before the `=` of a soft break. */
const WIDTH = 75;

/** Octets of target that so many octets of source can need at most: 3 each, a soft break for each 66 columns. */
function roomFor(sizeBytes: number): number {
  return Math.ceil((sizeBytes + 2) * 3 * (1 + 3 / 64)) + 16;
}

/**
 * Quoted-printable over pieces of any size.
 *
 * In text mode CRLF, CR and LF are line ends and leave as CRLF; in binary mode they are octets like any other, so that
 * what is decoded equals what was put in.
 */
export class QuotedPrintableEncoder {
  readonly #binary: boolean;
  #column = 0;
  /** A blank at the end of a piece (32 or 9), or a CR in text mode: what follows decides how it is written. */
  #held = 0;

  constructor(options: { binary?: boolean | undefined } = {}) {
    this.#binary = options.binary === true;
  }

  /** Most octets that `encodeInto` can write for so many octets. */
  static roomFor(sizeBytes: number): number {
    return roomFor(sizeBytes);
  }

  /** Encodes a piece. */
  push(piece: Uint8Array): Uint8Array {
    const target = allocate(roomFor(piece.length));
    return target.slice(0, this.encodeInto(piece, 0, piece.length, target, 0));
  }

  /** Encodes what was held back; the encoder can then be used for another content. */
  end(): Uint8Array {
    const target = new Uint8Array(16);
    return target.slice(0, this.finishInto(target, 0));
  }

  /** Writes source[start, end); the target must have `roomFor(end - start)` octets from `offset` on. */
  encodeInto(source: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): number {
    const binary = this.#binary;
    let column = this.#column;
    let at = start;
    if (this.#held !== 0 && at < end) {
      // Replay the octet held back, now that its successor is known.
      const held = this.#held;
      const next = source[at]!;
      this.#held = 0;
      if (held === CR) {
        if (next === LF) at += 1;
        target[offset++] = CR;
        target[offset++] = LF;
        column = 0;
      } else {
        this.#column = column;
        offset = this.#blank(held, !binary && (next === CR || next === LF), target, offset);
        column = this.#column;
      }
    }
    while (at < end) {
      const octet = source[at++]!;
      const room = ROOM[octet]!;
      if (room === 1) {
        if (column >= WIDTH) {
          target[offset++] = EQUALS;
          target[offset++] = CR;
          target[offset++] = LF;
          column = 0;
        }
        target[offset++] = octet;
        column += 1;
        continue;
      }
      if (room === 0) {
        if (octet === 32 || octet === 9) {
          if (at === end) {
            this.#held = octet;
            break;
          }
          const next = source[at]!;
          const atLineEnd = !binary && (next === CR || next === LF);
          if (!atLineEnd && column < WIDTH) {
            // A blank may stand before a soft break: the `=` is then the last character of the line.
            target[offset++] = octet;
            column += 1;
            continue;
          }
          this.#column = column;
          offset = this.#blank(octet, atLineEnd, target, offset);
          column = this.#column;
          continue;
        }
        if (!binary) {
          if (octet === CR) {
            if (at === end) {
              this.#held = CR;
              break;
            }
            if (source[at] === LF) at += 1;
          }
          target[offset++] = CR;
          target[offset++] = LF;
          column = 0;
          continue;
        }
      }
      if (column + (room === 0 ? 3 : room) > WIDTH) {
        target[offset++] = EQUALS;
        target[offset++] = CR;
        target[offset++] = LF;
        column = 0;
      }
      target[offset++] = EQUALS;
      target[offset++] = HEX[octet >> 4]!;
      target[offset++] = HEX[octet & 15]!;
      column += 3;
    }
    this.#column = column;
    return offset;
  }

  /** Writes what was held back; at most 8 octets. */
  finishInto(target: Uint8Array, offset: number): number {
    const held = this.#held;
    this.#held = 0;
    if (held === CR) {
      target[offset++] = CR;
      target[offset++] = LF;
    } else if (held !== 0) {
      offset = this.#blank(held, true, target, offset);
    }
    this.#column = 0;
    return offset;
  }

  /** A space or tab; the last of a line is escaped, since transports remove trailing blanks. */
  #blank(octet: number, escaped: boolean, target: Uint8Array, offset: number): number {
    const width = escaped ? 3 : 1;
    if (this.#column + width > WIDTH) {
      target[offset++] = EQUALS;
      target[offset++] = CR;
      target[offset++] = LF;
      this.#column = 0;
    }
    if (escaped) {
      target[offset++] = EQUALS;
      target[offset++] = HEX[octet >> 4]!;
      target[offset++] = HEX[octet & 15]!;
    } else {
      target[offset++] = octet;
    }
    this.#column += width;
    return offset;
  }
}

// Large texts are encoded piece by piece, so that the worst case of the room is reserved for a piece only.
const PIECE_OCTETS = 65_536;

/** The whole content as quoted-printable blocks, without a line end of their own at the end. */
export function quotedPrintableBlocks(
  octets: Uint8Array,
  options: { binary?: boolean | undefined } = {},
): Uint8Array[] {
  const encoder = new QuotedPrintableEncoder(options);
  const scratch = allocate(roomFor(Math.min(octets.length, PIECE_OCTETS)));
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += PIECE_OCTETS) {
    const end = Math.min(octets.length, at + PIECE_OCTETS);
    let written = encoder.encodeInto(octets, at, end, scratch, 0);
    if (end === octets.length) written = encoder.finishInto(scratch, written);
    const block = allocate(written);
    block.set(scratch.subarray(0, written));
    blocks.push(block);
  }
  return blocks;
}

/** The whole content as quoted-printable. */
export function encodeQuotedPrintable(
  octets: Uint8Array,
  options: { binary?: boolean | undefined } = {},
): Uint8Array {
  const blocks = quotedPrintableBlocks(octets, options);
  if (blocks.length === 1) return blocks[0]!;
  let size = 0;
  for (const block of blocks) size += block.length;
  const whole = allocate(size);
  let offset = 0;
  for (const block of blocks) {
    whole.set(block, offset);
    offset += block.length;
  }
  return whole;
}

/** Value of a hexadecimal digit, or -1. */
function hexValue(octet: number | undefined): number {
  if (octet === undefined) return -1;
  if (octet >= 48 && octet <= 57) return octet - 48;
  const upper = octet & 0xdf;
  return upper >= 65 && upper <= 70 ? upper - 55 : -1;
}

/**
 * Quoted-printable back to octets. Robust as RFC 2045 6.7 advises: trailing blanks of a line are dropped, a broken escape
 * stays as it is, line ends stay as they are.
 */
export function decodeQuotedPrintable(encoded: Uint8Array): Uint8Array {
  const target = new Uint8Array(encoded.length);
  let offset = 0;
  let keep = 0; // behind the last octet that is not a trailing blank
  for (let at = 0; at < encoded.length; at += 1) {
    const octet = encoded[at]!;
    if (octet === CR || octet === LF) {
      offset = keep;
      target[offset++] = octet;
      keep = offset;
    } else if (octet === EQUALS) {
      const high = hexValue(encoded[at + 1]);
      const low = hexValue(encoded[at + 2]);
      if (high >= 0 && low >= 0) {
        target[offset++] = high * 16 + low;
        keep = offset;
        at += 2;
        continue;
      }
      let ahead = at + 1;
      while (encoded[ahead] === 32 || encoded[ahead] === 9) ahead += 1;
      if (ahead >= encoded.length) {
        keep = offset;
        break;
      }
      if (encoded[ahead] === CR && encoded[ahead + 1] === LF) ahead += 1;
      if (encoded[ahead] === LF || encoded[ahead] === CR) {
        at = ahead; // a soft break
        keep = offset;
      } else {
        target[offset++] = octet;
        keep = offset;
      }
    } else {
      target[offset++] = octet;
      if (octet !== 32 && octet !== 9) keep = offset;
    }
  }
  return target.slice(0, keep);
}
