import type { DnsAnswer, DnsResolver, RecordType } from "@wirepost/socket-core/dns";
import { checkNames, checkNumber } from "../check-options.js";

/** How much is kept, and for how long. */
export interface CachingResolverOptions {
  /** Answers kept. Default 10,000; the one used longest ago goes first. */
  readonly maxAnswers?: number | undefined;
  /** No answer is kept longer, whatever its TTL. Default 86,400,000. */
  readonly maxAgeMs?: number | undefined;
  /** For tests: milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof CachingResolverOptions>(["maxAnswers", "maxAgeMs", "now"]);

interface Kept {
  readonly answer: DnsAnswer;
  readonly until: number;
}

/** Keeps answers, denials among them, as long as their TTL says. Failures are not kept. */
export class CachingResolver implements DnsResolver {
  readonly #resolver: DnsResolver;
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, Promise<DnsAnswer>>();
  readonly #maxAnswers: number;
  readonly #maxAgeMs: number;
  readonly #now: () => number;

  /** @throws DeliveryError ERR_DELIVERY_OPTION, ERR_DELIVERY_UNKNOWN_OPTION */
  constructor(resolver: DnsResolver, options: CachingResolverOptions = {}) {
    checkNames("CachingResolver", options, NAMES);
    this.#resolver = resolver;
    this.#maxAnswers = checkNumber("maxAnswers", options.maxAnswers, 10_000, 1);
    this.#maxAgeMs = checkNumber("maxAgeMs", options.maxAgeMs, 86_400_000, 0);
    this.#now = options.now ?? Date.now;
  }

  /** @throws what the resolver below throws */
  async resolve<T extends RecordType>(
    name: string,
    type: T,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<DnsAnswer<T>> {
    const key = `${type} ${name.toLowerCase()}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      if (kept.until > this.#now()) {
        this.#kept.set(key, kept);
        return kept.answer as DnsAnswer<T>;
      }
    }
    // A question that somebody may abort is not shared: others would lose their answer with it.
    if (options.signal !== undefined) return this.#ask(key, name, type, options);
    let asked = this.#asked.get(key);
    if (asked === undefined) {
      asked = this.#ask(key, name, type, options).finally(() => this.#asked.delete(key));
      this.#asked.set(key, asked);
    }
    return (await asked) as DnsAnswer<T>;
  }

  /** Forgets everything. */
  clear(): void {
    this.#kept.clear();
  }

  async #ask<T extends RecordType>(
    key: string,
    name: string,
    type: T,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<DnsAnswer<T>> {
    const answer = await this.#resolver.resolve(name, type, options);
    const ageMs = Math.min(answer.ttlSeconds * 1000, this.#maxAgeMs);
    if (ageMs > 0) {
      this.#kept.set(key, { answer: answer as DnsAnswer, until: this.#now() + ageMs });
      for (const oldest of this.#kept.keys()) {
        if (this.#kept.size <= this.#maxAnswers) break;
        this.#kept.delete(oldest);
      }
    }
    return answer;
  }
}
