// Octets that mean nothing to a canonical form come in long runs (a line of base64 has 76). Four are looked at in one
// step: in (word - limits) & ~word a high bit is set if an octet of the word is below the limit.

const HIGH_BITS = 0x80808080 | 0;
// Below this, making the view costs more than it saves.
const SHORTEST = 64;

/** Finds octets below a limit in one chunk. */
export class WordScanner {
  readonly #words: Int32Array | undefined;
  /** Offset in the chunk of the first whole word. */
  readonly #base: number;
  readonly #limits: number;

  /** @param limit at most 0x80 */
  constructor(chunk: Uint8Array, limit: number) {
    this.#base = -chunk.byteOffset & 3;
    this.#limits = Math.imul(limit, 0x01010101);
    this.#words =
      chunk.length < SHORTEST
        ? undefined
        : new Int32Array(chunk.buffer, chunk.byteOffset + this.#base, (chunk.length - this.#base) >> 2);
  }

  /**
   * An offset from `start` on so that no octet between is below the limit: behind the last word that is clear, or
   * `start` itself. Octets at the edges of words are left to the caller.
   */
  skip(start: number): number {
    const words = this.#words;
    if (words === undefined || ((start - this.#base) & 3) !== 0) return start;
    const limits = this.#limits;
    let index = (start - this.#base) >> 2;
    while (index < words.length) {
      const word = words[index]!;
      if (((word - limits) & ~word & HIGH_BITS) !== 0) break;
      index++;
    }
    return this.#base + (index << 2);
  }
}
