import type { DnsAnswer, DnsResolver, RecordType } from "@wirepost/socket-core/dns";
import { checkNames, checkNumber } from "../check-options.js";
import { untilAborted } from "../until-aborted.js";

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

/** A question that is under way, and how many wait for its answer. */
interface Asked {
  readonly answer: Promise<DnsAnswer>;
  readonly controller: AbortController;
  waiting: number;
}

interface Kept {
  readonly answer: DnsAnswer;
  readonly until: number;
}

/** Keeps answers, denials among them, as long as their TTL says. Failures are not kept. */
export class CachingResolver implements DnsResolver {
  readonly #resolver: DnsResolver;
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, Asked>();
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
    return (await this.#wait(this.#ask(key, name, type), options.signal)) as DnsAnswer<T>;
  }

  /** Forgets everything. */
  clear(): void {
    this.#kept.clear();
  }

  /** Whoever asks what is being asked waits with the others. */
  #ask(key: string, name: string, type: RecordType): Asked {
    const known = this.#asked.get(key);
    if (known !== undefined) return known;
    const controller = new AbortController();
    const answer = this.#resolver.resolve(name, type, { signal: controller.signal }).then(
      (found) => {
        this.#forget(key, asked);
        this.#keep(key, found);
        return found;
      },
      (error: unknown) => {
        this.#forget(key, asked);
        throw error;
      },
    );
    const asked: Asked = { answer, controller, waiting: 0 };
    this.#asked.set(key, asked);
    controller.signal.addEventListener("abort", () => this.#forget(key, asked), { once: true });
    return asked;
  }

  /** Who gives up leaves the question to the others; the last one ends it. */
  async #wait(asked: Asked, signal: AbortSignal | undefined): Promise<DnsAnswer> {
    asked.waiting++;
    try {
      return signal === undefined ? await asked.answer : await untilAborted(asked.answer, signal);
    } finally {
      if (--asked.waiting === 0 && signal?.aborted === true) asked.controller.abort(signal.reason);
    }
  }

  #forget(key: string, asked: Asked): void {
    if (this.#asked.get(key) === asked) this.#asked.delete(key);
  }

  #keep(key: string, answer: DnsAnswer): void {
    const ageMs = Math.min(answer.ttlSeconds * 1000, this.#maxAgeMs);
    if (ageMs <= 0) return;
    this.#kept.set(key, { answer, until: this.#now() + ageMs });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#maxAnswers) break;
      this.#kept.delete(oldest);
    }
  }
}
