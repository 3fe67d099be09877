// The charset of encoded words, without waiting: MessageHeadersString has to answer at once.

/** What encodeWords() of the composer takes. */
export interface WordCharset {
  readonly name: string;
  /** @throws RangeError for a character that it cannot express */
  encode(text: string): Uint8Array;
}

const TABLES = new Map<string, ReadonlyMap<string, number>>();

/** @throws RangeError for a charset that is not known here */
export function wordCharset(name: string): WordCharset | undefined {
  const key = name.trim().toLowerCase();
  // The composer's own.
  if (key === "utf-8" || key === "utf8") return undefined;
  const label = key === "ascii" ? "us-ascii" : key;
  const table = TABLES.get(label) ?? tableOf(label);
  TABLES.set(label, table);
  return {
    name: label,
    encode: (text) =>
      Uint8Array.from(text, (character) => {
        const octet = table.get(character);
        if (octet === undefined)
          throw new RangeError(`${JSON.stringify(character)} cannot be written in ${label}`);
        return octet;
      }),
  };
}

/** Charsets of one octet for each character, read backwards from what the platform decodes. */
function tableOf(label: string): ReadonlyMap<string, number> {
  const table = new Map<string, number>();
  if (label === "us-ascii" || label === "iso-8859-1" || label === "latin1") {
    // The platform reads these two as windows-1252, which has other characters from 128 to 159.
    const end = label === "us-ascii" ? 128 : 256;
    for (let octet = 0; octet < end; octet++) table.set(String.fromCharCode(octet), octet);
    return table;
  }
  if (!/^(?:windows-125\d|iso-8859-\d+|koi8-[ru]|macintosh|ibm866)$/.test(label)) throw unknown(label);
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(label, { fatal: true });
  } catch {
    throw unknown(label);
  }
  for (let octet = 0; octet < 256; octet++) {
    try {
      table.set(decoder.decode(Uint8Array.of(octet)), octet);
    } catch {
      // Some octets stand for nothing.
    }
  }
  return table;
}

function unknown(label: string): RangeError {
  return new RangeError(`the charset ${JSON.stringify(label)} is not known; utf-8 can express everything`);
}
