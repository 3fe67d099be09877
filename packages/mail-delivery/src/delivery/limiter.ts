/** One who waits; without `go` when the waiting was given up. */
interface Waiting {
  go: (() => void) | undefined;
}

/** First come, first served. Thousands may wait and give up, so nothing here goes through all of them. */
class Line {
  #waiting: Waiting[] = [];
  #head = 0;

  push(one: Waiting): void {
    this.#waiting.push(one);
  }

  next(): (() => void) | undefined {
    for (;;) {
      const one = this.#waiting[this.#head];
      if (one === undefined) return undefined;
      this.#head++;
      if (this.#head > 1000 && this.#head * 2 > this.#waiting.length) {
        this.#waiting = this.#waiting.slice(this.#head);
        this.#head = 0;
      }
      if (one.go !== undefined) return one.go;
    }
  }
}

/** Lets so many at a time in for each key; the others wait in the order in which they came. */
export class Limiter {
  readonly #limit: number;
  readonly #inside = new Map<string, number>();
  readonly #lines = new Map<string, Line>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many are in. */
  inside(key: string): number {
    return this.#inside.get(key) ?? 0;
  }

  /** In at once, with what lets the next one in; undefined: there is a queue. */
  tryEnter(key: string): (() => void) | undefined {
    const inside = this.inside(key);
    if (inside >= this.#limit) return undefined;
    this.#inside.set(key, inside + 1);
    return this.#leaver(key);
  }

  /** Resolves with what lets the next one in. @throws the signal's reason */
  async enter(key: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const leave = this.tryEnter(key);
    if (leave !== undefined) return leave;
    await this.#wait(key, signal);
    return this.#leaver(key);
  }

  #leaver(key: string): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#leave(key);
    };
  }

  #wait(key: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const one: Waiting = {
        go() {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        one.go = undefined;
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      let line = this.#lines.get(key);
      if (line === undefined) {
        line = new Line();
        this.#lines.set(key, line);
      }
      line.push(one);
    });
  }

  #leave(key: string): void {
    const next = this.#lines.get(key)?.next();
    // The place passes on to the next one.
    if (next !== undefined) {
      next();
      return;
    }
    this.#lines.delete(key);
    const inside = this.inside(key) - 1;
    if (inside === 0) this.#inside.delete(key);
    else this.#inside.set(key, inside);
  }
}
