// Header lines (RFC 5322 2.1.1, 2.2.3, 3.2.2): at most 998 octets, 76 columns where there is a place to fold.
import { encodeWords, type HeaderCharset } from "./encoded-word.js";
import { MimeError, quoteForError } from "./errors.js";
import { utf8Length } from "./platform.js";

/** RFC 2047 2 asks for 76 columns in lines with encoded words, RFC 5322 for 78 in others: one limit serves both. */
export const FOLD_COLUMN = 76;

/** Octets of a header line without its CRLF. */
export const MAX_LINE_OCTETS = 998;

/** How header text is written. */
export interface HeaderStyle {
  /** Raw UTF-8 in the header (RFC 6532); otherwise encoded words. */
  readonly utf8: boolean;
  /** Charset of encoded words when it is not UTF-8. */
  readonly charset?: HeaderCharset | undefined;
}

/** Plain headers: ASCII with encoded words in UTF-8. */
export const ASCII_STYLE: HeaderStyle = { utf8: false };

// C0 but TAB, DEL, C1 and the Unicode line separators: a reader somewhere takes each of them for a line end or hides it.
const FORBIDDEN = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/;

/** Refuses text that could end a header line or hide in it (row M1). */
export function assertHeaderText(text: string, what: string): void {
  if (FORBIDDEN.test(text)) {
    throw new MimeError(
      "ERR_MIME_INVALID_FIELD_VALUE",
      `${what} must not hold line breaks, NUL or other control characters: ${quoteForError(text)}`,
      { subject: what },
    );
  }
}

/** Lone surrogates become U+FFFD, as in any conversion to UTF-8. */
export function toWellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}

/** True when every character is printable ASCII or a space. */
export function isPrintableAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 32 || unit > 126) return false;
  }
  return true;
}

/**
 * Joins tokens with single spaces, folding before a token that would pass column 76. The result begins with the space
 * or the fold that follows the field's colon, so that no line holds blanks alone. `keepFirst` forbids a fold there: Python's
 * email package counts the fold's space to the text of an unstructured field.
 */
export function foldTokens(nameLength: number, tokens: readonly string[], keepFirst = false): string {
  let folded = "";
  let column = nameLength + 1;
  for (const token of tokens) {
    if (column + 1 + token.length <= FOLD_COLUMN || (keepFirst && folded === "")) {
      folded += ` ${token}`;
      column += 1 + token.length;
    } else {
      folded += `\r\n ${token}`;
      column = 1 + token.length;
    }
  }
  return folded;
}

/** Words of the text at single spaces; a longer run of blanks stays inside its word, as folding there would lose it. */
function splitAtSingleSpaces(text: string): string[] {
  const words: string[] = [];
  let start = 0;
  let at = text.indexOf(" ");
  while (at >= 0) {
    if (text.charCodeAt(at + 1) === 32) {
      while (text.charCodeAt(at + 1) === 32) at += 1;
    } else if (text.charCodeAt(at - 1) !== 32) {
      words.push(text.slice(start, at));
      start = at + 1;
    }
    at = text.indexOf(" ", at + 1);
  }
  words.push(text.slice(start));
  return words;
}

/** Characters that must not stand raw in a UTF-8 header although they are printable text: they reorder or vanish. */
const HIDDEN = /[\u202a-\u202e\u2066-\u2069\ufeff]/;

function needsEncoding(word: string, style: HeaderStyle, maxOctets: number): boolean {
  if (word.includes("=?")) return true; // text that only looks encoded (row M7)
  if (style.utf8) {
    if (word.includes("\t") || HIDDEN.test(word)) return true;
    return word.length * 3 > maxOctets && utf8Length(word) > maxOctets;
  }
  return word.length > maxOctets || !isPrintableAscii(word);
}

/**
 * An unstructured value (RFC 5322 3.2.5), folded, with its leading space. Words that ASCII cannot carry, that look like
 * encoded words or that are longer than a line become encoded words, from the first such word to the last.
 */
export function foldUnstructured(name: string, value: string, style: HeaderStyle = ASCII_STYLE): string {
  if (isPlainLine(name, value)) return ` ${value}`;
  assertHeaderText(value, name);
  const tokens = unstructuredTokens(toWellFormed(value), style, name.length);
  // After a long name an encoded word gets a line of its own, as RFC 2047 allows it no longer one.
  return foldTokens(
    name.length,
    tokens,
    !(tokens[0]!.startsWith("=?") && roomBehind(name.length) < MIN_FIRST_ROOM),
  );
}

/** The usual case in one walk: printable ASCII that fits in the line, no blank at an end, nothing that looks encoded. */
function isPlainLine(name: string, value: string): boolean {
  if (name.length + 2 + value.length > FOLD_COLUMN) return false;
  let before = 32;
  for (let at = 0; at < value.length; at += 1) {
    const unit = value.charCodeAt(at);
    if (unit < 32 || unit > 126 || (unit === 63 && before === 61)) return false;
    if (unit === 32 && (at === 0 || before === 32)) return false;
    before = unit;
  }
  return before !== 32 || value.length === 0;
}

/** Columns that a first encoded word needs to be worth it. */
const MIN_FIRST_ROOM = 24;

/** Columns on the first line behind the name, the colon and a space. */
function roomBehind(nameLength: number): number {
  return FOLD_COLUMN - nameLength - 2;
}

/** Tokens of an unstructured value, for `foldTokens`. */
export function unstructuredTokens(value: string, style: HeaderStyle, nameLength = 0): string[] {
  if (value === "") return [""];
  // Blanks at an end, and tabs, survive only inside an encoded word.
  const words = splitAtSingleSpaces(value);
  let first = -1;
  let last = -1;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const isFirst = at === 0;
    const isLast = at === words.length - 1;
    const edge = word === "" || (isFirst && word.startsWith(" ")) || (isLast && word.endsWith(" "));
    const maxOctets = MAX_LINE_OCTETS - (isFirst ? nameLength + 2 : 1);
    if (edge || needsEncoding(word, style, maxOctets)) {
      // An empty word stands for a blank at an end, which goes into an encoded word with its neighbour.
      if (first < 0) first = word === "" && !isFirst ? at - 1 : at;
      last = word === "" && isFirst ? Math.min(1, words.length - 1) : at;
    }
  }
  if (first < 0) return words;
  const firstRoom = first === 0 ? roomBehind(nameLength) : undefined;
  return [
    ...words.slice(0, first),
    ...encodeWords(words.slice(first, last + 1).join(" "), {
      firstRoom: firstRoom !== undefined && firstRoom < MIN_FIRST_ROOM ? undefined : firstRoom,
      charset: style.charset,
    }),
    ...words.slice(last + 1),
  ];
}
