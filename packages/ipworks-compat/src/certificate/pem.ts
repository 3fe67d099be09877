/** DER octets in PEM armour. */
export function pemOf(label: string, octets: Uint8Array): string {
  const lines =
    Buffer.from(octets)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** True for a text that has such a block. */
export function isPem(octets: Uint8Array, label: string): boolean {
  return new RegExp(`-----BEGIN [A-Z0-9 ]*${label}-----`).test(Buffer.from(octets).toString("latin1"));
}

/** The first certificate of what may be PEM, base64 without armour, or DER already. */
export function pemOctets(octets: Uint8Array): Uint8Array {
  const text = Buffer.from(octets).toString("latin1");
  const block = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END/.exec(text)?.[1];
  if (block !== undefined) return Buffer.from(block, "base64");
  return /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text) ? Buffer.from(text, "base64") : octets;
}

/** A list of PEM blocks, one below the other, as the settings take it; each with its armour. */
export function pemList(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
}
