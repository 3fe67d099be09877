/** How long a domain is left alone whose servers all failed. */
export interface BackoffOptions {
  /** After the first failure. Default 60,000. */
  readonly firstDelayMs?: number | undefined;
  /** Each further failure doubles the wait, up to this. Default 3,600,000. */
  readonly maxDelayMs?: number | undefined;
}

interface Failure {
  readonly count: number;
  readonly until: number;
}

const MAX_DOMAINS = 100_000;

/** Remembers which domains failed, and until when nobody should try them. */
export class Backoff {
  readonly #failures = new Map<string, Failure>();

  constructor(
    readonly firstDelayMs: number,
    readonly maxDelayMs: number,
    readonly now: () => number,
  ) {}

  /** When the domain may be tried again, in milliseconds since the epoch; undefined: now. */
  blockedUntil(domain: string): number | undefined {
    const failure = this.#failures.get(domain);
    return failure !== undefined && failure.until > this.now() ? failure.until : undefined;
  }

  /** The domain's servers could not be talked to. Returns when to try again. */
  failed(domain: string): number {
    // Those who failed together count as one failure.
    const before = this.#failures.get(domain);
    if (before !== undefined && before.until > this.now()) return before.until;
    const count = (before?.count ?? 0) + 1;
    const delayMs = Math.min(this.maxDelayMs, this.firstDelayMs * 2 ** Math.min(count - 1, 40));
    const until = this.now() + delayMs;
    this.#failures.delete(domain);
    this.#failures.set(domain, { count, until });
    for (const oldest of this.#failures.keys()) {
      if (this.#failures.size <= MAX_DOMAINS) break;
      this.#failures.delete(oldest);
    }
    return until;
  }

  /** A server of the domain could be talked to. */
  succeeded(domain: string): void {
    this.#failures.delete(domain);
  }
}
