// Parameters of Content-Type and Content-Disposition (RFC 2045 5.1, RFC 2183 2, RFC 2231).
import { decodeWords, encodeWords, type HeaderCharset, MAX_ENCODED_WORD } from "./encoded-word.js";
import { MimeError, quoteForError } from "./errors.js";
import { assertHeaderText, FOLD_COLUMN, isPrintableAscii, toWellFormed } from "./folding.js";
import { decodeCharset, latin1Decode, utf8Encode } from "./platform.js";

/**
 * How a value outside ASCII is written: `rfc2231` is the standard (`filename*=utf-8''…`), `rfc2047` an encoded word in a
 * quoted string, which the standard forbids and old readers understand.
 */
export type ParameterEncoding = "rfc2231" | "rfc2047";

// RFC 2045 5.1: any ASCII but controls, space and tspecials.
const TOKEN = /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+$/;

// RFC 2231 7, attribute-char: a token without * ' %.
const ATTRIBUTE_CHAR = new Uint8Array(128);
for (const character of "!#$&+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~") {
  ATTRIBUTE_CHAR[character.charCodeAt(0)] = 1;
}

const HEX = "0123456789ABCDEF";

/** True for a token of RFC 2045. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

function percentOctet(octet: number): string {
  if (octet < 128 && ATTRIBUTE_CHAR[octet] === 1) return String.fromCharCode(octet);
  return `%${HEX[octet >> 4]}${HEX[octet & 15]}`;
}

// Room for the continuation's own ";" and the space before it.
const SEGMENT_COLUMNS = FOLD_COLUMN - 2;

/** `name*=utf-8''…`, or `name*0*=…`, `name*1*=…` when that is too long for one line. Characters stay whole. */
function extendedSegments(name: string, value: string): string[] {
  const octets = utf8Encode(value);
  const segments: string[] = [];
  let segment = `${name}*0*=utf-8''`;
  for (let at = 0; at < octets.length; ) {
    // A character: its lead octet and the continuation octets behind it.
    let encoded = percentOctet(octets[at]!);
    for (at += 1; at < octets.length && (octets[at]! & 0xc0) === 0x80; at += 1)
      encoded += percentOctet(octets[at]!);
    if (segment.length + encoded.length > SEGMENT_COLUMNS) {
      segments.push(segment);
      segment = `${name}*${segments.length}*=`;
    }
    segment += encoded;
  }
  if (segments.length === 0) return [segment.replace("*0*=", "*=")];
  segments.push(segment);
  return segments;
}

/**
 * One parameter as tokens for `foldTokens`, without the semicolons between them. Plain where ASCII allows it.
 */
export function parameterSegments(
  name: string,
  value: string,
  encoding: ParameterEncoding = "rfc2231",
  charset?: HeaderCharset,
): string[] {
  assertHeaderText(value, name);
  const text = toWellFormed(value);
  if (isPrintableAscii(text) && !text.includes("=?")) {
    // RFC 2045 has more characters in a token; with these every reader agrees (Python stops at a *).
    if (/^[\w.+-]+$/.test(text) && text.length + name.length + 1 <= SEGMENT_COLUMNS)
      return [`${name}=${text}`];
    // Readers disagree about backslashes in quoted strings and about blanks at their ends, so such text takes the
    // encoded way, which has one reading.
    if (!/["\\]|^ | $| {2}/.test(text) && text.length + name.length + 3 <= SEGMENT_COLUMNS) {
      return [`${name}="${text}"`];
    }
  }
  if (encoding === "rfc2231") return extendedSegments(name, text);
  const words = encodeWords(text, { firstRoom: MAX_ENCODED_WORD - name.length - 3, charset });
  return [`${name}="${words.join(" ")}"`];
}

/** A value with parameters, as in Content-Type. */
export interface ParameterizedValue {
  /** What stands before the first semicolon, as written. */
  readonly value: string;
  /** Parameters by lower-case name; values decoded (RFC 2231, and encoded words in tolerant reading). */
  readonly parameters: ReadonlyMap<string, string>;
}

function invalid(message: string, text: string): MimeError {
  return new MimeError("ERR_MIME_INVALID_PARAMETER", `${message}: ${quoteForError(text)}`);
}

interface RawParameter {
  readonly name: string;
  readonly value: string;
}

/** `value; a=b; c="d"` into its raw parts, in one walk. */
function splitParameters(text: string, strict: boolean): { value: string; parameters: RawParameter[] } {
  const parameters: RawParameter[] = [];
  let at = text.indexOf(";");
  const value = (at < 0 ? text : text.slice(0, at)).trim();
  if (at < 0) at = text.length;
  while (at < text.length) {
    at = skipBlanks(text, at + 1);
    if (at >= text.length) break; // a semicolon at the end: seen in the wild and harmless
    if (text.charCodeAt(at) === 59) {
      if (strict) throw invalid("An empty parameter", text);
      continue;
    }
    const nameStart = at;
    while (at < text.length && text.charCodeAt(at) !== 61 && text.charCodeAt(at) !== 59) at += 1;
    const name = text.slice(nameStart, at).trim();
    if (text.charCodeAt(at) !== 61) {
      if (strict) throw invalid("A parameter without a value", text);
      continue;
    }
    at = skipBlanks(text, at + 1);
    let content = "";
    if (text.charCodeAt(at) === 34) {
      at += 1;
      let from = at;
      for (;;) {
        if (at >= text.length) {
          if (strict) throw invalid("A quoted string without its end", text);
          content += text.slice(from);
          break;
        }
        const unit = text.charCodeAt(at);
        if (unit === 92 && at + 1 < text.length) {
          content += text.slice(from, at) + text[at + 1]!;
          at += 2;
          from = at;
        } else if (unit === 34) {
          content += text.slice(from, at);
          at += 1;
          break;
        } else at += 1;
      }
      const end = skipBlanks(text, at);
      if (end < text.length && text.charCodeAt(end) !== 59) {
        if (strict) throw invalid("Text behind a quoted string", text);
      }
      at = end;
      while (at < text.length && text.charCodeAt(at) !== 59) at += 1;
    } else {
      const from = at;
      while (at < text.length && text.charCodeAt(at) !== 59) at += 1;
      content = text.slice(from, at).trim();
      if (strict && !isToken(content)) throw invalid("A parameter value that is no token", text);
    }
    if (!isToken(name)) {
      if (strict) throw invalid("A parameter name that is no token", text);
      continue;
    }
    parameters.push({ name: name.toLowerCase(), value: content });
  }
  return { value, parameters };
}

function skipBlanks(text: string, at: number): number {
  for (;;) {
    const unit = text.charCodeAt(at);
    if (unit !== 32 && unit !== 9 && unit !== 13 && unit !== 10) return at;
    at += 1;
  }
}

function percentOctets(text: string): Uint8Array {
  const octets: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 37 && /^[0-9A-Fa-f]{2}$/.test(text.slice(at + 1, at + 3))) {
      octets.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else if (unit < 128) octets.push(unit);
    else octets.push(...utf8Encode(text[at]!));
  }
  return Uint8Array.from(octets);
}

