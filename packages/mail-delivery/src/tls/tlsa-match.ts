import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import { type CertificateInfo, certificateMatchesHost } from "@wirepost/socket-core";
import type { TlsaRecord } from "@wirepost/socket-core/dns";

/** DANE-TA(2) and DANE-EE(3); 0 and 1 are not for SMTP (RFC 7672 section 3.1.3). */
const DIGEST_BYTES: Readonly<Record<number, number>> = { 1: 32, 2: 64 };

/** The part of a record that says what must match. */
export type Tlsa = Pick<TlsaRecord, "usage" | "selector" | "matchingType" | "data">;

/** Whether a record is one that SMTP can use (RFC 7672 section 3.1). */
export function isUsable({ usage, selector, matchingType, data }: Tlsa): boolean {
  if ((usage !== 2 && usage !== 3) || (selector !== 0 && selector !== 1)) return false;
  return matchingType === 0 ? data.length > 0 : DIGEST_BYTES[matchingType] === data.length;
}

/** How a peer is judged by its TLSA records. */
export interface DaneQuestion {
  /** All records at the name. */
  readonly records: readonly Tlsa[];
  /** With its issuers as sent. */
  readonly certificate: CertificateInfo;
  /** Names of which a certificate under DANE-TA must have one (RFC 7672 section 3.2.2). */
  readonly names: readonly string[];
  /** For the dates of a chain under DANE-TA. */
  readonly now: Date;
}

/** Whether one of the records vouches for the certificate. */
export function daneVouches({ records, certificate, names, now }: DaneQuestion): boolean {
  return records.filter(isUsable).some((record) =>
    record.usage === 3
      ? // Neither names nor dates count (RFC 7672 section 3.1.1).
        matches(record, certificate)
      : vouchesAsAnchor(record, certificate, names, now),
  );
}

function matches(record: Tlsa, certificate: Pick<CertificateInfo, "raw" | "publicKey">): boolean {
  const octets = record.selector === 0 ? certificate.raw : certificate.publicKey;
  const shown =
    record.matchingType === 0
      ? octets
      : createHash(record.matchingType === 1 ? "sha256" : "sha512")
          .update(octets)
          .digest();
  return Buffer.compare(shown, record.data) === 0;
}

/** DANE-TA: the chain as sent must lead to the anchor, stand at this time, and be for one of the names. */
function vouchesAsAnchor(record: Tlsa, leaf: CertificateInfo, names: readonly string[], now: Date): boolean {
  if (!names.some((name) => certificateMatchesHost(leaf, name))) return false;
  if (leaf.extendedKeyUsage !== undefined && !mayServe(leaf.extendedKeyUsage)) return false;
  const chain = [leaf, ...leaf.issuers];
  for (const [index, current] of chain.entries()) {
    if (!standsAt(current, now)) return false;
    // An anchor is an authority: a leaf that matches is not one (it would be usage 3).
    if (index > 0 && matches(record, current)) return true;
    if (issuedByRecord(record, current)) return true;
    const issuer = chain[index + 1];
    if (issuer === undefined || !issued(current, issuer, index)) return false;
  }
  return false;
}

const SERVER_AUTH: ReadonlySet<string> = new Set([
  "serverAuth",
  "1.3.6.1.5.5.7.3.1",
  "anyExtendedKeyUsage",
  "2.5.29.37.0",
]);

function mayServe(usages: readonly string[]): boolean {
  return usages.some((usage) => SERVER_AUTH.has(usage));
}

function standsAt({ notBefore, notAfter }: CertificateInfo, now: Date): boolean {
  return notBefore <= now && now <= notAfter;
}

/** @param below how many authorities stand between the issuer and the leaf */
function issued(certificate: CertificateInfo, issuer: CertificateInfo, below: number): boolean {
  if (!issuer.isCa || (issuer.pathLength !== undefined && issuer.pathLength < below)) return false;
  try {
    const [one, other] = [new X509Certificate(certificate.raw), new X509Certificate(issuer.raw)];
    return one.checkIssued(other) && one.verify(other.publicKey);
  } catch {
    return false; // what OpenSSL cannot read vouches for nothing
  }
}

/** An anchor that is in the record itself need not be sent (RFC 7671 section 5.2). */
function issuedByRecord(record: Tlsa, certificate: CertificateInfo): boolean {
  if (record.matchingType !== 0) return false;
  try {
    const one = new X509Certificate(certificate.raw);
    if (record.selector === 0) {
      const anchor = new X509Certificate(record.data);
      return anchor.ca && one.checkIssued(anchor) && one.verify(anchor.publicKey);
    }
    const key = createPublicKey({ key: Buffer.from(record.data), format: "der", type: "spki" });
    return one.verify(key);
  } catch {
    return false;
  }
}
