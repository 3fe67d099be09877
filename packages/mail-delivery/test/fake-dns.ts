import { SocketError } from "@wirepost/socket-core";
import type { DnsAnswer, DnsResolver, RecordType, RecordTypes } from "@wirepost/socket-core/dns";

/** `"MX example.org": [{ preference: 10, exchange: "mx.example.org" }]`, or what else a name server can say. */
export type Zone = Record<string, readonly object[] | "no-data" | "no-such-name" | "servfail">;

/** Answers from a table; what is not in it does not exist. */
export class FakeDns implements DnsResolver {
  readonly asked: string[] = [];

  constructor(
    readonly zone: Zone,
    readonly settings: {
      readonly authenticated?: boolean | readonly string[];
      readonly ttlSeconds?: number;
    } = {},
  ) {}

  async resolve<T extends RecordType>(asked: string, type: T): Promise<DnsAnswer<T>> {
    this.asked.push(`${type} ${asked}`);
    const { authenticated = false, ttlSeconds = 300 } = this.settings;
    const chain: string[] = [];
    let name = asked;
    // Aliases are followed as a recursive server does; each link has to be signed for AD.
    for (let alias = this.#alias(name); type !== "CNAME" && alias !== undefined; alias = this.#alias(name)) {
      chain.push(`CNAME ${name}`);
      name = alias;
    }
    const key = `${type} ${name}`;
    chain.push(key);
    const entry = this.zone[key];
    if (entry === "servfail") throw new SocketError("ERR_SOCKET_DNS_SERVFAIL", { target: name });
    // A name that has anything exists.
    const exists = () => Object.keys(this.zone).some((one) => one.split(" ")[1] === name);
    const status = Array.isArray(entry)
      ? "records"
      : ((entry as "no-data" | undefined) ?? (exists() ? "no-data" : "no-such-name"));
    return {
      status,
      type,
      name: asked,
      canonicalName: name,
      records: (Array.isArray(entry) ? entry.map((one) => ({ ttlSeconds, ...one })) : []) as RecordTypes[T][],
      ttlSeconds,
      authenticated:
        typeof authenticated === "boolean"
          ? authenticated
          : chain.every((link) => authenticated.includes(link)),
      server: "127.0.0.1",
    };
  }

  #alias(name: string): string | undefined {
    const entry = this.zone[`CNAME ${name}`];
    return Array.isArray(entry) ? (entry[0] as { name: string }).name : undefined;
  }
}

export const mx = (exchange: string, preference = 10): object => ({ exchange, preference });
export const a = (address: string): object => ({ address });
export const txt = (text: string): object => ({ text, strings: [new TextEncoder().encode(text)] });
export const cname = (name: string): object[] => [{ name }];
