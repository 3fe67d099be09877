const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Base64 inside a mechanism (SCRAM's salt and proofs); the base64 of a protocol line belongs to the protocol. */
export function encodeBase64(octets: Uint8Array): string {
  let text = "";
  for (let index = 0; index < octets.length; index += 3) {
    const [a, b, c] = [octets[index]!, octets[index + 1], octets[index + 2]];
    text += ALPHABET[a >> 2]! + ALPHABET[((a & 3) << 4) | ((b ?? 0) >> 4)]!;
    text += b === undefined ? "=" : ALPHABET[((b & 15) << 2) | ((c ?? 0) >> 6)]!;
    text += c === undefined ? "=" : ALPHABET[c & 63]!;
  }
  return text;
}

/** Strict: padding present, no other character, no stray bits. `undefined` when the text is anything else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const unpadded = text.replace(/=+$/, "");
  const octets = new Uint8Array(Math.floor((unpadded.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let written = 0;
  for (const character of unpadded) {
    bits = ((bits << 6) | ALPHABET.indexOf(character)) & 0xffff;
    held += 6;
    if (held >= 8) {
      held -= 8;
      octets[written++] = (bits >> held) & 0xff;
    }
  }
  const strayBits = bits & ((1 << held) - 1);
  return strayBits === 0 && text.length - unpadded.length === (4 - (unpadded.length % 4)) % 4
    ? octets
    : undefined;
}
