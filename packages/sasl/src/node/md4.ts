/** MD4 (RFC 1320): NTLM's password hash. Broken for everything else. */
export function md4(message: Uint8Array): Uint8Array {
  const words = padded(message);
  const state = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]);
  for (let block = 0; block < words.length; block += 16) compress(state, words.subarray(block, block + 16));
  const digest = new Uint8Array(16);
  const view = new DataView(digest.buffer);
  for (let index = 0; index < 4; index++) view.setUint32(index * 4, state[index]!, true);
  return digest;
}

/** A one bit, zeros, and the length in bits (section 3.1 and 3.2). */
function padded(message: Uint8Array): Uint32Array {
  const lengthBytes = (((message.length + 8) >> 6) + 1) << 6;
  const octets = new Uint8Array(lengthBytes);
  octets.set(message);
  octets[message.length] = 0x80;
  const view = new DataView(octets.buffer);
  view.setUint32(lengthBytes - 8, (message.length << 3) >>> 0, true);
  view.setUint32(lengthBytes - 4, message.length >>> 29, true);
  const words = new Uint32Array(lengthBytes >> 2);
  for (let index = 0; index < words.length; index++) words[index] = view.getUint32(index * 4, true);
  return words;
}

interface Round {
  readonly mix: (x: number, y: number, z: number) => number;
  readonly constant: number;
  /** Which word of the block each step takes. */
  readonly order: readonly number[];
  readonly shifts: readonly [number, number, number, number];
}

/** Section 3.4. */
const ROUNDS: readonly Round[] = [
  {
    mix: (x, y, z) => (x & y) | (~x & z),
    constant: 0,
    order: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    shifts: [3, 7, 11, 19],
  },
  {
    mix: (x, y, z) => (x & y) | (x & z) | (y & z),
    constant: 0x5a827999,
    order: [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15],
    shifts: [3, 5, 9, 13],
  },
  {
    mix: (x, y, z) => x ^ y ^ z,
    constant: 0x6ed9eba1,
    order: [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15],
    shifts: [3, 9, 11, 15],
  },
];

function compress(state: Uint32Array, block: Uint32Array): void {
  let [a, b, c, d] = [state[0]!, state[1]!, state[2]!, state[3]!];
  for (const { mix, constant, order, shifts } of ROUNDS) {
    for (let step = 0; step < 16; step++) {
      const sum = (a + mix(b, c, d) + block[order[step]!]! + constant) | 0;
      const shift = shifts[step & 3]!;
      [a, b, c, d] = [d, (sum << shift) | (sum >>> (32 - shift)), b, c];
    }
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}
