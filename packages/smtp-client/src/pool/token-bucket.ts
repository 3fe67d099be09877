/** So many units in so much time; bursts up to the whole amount. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
}

/** Tokens that come back evenly over time. A request larger than the bucket is let through when the bucket is full. */
export class TokenBucket {
  readonly #count: number;
  readonly #perMs: number;
  #tokens: number;
  #at: number;

  constructor(limit: RateLimit, now: number = performance.now()) {
    this.#count = limit.count;
    this.#perMs = limit.perMs;
    this.#tokens = limit.count;
    this.#at = now;
  }

  /** Milliseconds until `units` may be taken; 0 now. */
  waitMs(units: number, now: number = performance.now()): number {
    this.#refill(now);
    const missing = Math.min(units, this.#count) - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil((missing * this.#perMs) / this.#count);
  }

  /** Takes tokens; may leave the bucket in debt, which later requests pay. */
  take(units: number): void {
    this.#tokens -= units;
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.#count, this.#tokens + ((now - this.#at) * this.#count) / this.#perMs);
    this.#at = now;
  }
}
