// RFC 3492 decoding. The platform's UTS 46 has no way back to Unicode that is also in browsers, and decoding is needed
// to see what an A-label holds.

const BASE = 36;
const T_MIN = 1;
const T_MAX = 26;
const SKEW = 38;
const DAMP = 700;

function adapt(delta: number, count: number, first: boolean): number {
  delta = first ? Math.floor(delta / DAMP) : delta >> 1;
  delta += Math.floor(delta / count);
  let k = 0;
  while (delta > ((BASE - T_MIN) * T_MAX) >> 1) {
    delta = Math.floor(delta / (BASE - T_MIN));
    k += BASE;
  }
  return k + Math.floor(((BASE - T_MIN + 1) * delta) / (delta + SKEW));
}

function digitValue(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 22;
  if (unit >= 0x61 && unit <= 0x7a) return unit - 0x61;
  return BASE;
}

/**
 * The Unicode text of a Punycode string in lower case (without "xn--"), or undefined when it is not Punycode.
 * Inserting is quadratic, so the caller passes labels of at most 63 octets.
 */
export function decodePunycode(encoded: string): string | undefined {
  const lastHyphen = encoded.lastIndexOf("-");
  const output: number[] = [];
  for (let i = 0; i < lastHyphen; i++) output.push(encoded.charCodeAt(i));
  let codePoint = 128;
  let index = 0;
  let bias = 72;
  let position = lastHyphen + 1;
  while (position < encoded.length) {
    const before = index;
    let weight = 1;
    for (let k = BASE; ; k += BASE) {
      const digit = digitValue(encoded.charCodeAt(position++));
      if (digit >= BASE) return undefined;
      index += digit * weight;
      if (index > 0x7fffffff) return undefined;
      const threshold = k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
      if (digit < threshold) break;
      weight *= BASE - threshold;
    }
    const count = output.length + 1;
    bias = adapt(index - before, count, before === 0);
    codePoint += Math.floor(index / count);
    index %= count;
    if (codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return undefined;
    output.splice(index++, 0, codePoint);
  }
  return String.fromCodePoint(...output);
}
