import { READY_LINES } from "./is-ready-lines.js";
import { vectorUnit } from "./vector-unit.js";

/** Smaller octets are looked at twice sooner than kept. */
const MIN_BYTES = 16 * 1024;
/** RFC 5322 2.1.1. */
const MAX_LINE_BYTES = 998;
const DOT = 0x2e;

/**
 * Octets of which every line may go on the wire as it is, by DATA and by BDAT: plain ASCII without NUL, each line ends in CRLF, is
 * at most 998 octets long, and none begins with a dot. A copy of their own, so that what was found once stays true and need not be
 * looked for again.
 *
 * Copies lie where the vector unit can look at them, and there are sixteen places: whoever has one gives it back, with `release()`.
 */
export class ReadyLines {
  /** @internal Set in the constructor: bundlers keep a class with a computed name whether it is used or not. */
  declare readonly [READY_LINES]: true;
  #length = 0;
  #places: Uint8Array[] = [];
  #place: Uint8Array | undefined;
  #lent = false;

  /** Whoever comes by it makes lines that were given back. */
  private constructor() {
    this[READY_LINES] = true;
  }

  /** Octets in all. */
  get length(): number {
    return this.#length;
  }

  /**
   * The copy; undefined when a line is not ready, below 16 KiB (where keeping a copy does not pay) or above 128 KiB, when all places
   * are taken, and without the vector unit.
   */
  static of(octets: Uint8Array): ReadyLines | undefined {
    const { length } = octets;
    if (length < MIN_BYTES) return undefined;
    const unit = vectorUnit();
    const place = unit?.places.pop();
    if (unit === null || place === undefined) return undefined;
    if (length <= place.length) {
      place.set(octets);
      const at = place.byteOffset;
      const end = unit.runEnd(at, at + length, at, 1, MAX_LINE_BYTES);
      const { found } = unit;
      // The last line has ended, and no octet is above 127.
      if (end === at + length && place[0] !== DOT && found[7] === 0 && found[8] === 0) {
        const lines = new ReadyLines();
        lines.#length = length;
        lines.#place = place;
        lines.#places = unit.places;
        return lines;
      }
    }
    unit.places.push(place);
    return undefined;
  }

  /** Whether they can be lent: they were neither lent before nor given back. */
  get held(): boolean {
    return this.#place !== undefined && !this.#lent;
  }

  /**
   * The place that they begin, 128 KiB, for someone who writes them, and perhaps more behind them. `returned()` says that this is
   * done; until then `release()` has no effect.
   * @throws TypeError unless they are held
   */
  lend(): Uint8Array {
    if (this.#place === undefined || this.#lent) throw new TypeError("these lines were lent or given back");
    this.#lent = true;
    return this.#place;
  }

  /** What was lent is not needed any more: the place serves others. */
  returned(): void {
    this.#lent = false;
    this.release();
  }

  /** Gives the place back, unless it is lent. */
  release(): void {
    if (this.#place === undefined || this.#lent) return;
    this.#places.push(this.#place);
    this.#place = undefined;
  }
}
