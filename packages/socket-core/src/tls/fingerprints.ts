import type { CertificateInfo } from "../certificate/certificate-info.js";

/** Hexadecimal in any writing becomes lower case without colons; base64 pins (44 characters, `=` at the end) stay. */
export function normalFingerprint(text: string): string {
  const bare = text
    .trim()
    .replace(/^(sha256|pin-sha256|sha1)[:/=]\s*/i, "")
    .replace(/^"|"$/g, "");
  if (bare.length === 44 && bare.endsWith("=")) return bare;
  return bare.replaceAll(":", "").replaceAll(" ", "").toLowerCase();
}

function* chainOf(certificate: CertificateInfo): Iterable<CertificateInfo> {
  yield certificate;
  yield* certificate.issuers;
}

/** Whether the certificate or an issuer has one of the pins. */
export function hasPin(certificate: CertificateInfo, pins: ReadonlySet<string>): boolean {
  for (const link of chainOf(certificate)) {
    if (pins.has(link.publicKeyPin) || pins.has(normalFingerprint(link.fingerprints.sha256))) return true;
  }
  return false;
}

/** Whether the certificate or an issuer is on the deny list. */
export function isDenied(certificate: CertificateInfo, denied: ReadonlySet<string>): boolean {
  if (denied.size === 0) return false;
  for (const link of chainOf(certificate)) {
    const { sha1, sha256 } = link.fingerprints;
    const marks = [sha1, sha256, link.serialNumber].map(normalFingerprint);
    if (marks.some((mark) => denied.has(mark)) || denied.has(link.publicKeyPin)) return true;
  }
  return false;
}

/** Whether exactly this certificate was named as trusted. */
export function isTrusted(certificate: CertificateInfo, trusted: ReadonlySet<string>): boolean {
  return trusted.size > 0 && trusted.has(normalFingerprint(certificate.fingerprints.sha256));
}
