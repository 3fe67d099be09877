import type { LiveName } from "./file-name.js";

interface Waiting {
  readonly name: LiveName;
  /** Steady time. */
  readonly dueAt: number;
}

/**
 * The next so many messages that wait for their time. It holds a bounded number however many there are, and knows up to when it is
 * complete, so that the directory is read again once per that many messages and not each time that one falls due.
 */
export class SoonList {
  readonly #limit: number;
  /** Soonest last. */
  #waiting: Waiting[] = [];
  /** Whatever falls due before this is held here; something that is not held may fall due then. */
  #completeUntil = Number.POSITIVE_INFINITY;
  /** While names are being collected, and not yet in order: the soonest so far. */
  #soonest: number | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#waiting.length;
  }

  /** Begins to collect anew. Call `collect` for each name, in any order, then `finish`. */
  begin(): void {
    this.#waiting = [];
    this.#completeUntil = Number.POSITIVE_INFINITY;
    this.#soonest = Number.POSITIVE_INFINITY;
  }

  collect(name: LiveName, dueAt: number): void {
    if (dueAt >= this.#completeUntil) return;
    this.#waiting.push({ name, dueAt });
    this.#soonest = Math.min(this.#soonest ?? dueAt, dueAt);
    if (this.#waiting.length >= this.#limit * 2) this.#cut();
  }

  finish(): void {
    this.#cut();
    this.#soonest = undefined;
  }

  #cut(): void {
    this.#waiting.sort((one, other) => other.dueAt - one.dueAt);
    const surplus = this.#waiting.length - this.#limit;
    if (surplus <= 0) return;
    const removed = this.#waiting.splice(0, surplus);
    this.#completeUntil = (removed.at(-1) as Waiting).dueAt;
  }

  /** Puts one in its place that begins to wait now. */
  insert(name: LiveName, dueAt: number): void {
    if (this.#soonest !== undefined) {
      this.collect(name, dueAt);
      return;
    }
    if (dueAt >= this.#completeUntil) return;
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#waiting[middle] as Waiting).dueAt > dueAt) low = middle + 1;
      else high = middle;
    }
    this.#waiting.splice(low, 0, { name, dueAt });
    if (this.#waiting.length > this.#limit) this.#completeUntil = (this.#waiting.shift() as Waiting).dueAt;
  }

  /** Takes out what is due, soonest last. */
  take(now: number): readonly LiveName[] {
    if (this.#soonest !== undefined) return [];
    let count = 0;
    while (count < this.#waiting.length && (this.#waiting.at(-1 - count) as Waiting).dueAt <= now) count++;
    return count === 0 ? [] : this.#waiting.splice(-count).map(({ name }) => name);
  }

  /** Whether something that is not held may be due. */
  isUsedUp(now: number): boolean {
    return this.#completeUntil <= now;
  }

  /** When something falls due, as far as is known; Infinity when nothing waits. */
  get nextAt(): number {
    return this.#soonest ?? this.#waiting.at(-1)?.dueAt ?? this.#completeUntil;
  }
}