interface Pieces {
  charset: string;
  readonly pieces: Map<number, { readonly text: string; readonly encoded: boolean }>;
}

/** Joins the numbered pieces of RFC 2231 3; a missing number ends the value there. */
function joinPieces({ charset, pieces }: Pieces): string {
  let result = "";
  let octets: number[] = [];
  const settle = (): void => {
    if (octets.length === 0) return;
    const all = Uint8Array.from(octets);
    result += decodeCharset(all, charset === "" ? "utf-8" : charset) ?? latin1Decode(all);
    octets = [];
  };
  for (let number = 0; pieces.has(number); number += 1) {
    const piece = pieces.get(number)!;
    if (piece.encoded) {
      for (const octet of percentOctets(piece.text)) octets.push(octet);
    } else {
      settle();
      result += piece.text;
    }
  }
  settle();
  return result;
}

function parse(text: string, strict: boolean): ParameterizedValue {
  const { value, parameters } = splitParameters(text, strict);
  const plain = new Map<string, string>();
  const split = new Map<string, Pieces>();
  for (const parameter of parameters) {
    const star = parameter.name.indexOf("*");
    if (star < 0) {
      if (plain.has(parameter.name)) {
        if (strict) throw invalid("A parameter that occurs twice", text);
        continue;
      }
      plain.set(parameter.name, strict ? parameter.value : decodeWords(parameter.value));
      continue;
    }
    const match = /^([^*]+)\*(?:(0|[1-9]\d{0,4})(\*)?)?$/.exec(parameter.name);
    if (match === null) {
      if (strict) throw invalid("A parameter name that RFC 2231 does not allow", text);
      continue;
    }
    const name = match[1]!;
    const number = match[2] === undefined ? 0 : Number(match[2]);
    const encoded = match[2] === undefined || match[3] === "*";
    const entry = split.get(name) ?? { charset: "", pieces: new Map() };
    if (entry.pieces.has(number)) {
      if (strict) throw invalid("A parameter that occurs twice", text);
      continue;
    }
    let content = parameter.value;
    if (encoded && number === 0) {
      const first = content.indexOf("'");
      const second = content.indexOf("'", first + 1);
      if (first >= 0 && second > first) {
        entry.charset = content.slice(0, first);
        content = content.slice(second + 1);
      } else if (strict) throw invalid("An extended parameter without its charset", text);
    }
    entry.pieces.set(number, { text: content, encoded });
    split.set(name, entry);
  }
  // The extended form wins over the plain one (RFC 2231 4 read with RFC 5987 4.2).
  for (const [name, pieces] of split) {
    if (pieces.pieces.has(0)) plain.set(name, joinPieces(pieces).replace(/[\r\n\0]/g, " "));
  }
  return { value, parameters: plain };
}

/**
 * Reads `value; name=content; …` by the grammar of RFC 2045 5.1 and RFC 2231.
 *
 * @throws MimeError `ERR_MIME_INVALID_PARAMETER`
 */
export function parseParameters(text: string): ParameterizedValue {
  return parse(text, true);
}

/** The same as senders write it: broken parts are skipped, encoded words in quoted strings decoded. Never throws. */
export function parseParametersTolerant(text: string): ParameterizedValue {
  return parse(text, false);
}

const MEDIA_TYPE = /^([!#$&\-^_.+0-9A-Za-z]{1,127})\/([!#$&\-^_.+0-9A-Za-z]{1,127})$/;

/** A checked Content-Type. */
export interface ContentType {
  /** Lower-case `type/subtype`. */
  readonly mediaType: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads a Content-Type value strictly.
 *
 * @throws MimeError `ERR_MIME_INVALID_CONTENT_TYPE`
 */
export function parseContentType(text: string): ContentType {
  try {
    assertHeaderText(text, "contentType");
    const { value, parameters } = parseParameters(text);
    const match = MEDIA_TYPE.exec(value);
    if (match !== null) return { mediaType: value.toLowerCase(), parameters };
  } catch (cause) {
    throw new MimeError("ERR_MIME_INVALID_CONTENT_TYPE", `${quoteForError(text)} is no content type`, {
      cause,
    });
  }
  throw new MimeError("ERR_MIME_INVALID_CONTENT_TYPE", `${quoteForError(text)} is no content type`);
}
