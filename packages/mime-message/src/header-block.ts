// The one place where header fields become text. Whatever a field was built from, it passes here (row M1).
import type { Address } from "@wirepost/mail-address";
import { addressTokens } from "./addresses.js";
import { MimeError, quoteForError } from "./errors.js";
import { ASCII_STYLE, foldTokens, foldUnstructured, type HeaderStyle, MAX_LINE_OCTETS } from "./folding.js";
import { utf8Length } from "./platform.js";

/** Checks a field name: printable ASCII without colon (RFC 5322 2.2). */
export function assertFieldName(name: string): void {
  let valid = name.length > 0 && name.length <= 76 && name !== "__proto__";
  for (let at = 0; valid && at < name.length; at += 1) {
    const unit = name.charCodeAt(at);
    valid = unit > 32 && unit < 127 && unit !== 58;
  }
  if (!valid) {
    throw new MimeError("ERR_MIME_INVALID_FIELD_NAME", `${quoteForError(name)} is no header field name`, {
      subject: name,
    });
  }
}

/** Header fields as text, in the order in which they are added. */
export class HeaderBlock {
  readonly style: HeaderStyle;
  #text = "";
  readonly #names = new Set<string>();

  constructor(style: HeaderStyle = ASCII_STYLE) {
    this.style = style;
  }

  /** All fields so far, each with its CRLF. */
  get text(): string {
    return this.#text;
  }

  /** True when a field of this lower-case name is there. */
  has(lowerCaseName: string): boolean {
    return this.#names.has(lowerCaseName);
  }

  /** Adds a field whose value this package made itself of constants and checked numbers. */
  constant(name: string, value: string): void {
    this.#names.add(name.toLowerCase());
    this.#text += `${name}: ${value}\r\n`;
  }

  /** Adds a field of free text. */
  unstructured(name: string, value: string): void {
    assertFieldName(name);
    this.folded(name, foldUnstructured(name, value, this.style));
  }

  /** Adds an address field; nothing when there are no addresses. */
  addresses(name: string, addresses: readonly Address[]): void {
    if (addresses.length === 0) return;
    this.tokens(name, addressTokens(addresses, name, this.style));
  }

  /** Adds a field of tokens that are written with single spaces between them. */
  tokens(name: string, tokens: readonly string[]): void {
    this.folded(name, foldTokens(name.length, tokens));
  }

  /** Adds a folded value that begins with its space or fold; the last check before it is bytes. */
  folded(name: string, value: string): void {
    assertFolded(name, value, this.style);
    this.#names.add(name.toLowerCase());
    this.#text += `${name}:${value}\r\n`;
  }
}

/** No line end but a fold, no control, nothing outside ASCII unless asked for, no line of blanks, none too long. */
function assertFolded(name: string, value: string, style: HeaderStyle): void {
  let lineStart = -name.length - 1;
  let visible = true; // the first line has the field's name
  let high = false;
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    if (unit > 32 && unit < 127) {
      visible = true;
      continue;
    }
    if (unit === 32 || unit === 9) continue;
    if (unit === 13 && value.charCodeAt(at + 1) === 10) {
      const next = value.charCodeAt(at + 2);
      if (visible && (next === 32 || next === 9) && fits(value, lineStart, at, high)) {
        at += 1;
        lineStart = at + 1;
        visible = false;
        continue;
      }
    } else if (unit > 127 && style.utf8) {
      high = true;
      visible = true;
      continue;
    }
    throw new MimeError(
      "ERR_MIME_INVALID_FIELD_VALUE",
      `The value of ${name} cannot be written as a header field: ${quoteForError(value)}`,
      { subject: name },
    );
  }
  if (!visible || !fits(value, lineStart, value.length, high)) {
    throw new MimeError("ERR_MIME_FIELD_TOO_LONG", `A line of the field ${name} would pass 998 octets`, {
      subject: name,
    });
  }
}

function fits(value: string, start: number, end: number, high: boolean): boolean {
  if (!high) return end - start <= MAX_LINE_OCTETS;
  const from = Math.max(0, start);
  return from - start + utf8Length(value.slice(from, end)) <= MAX_LINE_OCTETS;
}
