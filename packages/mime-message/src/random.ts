// Identifiers that must not be guessed: message identifiers and boundaries.
import { fillRandom } from "./platform.js";

/** A source of random octets; tests hand in their own. */
export type RandomSource = (target: Uint8Array<ArrayBuffer>) => void;

const HEX: string[] = [];
for (let octet = 0; octet < 256; octet += 1) HEX.push(octet.toString(16).padStart(2, "0"));

// Random octets are fetched in bulk: a call to the platform for each message would be a good part of its cost.
const pool = new Uint8Array(4096);
let used = pool.length;

/** 24 hexadecimal digits: 96 random bits. */
export function randomToken(source?: RandomSource): string {
  let octets: Uint8Array = pool;
  let at = 0;
  if (source !== undefined) {
    const own = new Uint8Array(12);
    source(own);
    octets = own;
  } else {
    if (used + 12 > pool.length) {
      fillRandom(pool);
      used = 0;
    }
    at = used;
    used += 12;
  }
  let text = "";
  for (let i = 0; i < 12; i += 1) text += HEX[octets[at + i]!];
  return text;
}
