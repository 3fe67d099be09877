import { X509Certificate } from "node:crypto";
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

/**
 * Whether the certificate has one of the pins, or with `chainStands` one of its issuers. The handshake proves the key of the
 * certificate alone: whatever else the peer sent along is only a claim.
 */
export function hasPin(
  certificate: CertificateInfo,
  pins: ReadonlySet<string>,
  chainStands: boolean,
): boolean {
  if (isPinned(certificate, pins)) return true;
  if (!chainStands || !certificate.issuers.some((issuer) => isPinned(issuer, pins))) return false;
  for (const issuer of signedIssuers(certificate)) if (isPinned(issuer, pins)) return true;
  return false;
}

function isPinned({ publicKeyPin, fingerprints }: CertificateInfo, pins: ReadonlySet<string>): boolean {
  return pins.has(publicKeyPin) || pins.has(normalFingerprint(fingerprints.sha256));
}

/**
 * The issuers as far as each may issue and has signed the one before. Node lists them by their names: OpenSSL may have found another
 * chain to be good, past an "issuer" that the peer made up around somebody's public key.
 */
function* signedIssuers(certificate: CertificateInfo): Iterable<CertificateInfo> {
  let signed = new X509Certificate(certificate.raw);
  for (const issuer of certificate.issuers) {
    const signer = new X509Certificate(issuer.raw);
    if (!signer.ca || !signed.checkIssued(signer) || !signed.verify(signer.publicKey)) return;
    yield issuer;
    signed = signer;
  }
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
