import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
/** Nine digits of base 36 hold milliseconds until the year 5188. */
export const TIME_DIGITS = 9;

export const MESSAGE_ID = /^[0-9a-z]{9}-[0-9a-z]{16}$/;

/** A new id: its time, so that ids sort by age, and 82 random bits. Never made from anything that a caller gave. */
export function newMessageId(atMs: number): string {
  return `${encodeTime(atMs)}-${randomWord(16)}`;
}

/** Random characters of `[0-9a-z]`. */
export function randomWord(length: number): string {
  let word = "";
  while (word.length < length) {
    for (const octet of randomBytes(length * 2)) {
      // 252 is the highest multiple of 36 that an octet holds: no digit is likelier than another.
      if (octet < 252 && word.length < length) word += ALPHABET[octet % 36];
    }
  }
  return word;
}

export function encodeTime(ms: number): string {
  return Math.max(0, Math.floor(ms)).toString(36).padStart(TIME_DIGITS, "0");
}

export function decodeTime(digits: string): number {
  return Number.parseInt(digits, 36);
}

/** When the message with this id was queued. */
export function timeOfId(id: string): number {
  return decodeTime(id.slice(0, TIME_DIGITS));
}
