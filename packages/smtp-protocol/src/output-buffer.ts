import type { ReadyLines } from "@wirepost/octet-scan";
import { utf8Octets } from "./platform.js";

interface Slab {
  readonly octets: Uint8Array;
  /** Pieces that a socket still holds. */
  held: number;
  /** The slab is the place of these lines, which begin it. */
  readonly lines: ReadyLines | undefined;
}

/**
 * Octets on their way to a socket. Commands and content append to one slab; `take()` hands out what has gathered, to be written
 * in one write. Octets that were handed out stay untouched until `release()`, so that a socket may keep them without a copy;
 * meanwhile writing goes on behind them or in a second slab, and the two alternate. Ready lines bring a slab of their own, so
 * that they need no copy either.
 */
export class OutputBuffer {
  #slab: Slab;
  #start = 0;
  #end = 0;
  #other: Slab | undefined;
  /** Slabs of ready lines that a socket still holds. */
  readonly #lent = new Set<Slab>();
  readonly #slabBytes: number;
  readonly #maxSlabBytes: number;

  constructor(slabBytes = 16 * 1024, maxSlabBytes = 256 * 1024) {
    this.#slab = newSlab(slabBytes);
    this.#slabBytes = slabBytes;
    this.#maxSlabBytes = Math.max(slabBytes, maxSlabBytes);
  }

  /** Octets appended and not taken yet. */
  get length(): number {
    return this.#end - this.#start;
  }

  /** Appends lines as they are, and gives them back when they are not needed any more. */
  appendReady(lines: ReadyLines): void {
    const { length } = lines;
    const octets = lines.lend();
    if (this.#end !== this.#start) {
      // Behind other octets: all of it shall be one write.
      this.ensure(length);
      this.#slab.octets.set(octets.subarray(0, length), this.#end);
      lines.returned();
      this.#end += length;
      return;
    }
    this.#putAside();
    this.#slab = { octets, held: 0, lines };
    this.#start = 0;
    this.#end = length;
  }

  /** Appends text as UTF-8. */
  append(text: string): void {
    const length = text.length;
    this.ensure(length);
    const slab = this.#slab.octets;
    let at = this.#end;
    // Commands are short and nearly always ASCII: a plain loop beats a call into the platform's encoder.
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) {
        this.#appendUtf8(text);
        return;
      }
      slab[at++] = unit;
    }
    this.#end = at;
  }

  #appendUtf8(text: string): void {
    const octets = utf8Octets(text);
    this.ensure(octets.length);
    this.#slab.octets.set(octets, this.#end);
    this.#end += octets.length;
  }

  /** Where the next octet goes: write at `target[offset]` and on, after `ensure()`, then `advance()`. */
  get target(): Uint8Array {
    return this.#slab.octets;
  }

  get offset(): number {
    return this.#end;
  }

  /** Says that `count` octets were written at `offset`. */
  advance(count: number): void {
    this.#end += count;
  }

  /** Moves the last `count` octets back by `distance`, over octets that are not wanted any more. */
  closeGap(count: number, distance: number): void {
    const from = this.#end - count;
    this.#slab.octets.copyWithin(from - distance, from, this.#end);
    this.#end -= distance;
  }

  /** Makes room for `count` octets at `offset`; what was appended and not taken stays in front of it. */
  ensure(count: number): void {
    const { octets, held } = this.#slab;
    if (octets.length - this.#end >= count) return;
    const pending = this.#end - this.#start;
    const needed = pending + count;
    if (held === 0 && octets.length >= needed) {
      octets.copyWithin(0, this.#start, this.#end);
    } else {
      const other = this.#other;
      const reusable = other !== undefined && other.held === 0 && other.octets.length >= needed;
      const next = reusable ? other : newSlab(this.#grownSize(needed));
      next.octets.set(octets.subarray(this.#start, this.#end));
      this.#putAside();
      this.#slab = next;
    }
    this.#start = 0;
    this.#end = pending;
  }

  /** Writing goes on in another slab. */
  #putAside(): void {
    const slab = this.#slab;
    if (slab.lines === undefined) this.#other = slab;
    else if (slab.held === 0) slab.lines.returned();
    else this.#lent.add(slab);
  }

  /** Doubled, so that appending costs the same however much is pending; beyond that, what one piece needs. */
  #grownSize(needed: number): number {
    return Math.max(Math.min(this.#slab.octets.length * 2, this.#maxSlabBytes), needed + (needed >> 1));
  }

  /** Everything appended since the last `take()`, or undefined when there is nothing. Give it back with `release()`. */
  take(): Uint8Array | undefined {
    if (this.#end === this.#start) return undefined;
    const octets = this.#slab.octets.subarray(this.#start, this.#end);
    this.#start = this.#end;
    this.#slab.held++;
    return octets;
  }

  /** The socket is done with octets that `take()` gave. */
  release(octets: Uint8Array): void {
    if (isPart(octets, this.#slab)) {
      this.#slab.held--;
      this.#startAnew();
    } else if (this.#other !== undefined && isPart(octets, this.#other)) {
      this.#other.held--;
    } else {
      // Octets of a slab that was outgrown belong to the garbage collector.
      for (const slab of this.#lent) {
        if (isPart(octets, slab) && --slab.held === 0) {
          this.#lent.delete(slab);
          slab.lines?.returned();
        }
      }
    }
  }

  /** Forgets what was appended and not taken. */
  discard(): void {
    this.#end = this.#start;
    this.#startAnew();
  }

  /** With nothing pending and nothing held, a slab is as good as new, and the place of ready lines is theirs again. */
  #startAnew(): void {
    const { held, lines } = this.#slab;
    if (held > 0 || this.#start !== this.#end) return;
    this.#start = 0;
    this.#end = 0;
    if (lines === undefined) return;
    lines.returned();
    this.#slab = this.#other?.held === 0 ? this.#other : newSlab(this.#slabBytes);
    this.#other = undefined;
  }
}

function newSlab(bytes: number): Slab {
  return { octets: new Uint8Array(bytes), held: 0, lines: undefined };
}

function isPart(octets: Uint8Array, { octets: slab }: Slab): boolean {
  // Places of ready lines share one buffer.
  const at = octets.byteOffset - slab.byteOffset;
  return octets.buffer === slab.buffer && at >= 0 && at < slab.length;
}
