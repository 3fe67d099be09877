import { SocketError } from "@wirepost/socket-core";
import type { DnsAnswer, DnsResolver, RecordType, RecordTypes } from "@wirepost/socket-core/dns";

/** `"MX example.org": [{ preference: 10, exchange: "mx.example.org" }]`; what is not in it does not exist. */
export type Zone = Record<string, readonly object[] | "servfail" | "silence">;

/** Answers from a table. */
export class FakeDns implements DnsResolver {
  readonly asked: string[] = [];

  constructor(readonly zone: Zone) {}

  async resolve<T extends RecordType>(
    name: string,
    type: T,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<DnsAnswer<T>> {
    const key = `${type} ${name}`;
    this.asked.push(key);
    const entry = this.zone[key];
    if (entry === "servfail") throw new SocketError("ERR_SOCKET_DNS_SERVFAIL", { target: name });
    if (entry === "silence") {
      await new Promise((resolve) => options.signal?.addEventListener("abort", resolve, { once: true }));
      throw new SocketError("ERR_SOCKET_ABORTED");
    }
    // A name that has anything exists.
    const exists = Object.keys(this.zone).some((one) => one.split(" ")[1] === name);
    return {
      status: entry !== undefined ? "records" : exists ? "no-data" : "no-such-name",
      type,
      name,
      canonicalName: name,
      records: (entry ?? []).map((one) => ({ ttlSeconds: 300, ...one })) as unknown as RecordTypes[T][],
      ttlSeconds: 300,
      authenticated: false,
      server: "127.0.0.1",
    };
  }
}

export const mx = (exchange: string, preference = 10): object => ({ exchange, preference });
export const a = (address: string): object => ({ address });
