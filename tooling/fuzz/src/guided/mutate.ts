// Small changes to inputs, as coverage-guided fuzzers make them.
import { octetsOf } from "../octets.js";

const INTERESTING = [0, 1, 9, 10, 13, 27, 32, 34, 46, 58, 60, 62, 64, 92, 127, 128, 255].map((octet) =>
  Uint8Array.of(octet),
);

export interface Mutator {
  /** A change of one input; `other` is one to splice with. */
  mutate(octets: Uint8Array, other: Uint8Array): Uint8Array;
}

export function createMutator(random: () => number, words: readonly string[], maxBytes: number): Mutator {
  const dictionary = [...words.map(octetsOf), ...INTERESTING].filter((word) => word.length > 0);
  const below = (limit: number): number => Math.floor(random() * limit);
  const replace = (octets: Uint8Array, from: number, to: number, middle: Uint8Array): Uint8Array => {
    const result = new Uint8Array(from + middle.length + octets.length - to);
    result.set(octets.subarray(0, from));
    result.set(middle, from);
    result.set(octets.subarray(to), from + middle.length);
    return result;
  };
  const range = (octets: Uint8Array): [number, number] => {
    const from = below(octets.length + 1);
    return [from, Math.min(octets.length, from + 1 + below(below(2) === 0 ? 4 : 32))];
  };
  const steps: ((octets: Uint8Array, other: Uint8Array) => Uint8Array)[] = [
    // one bit
    (octets) => {
      const result = octets.slice();
      const at = below(octets.length);
      if (octets.length > 0) result[at] = (result[at] as number) ^ (1 << below(8));
      return result;
    },
    // a word of the language put in, or put over what was there
    (octets) => {
      const at = below(octets.length + 1);
      return replace(octets, at, at, dictionary[below(dictionary.length)] as Uint8Array);
    },
    (octets) => {
      const [from, to] = range(octets);
      return replace(octets, from, to, dictionary[below(dictionary.length)] as Uint8Array);
    },
    // a piece less, a piece twice, a piece many times
    (octets) => {
      const [from, to] = range(octets);
      return replace(octets, from, to, new Uint8Array(0));
    },
    (octets) => {
      const [from, to] = range(octets);
      const at = below(octets.length + 1);
      return replace(octets, at, at, octets.slice(from, to));
    },
    (octets) => {
      const [from, to] = range(octets);
      const piece = octets.slice(from, to);
      const times = 2 + below(24);
      const many = new Uint8Array(piece.length * times);
      for (let i = 0; i < times; i++) many.set(piece, i * piece.length);
      return replace(octets, from, to, many);
    },
    // cut behind
    (octets) => octets.slice(0, below(octets.length + 1)),
    // the front of one and the back of another
    (octets, other) => {
      const from = below(octets.length + 1);
      return replace(octets, from, octets.length, other.subarray(below(other.length + 1)));
    },
    // another digit
    (octets) => {
      const result = octets.slice();
      for (let tries = 0; tries < 8 && octets.length > 0; tries++) {
        const at = below(octets.length);
        const octet = result[at] as number;
        if (octet >= 0x30 && octet <= 0x39) {
          result[at] = 0x30 + below(10);
          break;
        }
      }
      return result;
    },
  ];
  return {
    mutate(octets, other) {
      let result = octets;
      const times = 1 + below(5);
      for (let i = 0; i < times; i++)
        result = (steps[below(steps.length)] as (typeof steps)[number])(result, other);
      return result.length > maxBytes ? result.slice(0, maxBytes) : result;
    },
  };
}
