import { setMaxListeners } from "node:events";
import type { TlsOptions } from "@wirepost/socket-core";
import type { DnsResolver } from "@wirepost/socket-core/dns";
import { checkNames, checkNumber } from "../check-options.js";
import { lookupThrough } from "../dns/lookup-through.js";
import { DeliveryError } from "../errors.js";
import { HttpError } from "../https/http-response.js";
import { httpsRequest } from "../https/https-request.js";
import { ask } from "../routing/find-route.js";
import { untilAborted } from "../until-aborted.js";
import { parseStsPolicy, parseStsRecord, type StsPolicy } from "./sts-policy.js";

/** A policy that was fetched, as it is kept. Plain data: it survives JSON. */
export interface KeptPolicy {
  /** Of the record that announced it. */
  readonly id: string;
  /** As it was read. */
  readonly policy: StsPolicy;
  /**
   * When it was fetched last, in milliseconds since the epoch; it counts for `maxAgeSeconds` from then. A
   * record that still has its id does not make it younger, only another fetch does.
   */
  readonly fetchedAtMs: number;
}

/** Where policies are kept; a `Map` will do. A store of your own keeps them over restarts, which MTA-STS relies on (RFC 8461 section 10.2). */
export interface PolicyStore {
  /** What is kept for a domain in A-labels. */
  get(domain: string): KeptPolicy | undefined | Promise<KeptPolicy | undefined>;
  /** A promise is awaited. */
  set(domain: string, kept: KeptPolicy): unknown;
  /** A promise is awaited. */
  delete(domain: string): unknown;
}

/** How policies are fetched. */
export interface StsOptions {
  /** Default: in memory, 10,000 domains. */
  readonly store?: PolicyStore | undefined;
  /** For the whole fetch. Default 60,000 (RFC 8461 section 3.3). */
  readonly timeoutMs?: number | undefined;
  /** Default 443; others are for tests. */
  readonly port?: number | undefined;
  /** Whose certificates count for the web server. Default: the platform's authorities. */
  readonly tls?: Pick<TlsOptions, "ca" | "extraCa"> | undefined;
  /** A fetch that failed is not repeated for so long. Default 300,000. */
  readonly retryAfterMs?: number | undefined;
  /** For tests: milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
}

/** The policy that counts, and what went wrong on the way to it. */
export interface FoundPolicy {
  /** Undefined: the domain has none that is known. Its mode may be `none`. */
  readonly policy: StsPolicy | undefined;
  /**
   * Why there is no newer one: the record cannot be had or read, or the last fetch failed. For reports, and
   * for whoever watches over policies (RFC 8461 section 10.2).
   */
  readonly failure: DeliveryError | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof StsOptions>([
  "store",
  "timeoutMs",
  "port",
  "tls",
  "retryAfterMs",
  "now",
]);
const REFRESH_AFTER_MS = 86_400_000;
const MAX_POLICY_BYTES = 65_536;
const MAX_DOMAINS = 10_000;

/** Keeps policies until the process ends. */
class MemoryPolicyStore implements PolicyStore {
  readonly #kept = new Map<string, KeptPolicy>();

  get(domain: string): KeptPolicy | undefined {
    return this.#kept.get(domain);
  }

  set(domain: string, kept: KeptPolicy): void {
    this.#kept.delete(domain);
    this.#kept.set(domain, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MAX_DOMAINS) break;
      this.#kept.delete(oldest);
    }
  }

  delete(domain: string): void {
    this.#kept.delete(domain);
  }
}

/**
 * Finds, fetches and keeps the MTA-STS policies of domains (RFC 8461). A policy that was kept for a day, or
 * for half of its life, is fetched again in the background when it is next asked for: whoever would have it
 * expire has to block its server all the time (sections 3.3 and 10.2).
 */
export class StsPolicies {
  readonly #resolver: DnsResolver;
  readonly #store: PolicyStore;
  readonly #timeoutMs: number;
  readonly #retryAfterMs: number;
  readonly #port: number;
  readonly #tls: StsOptions["tls"];
  readonly #now: () => number;
  readonly #closing = new AbortController();
  readonly #underWay = new Map<string, Promise<StsPolicy>>();
  readonly #failed = new Map<
    string,
    { readonly id: string; readonly until: number; readonly error: DeliveryError }
  >();

