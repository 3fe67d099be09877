import { QueueError } from "./errors.js";

/** So many messages in so much time; bursts up to the whole count. */
export interface DestinationLimit {
  readonly count: number;
  readonly perMs: number;
}

/** Limits by domain of the recipients; `"*"` holds for each domain that is not named. Each worker counts for itself. */
export type DestinationLimits = Readonly<Record<string, DestinationLimit>>;

const MAX_RESERVED = 10_000;
const MAX_DOMAINS = 10_000;

/**
 * Evenly spaced places in time for each destination (the generic cell rate algorithm). A message that must wait gets a place of its
 * own and comes back for it, so that a long queue for one domain does not come back all at once, again and again.
 */
export class DestinationPaces {
  readonly #limits: ReadonlyMap<string, DestinationLimit>;
  /** When the bucket of each domain would be full again. */
  readonly #fullAt = new Map<string, number>();
  readonly #reserved = new Set<string>();

  /** @throws QueueError `ERR_QUEUE_OPTION` */
  constructor(limits: DestinationLimits = {}) {
    this.#limits = new Map(
      Object.entries(limits).map(([domain, limit]) => {
        if (!(limit.count > 0) || !(limit.perMs > 0)) {
          throw new QueueError("ERR_QUEUE_OPTION", "a destination limit needs count and perMs above 0");
        }
        return [domain.toLowerCase(), limit];
      }),
    );
  }

  /** How long this message must wait; 0: it may go now and has been counted. */
  waitMs(id: string, domains: ReadonlySet<string>, now: number = performance.now()): number {
    if (this.#limits.size === 0) return 0;
    if (this.#reserved.delete(id)) return 0;
    let waitMs = 0;
    for (const domain of domains) {
      const limit = this.#limits.get(domain) ?? this.#limits.get("*");
      if (limit === undefined) continue;
      const fullAt = Math.max(now, this.#fullAt.get(domain) ?? now) + limit.perMs / limit.count;
      this.#fullAt.set(domain, fullAt);
      waitMs = Math.max(waitMs, Math.ceil(fullAt - limit.perMs - now));
    }
    if (waitMs > 0) this.#reserve(id);
    if (this.#fullAt.size > MAX_DOMAINS) this.#forget(now);
    return waitMs;
  }

  #reserve(id: string): void {
    this.#reserved.add(id);
    // Beyond this many the oldest will have to queue up again.
    if (this.#reserved.size > MAX_RESERVED)
      this.#reserved.delete(this.#reserved.values().next().value as string);
  }

  #forget(now: number): void {
    for (const [domain, fullAt] of this.#fullAt) if (fullAt <= now) this.#fullAt.delete(domain);
  }
}
