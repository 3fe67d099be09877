import { isIP } from "node:net";
import type { CertificateInfo } from "../certificate/certificate-info.js";
import { ipText } from "../certificate/extensions.js";
import { asciiHostName } from "../options.js";

/**
 * Whether a certificate was issued for this host (RFC 9525).
 *
 * A host name is compared with `dNSName` entries alone, an address with `iPAddress` entries alone. The common name is
 * never looked at (section 2), and a wildcard counts only as the whole left-most label, standing for exactly one
 * label (section 6.3).
 *
 * @param host a name or an IP address, as the caller meant it (never as a name server answered)
 */
export function certificateMatchesHost(
  certificate: Pick<CertificateInfo, "dnsNames" | "ipAddresses">,
  host: string,
): boolean {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  const family = isIP(bare);
  if (family !== 0) {
    const wanted = canonicalAddress(bare, family);
    return wanted !== undefined && certificate.ipAddresses.includes(wanted);
  }
  const reference = asciiHostName(bare);
  if (reference === undefined) return false;
  return certificate.dnsNames.some((presented) => presentedMatches(presented, reference));
}

function presentedMatches(presented: string, reference: string): boolean {
  if (presented === reference) return true;
  if (!presented.startsWith("*.")) return false;
  const parent = presented.slice(2);
  // "*.com" would stand for every company there is: what follows the wildcard must itself have two labels.
  if (!parent.includes(".") || asciiHostName(parent) !== parent) return false;
  const dot = reference.indexOf(".");
  return dot > 0 && reference.slice(dot + 1) === parent;
}

/** The form that `CertificateInfo.ipAddresses` has. */
function canonicalAddress(address: string, family: number): string | undefined {
  if (family === 4) return address;
  const octets = ipv6Octets(address);
  return octets === undefined ? undefined : ipText(octets);
}

function ipv6Octets(address: string): Uint8Array | undefined {
  let text = address.replace(/%.*$/, ""); // a zone is local to this machine and in no certificate
  const embedded = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  if (embedded !== null) {
    const [a, b, c, d] = embedded.slice(2).map(Number) as [number, number, number, number];
    text = `${embedded[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  }
  const [head = "", tail] = text.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups =
    tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill("0"), ...right];
  if (groups.length !== 8) return undefined;
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}
