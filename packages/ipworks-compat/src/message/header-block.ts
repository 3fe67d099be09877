// The headers of a message as text.
import { encodeWords } from "@wirepost/mime-message";
import type { Fail } from "../failure.js";
import { type WordCharset, wordCharset } from "./charset.js";

/** A header before folding. `free`: words of a text, all of which may be encoded; else addresses, where only names may be. */
export interface HeaderLine {
  readonly field: string;
  readonly value: string;
  readonly free?: boolean | undefined;
}

export interface HeaderStyle {
  readonly charset: string;
  readonly fold: boolean;
  readonly maxLength: number;
}

/** C0 without TAB, DEL: each ends a line, or hides one, for some reader. */
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;
const OUTSIDE_ASCII = /[^\u0000-\u007f]/;

/** Header lines with their CRLFs, without an empty line. @throws 10022, 434 */
export function headerText(lines: readonly HeaderLine[], style: HeaderStyle, fail: Fail): string {
  return lines.map((line) => headerLine(line, style, fail)).join("");
}

function headerLine({ field, value, free }: HeaderLine, style: HeaderStyle, fail: Fail): string {
  // A value that a program has folded already is one line again.
  const flat = value.replace(/\r?\n(?=[ \t])/g, "");
  if (CONTROL.test(flat))
    throw fail(10022, `[10022] ${field} holds a line break or another control character`);
  const encoded =
    OUTSIDE_ASCII.test(flat) && style.charset !== "" ? encode(flat, free === true, field, style, fail) : flat;
  const line = `${field}: ${encoded}`;
  return `${style.fold ? fold(line, style.maxLength) : line}\r\n`;
}

function encode(value: string, free: boolean, field: string, style: HeaderStyle, fail: Fail): string {
  try {
    const charset = wordCharset(style.charset);
    if (free) return words(value, field.length + 2, charset);
    return encodeNames(value, charset);
  } catch (error) {
    if (error instanceof RangeError) throw fail(434, `${field}: ${error.message}`, error);
    throw fail(434, `${field} cannot be written in ${style.charset}`, error);
  }
}

function words(text: string, column: number, charset: WordCharset | undefined): string {
  return encodeWords(text, { firstRoom: Math.max(40, 75 - column), charset }).join(" ");
}

/** Names before `<`, quoted or not, and nothing else: an address is never encoded (RFC 2047 section 5). */
function encodeNames(value: string, charset: WordCharset | undefined): string {
  return value.replace(/("(?:[^"\\]|\\.)*"|[^",<>]+)(?=\s*<)/g, (name) => {
    if (!OUTSIDE_ASCII.test(name)) return name;
    const [, before, text, after] = /^(\s*)([\s\S]*?)(\s*)$/.exec(name) as RegExpExecArray;
    const bare = (text as string).startsWith('"')
      ? (text as string).slice(1, -1).replace(/\\(.)/g, "$1")
      : (text as string);
    return `${before}${words(bare, 20, charset)}${after}`;
  });
}

/** Breaks before white space so that no line passes the limit, where there is white space. */
function fold(line: string, maxLength: number): string {
  const limit = Math.max(maxLength, 20);
  let rest = line;
  let folded = "";
  // The name of the header stands on the first line with something behind it.
  let from = line.indexOf(": ") + 2;
  while (rest.length > limit) {
    let at = rest.lastIndexOf(" ", limit);
    if (at < from) at = rest.indexOf(" ", Math.max(from, limit));
    if (at < from || rest.slice(at).trim() === "") break;
    folded += `${rest.slice(0, at)}\r\n`;
    rest = rest.slice(at);
    from = 1;
  }
  return folded + rest;
}

/**
 * OtherHeaders as lines that can be sent: whole headers, each with its CRLF. An empty line would begin the body, so there is none.
 *
 * @throws 10022
 */
export function ownHeaders(text: string, fail: Fail): string {
  const lines = text
    .replace(/\r\n|\r|\n/g, "\n")
    .replace(/\n+$/, "")
    .split("\n");
  if (lines.length === 1 && lines[0] === "") return "";
  lines.forEach((line, at) => {
    const folded = at > 0 && /^[ \t]+\S/.test(line);
    if (!(folded || /^[!-9;-~]+[ \t]*:/.test(line)) || CONTROL.test(line)) {
      throw fail(10022, `[10022] line ${at + 1} of OtherHeaders is no header`);
    }
  });
  return `${lines.join("\r\n")}\r\n`;
}

/** The fields and values of a header block, unfolded. */
export function headerRows(block: string): (readonly [field: string, value: string])[] {
  return block
    .replace(/\r\n(?=[ \t])/g, "")
    .split("\r\n")
    .filter((line) => line !== "")
    .map((line) => {
      const at = line.indexOf(":");
      return [line.slice(0, at).trimEnd(), line.slice(at + 1).trim()] as const;
    });
}
