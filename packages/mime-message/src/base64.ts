// Base64 bodies (RFC 2045 6.8): lines of 76 characters, CRLF between them.
import { type Base64Unit, base64Unit, UNIT_LINES } from "./base64-unit.js";
import { allocate, base64OneLine, nativeView } from "./platform.js";

/** Octets that fill one line of 76 characters. */
export const BASE64_LINE_OCTETS = 57;

// 32 KB of source per native call: the 44 KB of output stay in the second-level cache while the lines are moved.
// Chunks of 256 KB were measured at a third of the speed.
const CHUNK_LINES = 574;
const CHUNK_OCTETS = CHUNK_LINES * BASE64_LINE_OCTETS;

/** Below this, handing octets to the unit costs more than it saves. */
const MIN_UNIT_OCTETS = 4 * BASE64_LINE_OCTETS;

/** Octets that `encodeBase64Lines` gives for so many octets: no line end after the last line. */
export function base64LinesLength(sizeBytes: number): number {
  if (sizeBytes === 0) return 0;
  const characters = Math.ceil(sizeBytes / 3) * 4;
  return characters + 2 * (Math.ceil(characters / 76) - 1);
}

/** Octets as base64 lines with CRLF between them and none at the end. */
export function encodeBase64Lines(octets: Uint8Array): Uint8Array {
  const target = allocate(base64LinesLength(octets.length));
  encodeByStrings(octets, 0, octets.length, target, 0);
  return target;
}

/**
 * Writes source[start, end) as base64 lines with CRLF between them, none at the end. The caller gives a target with
 * `base64LinesLength(end - start)` octets of room from `offset` on. Returns the offset behind the last octet written.
 */
export function encodeBase64Into(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  offset: number,
): number {
  const unit = end - start < MIN_UNIT_OCTETS ? null : base64Unit();
  return unit === null
    ? encodeByStrings(source, start, end, target, offset)
    : encodeByUnit(unit, source, start, end, target, offset);
}

/**
 * Whole lines by the unit, which makes no garbage of it; the rest, of less than a line, as a string. Into memory that is used again
 * it keeps a large message small; into memory of its own for each block, strings are faster by half (measured).
 */
function encodeByUnit(
  unit: Base64Unit,
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  offset: number,
): number {
  // The last line has no line end, so it is left to the end even where it is whole.
  let lines = Math.ceil((end - start) / BASE64_LINE_OCTETS) - 1;
  while (lines > 0) {
    const count = Math.min(lines, UNIT_LINES);
    unit.octets.set(source.subarray(start, start + count * BASE64_LINE_OCTETS));
    unit.encodeLines(count);
    target.set(unit.lines.subarray(0, count * 78), offset);
    start += count * BASE64_LINE_OCTETS;
    offset += count * 78;
    lines -= count;
  }
  return encodeByStrings(source, start, end, target, offset);
}

/** By the platform's own base64, on one line, which is then cut. */
export function encodeByStrings(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  offset: number,
): number {
  const native = nativeView(target);
  const view = new DataView(target.buffer, target.byteOffset, target.length);
  for (let at = start; at < end; at += CHUNK_OCTETS) {
    const chunkEnd = Math.min(end, at + CHUNK_OCTETS);
    if (at > start) {
      view.setUint16(offset, 0x0d0a);
      offset += 2;
    }
    const text = base64OneLine(source, at, chunkEnd);
    const breaks = Math.ceil(text.length / 76) - 1;
    // The text goes to the end of its room, and its lines move down into place: each move opens the two octets that
    // the line's CRLF needs, and the last line is where it belongs already.
    const from = offset + 2 * breaks;
    if (native !== undefined) native.latin1Write(text, from);
    else for (let i = 0; i < text.length; i += 1) target[from + i] = text.charCodeAt(i);
    offset = moveLines(view, offset, from, breaks) + text.length - 76 * breaks;
  }
  return offset;
}

