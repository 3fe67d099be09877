/**
 * The queue's time. Between two readings in one process it moves as the monotonic clock does, so that a wall clock which is set
 * back or forward neither holds a retry for a year nor lets all of them go at once; the wall clock counts where another process
 * reads what this one wrote.
 */
export class QueueClock {
  readonly #wallAtStart = Date.now();
  readonly #steadyAtStart = performance.now();

  /** For waits that this process or another began: retries. */
  steadyMs(): number {
    return Math.round(this.#wallAtStart + (performance.now() - this.#steadyAtStart));
  }

  /** For times that a person named: `notBefore`, `expires`. */
  wallMs(): number {
    return Date.now();
  }
}
