// Header blocks (RFC 5322 2.2) to fields, in two ways with two names: by the grammar, and as found in the wild.
import { MimeError, quoteForError } from "./errors.js";
import { MAX_LINE_OCTETS } from "./folding.js";
import { latin1Decode, utf8DecodeStrict } from "./platform.js";

/** A field as it was read. */
export interface HeaderField {
  /** As written. */
  readonly name: string;
  /** Unfolded, blanks at its ends removed; encoded words left alone (`decodeWords` reads them). */
  readonly value: string;
}

function invalid(message: string, line: string): MimeError {
  return new MimeError("ERR_MIME_INVALID_HEADER", `${message}: ${quoteForError(line)}`);
}

const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
const BLANKS = /^[ \t]*$/;

/** Without blanks (space and TAB) at its ends. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && (text.charCodeAt(start) === 32 || text.charCodeAt(start) === 9)) start += 1;
  while (end > start && (text.charCodeAt(end - 1) === 32 || text.charCodeAt(end - 1) === 9)) end -= 1;
  return text.slice(start, end);
}

/**
 * Reads a header block up to its empty line or its end, by RFC 5322 without its obsolete forms, with RFC 6532's UTF-8.
 *
 * @throws MimeError `ERR_MIME_INVALID_HEADER` for bare line ends, controls, lines over 998 octets, broken UTF-8, lines
 * that are no field, and folds of blanks only
 */
export function parseHeaders(block: Uint8Array | string): HeaderField[] {
  const text = typeof block === "string" ? block : utf8DecodeStrict(block);
  if (text === undefined) throw invalid("Octets that are not UTF-8", "");
  const fields: { name: string; parts: string[] }[] = [];
  let at = 0;
  while (at < text.length) {
    let end = text.indexOf("\r\n", at);
    if (end < 0) end = text.length;
    const line = text.slice(at, end);
    at = end + 2;
    if (line === "") break;
    // UTF-8 has at most three octets for each unit, so only long lines have to be measured.
    if (line.length > MAX_LINE_OCTETS / 3 && octetLength(line) > MAX_LINE_OCTETS) {
      throw invalid("A line of more than 998 octets", line);
    }
    if (CONTROL.test(line)) throw invalid("A bare line end or control character", line);
    const first = line.charCodeAt(0);
    if (first === 32 || first === 9) {
      const field = fields[fields.length - 1];
      if (field === undefined) throw invalid("A fold before the first field", line);
      if (BLANKS.test(line)) throw invalid("A fold of blanks only", line);
      field.parts.push(line);
      continue;
    }
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    if (colon < 1 || !/^[!-9;-~]+$/.test(name)) throw invalid("A line that is no field", line);
    fields.push({ name, parts: [line.slice(colon + 1)] });
  }
  return fields.map(({ name, parts }) => ({ name, value: trimBlanks(parts.join("")) }));
}

function octetLength(text: string): number {
  let octets = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    octets += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return octets;
}

/**
 * Reads a header block as programs write it: any line end, an mbox `From ` line before it, blanks before the colon, lines
 * that are no field (skipped), octets that are not UTF-8 (read as latin1 line by line). Control characters become spaces.
 * Never throws.
 */
export function parseHeadersTolerant(block: Uint8Array | string): HeaderField[] {
  const text =
    typeof block === "string" ? block : (utf8DecodeStrict(block) ?? decodeLines(latin1Decode(block)));
  const fields: { name: string; parts: string[] }[] = [];
  let known = false; // whether a continuation belongs to a field that is kept
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length) {
    let end = at;
    while (end < text.length && text.charCodeAt(end) !== 10 && text.charCodeAt(end) !== 13) end += 1;
    const line = text.slice(at, end);
    at = end + (text.charCodeAt(end) === 13 && text.charCodeAt(end + 1) === 10 ? 2 : 1);
    if (line === "") break;
    const first = line.charCodeAt(0);
    if (first === 32 || first === 9) {
      if (known) fields[fields.length - 1]!.parts.push(line);
      continue;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? "" : trimBlanks(line.slice(0, colon));
    known = /^[!-9;-~]+$/.test(name);
    if (known) fields.push({ name, parts: [line.slice(colon + 1)] });
  }
  return fields.map(({ name, parts }) => ({
    name,
    value: trimBlanks(parts.join("").replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, " ")),
  }));
}

/** Lines that are UTF-8 as such, the others as latin1. */
function decodeLines(binary: string): string {
  return binary.replace(/[^\r\n]+/g, (line) => {
    if (!/[\u0080-\u00ff]/.test(line)) return line;
    const octets = Uint8Array.from(line, (character) => character.charCodeAt(0));
    return utf8DecodeStrict(octets) ?? line;
  });
}
