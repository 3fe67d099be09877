import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import { type CertificateInfo, certificateMatchesHost, readCertificate } from "@wirepost/socket-core";
import type { TlsaRecord } from "@wirepost/socket-core/dns";

interface Digest {
  readonly name: string;
  /** Of two, the longer one is the stronger one: both are SHA-2. */
  readonly bytes: number;
}

/** By matching type (RFC 6698 section 2.1.3). */
const DIGESTS: ReadonlyMap<number, Digest> = new Map([
  [1, { name: "sha256", bytes: 32 }],
  [2, { name: "sha512", bytes: 64 }],
]);
/** Matching type of a record that holds the whole certificate or key. */
const FULL = 0;
const DANE_TA = 2;
const DANE_EE = 3;

/** The part of a record that says what must match. */
export type Tlsa = Pick<TlsaRecord, "usage" | "selector" | "matchingType" | "data">;

/** Whether a record is one that SMTP can use (RFC 7672 section 3.1). */
export function isUsable({ usage, selector, matchingType, data }: Tlsa): boolean {
  // PKIX-TA(0) and PKIX-EE(1) are not for SMTP (RFC 7672 section 3.1.3).
  if ((usage !== DANE_TA && usage !== DANE_EE) || (selector !== 0 && selector !== 1)) return false;
  return matchingType === FULL ? data.length > 0 : DIGESTS.get(matchingType)?.bytes === data.length;
}

/**
 * The records that count: per usage and selector those that hold the whole thing, and those of the strongest
 * digest. A weaker one is there for clients that know no better (RFC 7671 section 9, which RFC 7672 section 5
 * makes binding). The order is fixed: there are two digests, and a third would need code here anyway.
 */
function counting(records: readonly Tlsa[]): readonly Tlsa[] {
  const usable = records.filter(isUsable);
  const kind = ({ usage, selector }: Tlsa) => `${usage} ${selector}`;
  const bytes = ({ matchingType }: Tlsa) => DIGESTS.get(matchingType)?.bytes ?? 0;
  const strongest = new Map<string, number>();
  for (const one of usable) {
    strongest.set(kind(one), Math.max(bytes(one), strongest.get(kind(one)) ?? 0));
  }
  return usable.filter((one) => one.matchingType === FULL || bytes(one) === strongest.get(kind(one)));
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

/** Whether one of the records that count vouches for the certificate. */
export function daneVouches({ records, certificate, names, now }: DaneQuestion): boolean {
  return counting(records).some((record) =>
    record.usage === DANE_EE
      ? // Neither names nor dates count (RFC 7672 section 3.1.1).
        matches(record, certificate)
      : vouchesAsAnchor(record, certificate, names, now),
  );
}

function matches(record: Tlsa, certificate: Pick<CertificateInfo, "raw" | "publicKey">): boolean {
  const octets = record.selector === 0 ? certificate.raw : certificate.publicKey;
  const digest = DIGESTS.get(record.matchingType);
  const shown = digest === undefined ? octets : createHash(digest.name).update(octets).digest();
  return Buffer.compare(shown, record.data) === 0;
}

/**
 * DANE-TA: the chain as sent must lead to the anchor, stand at this time, and be for one of the names. Of the
 * anchor's own constraints its dates and its path length are applied; name constraints are not in
 * CertificateInfo.
 */
function vouchesAsAnchor(record: Tlsa, leaf: CertificateInfo, names: readonly string[], now: Date): boolean {
  if (!names.some((name) => certificateMatchesHost(leaf, name))) return false;
  if (leaf.extendedKeyUsage !== undefined && !mayServe(leaf.extendedKeyUsage)) return false;
  const chain = [leaf, ...leaf.issuers];
  for (const [index, current] of chain.entries()) {
    if (!standsAt(current, now)) return false;
    // An anchor is an authority: a leaf that matches is not one (it would be usage 3).
    if (index > 0 && matches(record, current)) return true;
    if (issuedByRecord(record, current, index, now)) return true;
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

/**
 * An anchor that is in the record itself counts even where it was not sent (RFC 7671 sections 5.2.2 and
 * 5.2.3). A certificate brings its constraints with it (section 5.2.1), a bare key has none.
 */
function issuedByRecord(record: Tlsa, certificate: CertificateInfo, below: number, now: Date): boolean {
  if (record.matchingType !== FULL) return false;
  try {
    if (record.selector === 0) {
      const anchor = readCertificate(record.data);
      return standsAt(anchor, now) && issued(certificate, anchor, below);
    }
    const key = createPublicKey({ key: Buffer.from(record.data), format: "der", type: "spki" });
    return new X509Certificate(certificate.raw).verify(key);
  } catch {
    return false;
  }
}