  /** @throws DeliveryError ERR_DELIVERY_OPTION, ERR_DELIVERY_UNKNOWN_OPTION */
  constructor(resolver: DnsResolver, options: StsOptions = {}) {
    checkNames("StsPolicies", options, NAMES);
    this.#resolver = resolver;
    this.#store = options.store ?? new MemoryPolicyStore();
    this.#timeoutMs = checkNumber("timeoutMs", options.timeoutMs, 60_000, 1);
    this.#retryAfterMs = checkNumber("retryAfterMs", options.retryAfterMs, 300_000, 0);
    this.#port = checkNumber("port", options.port, 443, 1, 65_535);
    this.#tls = options.tls;
    this.#now = options.now ?? Date.now;
    // Every fetch listens; Node warns of more than ten.
    setMaxListeners(0, this.#closing.signal);
  }

  /**
   * The policy that counts now. Whatever goes wrong, one that was fetched and has not expired goes on to count: else whoever
   * blocks DNS or the web server could switch it off (section 3.3). Never throws but for the signal.
   */
  async find(domain: string, signal?: AbortSignal | undefined): Promise<FoundPolicy> {
    const kept = await this.#unexpired(domain);
    let id: string | undefined;
    try {
      const answer = await ask(this.#resolver, `_mta-sts.${domain}`, "TXT", signal);
      id = parseStsRecord(answer.records.map(({ text }) => text))?.id;
    } catch (error) {
      if (!DeliveryError.is(error)) throw error;
      this.#refresh(domain, kept);
      return { policy: kept?.policy, failure: error };
    }
    if (id === undefined || id === kept?.id) {
      // Whoever takes the record away must not keep a newer policy from us: the web server is asked all the
      // same (section 10.2).
      return { policy: kept?.policy, failure: this.#refresh(domain, kept) };
    }
    try {
      return { policy: await this.#fetch(domain, id, signal), failure: undefined };
    } catch (error) {
      if (!DeliveryError.is(error)) throw error;
      return { policy: kept?.policy, failure: error };
    }
  }

  /** Gives up the fetches under way; from now on none begins. What is kept stays. */
  async close(): Promise<void> {
    this.#closing.abort(new DeliveryError("ERR_DELIVERY_CLOSED"));
    await Promise.allSettled(this.#underWay.values());
  }

  /** As `close()`, without waiting for the sockets. */
  destroy(): void {
    void this.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #unexpired(domain: string): Promise<KeptPolicy | undefined> {
    const kept = await this.#store.get(domain);
    if (kept === undefined) return undefined;
    const ageMs = this.#now() - kept.fetchedAtMs;
    // A clock that went back makes no policy eternal.
    if (ageMs >= 0 && ageMs < kept.policy.maxAgeSeconds * 1000) return kept;
    await this.#store.delete(domain);
    return undefined;
  }

  /**
   * Fetches again, while nobody waits, what is no longer young. Returns why the last attempt failed, if that
   * matters.
   */
  #refresh(domain: string, kept: KeptPolicy | undefined): DeliveryError | undefined {
    if (kept === undefined) return undefined;
    const dueMs = Math.min(REFRESH_AFTER_MS, kept.policy.maxAgeSeconds * 500);
    if (this.#now() - kept.fetchedAtMs < dueMs) return undefined;
    const failed = this.#failed.get(domain);
    // What is kept counts meanwhile, and goes on to count when this fails.
    if (this.#mayFetch(domain, kept.id)) this.#fetch(domain, kept.id, undefined).catch(() => undefined);
    // A domain that wants no policy any more may take its web server away (section 8.3).
    return kept.policy.mode === "none" ? undefined : failed?.error;
  }

  #mayFetch(domain: string, id: string): boolean {
    const failed = this.#failed.get(domain);
    return failed === undefined || failed.id !== id || failed.until <= this.#now();
  }

  #fetch(domain: string, id: string, signal: AbortSignal | undefined): Promise<StsPolicy> {
    const failed = this.#failed.get(domain);
    if (failed !== undefined && !this.#mayFetch(domain, id)) return Promise.reject(failed.error);
    // One fetch serves everybody who waits; who gives up leaves it to the others.
    let fetched = this.#underWay.get(domain);
    if (fetched === undefined) {
      fetched = this.#fetchNow(domain, id).finally(() => this.#underWay.delete(domain));
      fetched.catch(() => undefined);
      this.#underWay.set(domain, fetched);
    }
    return signal === undefined ? fetched : untilAborted(fetched, signal);
  }

  async #fetchNow(domain: string, id: string): Promise<StsPolicy> {
    try {
      const policy = parseStsPolicy(await this.#download(`mta-sts.${domain}`));
      await this.#store.set(domain, { id, policy, fetchedAtMs: this.#now() });
      this.#failed.delete(domain);
      return policy;
    } catch (error) {
      const failure = DeliveryError.is(error)
        ? error
        : new DeliveryError("ERR_DELIVERY_STS_FETCH", (error as Error).message, {
            cause: error,
            retryable: true,
          });
      if (this.#closing.signal.aborted) throw failure;
      if (this.#failed.size >= MAX_DOMAINS) this.#failed.clear();
      this.#failed.set(domain, { id, until: this.#now() + this.#retryAfterMs, error: failure });
      throw failure;
    }
  }

  async #download(host: string): Promise<string> {
    const response = await httpsRequest({
      host,
      path: "/.well-known/mta-sts.txt",
      port: this.#port,
      lookup: lookupThrough(this.#resolver),
      tls: this.#tls,
      maxBodyBytes: MAX_POLICY_BYTES,
      timeoutMs: this.#timeoutMs,
      signal: this.#closing.signal,
    });
    // Redirections are not followed (section 3.3).
    if (response.status !== 200) throw new HttpError(`HTTP status ${response.status}`);
    const type = response.headers.get("content-type") ?? "";
    if (!/^text\/plain[ \t]*(?:;|$)/i.test(type)) throw new HttpError("it is not text/plain");
    return new TextDecoder().decode(response.body);
  }
}
