/** Octets that came and were not read yet. */
export class ReceiveBuffer {
  #chunks: Uint8Array[] = [];
  #size = 0;

  get sizeBytes(): number {
    return this.#size;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** Everything, without taking it off. */
  peek(): Uint8Array {
    if (this.#chunks.length !== 1)
      this.#chunks = this.#size === 0 ? [] : [Buffer.concat(this.#chunks, this.#size)];
    return this.#chunks[0] ?? new Uint8Array(0);
  }

  /** At most so many octets. */
  take(countBytes: number): Uint8Array {
    const all = this.peek();
    const taken = all.subarray(0, Math.max(0, countBytes));
    this.#size -= taken.length;
    this.#chunks = this.#size === 0 ? [] : [all.subarray(taken.length)];
    return taken;
  }

  clear(): void {
    this.#chunks = [];
    this.#size = 0;
  }
}
