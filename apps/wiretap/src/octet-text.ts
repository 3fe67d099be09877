import { WiretapError } from "./errors.js";

/** What stands in a transcript for octets that are not shown. */
export const REDACTED = "<redacted>";

/** A part of a line: octets, one character each, or null for octets that are not to be shown. */
export type LinePart = string | null;

/** Controls, bidirectional overrides and invisible breaks: what a terminal would obey instead of show. And the backslash. */
const UNSAFE =
  /[\u0000-\u001f\\\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;
const UNSAFE_OCTET = /[\u0000-\u001f\\\u007f-\u00ff]/g;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * One line of the wire as text of a transcript, from which `lineParts` makes the same octets again. The CRLF at its end
 * goes without saying; a line that ends otherwise ends in a lone backslash.
 */
export function lineText(parts: readonly LinePart[]): string {
  const last = parts.at(-1);
  const whole = typeof last === "string" && last.endsWith("\r\n");
  let text = "";
  parts.forEach((part, i) => {
    if (part === null) text += REDACTED;
    else text += escapeOctets(whole && i === parts.length - 1 ? part.slice(0, -2) : part);
  });
  return whole ? text : `${text}\\`;
}

function escapeOctets(octets: string): string {
  const text = readUtf8(octets);
  const escaped =
    text === undefined
      ? octets.replace(UNSAFE_OCTET, (octet) => escapeSome(octet))
      : text.replace(UNSAFE, (character) => escapeSome(Buffer.from(character, "utf8").toString("latin1")));
  return escaped.replaceAll(REDACTED, `\\x3c${REDACTED.slice(1)}`);
}

function readUtf8(octets: string): string | undefined {
  if (!/[^\0-\x7f]/.test(octets)) return octets;
  try {
    return utf8.decode(Buffer.from(octets, "latin1"));
  } catch {
    return undefined;
  }
}

function escapeSome(octets: string): string {
  if (octets === "\\") return "\\\\";
  let text = "";
  for (const octet of octets) text += `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`;
  return text;
}

/**
 * The octets of a line of a transcript, its line end included.
 * @throws WiretapError `ERR_WIRETAP_TRANSCRIPT` for a backslash that escapes nothing
 */
export function lineParts(text: string): LinePart[] {
  const parts: LinePart[] = [];
  let octets = "";
  let whole = true;
  const token = /(<redacted>)|\\x([0-9a-f]{2})|\\(\\|$)|([^\\<]+|<)|(\\)/g;
  for (const [, redacted, hex, backslash, plain, stray] of text.matchAll(token)) {
    if (stray !== undefined) throw new WiretapError("ERR_WIRETAP_TRANSCRIPT", "a backslash escapes nothing");
    if (redacted !== undefined) {
      if (octets !== "") parts.push(octets);
      parts.push(null);
      octets = "";
    } else if (hex !== undefined) octets += String.fromCharCode(Number.parseInt(hex, 16));
    else if (backslash === "") whole = false;
    else octets += backslash ?? Buffer.from(plain!, "utf8").toString("latin1");
  }
  if (whole) octets += "\r\n";
  if (octets !== "") parts.push(octets);
  return parts;
}
