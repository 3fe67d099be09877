/**
 * One timer for the deadlines of a connection. Deadlines move with every reply, timers are dear: moving a deadline away only
 * writes a number, and the timer, when it fires early, looks at that number and sleeps on.
 */
export class Deadline {
  #at = Number.POSITIVE_INFINITY;
  #firesAt = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  readonly #onPassed: () => void;

  constructor(onPassed: () => void) {
    this.#onPassed = onPassed;
  }

  /** @param at on the clock of `performance.now()` */
  set(at: number): void {
    this.#at = at;
    if (at < this.#firesAt) this.#arm(at);
  }

  clear(): void {
    this.#at = Number.POSITIVE_INFINITY;
  }

  stop(): void {
    this.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#firesAt = at;
    this.#timer = setTimeout(() => this.#fired(), Math.max(1, Math.ceil(at - performance.now())));
    // The socket keeps the process alive while there is something to wait for; an idle connection must not.
    this.#timer.unref();
  }

  #fired(): void {
    this.#timer = undefined;
    this.#firesAt = Number.POSITIVE_INFINITY;
    if (this.#at === Number.POSITIVE_INFINITY) return;
    if (performance.now() >= this.#at) {
      this.#at = Number.POSITIVE_INFINITY;
      this.#onPassed();
    } else {
      this.#arm(this.#at);
    }
  }
}
