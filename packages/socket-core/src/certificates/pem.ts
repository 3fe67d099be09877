/** One armoured block. */
export interface PemBlock {
  readonly label: string;
  /** The block with its armour, as OpenSSL wants it (headers of old encrypted keys included). */
  readonly text: string;
  readonly body: Uint8Array;
}

const ARMOUR = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*(?:-(?!----)[^-]*)*-----END \1-----/g;

/** The blocks of a text, in order; whatever stands between them is ignored (RFC 7468 section 2). */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const match of text.matchAll(ARMOUR)) {
    const inner = match[0].slice(match[0].indexOf("-----", 10) + 5, match[0].lastIndexOf("-----END"));
    const base64 = inner
      .split(/\r?\n/)
      .filter((line) => !line.includes(":"))
      .join("");
    blocks.push({
      label: match[1]!,
      text: `${match[0]}\n`,
      body: new Uint8Array(Buffer.from(base64, "base64")),
    });
  }
  return blocks;
}

export function toPem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der.buffer, der.byteOffset, der.length).toString("base64");
  return `-----BEGIN ${label}-----\n${base64.replace(/.{64}(?=.)/g, "$&\n")}\n-----END ${label}-----\n`;
}
