import { RuntimeException } from "../errors.js";

/** A text encoding, as Read, ReadAll and Lookahead take it. */
export interface TextEncoding {
  /** The name of IANA. */
  readonly internetName: string;
}

function encoding(internetName: string): TextEncoding {
  return Object.freeze({ internetName });
}

/** Xojo's module of encodings, as far as mail programs name them. */
export const Encodings = Object.freeze({
  UTF8: encoding("UTF-8"),
  ASCII: encoding("US-ASCII"),
  ISOLatin1: encoding("ISO-8859-1"),
  WindowsLatin1: encoding("windows-1252"),
});

/** Octets as text. Without an encoding each octet is one character, so that nothing is lost. */
export function decode(octets: Uint8Array, given: TextEncoding | null | undefined): string {
  const view = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  if (given === undefined || given === null) return view.toString("latin1");
  switch (given.internetName) {
    case "UTF-8":
      return view.toString("utf8");
    case "US-ASCII":
    case "ISO-8859-1":
      return view.toString("latin1");
    case "windows-1252":
      return new TextDecoder("windows-1252").decode(octets);
    default:
      throw new RuntimeException(`there is no encoding named ${String(given.internetName)}`, {
        code: "ERR_XOJO_VALUE",
      });
  }
}
