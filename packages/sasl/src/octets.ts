export const EMPTY: Uint8Array = new Uint8Array(0);

export function concatOctets(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Takes the same time wherever the first difference is, so that a proof cannot be guessed octet by octet. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let index = 0; index < a.length; index++) difference |= a[index]! ^ b[index]!;
  return difference === 0;
}

export function xorOctets(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((octet, index) => octet ^ b[index]!);
}

export function toHex(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) text += octet.toString(16).padStart(2, "0");
  return text;
}

export function fromHex(text: string): Uint8Array {
  const octets = new Uint8Array(text.length >> 1);
  for (let index = 0; index < octets.length; index++) {
    octets[index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  }
  return octets;
}
