import { domainToAscii, isAddressLiteral } from "@wirepost/mail-address";
import { SocketError } from "@wirepost/socket-core";
import type { DnsAnswer, DnsResolver, RecordType } from "@wirepost/socket-core/dns";
import { DeliveryError } from "../errors.js";
import { beforeOurselves, type Exchanger, orderExchangers, type Random } from "./exchanger-order.js";

/** Where mail for a domain goes. */
export interface Route {
  /** In A-labels and lower case. */
  readonly domain: string;
  /** In the order in which they are to be tried. */
  readonly exchangers: readonly Exchanger[];
  /** `mx`: MX records. `implicit`: the domain itself, which has no MX. `literal`: an address in brackets. */
  readonly source: "mx" | "implicit" | "literal";
  /** The domain's name after aliases; the same as `domain` when it is none. */
  readonly canonicalDomain: string;
  /** The resolver says that it validated the answer by DNSSEC. */
  readonly authenticated: boolean;
}

/** How a route is looked for. */
export interface RouteOptions {
  /** Host names of our own, in lower case; mail is never sent to them. */
  readonly ownNames?: ReadonlySet<string> | undefined;
  /** Default `Math.random`. */
  readonly random?: Random | undefined;
  /** Gives the search up. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the mail exchangers of a domain (RFC 5321 section 5.1, RFC 7505).
 *
 * @throws DeliveryError ERR_DELIVERY_NO_SUCH_DOMAIN, ERR_DELIVERY_NULL_MX, ERR_DELIVERY_NO_EXCHANGER, ERR_DELIVERY_LOOP,
 * and ERR_DELIVERY_DNS, which is retryable; SocketError ERR_SOCKET_ABORTED
 */
export async function findRoute(
  given: string,
  resolver: DnsResolver,
  options: RouteOptions = {},
): Promise<Route> {
  if (given.startsWith("[")) return literalRoute(given);
  const domain = asciiDomain(given);
  const answer = await ask(resolver, domain, "MX", options.signal);
  if (answer.status === "no-such-name") throw new DeliveryError("ERR_DELIVERY_NO_SUCH_DOMAIN", domain);
  const { authenticated, canonicalName: canonicalDomain } = answer;
  const isOurselves = (host: string) => options.ownNames?.has(host) ?? false;
  // The implicit MX is for domains without MX records, not for those whose records are of no use.
  if (answer.status === "no-data") {
    if (isOurselves(domain)) throw new DeliveryError("ERR_DELIVERY_LOOP", domain);
    const exchangers = [{ host: domain, preference: 0 }];
    return { domain, exchangers, source: "implicit", canonicalDomain, authenticated };
  }
  if (answer.records.every(({ exchange }) => exchange === "")) {
    throw new DeliveryError("ERR_DELIVERY_NULL_MX", domain);
  }
  const ordered = orderExchangers(answer.records, options.random ?? Math.random);
  if (ordered.length === 0) throw new DeliveryError("ERR_DELIVERY_NO_EXCHANGER", domain);
  const exchangers = beforeOurselves(ordered, isOurselves);
  if (exchangers === undefined) throw new DeliveryError("ERR_DELIVERY_LOOP", domain);
  return { domain, exchangers, source: "mx", canonicalDomain, authenticated };
}

/** The domain as DNS knows it. @throws DeliveryError ERR_DELIVERY_NO_SUCH_DOMAIN */
export function asciiDomain(domain: string): string {
  try {
    return domainToAscii(domain).toLowerCase();
  } catch (error) {
    throw new DeliveryError("ERR_DELIVERY_NO_SUCH_DOMAIN", "it is no name for DNS", { cause: error });
  }
}

/** One question; failures of DNS are temporary, names that cannot be asked for do not exist. */
export async function ask<T extends RecordType>(
  resolver: DnsResolver,
  name: string,
  type: T,
  signal: AbortSignal | undefined,
): Promise<DnsAnswer<T>> {
  try {
    return await resolver.resolve(name, type, { signal });
  } catch (error) {
    if (signal?.aborted || (SocketError.is(error) && error.code === "ERR_SOCKET_ABORTED")) throw error;
    if (SocketError.is(error) && error.code === "ERR_SOCKET_DNS_NAME") {
      throw new DeliveryError("ERR_DELIVERY_NO_SUCH_DOMAIN", name, { cause: error });
    }
    throw new DeliveryError("ERR_DELIVERY_DNS", `${type} of ${name}`, { cause: error, retryable: true });
  }
}

function literalRoute(literal: string): Route {
  const address = literalAddress(literal);
  if (address === undefined) throw new DeliveryError("ERR_DELIVERY_NO_EXCHANGER", literal);
  const domain = literal.toLowerCase();
  return {
    domain,
    canonicalDomain: domain,
    exchangers: [{ host: address, preference: 0 }],
    source: "literal",
    authenticated: false,
  };
}

/** `[192.0.2.1]` and `[IPv6:2001:db8::1]`; undefined for other kinds. */
function literalAddress(literal: string): string | undefined {
  if (!isAddressLiteral(literal)) return undefined;
  const inner = literal.slice(1, -1);
  if (/^ipv6:/i.test(inner)) return inner.slice(5);
  return /^[\d.]+$/.test(inner) ? inner : undefined;
}
