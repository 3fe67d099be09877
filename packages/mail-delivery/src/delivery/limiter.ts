/** Lets so many at a time in for each key; the others wait in the order in which they came. */
export class Limiter {
  readonly #limit: number;
  readonly #inside = new Map<string, number>();
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many are in. */
  inside(key: string): number {
    return this.#inside.get(key) ?? 0;
  }

  /** In at once, with what lets the next one in; undefined: there is a queue. */
  tryEnter(key: string): (() => void) | undefined {
    const inside = this.#inside.get(key) ?? 0;
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
      let queue = this.#waiting.get(key);
      if (queue === undefined) {
        queue = [];
        this.#waiting.set(key, queue);
      }
      const line = queue;
      const go = () => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const onAbort = () => {
        line.splice(line.indexOf(go), 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", onAbort, { once: true });
      line.push(go);
    });
  }

  #leave(key: string): void {
    const queue = this.#waiting.get(key);
    const next = queue?.shift();
    // The place passes on to the next one.
    if (next !== undefined) {
      next();
      return;
    }
    this.#waiting.delete(key);
    const inside = (this.#inside.get(key) ?? 1) - 1;
    if (inside === 0) this.#inside.delete(key);
    else this.#inside.set(key, inside);
  }
}
