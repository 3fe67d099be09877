// Strings that stand for octets.
import { MimeError, quoteForError } from "./errors.js";
import type { ContentObject } from "./message-input.js";
import { base64DecodeStrict, latin1Encode, utf8Encode } from "./platform.js";

/**
 * The octets that a string stands for.
 *
 * @throws MimeError `ERR_MIME_SOURCE_INVALID` for text that is not in the encoding, all of it: what a tolerant reader drops
 * would be missing from the file that arrives
 */
export function decodeString(text: string, encoding: ContentObject["encoding"], what: string): Uint8Array {
  switch (encoding) {
    case undefined:
    case "utf-8":
    case "utf8":
      return utf8Encode(text);
    case "base64": {
      const octets = base64DecodeStrict(text);
      if (octets === undefined) break;
      return octets;
    }
    case "hex": {
      if (text.length % 2 !== 0 || /[^0-9A-Fa-f]/.test(text)) break;
      const octets = new Uint8Array(text.length / 2);
      for (let at = 0; at < octets.length; at += 1)
        octets[at] = Number.parseInt(text.slice(2 * at, 2 * at + 2), 16);
      return octets;
    }
    case "latin1":
    case "binary":
    case "ascii":
      if (/[^\u0000-\u00ff]/.test(text)) break;
      return latin1Encode(text);
    default:
      throw new MimeError(
        "ERR_MIME_INVALID_OPTION",
        `${what} has the unknown encoding ${quoteForError(encoding)}`,
        {
          subject: what,
        },
      );
  }
  const hint = /^data:/i.test(text) ? ": it is a data: URI, which belongs into href" : "";
  throw new MimeError("ERR_MIME_SOURCE_INVALID", `The content of ${what} is not ${encoding}${hint}`, {
    subject: what,
  });
}
