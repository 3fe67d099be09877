import type { DnsResolver } from "@wirepost/socket-core/dns";
import { ask } from "../routing/find-route.js";

/**
 * Reads the texts of all TXT records at `_smtp._tls.<domain>` (RFC 8460 section 3): where reports are wanted, as `mailto:` and
 * `https:` URLs. Empty: nowhere.
 */
export function parseTlsReportRecord(texts: readonly string[]): readonly string[] {
  const own = texts.filter((text) => /^v=TLSRPTv1[ \t]*;/.test(text));
  const text = own[0];
  if (own.length !== 1 || text === undefined) return [];
  for (const field of text.split(";").slice(1)) {
    const match = /^[ \t]*rua[ \t]*=(.*)$/.exec(field);
    if (match === null) continue;
    return (match[1] ?? "")
      .split(",")
      .map((uri) => uri.trim())
      .filter((uri) => /^(?:mailto:[^@\s]+@[^@\s]+|https:\/\/\S+)$/i.test(uri));
  }
  return [];
}

/** Where a domain wants its reports. @throws DeliveryError ERR_DELIVERY_DNS (retryable) */
export async function findTlsReportAddresses(
  domain: string,
  resolver: DnsResolver,
  signal?: AbortSignal | undefined,
): Promise<readonly string[]> {
  // Nobody can publish anything for an address.
  if (domain.startsWith("[")) return [];
  const answer = await ask(resolver, `_smtp._tls.${domain}`, "TXT", signal);
  return parseTlsReportRecord(answer.records.map(({ text }) => text));
}
