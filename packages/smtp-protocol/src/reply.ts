import { SmtpProtocolError } from "./errors.js";

/** An enhanced status code as it stands in the text, for instance `5.1.1` (RFC 3463). */
export type EnhancedStatusCode = `${2 | 4 | 5}.${number}.${number}`;

/** One reply, single-line or multi-line (RFC 5321 4.2). */
export interface Reply {
  /** 200 to 599. */
  readonly code: number;
  /** The text of each line, without code, separator and line end; an enhanced code is left in the text. */
  readonly lines: readonly string[];
  /** The enhanced status code of the first line, where it was to be read and its class is that of the code. */
  readonly enhanced?: EnhancedStatusCode | undefined;
}

export interface EnhancedStatusCodeParts {
  readonly class: 2 | 4 | 5;
  readonly subject: number;
  readonly detail: number;
}

/** How many characters of an enhanced status code begin `text`; 0 when none does. */
function enhancedLength(text: string): number {
  const first = text.charCodeAt(0);
  if ((first !== 0x32 && first !== 0x34 && first !== 0x35) || text.charCodeAt(1) !== 0x2e) return 0;
  const subjectEnd = numberEnd(text, 2);
  if (subjectEnd === 0 || text.charCodeAt(subjectEnd) !== 0x2e) return 0;
  return numberEnd(text, subjectEnd + 1);
}

/** RFC 3463 2: one to three digits, no leading zero. Returns the index after them, or 0. */
function numberEnd(text: string, start: number): number {
  let at = start;
  while (at < start + 3 && isDigit(text.charCodeAt(at))) at++;
  if (at === start || (at > start + 1 && text.charCodeAt(start) === 0x30) || isDigit(text.charCodeAt(at)))
    return 0;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** The parts of a text that is an enhanced status code and nothing else; `undefined` when it is not one. */
export function parseEnhancedStatusCode(text: string): EnhancedStatusCodeParts | undefined {
  const length = enhancedLength(text);
  if (length === 0 || length !== text.length) return undefined;
  const [first, subject, detail] = text.split(".");
  return { class: Number(first) as 2 | 4 | 5, subject: Number(subject), detail: Number(detail) };
}

/**
 * The enhanced code that begins the first line, when its class agrees with the reply code; a code that contradicts the
 * reply is not believed, and 3yz replies have none (RFC 2034 4).
 */
export function readEnhancedStatusCode(code: number, firstLine: string): EnhancedStatusCode | undefined {
  const length = enhancedLength(firstLine);
  if (length === 0 || firstLine.charCodeAt(0) - 0x30 !== Math.trunc(code / 100)) return undefined;
  if (length !== firstLine.length && firstLine.charCodeAt(length) !== 0x20) return undefined;
  return firstLine.slice(0, length) as EnhancedStatusCode;
}

/** The text of a reply: its lines joined with a newline, the enhanced code taken off each where it was read. */
export function replyText(reply: Reply): string {
  const { enhanced, lines } = reply;
  if (enhanced === undefined) return lines.length === 1 ? lines[0]! : lines.join("\n");
  const text: string[] = [];
  for (const line of lines) {
    const carries =
      line.startsWith(enhanced) && (line.length === enhanced.length || line[enhanced.length] === " ");
    text.push(carries ? line.slice(enhanced.length + 1) : line);
  }
  return text.join("\n");
}

/**
 * Reply text as it may stand in an error message or on a terminal: line ends, other controls and everything beyond
 * ASCII are written as `\xNN` or `\u{N}`, and a backslash as `\\`, so that a server can neither drive a terminal nor
 * forge a log line. Cut at `maxLength` characters (default 1,000).
 */
export function escapeReplyText(text: string, maxLength = 1000): string {
  let escaped = "";
  for (const character of text) {
    if (escaped.length >= maxLength) return `${escaped.slice(0, maxLength)}...`;
    const code = character.codePointAt(0)!;
    if (code === 0x5c) escaped += "\\\\";
    else if (code >= 0x20 && code < 0x7f) escaped += character;
    else if (code < 0x100) escaped += `\\x${code.toString(16).padStart(2, "0")}`;
    else escaped += `\\u{${code.toString(16)}}`;
  }
  return escaped;
}

/** `550 5.1.1 No such user`: code and text on one escaped line, for messages of errors. */
export function describeReply(reply: Reply): string {
  return `${reply.code} ${escapeReplyText(reply.lines.join(" "))}`.trimEnd();
}

/** @throws {SmtpProtocolError} `ERR_SMTP_ARGUMENT` unless the code is a whole number from 200 to 599 */
export function checkReplyCode(code: number): number {
  if (Number.isInteger(code) && code >= 200 && code <= 599) return code;
  throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", "a reply code is a whole number from 200 to 599");
}
