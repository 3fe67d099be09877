import type { LiveName } from "./file-name.js";

/** The order in which messages go: by priority, then by the time they were due, then by age. */
export function compareReady(one: LiveName, other: LiveName): number {
  return (
    one.priority - other.priority ||
    one.dueMs - other.dueMs ||
    (one.id < other.id ? -1 : one.id > other.id ? 1 : 0)
  );
}

/**
 * The first so many messages that are due, in order. It holds a bounded number however many there are; `complete` tells whether
 * the last scan found more than it kept, so that the directory is read once per that many messages and not once per message.
 */
export class ReadyList {
  readonly #limit: number;
  #names: LiveName[] = [];
  #next = 0;
  complete = true;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#names.length - this.#next;
  }

  /** Begins to collect anew. Call `collect` for each name, in any order, then `finish`. */
  begin(): void {
    this.#names = [];
    this.#next = 0;
    this.complete = true;
  }

  collect(name: LiveName): void {
    this.#names.push(name);
    if (this.#names.length >= this.#limit * 2) this.#cut();
  }

  finish(): void {
    this.#cut();
  }

  #cut(): void {
    this.#names.sort(compareReady);
    if (this.#names.length <= this.#limit) return;
    this.#names.length = this.#limit;
    this.complete = false;
  }

  /** Puts one in its place; false when it lies beyond what is held. */
  insert(name: LiveName): boolean {
    let low = this.#next;
    let high = this.#names.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareReady(this.#names[middle] as LiveName, name) < 0) low = middle + 1;
      else high = middle;
    }
    if (low === this.#names.length && (!this.complete || this.size >= this.#limit)) {
      this.complete = false;
      return false;
    }
    this.#names.splice(low, 0, name);
    return true;
  }

  /** The next one, or one a few places behind it: workers that meet on every name take different ones. */
  take(spread: number): LiveName | undefined {
    const first = this.#names[this.#next];
    if (first === undefined) return undefined;
    let at = this.#next;
    if (spread > 1) {
      const last = Math.min(this.#next + spread, this.#names.length);
      let end = this.#next + 1;
      while (end < last && this.#names[end]?.priority === first.priority) end++;
      at = this.#next + Math.floor(Math.random() * (end - this.#next));
    }
    const name = this.#names[at] as LiveName;
    this.#names[at] = first;
    this.#next++;
    if (this.#next > 1024 && this.#next * 2 > this.#names.length) {
      this.#names = this.#names.slice(this.#next);
      this.#next = 0;
    }
    return name;
  }
}
