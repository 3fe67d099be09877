// Encoded words (RFC 2047): text outside ASCII in headers that carry ASCII only.
import { base64Decode, base64OneLine, decodeCharset, latin1Decode, utf8Encode } from "./platform.js";

/** Longest encoded word, delimiters included (RFC 2047 2). */
export const MAX_ENCODED_WORD = 75;

/** Text to octets in a named charset; each call starts and ends in the charset's initial state. */
export interface HeaderCharset {
  readonly name: string;
  encode(text: string): Uint8Array;
}

const UTF8: HeaderCharset = { name: "utf-8", encode: utf8Encode };

// What may stand for itself in the Q encoding. The set is the one of phrases (RFC 2047 5 (3)), the strictest, so that a
// word may move between a subject and a display name.
const Q_LITERAL = new Uint8Array(128);
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/") {
  Q_LITERAL[character.charCodeAt(0)] = 1;
}

const HEX = "0123456789ABCDEF";

function qEncode(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    if (octet < 128 && Q_LITERAL[octet] === 1) text += String.fromCharCode(octet);
    else if (octet === 32) text += "_";
    else text += `=${HEX[octet >> 4]}${HEX[octet & 15]}`;
  }
  return text;
}

const Q_PLAIN = /^[A-Za-z0-9!*+\-/ ]*$/;

/** Text as Q. */
function qText(text: string, charset: HeaderCharset): string {
  return charset === UTF8 && Q_PLAIN.test(text) ? text.replaceAll(" ", "_") : qEncode(charset.encode(text));
}

/** UTF-8 octets of the character at `at`; a lone surrogate counts as U+FFFD. */
function utf8Width(unit: number, pair: boolean): number {
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return pair ? 4 : 3;
}

function isPair(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit < 0xd800 || unit > 0xdbff) return false;
  const next = text.charCodeAt(at + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

/** True when a character belongs to the one before it, so that a cut between them would show two broken glyphs. */
function continues(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return (
    (unit >= 0x300 && unit <= 0x36f) || // combining marks
    unit === 0x200d || // zero width joiner
    (unit >= 0xfe00 && unit <= 0xfe0f) || // variation selectors
    (at > 0 && text.charCodeAt(at - 1) === 0x200d) ||
    (unit === 0xd83c && text.charCodeAt(at + 1) >= 0xdffb) // skin tones
  );
}

/** True when at most half of the octets would be escaped: Q then keeps the text readable to those who look at source. */
function prefersQ(text: string): boolean {
  let escaped = 0;
  let octets = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 128) {
      octets += 1;
      if (Q_LITERAL[unit] !== 1 && unit !== 32) escaped += 1;
    } else {
      const pair = isPair(text, at);
      const width = utf8Width(unit, pair);
      octets += width;
      escaped += width;
      if (pair) at += 1;
    }
  }
  return 2 * escaped <= octets;
}

/**
 * The text as encoded words, to be written with one space between them: readers drop that space (RFC 2047 6.2). Each word
 * is at most 75 characters, holds whole characters and decodes by itself. The first may be asked to be shorter.
 */
