import type { MxRecord } from "@wirepost/socket-core/dns";

/** A host that takes mail for a domain. */
export interface Exchanger {
  /** A-labels in lower case without a final dot; for an address literal the address. */
  readonly host: string;
  /** The lowest goes first. */
  readonly preference: number;
}

/** A number from 0 up to, not including, 1. */
export type Random = () => number;

/** The hosts by preference, in random order among equals (RFC 5321 section 5.1). A host named twice counts once. */
export function orderExchangers(records: readonly MxRecord[], random: Random): Exchanger[] {
  const best = new Map<string, number>();
  for (const { exchange, preference } of records) {
    const host = exchange.toLowerCase().replace(/\.$/, "");
    // "" beside others says nothing (RFC 7505 section 3); an address is no host name (RFC 2181 section 10.3).
    if (host === "" || looksLikeAddress(host)) continue;
    best.set(host, Math.min(preference, best.get(host) ?? preference));
  }
  return shuffled([...best], random)
    .sort(([, one], [, other]) => one - other)
    .map(([host, preference]) => ({ host, preference }));
}

/**
 * Without ourselves and everybody of the same or a worse preference: those would only hand the mail back to us (RFC 5321
 * section 5.1). Undefined when nobody is left.
 */
export function beforeOurselves(
  exchangers: readonly Exchanger[],
  isOurselves: (host: string) => boolean,
): readonly Exchanger[] | undefined {
  const own = exchangers.filter(({ host }) => isOurselves(host)).map(({ preference }) => preference);
  if (own.length === 0) return exchangers;
  const limit = Math.min(...own);
  const left = exchangers.filter(({ preference }) => preference < limit);
  return left.length === 0 ? undefined : left;
}

function looksLikeAddress(host: string): boolean {
  return host.includes(":") || /^\d+(?:\.\d+){3}$/.test(host);
}

/** Fisher and Yates. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const pick = Math.floor(random() * (last + 1));
    [result[last], result[pick]] = [result[pick] as T, result[last] as T];
  }
  return result;
}