/**
 * Moves lines of 76 octets down, each with a CRLF behind it. Eight octets at a time through a DataView, which compiles to
 * plain moves where copyWithin is a call (half as fast again, measured). As doubles, since no base64 character has the
 * bits of a NaN, which an engine might change.
 */
function moveLines(view: DataView, offset: number, from: number, lines: number): number {
  for (let line = 0; line < lines; line += 1) {
    view.setFloat64(offset, view.getFloat64(from, true), true);
    view.setFloat64(offset + 8, view.getFloat64(from + 8, true), true);
    view.setFloat64(offset + 16, view.getFloat64(from + 16, true), true);
    view.setFloat64(offset + 24, view.getFloat64(from + 24, true), true);
    view.setFloat64(offset + 32, view.getFloat64(from + 32, true), true);
    view.setFloat64(offset + 40, view.getFloat64(from + 40, true), true);
    view.setFloat64(offset + 48, view.getFloat64(from + 48, true), true);
    view.setFloat64(offset + 56, view.getFloat64(from + 56, true), true);
    view.setFloat64(offset + 64, view.getFloat64(from + 64, true), true);
    view.setInt32(offset + 72, view.getInt32(from + 72, true), true);
    view.setUint16(offset + 76, 0x0d0a);
    offset += 78;
    from += 76;
  }
  return offset;
}

/** Base64 lines over pieces of any size. Each call gives the octets that became final. */
export class Base64Encoder {
  #kept: Uint8Array | undefined;
  readonly #carry = new Uint8Array(BASE64_LINE_OCTETS);
  #carried = 0;
  #begun = false;

  /** @param keptBytes size of one target that all calls share; a call that needs more gets its own. Default: none is shared */
  constructor(keptBytes = 0) {
    this.#kept = keptBytes === 0 ? undefined : allocate(keptBytes);
  }

  /** Encodes the whole lines of what came so far; the rest of less than a line waits for more. */
  push(piece: Uint8Array): Uint8Array {
    const whole = this.#carried + piece.length;
    // A whole last line is kept too: whether a CRLF follows it is only known when more comes.
    const lines = Math.max(0, Math.ceil(whole / BASE64_LINE_OCTETS) - 1);
    if (lines === 0) {
      this.#carry.set(piece, this.#carried);
      this.#carried = whole;
      return new Uint8Array(0);
    }
    const target = this.#target(lines * 78 - (this.#begun ? 0 : 2));
    let offset = 0;
    let at = 0;
    let left = lines;
    if (this.#carried > 0) {
      at = BASE64_LINE_OCTETS - this.#carried;
      this.#carry.set(piece.subarray(0, at), this.#carried);
      offset = this.#line(this.#carry, 0, BASE64_LINE_OCTETS, target, offset);
      left -= 1;
    }
    if (left > 0) {
      const end = at + left * BASE64_LINE_OCTETS;
      offset = this.#line(piece, at, end, target, offset);
      at = end;
    }
    this.#carry.set(piece.subarray(at));
    this.#carried = piece.length - at;
    return target;
  }

  /** Encodes what is left. The encoder can then be used for another content. */
  end(): Uint8Array {
    const size = base64LinesLength(this.#carried);
    const target = allocate(size === 0 ? 0 : size + (this.#begun ? 2 : 0));
    if (size > 0) this.#line(this.#carry, 0, this.#carried, target, 0);
    this.#carried = 0;
    this.#begun = false;
    return target;
  }

  #target(sizeBytes: number): Uint8Array {
    const kept = this.#kept;
    return kept === undefined || kept.length < sizeBytes ? allocate(sizeBytes) : kept.subarray(0, sizeBytes);
  }

  #line(source: Uint8Array, start: number, end: number, target: Uint8Array, offset: number): number {
    if (this.#begun) {
      target[offset] = 13;
      target[offset + 1] = 10;
      offset += 2;
    }
    this.#begun = true;
    const encode = this.#kept === undefined ? encodeByStrings : encodeBase64Into;
    return encode(source, start, end, target, offset);
  }
}
