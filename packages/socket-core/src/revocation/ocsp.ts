import { createHash } from "node:crypto";
import type { CertificateInfo } from "../certificate/certificate-info.js";
import { readCertificate } from "../certificate/certificate-info.js";
import {
  content,
  DER,
  type DerElement,
  DerError,
  readChildren,
  readElement,
  readInteger,
  readOid,
  readTime,
  whole,
} from "../certificate/der.js";
import { HASH_NAMES } from "../certificate/object-names.js";
import {
  certificateParts,
  equalOctets,
  readSignedObject,
  type SignedObject,
  signatureIsValid,
} from "../certificate/signed-object.js";
import { CLOCK_SKEW_MS, type Finding } from "./finding.js";

const BASIC = "1.3.6.1.5.5.7.48.1.1";
/** An answer without nextUpdate says that newer ones are always there (RFC 6960 section 2.4); a day is generous. */
const MAX_AGE_WITHOUT_NEXT_UPDATE_MS = 86_400_000;
const STATUS_NAMES = [
  "successful",
  "malformedRequest",
  "internalError",
  "",
  "tryLater",
  "sigRequired",
  "unauthorized",
];

/** A request for one certificate (RFC 6960 section 4.1.1). SHA-1 only names the issuer, and every responder knows it. */
export function ocspRequest(certificate: CertificateInfo, issuer: CertificateInfo): Uint8Array {
  const { serial } = certificateParts(certificate.raw);
  const { subjectName, keyOctets } = certificateParts(issuer.raw);
  const sha1 = der(DER.SEQUENCE, der(DER.OID, Uint8Array.of(0x2b, 0x0e, 0x03, 0x02, 0x1a)), der(DER.NULL));
  const certId = der(
    DER.SEQUENCE,
    sha1,
    der(DER.OCTET_STRING, digest("sha1", subjectName)),
    der(DER.OCTET_STRING, digest("sha1", keyOctets)),
    der(DER.INTEGER, serial),
  );
  return der(DER.SEQUENCE, der(DER.SEQUENCE, der(DER.SEQUENCE, der(DER.SEQUENCE, certId))));
}

/** What a response says about a certificate. Everything that is not a valid answer is `unknown`, with the reason. */
export function readOcspResponse(
  octets: Uint8Array,
  certificate: CertificateInfo,
  issuer: CertificateInfo,
  nowMs: number,
): Finding {
  try {
    return read(octets, certificate, issuer, nowMs);
  } catch (error) {
    if (error instanceof DerError)
      return { status: "unknown", reason: `broken OCSP response: ${error.message}` };
    throw error;
  }
}

function read(
  octets: Uint8Array,
  certificate: CertificateInfo,
  issuer: CertificateInfo,
  nowMs: number,
): Finding {
  const [status, explicit] = readChildren(octets, readElement(octets, 0, octets.length));
  if (status === undefined) throw new DerError("no status");
  const code = readInteger(octets, status);
  if (code !== 0 || explicit === undefined) {
    return { status: "unknown", reason: `the responder says ${STATUS_NAMES[code] || code}` };
  }
  const [type, inner] = readChildren(octets, readElement(octets, explicit.contentStart, explicit.end));
  if (type === undefined || inner === undefined || readOid(octets, type) !== BASIC)
    throw new DerError("not a basic response");
  const basic = readSignedObject(content(octets, inner));
  if (!signedByIssuer(basic, issuer, nowMs))
    return { status: "unknown", reason: "nobody entitled signed the OCSP response" };
  return findSingle(basic, certificate, issuer, nowMs);
}

