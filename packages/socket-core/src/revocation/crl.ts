import type { CertificateInfo } from "../certificate/certificate-info.js";
import {
  content,
  DER,
  type DerElement,
  DerError,
  readChildren,
  readElement,
  readOid,
  readTime,
  whole,
} from "../certificate/der.js";
import {
  certificateParts,
  equalOctets,
  readSignedObject,
  type SignedObject,
  signatureIsValid,
} from "../certificate/signed-object.js";
import { CLOCK_SKEW_MS, type Finding } from "./finding.js";

const ISSUING_DISTRIBUTION_POINT = "2.5.29.28";
/** Number and authority key do not change the meaning of a list. */
const HARMLESS = new Set(["2.5.29.20", "2.5.29.35", "2.5.29.46", "1.3.6.1.5.5.7.1.1", "2.5.29.60"]);

/** What a CRL (RFC 5280 section 5) says about a certificate. Only complete lists, signed by the issuer itself, count. */
export function readCrl(
  octets: Uint8Array,
  certificate: CertificateInfo,
  issuer: CertificateInfo,
  nowMs: number,
): Finding {
  try {
    return read(readSignedObject(octets), certificate, issuer, nowMs);
  } catch (error) {
    if (error instanceof DerError) return { status: "unknown", reason: `broken CRL: ${error.message}` };
    throw error;
  }
}

function read(
  crl: SignedObject,
  certificate: CertificateInfo,
  issuer: CertificateInfo,
  nowMs: number,
): Finding {
  const { octets } = crl;
  const fields = readChildren(octets, crl.signed);
  if (fields[0]?.tag === DER.INTEGER) fields.shift();
  const [, issuerName, thisUpdate, ...rest] = fields;
  if (issuerName === undefined || thisUpdate === undefined) throw new DerError("a field is missing");
  const { serial, issuerName: wanted } = certificateParts(certificate.raw);
  if (!equalOctets(whole(octets, issuerName), wanted))
    return { status: "unknown", reason: "the CRL is of another issuer" };
  const extensions = rest.find((element) => element.tag === 0xa0);
  const limit = extensions === undefined ? undefined : limitation(octets, extensions, certificate);
  if (limit !== undefined) return { status: "unknown", reason: limit };
  if (issuer.keyUsage !== undefined && !issuer.keyUsage.includes("cRLSign")) {
    return { status: "unknown", reason: "the issuer may not sign CRLs" };
  }
  if (!signatureIsValid(crl, issuer.publicKey))
    return { status: "unknown", reason: "the CRL's signature is wrong" };
  const nextUpdate =
    rest[0]?.tag === DER.UTC_TIME || rest[0]?.tag === DER.GENERALIZED_TIME ? rest[0] : undefined;
  if (readTime(octets, thisUpdate) > nowMs + CLOCK_SKEW_MS)
    return { status: "unknown", reason: "the CRL is from the future" };
  if (nextUpdate === undefined)
    return { status: "unknown", reason: "the CRL does not say when the next one comes" };
  const validUntilMs = readTime(octets, nextUpdate);
  if (validUntilMs < nowMs - CLOCK_SKEW_MS) return { status: "unknown", reason: "the CRL is out of date" };
  const revoked = rest.find((element) => element.tag === DER.SEQUENCE);
  const listed = revoked !== undefined && isListed(octets, revoked, serial);
  return { status: listed ? "revoked" : "good", validUntilMs };
}

/** Walks the entries in place: a list may have a million of them. */
function isListed(octets: Uint8Array, list: DerElement, serial: Uint8Array): boolean {
  let offset = list.contentStart;
  while (offset < list.end) {
    const entry = readElement(octets, offset, list.end);
    const number = readElement(octets, entry.contentStart, entry.end);
    if (number.end - number.contentStart === serial.length && equalOctets(content(octets, number), serial))
      return true;
    offset = entry.end;
  }
  return false;
}

/** Why the list does not cover this certificate; undefined when it does (RFC 5280 section 5.2). */
function limitation(
  octets: Uint8Array,
  explicit: DerElement,
  certificate: CertificateInfo,
): string | undefined {
  for (const extension of readChildren(octets, readElement(octets, explicit.contentStart, explicit.end))) {
    const parts = readChildren(octets, extension);
    const oid = parts[0] === undefined ? "" : readOid(octets, parts[0]);
    const critical = parts[1]?.tag === DER.BOOLEAN && octets[parts[1].contentStart] !== 0;
    if (oid === ISSUING_DISTRIBUTION_POINT) {
      const value = parts.at(-1)!;
      const point = readElement(octets, value.contentStart, value.end);
      for (const field of readChildren(octets, point)) {
        const set = field.tag !== 0xa0 && (field.tag === 0x83 || octets[field.contentStart] !== 0);
        if (!set) continue;
        const covered = (field.tag === 0x81 && !certificate.isCa) || (field.tag === 0x82 && certificate.isCa);
        if (!covered) return "the CRL covers other certificates";
      }
    } else if (critical && !HARMLESS.has(oid)) return `the CRL has the unknown extension ${oid}`;
  }
  return undefined;
}
