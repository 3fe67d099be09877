/** One element of a DER structure: where its content lies in the octets it was read from. */
export interface DerElement {
  readonly tag: number;
  /** Offset of the tag. */
  readonly start: number;
  /** Offset of the first content octet. */
  readonly contentStart: number;
  /** Offset after the last content octet. */
  readonly end: number;
}

export const DER = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  NULL: 0x05,
  OID: 0x06,
  ENUMERATED: 0x0a,
  UTF8_STRING: 0x0c,
  NUMERIC_STRING: 0x12,
  PRINTABLE_STRING: 0x13,
  T61_STRING: 0x14,
  IA5_STRING: 0x16,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  VISIBLE_STRING: 0x1a,
  UNIVERSAL_STRING: 0x1c,
  BMP_STRING: 0x1e,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

/** Thrown inside this folder only; becomes ERR_SOCKET_CERTIFICATE_MALFORMED at the door. */
export class DerError extends Error {}

/** Reads the element at `offset`. Definite lengths only, as DER prescribes (X.690 section 10.1); tags below 31. */
export function readElement(octets: Uint8Array, offset: number, limit: number): DerElement {
  if (offset + 2 > limit) throw new DerError("cut short");
  const tag = octets[offset]!;
  if ((tag & 0x1f) === 0x1f) throw new DerError("long tag");
  let length = octets[offset + 1]!;
  let contentStart = offset + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    // Four octets of length are 4 GiB; no certificate needs more, and indefinite lengths (0) are not DER.
    if (count === 0 || count > 4 || contentStart + count > limit) throw new DerError("bad length");
    length = 0;
    for (let index = 0; index < count; index++) length = length * 256 + octets[contentStart + index]!;
    contentStart += count;
  }
  if (contentStart + length > limit) throw new DerError("cut short");
  return { tag, start: offset, contentStart, end: contentStart + length };
}

/** The elements inside a constructed element. */
export function readChildren(octets: Uint8Array, parent: DerElement): DerElement[] {
  const children: DerElement[] = [];
  let offset = parent.contentStart;
  while (offset < parent.end) {
    const child = readElement(octets, offset, parent.end);
    children.push(child);
    offset = child.end;
  }
  return children;
}

export function content(octets: Uint8Array, element: DerElement): Uint8Array {
  return octets.subarray(element.contentStart, element.end);
}

export function whole(octets: Uint8Array, element: DerElement): Uint8Array {
  return octets.subarray(element.start, element.end);
}

export function readOid(octets: Uint8Array, element: DerElement): string {
  if (element.tag !== DER.OID || element.end === element.contentStart) throw new DerError("not an OID");
  const arcs: number[] = [];
  let arc = 0;
  for (let offset = element.contentStart; offset < element.end; offset++) {
    const octet = octets[offset]!;
    arc = arc * 128 + (octet & 0x7f);
    if (!Number.isSafeInteger(arc)) throw new DerError("OID arc too large");
    if (octet >= 0x80) continue;
    if (arcs.length === 0) {
      const root = arc < 80 ? Math.floor(arc / 40) : 2;
      arcs.push(root, arc - root * 40);
    } else arcs.push(arc);
    arc = 0;
  }
  return arcs.join(".");
}

/** Text of any of the string types; unreadable octets become U+FFFD. */
export function readText(octets: Uint8Array, element: DerElement): string {
  const bytes = Buffer.from(
    octets.buffer,
    octets.byteOffset + element.contentStart,
    element.end - element.contentStart,
  );
  switch (element.tag) {
    case DER.UTF8_STRING:
      return bytes.toString("utf8");
    case DER.BMP_STRING:
      return bytes.length % 2 === 0
        ? Buffer.from(bytes).swap16().toString("utf16le")
        : bytes.toString("latin1");
    case DER.UNIVERSAL_STRING: {
      let text = "";
      for (let at = 0; at + 4 <= bytes.length; at += 4) {
        const point = bytes.readUInt32BE(at);
        text += point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
      }
      return text;
    }
    default:
      return bytes.toString("latin1");
  }
}

/** UTCTime and GeneralizedTime in their DER forms (RFC 5280 section 4.1.2.5), as milliseconds since 1970. */
export function readTime(octets: Uint8Array, element: DerElement): number {
  const text = readText(octets, element);
  const match =
    element.tag === DER.UTC_TIME
      ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?Z$/.exec(text)
      : element.tag === DER.GENERALIZED_TIME
        ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?(?:\.\d+)?Z$/.exec(text)
        : null;
  if (match === null) throw new DerError("bad time");
  let year = Number(match[1]);
  if (element.tag === DER.UTC_TIME) year += year < 50 ? 2000 : 1900;
  const time = new Date(0);
  time.setUTCFullYear(year, Number(match[2]) - 1, Number(match[3]));
  time.setUTCHours(Number(match[4]), Number(match[5]), Number(match[6] ?? 0));
  return time.getTime();
}

/** A non-negative INTEGER or ENUMERATED that fits a number. */
export function readInteger(octets: Uint8Array, element: DerElement): number {
  const bytes = content(octets, element);
  if (bytes.length === 0 || bytes.length > 6 || bytes[0]! >= 0x80) throw new DerError("integer out of range");
  let value = 0;
  for (const octet of bytes) value = value * 256 + octet;
  return value;
}
