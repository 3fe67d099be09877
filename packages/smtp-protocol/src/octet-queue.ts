const LF = 0x0a;
const FIRST_BYTES = 4096;
/** An empty queue does not hold on to more than this. */
const KEPT_BYTES = 65_536;

/** Octets received and not yet used, in one piece; each is copied a bounded number of times however they come and go. */
export class OctetQueue {
  #octets = new Uint8Array(FIRST_BYTES);
  #start = 0;
  #end = 0;
  /** No LF stands before this index. */
  #searched = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#octets.length) this.#makeRoom(chunk.length);
    this.#octets.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  #makeRoom(extra: number): void {
    const length = this.length;
    let octets = this.#octets;
    // Moving is free only while at least as much was used up as there is to move.
    if (length + extra > octets.length || this.#start < length) {
      octets = new Uint8Array(Math.max((length + extra) * 2, FIRST_BYTES));
    }
    octets.set(this.#octets.subarray(this.#start, this.#end), 0);
    this.#octets = octets;
    this.#searched = Math.max(0, this.#searched - this.#start);
    this.#start = 0;
    this.#end = length;
  }

  /** Octets up to and with the next LF; 0 when there is none. */
  lineLength(): number {
    const at = this.#octets.subarray(0, this.#end).indexOf(LF, Math.max(this.#searched, this.#start));
    this.#searched = at === -1 ? this.#end : at;
    return at === -1 ? 0 : at + 1 - this.#start;
  }

  /** The next octets, all by default. A view: it is valid until the next `append`. */
  peek(count: number = this.length): Uint8Array {
    return this.#octets.subarray(this.#start, this.#start + Math.min(count, this.length));
  }

  drop(count: number): void {
    this.#start += Math.min(count, this.length);
    if (this.#start !== this.#end) return;
    this.#start = 0;
    this.#end = 0;
    this.#searched = 0;
    if (this.#octets.length > KEPT_BYTES) this.#octets = new Uint8Array(FIRST_BYTES);
  }
}
