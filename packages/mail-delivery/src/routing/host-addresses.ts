import type { DnsAnswer, DnsResolver } from "@wirepost/socket-core/dns";
import { DeliveryError } from "../errors.js";
import { ask } from "./find-route.js";

/** The addresses of one host. */
export interface HostAddresses {
  /** Families in turn, the preferred one first, each in the order of DNS. */
  readonly addresses: readonly string[];
  /** The resolver says that it validated every answer by DNSSEC. */
  readonly authenticated: boolean;
  /** The host's name after aliases. */
  readonly canonicalName: string;
}

/** How addresses are looked up. */
export interface AddressOptions {
  /** 4 or 6: this family alone. Default 0: both. */
  readonly family?: 0 | 4 | 6 | undefined;
  /** Which goes first. Default 6. */
  readonly preferFamily?: 4 | 6 | undefined;
  /** Gives the search up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The addresses of a host, in the order in which they are to be tried.
 *
 * @throws DeliveryError ERR_DELIVERY_NO_EXCHANGER when there is none, ERR_DELIVERY_DNS (retryable) when that is not known
 */
export async function hostAddresses(
  host: string,
  resolver: DnsResolver,
  options: AddressOptions = {},
): Promise<HostAddresses> {
  if (host.includes(":") || /^[\d.]+$/.test(host)) {
    return { addresses: [host], authenticated: false, canonicalName: host };
  }
  const { family = 0, preferFamily = 6, signal } = options;
  const types = (["AAAA", "A"] as const).filter(
    (type) => family === 0 || (family === 6) === (type === "AAAA"),
  );
  if (preferFamily === 4) types.reverse();
  const settled = await Promise.allSettled(types.map((type) => ask(resolver, host, type, signal)));
  const answers: DnsAnswer<"A" | "AAAA">[] = [];
  let failure: unknown;
  for (const result of settled) {
    if (result.status === "fulfilled") answers.push(result.value);
    else failure ??= result.reason;
  }
  signal?.throwIfAborted();
  const lists = answers.map(({ records }) => records.map(({ address }) => address));
  const addresses = inTurn(lists);
  if (addresses.length === 0) {
    // What could not be asked may exist.
    if (failure !== undefined) throw failure;
    throw new DeliveryError("ERR_DELIVERY_NO_EXCHANGER", `${host} has no address`);
  }
  return {
    addresses,
    authenticated: failure === undefined && answers.every(({ authenticated }) => authenticated),
    canonicalName: answers[0]?.canonicalName ?? host,
  };
}

function inTurn(lists: readonly (readonly string[])[]): string[] {
  const result: string[] = [];
  const length = Math.max(0, ...lists.map((list) => list.length));
  for (let index = 0; index < length; index++) {
    for (const list of lists) {
      const address = list[index];
      if (address !== undefined && !result.includes(address)) result.push(address);
    }
  }
  return result;
}
