// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { DnsState, dnsStates } from "../dns/dns-state.js";
import { given, type Signature } from "../language/arguments.js";
import { integer, text, truth } from "../language/coerce.js";
import { guardSpelling } from "../language/spelling.js";

/** Named arguments of MailExchange. */
export interface MailExchangeArguments {
  readonly index?: number | undefined;
}
type MailExchangeValues = readonly [index: number];
const MAIL_EXCHANGE: Signature = { method: "MailExchange", parameters: [["index", "integer", false]] };

type MailExchangesValues = readonly [];
const MAIL_EXCHANGES: Signature = { method: "MailExchanges", parameters: [] };

/** The companion that looks up mail exchangers. */
export class DnsClient {
  static {
    guardSpelling(DnsClient);
  }

  constructor() {
    dnsStates.attach(this, new DnsState());
    // A misspelt member of ours must not become a new one; a subclass has members of its own.
    if (new.target === DnsClient) Object.preventExtensions(this);
  }

  /** The domain whose mail exchangers are asked for. */
  get HostName(): string {
    return dnsStates.of(this).hostName;
  }
  set HostName(value: string | null) {
    dnsStates.of(this).hostName = text("HostName", value);
  }

  /** Seconds that a question may take; 0: no limit. */
  get Timeout(): number {
    return dnsStates.of(this).timeout;
  }
  set Timeout(value: number) {
    dnsStates.of(this).timeout = integer("Timeout", value);
  }

  /** The number of the last call's failure, 0 after success. Assigning sets or clears it. */
  get LastError(): number {
    return dnsStates.of(this).outcome.number;
  }
  set LastError(value: number) {
    dnsStates.of(this).outcome.number = integer("LastError", value);
  }

  /** The failure of the last call in words; empty after success. */
  get LastErrorString(): string {
    return dnsStates.of(this).outcome.text;
  }

  /** True: methods throw a SocketToolsError instead of returning a number. */
  get ThrowError(): boolean {
    return dnsStates.of(this).throwError;
  }
  set ThrowError(value: boolean) {
    dnsStates.of(this).throwError = truth("ThrowError", value);
  }

  /**
   * The mail exchanger at an index from 0 on, the preferred ones first; empty when there is none. A property
   * array in the control; asking takes an `await`.
   */
  MailExchange(index: number): Promise<string>;
  /** The same with named arguments, in an object behind those that are given by place. */
  MailExchange(
    ...Arguments: readonly [...positional: unknown[], named: MailExchangeArguments]
  ): Promise<string>;
  MailExchange(...supplied: readonly unknown[]): Promise<string> {
    return dnsStates.of(this).mailExchange(given<MailExchangeValues>(MAIL_EXCHANGE, supplied));
  }

  /** How many mail exchangers the domain has; 0 also after a failure. */
  MailExchanges(): Promise<number> {
    const supplied: readonly unknown[] = [];
    return dnsStates.of(this).mailExchanges(given<MailExchangesValues>(MAIL_EXCHANGES, supplied));
  }

  /** Gives 0; no licence is needed. */
  Initialize(LicenseKey?: string | undefined): number {
    void LicenseKey;
    return 0;
  }

  /** Forgets what was looked up. */
  Uninitialize(): void {
    dnsStates.of(this).forget();
  }
}
