// Ready messages for transports that take 7 bits only: their 8-bit parts are encoded anew, their structure is kept.
import { encodeBase64Lines } from "./base64.js";
import { MAX_BODY_LINE_OCTETS, normalizeOctets, scanOctets } from "./body-scan.js";
import { MimeError } from "./errors.js";
import { parseHeadersTolerant } from "./header-parser.js";
import { parseParametersTolerant } from "./parameters.js";
import { latin1Decode, latin1Encode } from "./platform.js";
import { encodeQuotedPrintable } from "./quoted-printable.js";

/** Parts in parts in parts: real messages stay far below. */
const MAX_DEPTH = 100;

// Everything here is text with one character for each octet.

/**
 * A ready message or part with its 8-bit, NUL and over-long contents encoded.
 *
 * @throws MimeError `ERR_MIME_8BIT_REQUIRED` where a part must not be touched (signed, or in an encoding of its own),
 * `ERR_MIME_SMTPUTF8_REQUIRED` for raw UTF-8 in a header, `ERR_MIME_TOO_DEEP`
 */
export function toSevenBit(octets: Uint8Array, what: string): Uint8Array {
  let text = latin1Decode(octets);
  // Binary parts hold line ends that are none; only without them may the line ends of the whole be put right first.
  if (!/^content-transfer-encoding:[ \t]*binary/im.test(text)) text = latin1Decode(normalizeOctets(octets));
  return normalizeOctets(latin1Encode(convert(text, "text/plain", what, 0)));
}

function needsWork(text: string): boolean {
  if (/[\u0000\u0080-\u00ff]/.test(text)) return true;
  let start = 0;
  for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n", start)) {
    if (end - start > MAX_BODY_LINE_OCTETS) return true;
    start = end + 2;
  }
  return text.length - start > MAX_BODY_LINE_OCTETS;
}

function untouchable(what: string, reason: string): MimeError {
  return new MimeError("ERR_MIME_8BIT_REQUIRED", `${what} cannot be made 7-bit: ${reason}`, {
    subject: what,
  });
}

function convert(text: string, defaultType: string, what: string, depth: number): string {
  if (depth > MAX_DEPTH) {
    throw new MimeError("ERR_MIME_TOO_DEEP", `${what} has parts nested more than ${MAX_DEPTH} deep`, {
      subject: what,
    });
  }
  if (!needsWork(text)) return text;
  const headerEnd = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n");
  const header = headerEnd < 0 ? text : headerEnd === 0 ? "" : text.slice(0, headerEnd + 2);
  const body = headerEnd < 0 ? "" : text.slice(header.length + 2);
  if (needsWork(header)) {
    throw new MimeError(
      "ERR_MIME_SMTPUTF8_REQUIRED",
      `A header in ${what} holds octets above 127 or an over-long line`,
      {
        subject: what,
      },
    );
  }
  const fields = parseHeadersTolerant(header);
  const find = (name: string): string | undefined =>
    fields.find((field) => field.name.toLowerCase() === name)?.value;
  const { value, parameters } = parseParametersTolerant(find("content-type") ?? defaultType);
  const type = value.toLowerCase();
  const encoding = (find("content-transfer-encoding") ?? "7bit").toLowerCase();
  if (type === "multipart/signed") throw untouchable(what, "a part is signed");
  const boundary = parameters.get("boundary");
  if (type.startsWith("multipart/") && boundary !== undefined && boundary !== "") {
    const inner = type === "multipart/digest" ? "message/rfc822" : "text/plain";
    return `${withEncoding(header, undefined)}\r\n${convertParts(body, boundary, inner, what, depth)}`;
  }
  if (type === "message/rfc822" || type === "message/global") {
    return `${withEncoding(header, undefined)}\r\n${convert(body, "text/plain", what, depth + 1)}`;
  }
  if (!/^(?:7bit|8bit|binary)$/.test(encoding))
    throw untouchable(what, `a part is ${encoding} and yet not 7-bit`);
  const octets = latin1Encode(body);
  const { highOctets } = scanOctets(octets);
  const quoted = type.startsWith("text/") && 3 * highOctets < octets.length;
  return quoted
    ? `${withEncoding(header, "quoted-printable")}\r\n${latin1Decode(encodeQuotedPrintable(octets))}`
    : `${withEncoding(header, "base64")}\r\n${latin1Decode(encodeBase64Lines(octets))}`;
}

/**
 * The header with another Content-Transfer-Encoding, or with none. A message that gets one has to say that it is MIME
 * (RFC 2045 4); a part, which has Content- fields alone, has not.
 */
function withEncoding(header: string, encoding: string | undefined): string {
  const kept = withoutFields(header, /^content-transfer-encoding$/i);
  if (encoding === undefined) return kept;
  const isMessage = /^(?!content-)[^\s:]+[ \t]*:/im.test(kept) && !/^mime-version[ \t]*:/im.test(kept);
  return `${kept}${isMessage ? "MIME-Version: 1.0\r\n" : ""}Content-Transfer-Encoding: ${encoding}\r\n`;
}

/** A header block (lines with CRLF) without the fields whose name matches. */
export function withoutFields(header: string, names: RegExp): string {
  let kept = "";
  let dropping = false;
  for (let at = 0; at < header.length; ) {
    const found = header.indexOf("\r\n", at);
    const end = found < 0 ? header.length : found + 2;
    const first = header.charCodeAt(at);
    if (first !== 32 && first !== 9) {
      const colon = header.indexOf(":", at);
      dropping = colon >= 0 && colon < end && names.test(header.slice(at, colon).trim());
    }
    if (!dropping) kept += header.slice(at, end);
    at = end;
  }
  return kept;
}

/** Converts the parts between boundaries (RFC 2046 5.1.1). What stands before and behind them is for nobody. */
function convertParts(
  body: string,
  boundary: string,
  defaultType: string,
  what: string,
  depth: number,
): string {
  const delimiter = `--${boundary}`;
  let result = "";
  let partStart = -1; // behind the delimiter line, once there was one
  let at = body.startsWith(delimiter) ? 0 : next(body, delimiter, 0);
  while (at >= 0) {
    const lineEnd = endOfLine(body, at);
    if (partStart >= 0) {
      // The CRLF before a delimiter belongs to it.
      const part = body.slice(partStart, Math.max(partStart, at - 2));
      result += `${convert(part, defaultType, what, depth + 1)}\r\n`;
    }
    if (body.startsWith("--", at + delimiter.length)) return `${result}${delimiter}--\r\n`;
    result += `${delimiter}\r\n`;
    partStart = lineEnd;
    at = next(body, delimiter, Math.max(0, lineEnd - 2));
  }
  if (partStart >= 0) result += `${convert(body.slice(partStart), defaultType, what, depth + 1)}\r\n`;
  return `${result}${delimiter}--\r\n`;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf("\r\n", at);
  return end < 0 ? text.length : end + 2;
}

/** Where the next delimiter line begins. */
function next(body: string, delimiter: string, from: number): number {
  for (
    let at = body.indexOf(`\r\n${delimiter}`, from);
    at >= 0;
    at = body.indexOf(`\r\n${delimiter}`, at + 2)
  ) {
    const lineEnd = endOfLine(body, at + 2);
    if (/^(?:--)?[ \t]*(?:\r\n)?$/.test(body.slice(at + 2 + delimiter.length, lineEnd))) return at + 2;
  }
  return -1;
}
