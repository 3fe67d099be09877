import { type LookupFunction, SocketError } from "@wirepost/socket-core";
import type { DnsResolver } from "@wirepost/socket-core/dns";
import { hostAddresses } from "../routing/host-addresses.js";

/**
 * A lookup function of Node's kind over our resolver.
 *
 * @param allowed addresses that it says no to are left out
 */
export function lookupThrough(
  resolver: DnsResolver,
  allowed: (address: string) => boolean = () => true,
): LookupFunction {
  return (host, { family }, callback) => {
    const fail = (cause: unknown) =>
      callback(new SocketError("ERR_SOCKET_RESOLVE_FAILED", { cause, target: host }), []);
    hostAddresses(host, resolver, { family }).then(({ addresses }) => {
      const left = addresses.filter(allowed);
      if (left.length === 0) fail(new Error("no address of it is allowed"));
      else {
        callback(
          null,
          left.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
        );
      }
    }, fail);
  };
}
