/**
 * DES (FIPS 46-3), one block at a time: NTLM version 1 is made of it. Broken for everything else. Bits are kept one per
 * array element, as the standard numbers them: three blocks per login do not need more speed.
 */
export function desEncryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array {
  const keys = subkeys(key);
  const bits = permute(toBits(block), INITIAL);
  let left = bits.slice(0, 32);
  let right = bits.slice(32);
  for (const subkey of keys) [left, right] = [right, xor(left, cipher(right, subkey))];
  return fromBits(permute([...right, ...left], FINAL));
}

function subkeys(key: Uint8Array): number[][] {
  const chosen = permute(toBits(key), KEY_CHOICE_1);
  let left = chosen.slice(0, 28);
  let right = chosen.slice(28);
  return SHIFTS.map((shift) => {
    left = [...left.slice(shift), ...left.slice(0, shift)];
    right = [...right.slice(shift), ...right.slice(0, shift)];
    return permute([...left, ...right], KEY_CHOICE_2);
  });
}

/** The function f of the standard: expand, mix with the key, substitute, permute. */
function cipher(half: readonly number[], subkey: readonly number[]): number[] {
  const mixed = xor(permute(half, EXPANSION), subkey);
  const substituted: number[] = [];
  for (const [box, table] of SUBSTITUTIONS.entries()) {
    const [a, b, c, d, e, f] = mixed.slice(box * 6, box * 6 + 6) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const value = Number.parseInt(table[((a << 1) | f) * 16 + ((b << 3) | (c << 2) | (d << 1) | e)]!, 16);
    substituted.push((value >> 3) & 1, (value >> 2) & 1, (value >> 1) & 1, value & 1);
  }
  return permute(substituted, PERMUTATION);
}

function permute(bits: readonly number[], table: readonly number[]): number[] {
  return table.map((position) => bits[position - 1]!);
}

function xor(a: readonly number[], b: readonly number[]): number[] {
  return a.map((bit, index) => bit ^ b[index]!);
}

function toBits(octets: Uint8Array): number[] {
  return Array.from(octets).flatMap((octet) => [7, 6, 5, 4, 3, 2, 1, 0].map((shift) => (octet >> shift) & 1));
}

function fromBits(bits: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: bits.length / 8 }, (_, index) =>
    bits.slice(index * 8, index * 8 + 8).reduce((value, bit) => (value << 1) | bit, 0),
  );
}

/** `count` positions from `first` on, `step` apart: most tables of the standard are such runs. */
function run(first: number, step: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first + step * index);
}

const INITIAL = [58, 60, 62, 64, 57, 59, 61, 63].flatMap((first) => run(first, -8, 8));
const FINAL = run(0, 1, 8).flatMap((row) => [40, 8, 48, 16, 56, 24, 64, 32].map((column) => column - row));
const EXPANSION = run(0, 4, 8).flatMap((first) =>
  run(first, 1, 6).map((position) => ((position + 31) % 32) + 1),
);
const SHIFTS = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];
// biome-ignore format: rows as the standard prints them
const PERMUTATION = [
  16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10,
  2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11, 4, 25,
];
// biome-ignore format: rows as the standard prints them
const KEY_CHOICE_1 = [
  57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60, 52, 44, 36,
  63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29, 21, 13, 5, 28, 20, 12, 4,
];
// biome-ignore format: rows as the standard prints them
const KEY_CHOICE_2 = [
  14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2,
  41, 52, 31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];
/** S1 to S8: four rows of sixteen, one hexadecimal digit each. */
const SUBSTITUTIONS = [
  "e4d12fb83a6c5907 0f74e2d1a6cb9538 41e8d62bfc973a50 fc8249175b3ea06d",
  "f18e6b34972dc05a 3d47f28ec01a69b5 0e7ba4d158c6932f d8a13f42b67c05e9",
  "a09e63f51dc7b428 d709346a285ecbf1 d6498f30b12c5ae7 1ad069874fe3b52c",
  "7de3069a1285bc4f d8b56f03472c1ae9 a690cb7df13e5284 3f06a1d8945bc72e",
  "2c417ab6853fd0e9 eb2c47d150fa3986 421bad78f9c5630e b8c71e2d6f09a453",
  "c1af92680d34e75b af427c9561de0b38 9ef528c3704a1db6 432c95fabe17608d",
  "4b2ef08d3c975a61 d0b7491ae35c2f86 14bdc37eaf680592 6bd814a7950fe23c",
  "d2846fb1a93e50c7 1fd8a374c56b0e92 7b419ce206adf358 21e74a8dfc90356b",
].map((rows) => rows.replaceAll(" ", ""));
