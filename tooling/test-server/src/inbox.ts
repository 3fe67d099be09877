// Octets that were received and not read yet, in one growing buffer: appending is amortised, searching never starts over.
export class Inbox {
  #buffer = Buffer.allocUnsafe(4_096);
  #start = 0;
  #end = 0;

  get bytes(): number {
    return this.#end - this.#start;
  }

  /** What is unread, as a view that the next `push` may overwrite. */
  peek(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) {
      const unread = this.peek();
      const wanted = Math.max(4_096, (unread.length + chunk.length) * 2);
      const buffer = wanted > this.#buffer.length ? Buffer.allocUnsafe(wanted) : this.#buffer;
      unread.copy(buffer, 0);
      this.#end = unread.length;
      this.#start = 0;
      this.#buffer = buffer;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  take(count: number): Uint8Array {
    const taken = new Uint8Array(this.#buffer.subarray(this.#start, this.#start + count));
    this.#start += taken.length;
    if (this.#start === this.#end) this.clear();
    return taken;
  }

  clear(): void {
    this.#start = 0;
    this.#end = 0;
  }
}