export function encodeWords(
  text: string,
  options: { firstRoom?: number | undefined; charset?: HeaderCharset | undefined } = {},
): string[] {
  const charset = options.charset ?? UTF8;
  const isUtf8 = charset === UTF8;
  const q = prefersQ(text) && !/^iso-2022/i.test(charset.name);
  const head = `=?${charset.name}?${q ? "Q" : "B"}?`;
  const overhead = head.length + 2;
  let room = Math.min(options.firstRoom ?? MAX_ENCODED_WORD, MAX_ENCODED_WORD) - overhead;
  const words: string[] = [];
  let start = 0;
  let size = 0; // of text[start, at): characters of Q, octets of B
  let safe = 0; // last place to cut without parting a character sequence, and the size up to there
  let safeSize = 0;

  const width = (slice: string): number => {
    const octets = charset.encode(slice);
    return q ? qEncode(octets).length : octets.length;
  };
  const fits = (candidate: number): boolean => (q ? candidate : Math.ceil(candidate / 3) * 4) <= room;
  const flush = (end: number): void => {
    if (end > start) {
      const slice = text.slice(start, end);
      words.push(`${head}${q ? qText(slice, charset) : base64OneLine(charset.encode(slice))}?=`);
    }
    start = end;
    room = MAX_ENCODED_WORD - overhead;
  };

  let at = 0;
  while (at < text.length) {
    const pair = isPair(text, at);
    const length = pair ? 2 : 1;
    const unit = text.charCodeAt(at);
    let grown: number;
    if (isUtf8) {
      const octets = utf8Width(unit, pair);
      grown = size + (!q ? octets : unit < 128 ? (Q_LITERAL[unit] === 1 || unit === 32 ? 1 : 3) : 3 * octets);
    } else {
      // The charset may hold state (escape sequences), so the size is taken from the whole word, which is short.
      grown = width(text.slice(start, at + length));
    }
    if (!continues(text, at)) {
      safe = at;
      safeSize = size;
    }
    if (!fits(grown)) {
      const cut = safe > start ? safe : at;
      if (cut === start && words.length > 0) {
        // One character that is wider than a word: cannot happen with charsets of at most 8 octets per character.
        flush(at + length);
        at += length;
        size = 0;
        continue;
      }
      if (cut === start) {
        room = MAX_ENCODED_WORD - overhead; // the shortened first word cannot even hold one character
        if (!fits(grown)) {
          flush(at + length);
          at += length;
          size = 0;
        }
        continue;
      }
      const kept = size - (cut === safe ? safeSize : size);
      flush(cut);
      size = isUtf8 ? kept : cut === at ? 0 : width(text.slice(cut, at));
      safe = start;
      safeSize = 0;
      continue;
    }
    size = grown;
    at += length;
  }
  flush(text.length);
  return words;
}

const WORD = /=\?([^?\s*]+)(?:\*[^?\s]*)?\?([BbQq])\?([^?\s]*)\?=/y;

function wordOctets(encoding: string, text: string): Uint8Array {
  if (encoding === "B" || encoding === "b") return base64Decode(text);
  const octets: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === 95) octets.push(32);
    else if (unit === 61 && /^[0-9A-Fa-f]{2}$/.test(text.slice(at + 1, at + 3))) {
      octets.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    } else octets.push(unit & 0xff);
  }
  return Uint8Array.from(octets);
}

/**
 * Encoded words in a header value to text. Neighbours in one charset are joined before they are decoded, since some
 * senders cut characters in two; what cannot be decoded stays as it is. Line breaks and NUL that were hidden in a word
 * come out as spaces: a decoded value never holds what could end a header line (row M1).
 */
export function decodeWords(value: string): string {
  if (!value.includes("=?")) return value;
  let result = "";
  let plainFrom = 0;
  let at = value.indexOf("=?");
  let pending: { charset: string; octets: Uint8Array[] } | undefined;
  const settle = (): void => {
    if (pending === undefined) return;
    let size = 0;
    for (const octets of pending.octets) size += octets.length;
    const joined = new Uint8Array(size);
    let offset = 0;
    for (const octets of pending.octets) {
      joined.set(octets, offset);
      offset += octets.length;
    }
    const text = decodeCharset(joined, pending.charset) ?? latin1Decode(joined);
    result += text.replace(/[\r\n\0]/g, " ");
    pending = undefined;
  };
  while (at >= 0) {
    WORD.lastIndex = at;
    const match = WORD.exec(value);
    if (match === null) {
      at = value.indexOf("=?", at + 2);
      continue;
    }
    const between = value.slice(plainFrom, at);
    if (pending === undefined || !isBlank(between)) {
      settle();
      result += between;
    }
    const charset = match[1]!.toLowerCase();
    if (pending !== undefined && (pending as { charset: string }).charset !== charset) settle();
    pending ??= { charset, octets: [] };
    pending.octets.push(wordOctets(match[2]!, match[3]!));
    plainFrom = at + match[0].length;
    at = value.indexOf("=?", plainFrom);
  }
  settle();
  return result + value.slice(plainFrom);
}

function isBlank(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit !== 32 && unit !== 9 && unit !== 13 && unit !== 10) return false;
  }
  return true;
}
