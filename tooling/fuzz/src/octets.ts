// Octets and the texts that they stand for.

/** One character per octet. */
export function latin1(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("latin1");
}

export function octetsOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

export function utf8(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "utf8"));
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** UTF-8 to text; the three octets that would be a surrogate become that surrogate, alone, and broken octets U+FFFD. */
export function text(octets: Uint8Array): string {
  const raw = latin1(octets);
  if (!/\xed[\xa0-\xbf][\x80-\xbf]/.test(raw)) return decoder.decode(octets);
  let result = "";
  let from = 0;
  for (const match of raw.matchAll(/\xed([\xa0-\xbf])([\x80-\xbf])/g)) {
    result += decoder.decode(octets.subarray(from, match.index));
    const [, high = "", low = ""] = match;
    result += String.fromCharCode(0xd000 | ((high.charCodeAt(0) & 0x3f) << 6) | (low.charCodeAt(0) & 0x3f));
    from = match.index + 3;
  }
  return result + decoder.decode(octets.subarray(from));
}

export function sameOctets(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

export function join(pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/** Between the fields of an input that has several: a record separator, which no protocol here uses. */
export const SEPARATOR = 0x1e;

export function fields(octets: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  let from = 0;
  for (let at = octets.indexOf(SEPARATOR); at >= 0; at = octets.indexOf(SEPARATOR, from)) {
    found.push(octets.subarray(from, at));
    from = at + 1;
  }
  found.push(octets.subarray(from));
  return found;
}

/** FNV-1a, to choose by an input something that is the same each time. */
export function hash(octets: Uint8Array): number {
  let value = 0x811c9dc5;
  for (const octet of octets) value = Math.imul(value ^ octet, 0x01000193);
  return value >>> 0;
}

/** Numbers that a seed determines (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Ways to cut an input: octet by octet, and in pieces of one to nine octets that the input itself chooses; for small
 * inputs also at every single place.
 */
export function* cuts(octets: Uint8Array): Generator<readonly Uint8Array[]> {
  if (octets.length <= 4096) yield Array.from(octets, (octet) => Uint8Array.of(octet));
  const random = randomFrom(hash(octets));
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < octets.length; ) {
    const size = 1 + Math.floor(random() * (octets.length > 4096 ? 3000 : 9));
    pieces.push(octets.slice(at, at + size));
    at += size;
  }
  yield pieces;
  if (octets.length > 80) return;
  for (let at = 0; at <= octets.length; at++) yield [octets.slice(0, at), octets.slice(at)];
}

/** Lone surrogates as U+FFFD, as encoders write them. */
export function wellFormed(given: string): string {
  return given.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
