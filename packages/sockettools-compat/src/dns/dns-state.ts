// What stands behind a DnsClient.
import type { DnsResolver } from "@wirepost/socket-core/dns";
import type { DnsOptions } from "../client/client-options.js";
import { stErrorInvalidParameter, stErrorNoMailExchange, stErrorOperationTimeout } from "../error-numbers.js";
import type { Given } from "../language/arguments.js";
import { Registry } from "../language/registry.js";
import { failureOf, Outcome, toFailure } from "../outcome.js";

/** By its client; see Registry. */
export const dnsStates = new Registry<DnsState>("DnsClient");

const DEFAULT_TIMEOUT_SECONDS = 20;

export class DnsState {
  readonly outcome = new Outcome();
  throwError = false;
  timeout = DEFAULT_TIMEOUT_SECONDS;
  options: DnsOptions = {};
  #hostName = "";
  #resolver: DnsResolver | undefined;
  /** The answer for HostName; kept, as a loop over the exchangers asks for each. */
  #answer: Promise<readonly string[]> | undefined;

  get hostName(): string {
    return this.#hostName;
  }

  set hostName(value: string) {
    if (value !== this.#hostName) this.forget();
    this.#hostName = value;
  }

  forget(): void {
    this.#answer = undefined;
  }

  mailExchange(given: Given<readonly [index: number]>): Promise<string> {
    return this.#tell("", async () => {
      const [index] = given.read();
      return (await this.#exchangers())[index] ?? "";
    });
  }

  mailExchanges(given: Given<readonly []>): Promise<number> {
    return this.#tell(0, async () => {
      given.read();
      return (await this.#exchangers()).length;
    });
  }

  async #tell<Result>(failed: Result, ask: () => Promise<Result>): Promise<Result> {
    try {
      const result = await ask();
      this.outcome.number = 0;
      return result;
    } catch (error) {
      const failure = toFailure(error);
      this.outcome.record(failure);
      if (this.throwError) throw failure;
      return failed;
    }
  }

  #exchangers(): Promise<readonly string[]> {
    if (this.#answer === undefined) {
      const answer = this.#ask();
      this.#answer = answer;
      // The next question may fare better.
      answer.catch(() => {
        if (this.#answer === answer) this.#answer = undefined;
      });
    }
    return this.#answer;
  }

  async #ask(): Promise<readonly string[]> {
    const domain = this.#hostName.trim();
    if (domain === "") throw failureOf(stErrorInvalidParameter, "there is no HostName to ask for");
    const { orderExchangers } = await import("@wirepost/mail-delivery");
    const resolver = await this.#whoAnswers();
    const timeout = new AbortController();
    const ms = Math.min(2_147_483_647, this.timeout * 1000);
    const timer = ms > 0 ? setTimeout(() => timeout.abort(), ms) : undefined;
    try {
      const { records } = await resolver.resolve(domain, "MX", { signal: timeout.signal });
      const named = records.filter(({ exchange }) => exchange !== "");
      // RFC 7505: the root alone says that the domain takes no mail.
      if (records.length > 0 && named.length === 0)
        throw failureOf(stErrorNoMailExchange, `${domain} takes no mail`);
      return orderExchangers(named, Math.random).map(({ host }) => host);
    } catch (error) {
      throw timeout.signal.aborted ? failureOf(stErrorOperationTimeout, undefined, error) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #whoAnswers(): Promise<DnsResolver> {
    if (this.options.resolver !== undefined) return this.options.resolver;
    if (this.#resolver === undefined) {
      const { Resolver } = await import("@wirepost/socket-core/dns");
      this.#resolver = new Resolver();
    }
    return this.#resolver;
  }
}
