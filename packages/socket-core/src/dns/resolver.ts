import { randomInt } from "node:crypto";
import { getServers } from "node:dns";
import type { DecodedPacket } from "dns-packet";
import { SocketError } from "../errors.js";
import { checkMs, checkOptions, throwIfAborted } from "../options.js";
import type { DnsAnswer, RecordType } from "./answer.js";
import { checkName, decodeReply, encodeQuery, readAnswer } from "./message.js";
import { askByTcp, askByUdp, type NameServer, parseServer } from "./transport.js";

/** Whom to ask, and how patiently. */
export interface ResolverOptions {
  /** Addresses, with a port if not 53: `127.0.0.1:5353`, `[::1]:53`. Default: those of the system. */
  readonly servers?: readonly string[] | undefined;
  /** For each question to each server. Default 3,000. */
  readonly timeoutMs?: number | undefined;
  /** How often the list of servers is gone through. Default 2. */
  readonly rounds?: number | undefined;
  /** Largest answer by UDP that is announced; more comes by TCP. Default 1,232, which no path has to cut. */
  readonly udpPayloadBytes?: number | undefined;
  /** Ask by TCP from the start. Default false. */
  readonly tcp?: boolean | undefined;
}

const RESOLVER_OPTIONS: ReadonlySet<string> = new Set<keyof ResolverOptions>([
  "servers",
  "timeoutMs",
  "rounds",
  "udpPayloadBytes",
  "tcp",
]);

/** What mail delivery asks of DNS; tests and other resolvers stand in for it. */
export interface DnsResolver {
  /** @throws SocketError of the group dns, ERR_SOCKET_DNS_TIMEOUT, ERR_SOCKET_ABORTED */
  resolve<T extends RecordType>(
    name: string,
    type: T,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<DnsAnswer<T>>;
}

/** How many aliases are followed over separate answers. */
const MAX_RESTARTS = 8;

/**
 * Asks recursive name servers, by UDP with EDNS and by TCP where that is too small. Node's own resolver knows no TLSA,
 * gives no TTL for MX and TXT and hides the AD bit.
 */
export class Resolver implements DnsResolver {
  readonly #servers: readonly NameServer[];
  readonly #timeoutMs: number;
  readonly #rounds: number;
  readonly #payloadBytes: number;
  readonly #tcp: boolean;

  /** @throws SocketError of the group use */
  constructor(options: ResolverOptions = {}) {
    checkOptions("resolver", options, RESOLVER_OPTIONS);
    this.#servers = (options.servers ?? getServers()).map(parseServer);
    this.#timeoutMs = checkMs("timeoutMs", options.timeoutMs, 3000);
    this.#rounds = options.rounds ?? 2;
    this.#payloadBytes = options.udpPayloadBytes ?? 1232;
    this.#tcp = options.tcp ?? false;
    if (
      !Number.isInteger(this.#rounds) ||
      this.#rounds < 1 ||
      !(this.#payloadBytes >= 512 && this.#payloadBytes <= 65_535)
    ) {
      throw new SocketError("ERR_SOCKET_BAD_OPTION", {
        detail: "rounds from 1, udpPayloadBytes from 512 to 65535",
      });
    }
  }

  /**
   * Asks for the records of one type, following aliases.
   *
   * @throws SocketError of the group dns, ERR_SOCKET_DNS_TIMEOUT, ERR_SOCKET_ABORTED
   */
  async resolve<T extends RecordType>(
    name: string,
    type: T,
    options: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<DnsAnswer<T>> {
    const { signal } = options;
    const first = checkName(name);
    let answer = await this.#ask(first, type, signal);
    let { authenticated, ttlSeconds } = answer;
    // A server may give the alias alone: ask on, with the weakest link of the chain deciding.
    for (let restart = 0; answer.status === "no-data" && answer.canonicalName !== answer.name; restart++) {
      if (restart === MAX_RESTARTS)
        throw new SocketError("ERR_SOCKET_DNS_PROTOCOL", { detail: `too many aliases of ${first}` });
      answer = await this.#ask(checkName(answer.canonicalName), type, signal);
      authenticated &&= answer.authenticated;
      ttlSeconds = Math.min(ttlSeconds, answer.ttlSeconds);
    }
    return { ...answer, name: first, authenticated, ttlSeconds };
  }

  async #ask<T extends RecordType>(
    name: string,
    type: T,
    signal: AbortSignal | undefined,
  ): Promise<DnsAnswer<T>> {
    if (this.#servers.length === 0) throw new SocketError("ERR_SOCKET_DNS_NO_SERVERS");
    let failure: unknown;
    for (let round = 0; round < this.#rounds; round++) {
      for (const server of this.#servers) {
        throwIfAborted(signal);
        try {
          const message = await this.#exchange(server, name, type, signal);
          return readAnswer(message, name, type, server.address);
        } catch (error) {
          if (signal?.aborted) throw error;
          failure = closer(failure, error); // the next server, or the next round, may know better
        }
      }
    }
    throw failure;
  }

  async #exchange(
    server: NameServer,
    name: string,
    type: RecordType,
    signal: AbortSignal | undefined,
  ): Promise<DecodedPacket> {
    const id = randomInt(65_536);
    const query = encodeQuery(id, name, type, this.#payloadBytes);
    if (!this.#tcp) {
      const accept = (octets: Uint8Array) => decodeReply(octets, id, name, type);
      const message = await askByUdp(server, query, accept, this.#timeoutMs, signal);
      if (message.flag_tc !== true) return message;
    }
    const octets = await askByTcp(server, query, this.#timeoutMs, signal);
    const message = decodeReply(octets, id, name, type);
    if (message === undefined)
      throw new SocketError("ERR_SOCKET_DNS_PROTOCOL", { detail: "the answer is to another question" });
    return message;
  }
}

/** A server that said something tells more than one that was silent. */
function closer(failure: unknown, error: unknown): unknown {
  if (failure === undefined) return error;
  return SocketError.is(error) && error.code === "ERR_SOCKET_DNS_TIMEOUT" ? failure : error;
}
