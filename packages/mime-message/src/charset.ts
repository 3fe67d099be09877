// Charsets of text bodies and encoded words other than UTF-8. iconv-lite is loaded when one is first asked for.
import type { HeaderCharset } from "./encoded-word.js";
import { MimeError, quoteForError } from "./errors.js";
import { utf8Encode } from "./platform.js";

/** A charset that text can be written in. */
export interface TextCharset extends HeaderCharset {
  /** Name for the `charset` parameter. */
  readonly name: string;
  /** True when ASCII text has the same octets, so that line ends stay line ends. */
  readonly asciiCompatible: boolean;
  /** @throws MimeError `ERR_MIME_UNENCODABLE` */
  encode(text: string): Uint8Array;
}

/** The default. */
export const UTF8: TextCharset = { name: "utf-8", asciiCompatible: true, encode: utf8Encode };

const loaded = new Map<string, TextCharset>([
  ["utf-8", UTF8],
  ["utf8", UTF8],
  ["us-ascii", UTF8],
  ["ascii", UTF8],
]);

/** A charset that needs no loading (any more). */
export function readyCharset(name: string): TextCharset | undefined {
  return loaded.get(name.toLowerCase());
}

/** The part of iconv-lite that is used. */
interface Iconv {
  encodingExists(name: string): boolean;
  encode(text: string, name: string): Uint8Array;
  decode(octets: Uint8Array, name: string): string;
}

/**
 * Loads a charset.
 *
 * @throws MimeError `ERR_MIME_UNKNOWN_CHARSET`, `ERR_MIME_MODULE_MISSING`
 */
export async function loadCharset(name: string): Promise<TextCharset> {
  const key = name.toLowerCase();
  const ready = loaded.get(key);
  if (ready !== undefined) return ready;
  // UTF-7 can hide markup from filters, and the others are no charsets for text but ways to write octets.
  if (
    !/^[a-z0-9][a-z0-9_.:+-]{0,39}$/.test(key) ||
    /^(?:utf-?7|utf-?7-imap|base64|hex|binary|ucs2|internal)$/.test(key)
  ) {
    throw unknown(name);
  }
  let iconv: Partial<Iconv>;
  try {
    const module = (await import("iconv-lite")) as unknown as { default?: Partial<Iconv> } & Partial<Iconv>;
    iconv = module.default ?? module;
  } catch (cause) {
    throw needsModule(name, cause);
  }
  // A bundle for browsers has an empty module in its place (the `browser` field of package.json).
  if (!isWhole(iconv)) throw needsModule(name);
  const charset = key === "iso-2022-jp" ? iso2022jp(iconv) : iconvCharset(iconv, key, name);
  loaded.set(key, charset);
  return charset;
}

function isWhole(iconv: Partial<Iconv>): iconv is Iconv {
  return typeof iconv.encode === "function";
}

function needsModule(name: string, cause?: unknown): MimeError {
  return new MimeError("ERR_MIME_MODULE_MISSING", `The charset ${quoteForError(name)} needs iconv-lite`, {
    cause,
  });
}

function unknown(name: string): MimeError {
  return new MimeError("ERR_MIME_UNKNOWN_CHARSET", `The charset ${quoteForError(name)} cannot be used`, {
    subject: "charset",
  });
}

function unencodable(text: string, name: string): MimeError {
  return new MimeError(
    "ERR_MIME_UNENCODABLE",
    `${quoteForError(text)} has a character that ${name} cannot express`,
    {
      subject: "charset",
    },
  );
}

function iconvCharset(iconv: Iconv, key: string, name: string): TextCharset {
  if (!iconv.encodingExists(key)) throw unknown(name);
  const sample = iconv.encode("Az09 =\r\n", key);
  return {
    name: key,
    asciiCompatible: sample.length === 8 && sample[0] === 65 && sample[7] === 10,
    encode(text) {
      const octets = iconv.encode(text, key);
      // iconv-lite writes a substitute for what it cannot express; what comes back tells.
      if (iconv.decode(octets, key) !== text) throw unencodable(text, key);
      return octets;
    },
  };
}

// ESC $ B, ESC ( B (RFC 1468).
const TO_KANJI = [0x1b, 0x24, 0x42];
const TO_ASCII = [0x1b, 0x28, 0x42];

/** ISO-2022-JP (RFC 1468), which iconv-lite lacks: EUC-JP holds the same JIS X 0208 codes with their high bits set. */
function iso2022jp(iconv: Iconv): TextCharset {
  return {
    name: "iso-2022-jp",
    asciiCompatible: true,
    encode(text) {
      // JIS X 0208 has no half-width katakana: mail programs widen them.
      const wide = text.replace(/[\uff61-\uff9f]+/g, (katakana) => katakana.normalize("NFKC"));
      const euc = iconv.encode(wide, "euc-jp");
      if (iconv.decode(euc, "euc-jp") !== wide) throw unencodable(text, "iso-2022-jp");
      const octets: number[] = [];
      let kanji = false;
      for (let at = 0; at < euc.length; at += 1) {
        const octet = euc[at]!;
        if (octet < 128) {
          // Back to ASCII before a line end and at the end of the text (RFC 1468): any ASCII character does it.
          if (kanji) octets.push(...TO_ASCII);
          kanji = false;
          octets.push(octet);
        } else {
          // 8E and 8F lead half-width katakana and JIS X 0212, which ISO-2022-JP does not have.
          if (octet === 0x8e || octet === 0x8f) throw unencodable(text, "iso-2022-jp");
          if (!kanji) octets.push(...TO_KANJI);
          kanji = true;
          octets.push(octet & 0x7f, euc[at + 1]! & 0x7f);
          at += 1;
        }
      }
      if (kanji) octets.push(...TO_ASCII);
      return Uint8Array.from(octets);
    },
  };
}
