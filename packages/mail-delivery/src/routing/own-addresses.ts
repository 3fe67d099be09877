import { networkInterfaces } from "node:os";

const UNSPECIFIED: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** Tells whether an address is this machine's: loopback, unspecified, or one of its interfaces. */
export function isOwnAddress(address: string): boolean {
  const bare = withoutMapping(address);
  if (UNSPECIFIED.has(bare) || bare === "::1" || bare.startsWith("127.")) return true;
  for (const entries of Object.values(networkInterfaces())) {
    for (const entry of entries ?? []) if (entry.address === bare) return true;
  }
  return false;
}

/** `::ffff:192.0.2.1` is 192.0.2.1. */
function withoutMapping(address: string): string {
  const lower = address.toLowerCase();
  return lower.startsWith("::ffff:") && lower.includes(".") ? lower.slice(7) : lower;
}
