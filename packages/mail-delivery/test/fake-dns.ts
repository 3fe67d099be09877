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

  async resolve<T extends RecordType>(name: string, type: T): Promise<DnsAnswer<T>> {
    const key = `${type} ${name}`;
    this.asked.push(key);
    const { authenticated = false, ttlSeconds = 300 } = this.settings;
    const entry = this.zone[key];
    if (entry === "servfail") throw new SocketError("ERR_SOCKET_DNS_SERVFAIL", { target: name });
    // A name that has anything exists.
    const exists = Object.keys(this.zone).some((one) => one.split(" ")[1] === name);
    const status = Array.isArray(entry)
      ? "records"
      : ((entry as "no-data" | undefined) ?? (exists ? "no-data" : "no-such-name"));
    return {
      status,
      type,
      name,
      canonicalName: name,
      records: (Array.isArray(entry) ? entry.map((one) => ({ ttlSeconds, ...one })) : []) as RecordTypes[T][],
      ttlSeconds,
      authenticated: typeof authenticated === "boolean" ? authenticated : authenticated.includes(key),
      server: "127.0.0.1",
    };
  }
}

export const mx = (exchange: string, preference = 10): object => ({ exchange, preference });
export const a = (address: string): object => ({ address });
export const txt = (text: string): object => ({ text, strings: [new TextEncoder().encode(text)] });
