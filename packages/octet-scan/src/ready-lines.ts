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
  /** Octets in all. */
  readonly length: number;
  readonly #places: Uint8Array[];
  #place: Uint8Array | undefined;
  #lent = false;

  private constructor(place: Uint8Array, length: number, places: Uint8Array[]) {
    this.length = length;
    this.#place = place;
    this.#places = places;
  }

  /**
   * The copy; undefined when a line is not ready, below 16 KiB (where keeping a copy does not pay) or above 128 KiB, when all places
   * are taken, and without the vector unit.
   */
  static of(octets: Uint8Array): ReadyLines | undefined {
    const { length } = octets;
    if (length < MIN_BYTES || octets[0] === DOT) return undefined;
    const unit = vectorUnit();
    const place = unit?.places.pop();
    if (unit === null || place === undefined) return undefined;
    if (length <= place.length) {
      place.set(octets);
      const at = place.byteOffset;
      const end = unit.runEnd(at, at + length, at, 1, MAX_LINE_BYTES);
      const { found } = unit;
      // The last line has ended, and no octet is above 127.
      if (end === at + length && found[7] === 0 && found[8] === 0)
        return new ReadyLines(place, length, unit.places);
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
