/**
 * Octets on their way to a socket. Commands and content append to one slab; `take()` hands out what has gathered, to be written
 * in one write. Octets that were handed out stay untouched until `release()`, so that a socket may keep them without a copy;
 * meanwhile writing goes on behind them or in a second slab, and the two alternate.
 */
export class OutputBuffer {
  #slab: Uint8Array;
  #start = 0;
  #end = 0;
  /** Pieces of the current slab that a socket still holds. */
  #held = 0;
  #other: Uint8Array | undefined;
  #otherHeld = 0;
  readonly #maxSlabBytes: number;

  constructor(slabBytes = 16 * 1024, maxSlabBytes = 256 * 1024) {
    this.#slab = new Uint8Array(slabBytes);
    this.#maxSlabBytes = Math.max(slabBytes, maxSlabBytes);
  }

  /** Octets appended and not taken yet. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Appends text as UTF-8. */
  append(text: string): void {
    const length = text.length;
    this.ensure(length);
    const slab = this.#slab;
    let at = this.#end;
    // Commands are short and nearly always ASCII: a plain loop beats a call into the platform's encoder.
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) {
        this.#end = at;
        this.#appendUtf8(text, i);
        return;
      }
      slab[at++] = unit;
    }
    this.#end = at;
  }

  #appendUtf8(text: string, from: number): void {
    this.ensure((text.length - from) * 3);
    const slab = this.#slab;
    let at = this.#end;
    for (let i = from; i < text.length; i++) {
      const point = text.codePointAt(i) as number;
      if (point > 0xffff) i++;
      if (point < 0x80) {
        slab[at++] = point;
      } else if (point < 0x800) {
        slab[at++] = 0xc0 | (point >> 6);
        slab[at++] = 0x80 | (point & 0x3f);
      } else if (point < 0x10000) {
        // A lone surrogate has no UTF-8 form; the serializer refuses it before it comes here.
        const scalar = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point;
        slab[at++] = 0xe0 | (scalar >> 12);
        slab[at++] = 0x80 | ((scalar >> 6) & 0x3f);
        slab[at++] = 0x80 | (scalar & 0x3f);
      } else {
        slab[at++] = 0xf0 | (point >> 18);
        slab[at++] = 0x80 | ((point >> 12) & 0x3f);
        slab[at++] = 0x80 | ((point >> 6) & 0x3f);
        slab[at++] = 0x80 | (point & 0x3f);
      }
    }
    this.#end = at;
  }

  /** Where the next octet goes: write at `target[offset]` and on, after `ensure()`, then `advance()`. */
  get target(): Uint8Array {
    return this.#slab;
  }

  get offset(): number {
    return this.#end;
  }

  /** Octets that can be written at `offset` without another slab. */
  get room(): number {
    return this.#slab.length - this.#end;
  }

  /** Says that `count` octets were written at `offset`. */
  advance(count: number): void {
    this.#end += count;
  }

  /** Moves the last `count` octets back by `distance`, over octets that are not wanted any more. */
  closeGap(count: number, distance: number): void {
    if (distance === 0) return;
    const from = this.#end - count;
    this.#slab.copyWithin(from - distance, from, this.#end);
    this.#end -= distance;
  }

  /** Makes room for `count` octets at `offset`; what was appended and not taken stays in front of it. */
  ensure(count: number): void {
    if (this.#slab.length - this.#end >= count) return;
    const pending = this.#end - this.#start;
    if (this.#held === 0 && this.#slab.length >= pending + count) {
      this.#slab.copyWithin(0, this.#start, this.#end);
      this.#start = 0;
      this.#end = pending;
      return;
    }
    const previous = this.#slab;
    const reusable =
      this.#other !== undefined && this.#otherHeld === 0 && this.#other.length >= pending + count;
    const next = reusable ? (this.#other as Uint8Array) : new Uint8Array(this.#grownSize(pending + count));
    next.set(previous.subarray(this.#start, this.#end));
    this.#other = previous;
    this.#otherHeld = this.#held;
    this.#slab = next;
    this.#held = 0;
    this.#start = 0;
    this.#end = pending;
  }

  /** Doubled, so that appending costs the same however much is pending; beyond that, what one piece needs. */
  #grownSize(needed: number): number {
    return Math.max(Math.min(this.#slab.length * 2, this.#maxSlabBytes), needed + (needed >> 1));
  }

  /** Everything appended since the last `take()`, or undefined when there is nothing. Give it back with `release()`. */
  take(): Uint8Array | undefined {
    if (this.#end === this.#start) return undefined;
    const octets = this.#slab.subarray(this.#start, this.#end);
    this.#start = this.#end;
    this.#held++;
    return octets;
  }

  /** The socket is done with octets that `take()` gave. */
  release(octets: Uint8Array): void {
    if (octets.buffer === this.#slab.buffer) {
      this.#held--;
      if (this.#held === 0 && this.#start === this.#end) {
        this.#start = 0;
        this.#end = 0;
      }
    } else if (this.#other !== undefined && octets.buffer === this.#other.buffer) {
      this.#otherHeld--;
    }
    // Octets of a slab that was outgrown belong to the garbage collector.
  }

  /** Forgets what was appended and not taken. */
  discard(): void {
    this.#end = this.#start;
  }
}
