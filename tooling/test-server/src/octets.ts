// Text and octets. Transcripts are written as text; on the wire there are only octets.

/** What a test may hand over to be sent: text goes out as UTF-8, octets as they are. */
export type Octets = string | Uint8Array;

export function toOctets(value: Octets): Uint8Array {
  return typeof value === "string" ? Buffer.from(value, "utf8") : value;
}

/** Octets as one printable line for failure messages: `250 ok\r\n`, other octets as `\x1b`; long runs are shortened. */
export function show(value: Octets, limitBytes = 200): string {
  const octets = toOctets(value);
  let text = "";
  for (const octet of octets.subarray(0, limitBytes)) {
    if (octet === 0x0d) text += "\\r";
    else if (octet === 0x0a) text += "\\n";
    else if (octet === 0x5c) text += "\\\\";
    else if (octet >= 0x20 && octet < 0x7f) text += String.fromCharCode(octet);
    else text += `\\x${octet.toString(16).padStart(2, "0")}`;
  }
  if (octets.length > limitBytes) text += `… (${octets.length} octets)`;
  return `"${text}"`;
}

/** The bytes of several chunks as one Uint8Array. */
export function join(chunks: readonly Uint8Array[]): Uint8Array {
  return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks);
}
