import { domainToAscii } from "@wirepost/mail-address";
import { QueueError } from "./errors.js";
import { checkNames, isRecord, wrong } from "./options.js";

/** So many messages in so much time; bursts up to the whole count. */
export interface DestinationLimit {
  readonly count: number;
  readonly perMs: number;
}

/**
 * Limits by domain of the recipients; `"*"` holds for each domain that is not named. All workers of a Redis store count together,
 * each worker of a directory counts for itself.
 */
export type DestinationLimits = Readonly<Record<string, DestinationLimit>>;

/** The limit that one destination of a message has. */
export interface Pace extends DestinationLimit {
  /** In lower case. */
  readonly domain: string;
}

const LIMIT_NAMES: ReadonlySet<string> = new Set<keyof DestinationLimit>(["count", "perMs"]);
const MAX_RESERVED = 10_000;
const MAX_DOMAINS = 10_000;

/** The limits that a worker was given, domain by domain. */
export class Paces {
  readonly #limits: ReadonlyMap<string, DestinationLimit>;

  /** @throws QueueError `ERR_QUEUE_OPTION`, `ERR_QUEUE_UNKNOWN_OPTION` */
  constructor(limits: DestinationLimits = {}) {
    if (!isRecord(limits)) throw wrong("destinationLimits", "must be an object of domains and limits");
    this.#limits = new Map(
      Object.entries(limits).map(([domain, limit]) => [destination(domain), checkedLimit(limit)]),
    );
  }

  /** Those of these domains that have a limit. */
  of(domains: ReadonlySet<string>): readonly Pace[] {
    if (this.#limits.size === 0) return [];
    return [...domains].flatMap((domain) => {
      const limit = this.#limits.get(domain) ?? this.#limits.get("*");
      return limit === undefined ? [] : [{ domain, ...limit }];
    });
  }
}

/** As envelopes have it: A-labels in lower case. */
function destination(domain: string): string {
  if (domain === "*") return domain;
  // The final dot of the DNS is in no envelope.
  const name = domain.replace(/\.$/, "");
  try {
    // Hosts of one's own may have underscores, which domains in addresses of the outside world do not.
    if (/^[\w.-]+$/.test(name)) {
      domainToAscii(name.replaceAll("_", "0"));
      return name.toLowerCase();
    }
    return domainToAscii(name).toLowerCase();
  } catch (cause) {
    const named = JSON.stringify(domain.slice(0, 80));
    throw new QueueError("ERR_QUEUE_OPTION", `destinationLimits: ${named} is no domain`, { cause });
  }
}

function checkedLimit(limit: DestinationLimit): DestinationLimit {
  if (!isRecord(limit)) throw wrong("destinationLimits", "needs { count, perMs } for each domain");
  checkNames("destinationLimits", limit, LIMIT_NAMES);
  const { count, perMs } = limit;
  const usable = typeof count === "number" && typeof perMs === "number" && count > 0 && perMs > 0;
  if (!usable || !Number.isFinite(perMs / count)) {
    throw wrong("destinationLimits", "needs count and perMs above 0");
  }
  return { count, perMs };
}

/**
 * Evenly spaced places in time for each destination (the generic cell rate algorithm). A message that must wait gets a place of its
 * own and comes back for it, so that a long queue for one domain does not come back all at once, again and again.
 */
export class PaceBook {
  /** When the bucket of each domain would be full again. */
  readonly #fullAt = new Map<string, number>();
  readonly #reserved = new Set<string>();

  /** How long this message must wait; 0: it may go now and has been counted. */
  waitMs(id: string, paces: readonly Pace[], now: number = performance.now()): number {
    if (paces.length === 0 || this.#reserved.delete(id)) return 0;
    let waitMs = 0;
    for (const { domain, count, perMs } of paces) {
      const fullAt = Math.max(now, this.#fullAt.get(domain) ?? now) + perMs / count;
      this.#fullAt.set(domain, fullAt);
      waitMs = Math.max(waitMs, Math.ceil(fullAt - perMs - now));
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
