// Quoted-printable bodies (RFC 2045 6.7) in one pass over the octets, by table.
import { allocate } from "./platform.js";

const CR = 13;
const LF = 10;
const EQUALS = 61;

/** 1 for what stands for itself: printable ASCII but `=`, and blanks where they are not the last of a line. */
const LITERAL = new Uint8Array(256);
// Columns that must be free before an octet is escaped. A UTF-8 lead octet asks for its whole character, so that a soft
// break never cuts one: some readers decode line by line.
const ROOM = new Uint8Array(256);
/** `=XX` in the three high octets. */
const ESCAPE = new Uint32Array(256);
for (let octet = 0; octet < 256; octet += 1) {
  LITERAL[octet] = octet === 9 || (octet >= 32 && octet < 127 && octet !== EQUALS) ? 1 : 0;
  ROOM[octet] = octet < 0xc2 || octet > 0xf4 ? 3 : octet < 0xe0 ? 6 : octet < 0xf0 ? 9 : 12;
  const high = "0123456789ABCDEF".charCodeAt(octet >> 4);
  const low = "0123456789ABCDEF".charCodeAt(octet & 15);
  ESCAPE[octet] = EQUALS * 0x1000000 + high * 0x10000 + low * 0x100;
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
    if (start >= end) return offset;
    const binary = this.#binary;
    const view = new DataView(target.buffer, target.byteOffset, target.length);
    const begin = offset;
    let column = this.#column;
    let at = start;
    if (this.#held === CR) {
      if (source[at] === LF) at += 1;
      offset = lineEnd(target, offset);
      column = 0;
    } else if (this.#held !== 0) {
      if (column >= WIDTH) {
        offset = softBreak(target, offset);
        column = 0;
      }
      target[offset++] = this.#held;
      column += 1;
    }
    this.#held = 0;
    for (;;) {
      // A run of what stands for itself, as far as the line goes. Blanks are taken along: whether one is the last of its
      // line shows at the line end, which takes it back.
      const run = at;
      const stop = Math.min(end, at + WIDTH - column);
      while (at < stop) {
        const octet = source[at]!;
        if (LITERAL[octet] === 0) break;
        target[offset++] = octet;
        at += 1;
      }
      column += at - run;
      if (at === end) break;
      const octet = source[at]!;
      if (LITERAL[octet] === 1) {
        offset = softBreak(target, offset);
        column = 0;
        continue;
      }
      at += 1;
      if (!binary && (octet === LF || octet === CR)) {
        if (column > 0 && offset > begin) offset = escapeLastBlank(target, offset, column);
        if (octet === CR) {
          if (at === end) {
            this.#held = CR;
            break;
          }
          if (source[at] === LF) at += 1;
        }
        offset = lineEnd(target, offset);
        column = 0;
        continue;
      }
      if (column + ROOM[octet]! > WIDTH) {
        offset = softBreak(target, offset);
        column = 0;
      }
      // The octet and those that continue its character, for which there is room.
      const last = Math.min(end, at - 1 + ROOM[octet]! / 3);
      let escaped = octet;
      for (;;) {
        // Four octets in one store: the fourth is overwritten by what follows, and `roomFor` has one to spare.
        view.setUint32(offset, ESCAPE[escaped]!);
        offset += 3;
        column += 3;
        if (at >= last) break;
        escaped = source[at]!;
        if ((escaped & 0xc0) !== 0x80) break;
        at += 1;
      }
    }
    if (column > 0 && offset > begin && this.#held === 0) {
      const last = target[offset - 1]!;
      if (last === 32 || last === 9) {
        this.#held = last;
        offset -= 1;
        column -= 1;
      }
    }
    this.#column = column;
    return offset;
  }

  /** Writes what was held back; at most 6 octets. */
  finishInto(target: Uint8Array, offset: number): number {
    const held = this.#held;
    if (held === CR) offset = lineEnd(target, offset);
    else if (held !== 0) {
      target[offset] = held;
      offset = escapeLastBlank(target, offset + 1, this.#column + 1);
    }
    this.#held = 0;
    this.#column = 0;
    return offset;
  }
}

function lineEnd(target: Uint8Array, offset: number): number {
  target[offset] = CR;
  target[offset + 1] = LF;
  return offset + 2;
}

function softBreak(target: Uint8Array, offset: number): number {
  target[offset] = EQUALS;
  return lineEnd(target, offset + 1);
}

/** The last octet of a line, escaped if it is a blank: transports remove trailing blanks. */
function escapeLastBlank(target: Uint8Array, offset: number, column: number): number {
  const last = target[offset - 1]!;
  if (last !== 32 && last !== 9) return offset;
  offset -= 1;
  if (column - 1 + 3 > WIDTH) offset = softBreak(target, offset);
  for (let shift = 24; shift > 0; shift -= 8) target[offset++] = (ESCAPE[last]! >> shift) & 0xff;
  return offset;
}

// Large texts are encoded piece by piece, so that the worst case of the room is reserved for a piece only; of this size, so
// that no block reaches 128 KiB, from where on it would be mapped from the system and unmapped each time.
const PIECE_OCTETS = 32_768;

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
