import { SmtpProtocolError } from "./errors.js";
import { base64OfLatin1, latin1 } from "./platform.js";
import { escapeReplyText, type Reply } from "./reply.js";

/** Longest line of a SASL exchange, its CRLF included (RFC 4954 4). */
export const MAX_SASL_LINE_BYTES = 12_288;

/** Base64 (RFC 4648 4) with padding. For the short strings of SASL; bodies are encoded elsewhere. */
export function encodeBase64(octets: Uint8Array): string {
  return base64OfLatin1(latin1(octets, 0, octets.length));
}

function sextet(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code - 0x41;
  if (code >= 0x61 && code <= 0x7a) return code - 0x61 + 26;
  if (code >= 0x30 && code <= 0x39) return code - 0x30 + 52;
  return code === 0x2b ? 62 : code === 0x2f ? 63 : -1;
}

/** Reads base64 with or without its padding; undefined for anything else. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  let length = text.length;
  while (length > 0 && text.length - length < 2 && text.charCodeAt(length - 1) === 0x3d) length--;
  if (length !== text.length && text.length % 4 !== 0) return undefined;
  if (length % 4 === 1) return undefined;
  const octets = new Uint8Array(Math.floor((length * 3) / 4));
  let bits = 0;
  let at = 0;
  for (let i = 0; i < length; i++) {
    const value = sextet(text.charCodeAt(i));
    if (value < 0) return undefined;
    bits = ((bits << 6) | value) & 0xffffff;
    const place = i & 3;
    if (place !== 0) octets[at++] = (bits >> (6 - 2 * place)) & 0xff;
  }
  return octets;
}

/**
 * A line of the client in a SASL exchange, with its CRLF: base64 of the octets, an empty line for no octets, `*` for
 * null, which cancels (RFC 4954 4).
 * @throws {SmtpProtocolError} `ERR_SMTP_LINE_TOO_LONG` above 12,288 octets
 */
export function serializeSaslLine(octets: Uint8Array | null): string {
  if (octets === null) return "*\r\n";
  if (Math.ceil(octets.length / 3) * 4 + 2 > MAX_SASL_LINE_BYTES) {
    throw new SmtpProtocolError(
      "ERR_SMTP_LINE_TOO_LONG",
      `a SASL line exceeds ${MAX_SASL_LINE_BYTES} octets`,
    );
  }
  return `${encodeBase64(octets)}\r\n`;
}

/** Prompts that servers send in place of their base64 form, or of an empty challenge. */
const PLAIN_PROMPT = /^(?:user ?name|password):$/i;
const NO_CHALLENGE = /^[A-Za-z0-9_-]{1,20} supported$/i;

/**
 * The octets of a 334 reply. Taken as an empty challenge: no text, `=`, and `GSSAPI supported`, which Exchange sends to
 * an AUTH without an initial response. `Username:` and `Password:` that were not encoded are taken as they are; padding
 * may be missing and spaces may stand around.
 * @throws {SmtpProtocolError} `ERR_SMTP_UNEXPECTED_REPLY` for another code, `ERR_SMTP_CHALLENGE_TOO_LONG`,
 *   `ERR_SMTP_CHALLENGE_SYNTAX`: the exchange is then to be cancelled with `*`
 */
export function parseSaslChallenge(reply: Reply): Uint8Array<ArrayBuffer> {
  if (reply.code !== 334) {
    throw new SmtpProtocolError("ERR_SMTP_UNEXPECTED_REPLY", `${reply.code} is no SASL challenge`, { reply });
  }
  const text = reply.lines.length === 1 ? reply.lines[0]!.trim() : reply.lines.join("\n");
  if (text.length > MAX_SASL_LINE_BYTES) {
    const message = `a SASL challenge exceeds ${MAX_SASL_LINE_BYTES} octets`;
    throw new SmtpProtocolError("ERR_SMTP_CHALLENGE_TOO_LONG", message);
  }
  if (text === "" || text === "=" || NO_CHALLENGE.test(text)) return new Uint8Array();
  if (PLAIN_PROMPT.test(text)) return Uint8Array.from(text, (character) => character.charCodeAt(0));
  const octets = decodeBase64(text);
  if (octets !== undefined) return octets;
  const shown = escapeReplyText(text, 40);
  throw new SmtpProtocolError("ERR_SMTP_CHALLENGE_SYNTAX", `a SASL challenge is not base64: "${shown}"`);
}
