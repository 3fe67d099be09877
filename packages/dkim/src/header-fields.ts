import type { Canonicalization } from "./body-canonicalization.js";
import { DkimError } from "./errors.js";

/** One header field as it stands in the message: all its lines, with the CRLF of the last. */
export interface HeaderField {
  /** In lower case. */
  readonly name: string;
  /** One character per octet. */
  readonly text: string;
}

// RFC 5322 3.6.8 ftext, with the white space before the colon that RFC 5322 4.5 still reads.
const FIELD_START = /^([!-9;-~]+)[ \t]*:/;

/**
 * The fields of a header whose lines all end in CRLF, top to bottom.
 *
 * @throws DkimError ERR_DKIM_HEADER_SYNTAX
 */
export function splitHeader(header: string): HeaderField[] {
  const fields: HeaderField[] = [];
  let start = 0;
  while (start < header.length) {
    let end = header.indexOf("\r\n", start);
    while (end >= 0 && (header[end + 2] === " " || header[end + 2] === "\t"))
      end = header.indexOf("\r\n", end + 2);
    if (end < 0) throw new DkimError("ERR_DKIM_HEADER_SYNTAX", "The header's last line has no end");
    const text = header.slice(start, end + 2);
    const name = FIELD_START.exec(text)?.[1];
    if (name === undefined) {
      throw new DkimError(
        "ERR_DKIM_HEADER_SYNTAX",
        `Line ${lineNumber(header, start)} of the header is no field`,
      );
    }
    fields.push({ name: name.toLowerCase(), text });
    start = end + 2;
  }
  return fields;
}

function lineNumber(header: string, offset: number): number {
  return header.slice(0, offset).split("\r\n").length;
}

/**
 * A field in canonical form, without the CRLF at its end (RFC 6376 3.4.1, 3.4.2).
 */
export function canonicalField(kind: Canonicalization, field: HeaderField): string {
  const text = field.text.endsWith("\r\n") ? field.text.slice(0, -2) : field.text;
  if (kind === "simple") return text;
  // White space is one run before it is trimmed, so that no expression has two ways to match it.
  let value = text
    .slice(text.indexOf(":") + 1)
    .replaceAll("\r\n", "")
    .replace(/[ \t]+/g, " ");
  if (value.startsWith(" ")) value = value.slice(1);
  if (value.endsWith(" ")) value = value.slice(0, -1);
  return `${field.name}:${value}`;
}

/**
 * The fields that a list of names selects (RFC 6376 5.4.2): each name takes the lowest one not yet taken; a name
 * without a field left selects nothing, which is what oversigning is made of.
 */
export function selectFields(fields: readonly HeaderField[], names: readonly string[]): HeaderField[] {
  const left = new Map<string, HeaderField[]>();
  for (const field of fields) {
    const same = left.get(field.name);
    if (same === undefined) left.set(field.name, [field]);
    else same.push(field);
  }
  const selected: HeaderField[] = [];
  for (const name of names) {
    const field = left.get(name.toLowerCase())?.pop();
    if (field !== undefined) selected.push(field);
  }
  return selected;
}

/** What is signed: the selected fields, then the signature's own field with an empty b= (RFC 6376 3.7). */
export function signedHeader(
  kind: Canonicalization,
  fields: readonly HeaderField[],
  names: readonly string[],
  signatureField: HeaderField,
): string {
  const parts = selectFields(fields, names).map((field) => canonicalField(kind, field));
  parts.push(canonicalField(kind, signatureField));
  return parts.join("\r\n");
}
