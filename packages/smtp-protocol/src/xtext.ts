import { SmtpProtocolError } from "./errors.js";
import { utf8FromLatin1, utf8Octets } from "./platform.js";

/**
 * xtext (RFC 3461 4): visible ASCII but `+` and `=` as it is, every other octet of the UTF-8 text as `+` and two
 * upper-case hexadecimal digits. The result has no space and no line end whatever the input.
 */
export function encodeXtext(text: string): string {
  if (/^[!-*,-<>-~]*$/.test(text)) return text;
  let encoded = "";
  for (const octet of utf8Octets(text)) {
    const plain = octet > 0x20 && octet < 0x7f && octet !== 0x2b && octet !== 0x3d;
    encoded += plain ? String.fromCharCode(octet) : `+${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

/**
 * Reads xtext; octets that are UTF-8 are read as that. Lower-case hexadecimal digits are taken too.
 * @throws {SmtpProtocolError} `ERR_SMTP_PARAMETER_SYNTAX`
 */
export function decodeXtext(text: string): string {
  let octets = "";
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2b) {
      const hex = text.slice(at + 1, at + 3);
      if (!/^[0-9A-Fa-f]{2}$/.test(hex)) throw notXtext();
      octets += String.fromCharCode(Number.parseInt(hex, 16));
      at += 2;
    } else if (code > 0x20 && code < 0x7f && code !== 0x3d) {
      octets += text[at];
    } else {
      throw notXtext();
    }
  }
  return utf8FromLatin1(octets);
}

function notXtext(): SmtpProtocolError {
  return new SmtpProtocolError("ERR_SMTP_PARAMETER_SYNTAX", "a parameter value is not xtext");
}

/**
 * utf-8-addr-xtext (RFC 6533 3): as it is what xtext leaves, but the backslash too is encoded; every other character
 * as `\x{HEX}`. ASCII only, so that it passes servers without SMTPUTF8.
 * @throws {SmtpProtocolError} `ERR_SMTP_ARGUMENT` for half a surrogate pair
 */
export function encodeUtf8AddressXtext(address: string): string {
  let encoded = "";
  for (const character of address) {
    const code = character.codePointAt(0)!;
    if (code >= 0xd800 && code <= 0xdfff) {
      throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", "an address holds half a surrogate pair");
    }
    const plain = code > 0x20 && code < 0x7f && code !== 0x2b && code !== 0x3d && code !== 0x5c;
    encoded += plain ? character : `\\x{${code.toString(16).toUpperCase().padStart(2, "0")}}`;
  }
  return encoded;
}

/**
 * Reads utf-8-addr-xtext and utf-8-addr-unitext, which may be mixed. Takes xtext's `+XX` too, which is in use.
 * @throws {SmtpProtocolError} `ERR_SMTP_PARAMETER_SYNTAX`
 */
export function decodeUtf8AddressXtext(text: string): string {
  let decoded = "";
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) {
      const [whole, hex] = /^\\x\{([0-9A-Fa-f]{1,6})\}/.exec(text.slice(at, at + 10)) ?? [];
      const point = Number.parseInt(hex ?? "", 16);
      if (whole === undefined || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) throw notXtext();
      decoded += String.fromCodePoint(point);
      at += whole.length;
    } else if (code === 0x2b) {
      const [escapes] = /^(?:\+[0-9A-Fa-f]{2})+/.exec(text.slice(at)) ?? [];
      if (escapes === undefined) throw notXtext();
      decoded += decodeXtext(escapes);
      at += escapes.length;
    } else if (code <= 0x20 || code === 0x7f || code === 0x3d) {
      throw notXtext();
    } else {
      decoded += text[at++];
    }
  }
  return decoded;
}