/** By the issuer itself, or by a certificate that the issuer made for this purpose (RFC 6960 section 4.2.2.2). */
function signedByIssuer(basic: SignedObject, issuer: CertificateInfo, nowMs: number): boolean {
  if (signatureIsValid(basic, issuer.publicKey)) return true;
  const explicit = basic.rest.find((element) => element.tag === 0xa0);
  if (explicit === undefined) return false;
  const list = readElement(basic.octets, explicit.contentStart, explicit.end);
  const issuerName = certificateParts(issuer.raw).subjectName;
  return readChildren(basic.octets, list)
    .slice(0, 8)
    .some((element) => {
      const raw = whole(basic.octets, element);
      const responder = readCertificate(raw);
      return (
        responder.extendedKeyUsage?.includes("OCSPSigning") === true &&
        responder.notBefore.getTime() <= nowMs + CLOCK_SKEW_MS &&
        responder.notAfter.getTime() >= nowMs - CLOCK_SKEW_MS &&
        equalOctets(certificateParts(raw).issuerName, issuerName) &&
        signatureIsValid(readSignedObject(raw), issuer.publicKey) &&
        signatureIsValid(basic, responder.publicKey)
      );
    });
}

function findSingle(
  basic: SignedObject,
  certificate: CertificateInfo,
  issuer: CertificateInfo,
  nowMs: number,
): Finding {
  const { octets } = basic;
  // ResponseData: [0] version, responderID [1] or [2], producedAt, responses
  const responses = readChildren(octets, basic.signed).find((element) => element.tag === DER.SEQUENCE);
  if (responses === undefined) throw new DerError("no responses");
  for (const single of readChildren(octets, responses)) {
    const [certId, status, thisUpdate, ...more] = readChildren(octets, single);
    if (certId === undefined || status === undefined || thisUpdate === undefined)
      throw new DerError("bad response");
    if (!isAbout(octets, certId, certificate, issuer)) continue;
    const explicitNext = more.find((element) => element.tag === 0xa0);
    const thisUpdateMs = readTime(octets, thisUpdate);
    const nextUpdateMs =
      explicitNext === undefined
        ? thisUpdateMs + MAX_AGE_WITHOUT_NEXT_UPDATE_MS
        : readTime(octets, readElement(octets, explicitNext.contentStart, explicitNext.end));
    if (thisUpdateMs > nowMs + CLOCK_SKEW_MS)
      return { status: "unknown", reason: "the OCSP response is from the future" };
    if (nextUpdateMs < nowMs - CLOCK_SKEW_MS)
      return { status: "unknown", reason: "the OCSP response is out of date" };
    // [0] good, [1] revoked, [2] unknown (RFC 6960 section 4.2.1)
    const tag = status.tag & 0x1f;
    if (tag === 1) return { status: "revoked", validUntilMs: nextUpdateMs };
    if (tag === 0) return { status: "good", validUntilMs: nextUpdateMs };
    return { status: "unknown", reason: "the responder does not know the certificate" };
  }
  return { status: "unknown", reason: "the OCSP response is about other certificates" };
}

function isAbout(
  octets: Uint8Array,
  certId: DerElement,
  certificate: CertificateInfo,
  issuer: CertificateInfo,
): boolean {
  const [algorithm, nameHash, keyHash, serial] = readChildren(octets, certId);
  if (algorithm === undefined || nameHash === undefined || keyHash === undefined || serial === undefined)
    return false;
  const oid = readChildren(octets, algorithm)[0];
  const hash = oid === undefined ? undefined : HASH_NAMES[readOid(octets, oid)];
  if (hash === undefined) return false;
  const { subjectName, keyOctets } = certificateParts(issuer.raw);
  return (
    equalOctets(content(octets, serial), certificateParts(certificate.raw).serial) &&
    equalOctets(content(octets, nameHash), digest(hash, subjectName)) &&
    equalOctets(content(octets, keyHash), digest(hash, keyOctets))
  );
}

function digest(hash: string, octets: Uint8Array): Uint8Array {
  return createHash(hash).update(octets).digest();
}

function der(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const inner = Buffer.concat(parts);
  const { length } = inner;
  const header =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Uint8Array.from(header), inner]);
}
