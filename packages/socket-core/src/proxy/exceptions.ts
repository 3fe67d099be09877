import { BlockList, isIP } from "node:net";

/**
 * Whether a destination is on a list of exceptions, in the form of NO_PROXY: names (which cover their subdomains, with
 * or without a dot in front), addresses, networks (`10.0.0.0/8`), each with an optional port; `*` is everything.
 */
export function isException(exceptions: readonly string[], host: string, port: number): boolean {
  return exceptions.some((entry) => matches(entry.trim().toLowerCase(), host.toLowerCase(), port));
}

function matches(entry: string, host: string, port: number): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  const bare = entry.replace(/^\[(.*)\]$/, "$1");
  if (bare.includes("/")) return inNetwork(bare, host);
  const withPort = /^(.*):(\d+)$/.exec(entry);
  if (withPort !== null && isIP(bare) !== 6) {
    return Number(withPort[2]) === port && matches(withPort[1]!.replace(/^\[(.*)\]$/, "$1"), host, port);
  }
  if (isIP(bare) !== 0) return sameAddress(bare, host);
  if (isIP(host) !== 0) return false;
  const name = bare.replace(/^\*?\./, "");
  return host === name || host.endsWith(`.${name}`);
}

function family(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 4 ? "ipv4" : "ipv6";
}

function sameAddress(entry: string, host: string): boolean {
  if (isIP(host) !== isIP(entry)) return false;
  const list = new BlockList();
  list.addAddress(entry, family(entry));
  return list.check(host, family(host));
}

function inNetwork(entry: string, host: string): boolean {
  const [network = "", prefix = ""] = entry.split("/");
  const kind = isIP(network);
  if (kind === 0 || isIP(host) !== kind || !/^\d+$/.test(prefix) || Number(prefix) > (kind === 4 ? 32 : 128))
    return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family(network));
  return list.check(host, family(host));
}
