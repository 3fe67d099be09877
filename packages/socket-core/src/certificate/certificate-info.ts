import { createHash } from "node:crypto";
import { SocketError } from "../errors.js";
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
} from "./der.js";
import { type DistinguishedName, readName } from "./distinguished-name.js";
import { type CertificateExtensions, readExtensions, type SubjectAlternativeName } from "./extensions.js";
import { CURVES, HASH_NAMES, KEY_TYPES, SIGNATURE_ALGORITHMS } from "./object-names.js";

/** Digests of the whole certificate. */
export interface CertificateFingerprints {
  /** Upper-case hexadecimal with colons. */
  readonly md5: string;
  /** Upper-case hexadecimal with colons. */
  readonly sha1: string;
  /** Upper-case hexadecimal with colons. */
  readonly sha256: string;
}

/** A certificate as plain data; survives `structuredClone`. */
export interface CertificateInfo extends CertificateExtensions {
  /** X.509 version: 1, 2 or 3. */
  readonly version: number;
  /** Whose it is. Never compared with a host name. */
  readonly subject: DistinguishedName;
  /** Who issued it. */
  readonly issuer: DistinguishedName;
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  /** First moment of validity. */
  readonly notBefore: Date;
  /** Last moment of validity. */
  readonly notAfter: Date;
  /** `dNSName` entries in lower case, as written in the certificate. */
  readonly dnsNames: readonly string[];
  /** `iPAddress` entries in their text form. */
  readonly ipAddresses: readonly string[];
  /** `rsa`, `rsa-pss`, `ec`, `ed25519`…; the OID of one that is not known. */
  readonly keyType: string;
  /** Length of the modulus or of the curve; 0 when the type is not known. */
  readonly keyBits: number;
  /** OpenSSL's name of the curve of an EC key. */
  readonly curve?: string | undefined;
  /** OpenSSL's name, as `sha256WithRSAEncryption`; the OID of one that is not known. */
  readonly signatureAlgorithm: string;
  /** Digest of the signature, where it has exactly one (`tls-server-end-point` needs it). */
  readonly signatureHash?: string | undefined;
  /** Digests of the whole certificate. */
  readonly fingerprints: CertificateFingerprints;
  /** The DER octets of SubjectPublicKeyInfo (TLSA selector 1, RFC 6698). */
  readonly publicKey: Uint8Array;
  /** Base64 of the SHA-256 of `publicKey`, the usual form of a pin (RFC 7469 section 2.4). */
  readonly publicKeyPin: string;
  /** The DER octets of the certificate. */
  readonly raw: Uint8Array;
  /** The issuers, nearest first: as sent by the peer, completed from the trusted certificates. */
  readonly issuers: readonly CertificateInfo[];
}

/**
 * Reads a certificate.
 *
 * @param raw DER octets
 * @param issuers its issuers, nearest first
 * @throws SocketError ERR_SOCKET_CERTIFICATE_MALFORMED
 */
export function readCertificate(raw: Uint8Array, issuers: readonly CertificateInfo[] = []): CertificateInfo {
  try {
    return read(raw, issuers);
  } catch (error) {
    if (error instanceof DerError) {
      throw new SocketError("ERR_SOCKET_CERTIFICATE_MALFORMED", { detail: error.message, cause: error });
    }
    throw error;
  }
}

function read(raw: Uint8Array, issuers: readonly CertificateInfo[]): CertificateInfo {
  const outer = readElement(raw, 0, raw.length);
  const [tbs, signature] = readChildren(raw, outer);
  if (outer.tag !== DER.SEQUENCE || tbs === undefined || signature === undefined)
    throw new DerError("not a certificate");
  const fields = readChildren(raw, tbs);
  // version is [0] EXPLICIT DEFAULT v1 (RFC 5280 section 4.1)
  const version =
    fields[0]?.tag === 0xa0
      ? readInteger(raw, readElement(raw, fields[0].contentStart, fields[0].end)) + 1
      : 1;
  if (fields[0]?.tag === 0xa0) fields.shift();
  const [serial, , issuer, validity, subject, keyInfo, ...rest] = fields;
  if (
    serial === undefined ||
    issuer === undefined ||
    validity === undefined ||
    subject === undefined ||
    keyInfo === undefined
  ) {
    throw new DerError("a field is missing");
  }
  const [notBefore, notAfter] = readChildren(raw, validity);
  if (notBefore === undefined || notAfter === undefined) throw new DerError("validity is missing");
  const extensions = readExtensions(
    raw,
    rest.find((element) => element.tag === 0xa3),
  );
  const publicKey = whole(raw, keyInfo);
  return {
    version,
    subject: readName(raw, subject),
    issuer: readName(raw, issuer),
    serialNumber: hex(content(raw, serial)),
    notBefore: new Date(readTime(raw, notBefore)),
    notAfter: new Date(readTime(raw, notAfter)),
    ...extensions,
    dnsNames: namesOf(extensions.subjectAlternativeNames, "dns"),
    ipAddresses: namesOf(extensions.subjectAlternativeNames, "ip"),
    ...readKey(raw, keyInfo),
    ...readSignatureAlgorithm(raw, signature),
    fingerprints: { md5: digest("md5", raw), sha1: digest("sha1", raw), sha256: digest("sha256", raw) },
    publicKey,
    publicKeyPin: createHash("sha256").update(publicKey).digest("base64"),
    raw,
    issuers,
  };
}

function namesOf(names: readonly SubjectAlternativeName[], type: SubjectAlternativeName["type"]): string[] {
  return names.filter((name) => name.type === type).map((name) => name.value);
}

function hex(octets: Uint8Array): string {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("hex").toUpperCase();
  // The sign octet of a positive INTEGER is not part of the number that people compare.
  return text.length > 2 && text.startsWith("00") ? text.slice(2) : text;
}

function digest(algorithm: string, octets: Uint8Array): string {
  try {
    return createHash(algorithm)
      .update(octets)
      .digest("hex")
      .toUpperCase()
      .replace(/(..)(?=.)/g, "$1:");
  } catch {
    return ""; // a FIPS build of OpenSSL has no MD5; the fingerprint is information, not protection
  }
}

function readSignatureAlgorithm(
  raw: Uint8Array,
  element: DerElement,
): { signatureAlgorithm: string; signatureHash: string | undefined } {
  const [oidElement, parameters] = readChildren(raw, element);
  if (oidElement === undefined) throw new DerError("signature algorithm is missing");
  const oid = readOid(raw, oidElement);
  const [name, hash] = SIGNATURE_ALGORITHMS[oid] ?? [oid, undefined];
  return { signatureAlgorithm: name, signatureHash: name === "RSASSA-PSS" ? pssHash(raw, parameters) : hash };
}

/** RFC 4055 section 3.1: the digest is [0] of the parameters, SHA-1 when absent. */
export function pssHash(raw: Uint8Array, parameters: DerElement | undefined): string | undefined {
  if (parameters === undefined || parameters.tag !== DER.SEQUENCE) return undefined;
  const tagged = readChildren(raw, parameters).find((element) => element.tag === 0xa0);
  if (tagged === undefined) return "sha1";
  const [oid] = readChildren(raw, readElement(raw, tagged.contentStart, tagged.end));
  return oid === undefined ? undefined : HASH_NAMES[readOid(raw, oid)];
}

function readKey(
  raw: Uint8Array,
  keyInfo: DerElement,
): { keyType: string; keyBits: number; curve: string | undefined } {
  const [algorithm, key] = readChildren(raw, keyInfo);
  if (algorithm === undefined || key === undefined) throw new DerError("public key is missing");
  const [oidElement, parameters] = readChildren(raw, algorithm);
  if (oidElement === undefined) throw new DerError("key algorithm is missing");
  const oid = readOid(raw, oidElement);
  const keyType = KEY_TYPES[oid] ?? oid;
  if (keyType === "ec" && parameters?.tag === DER.OID) {
    const curveOid = readOid(raw, parameters);
    const [curve, keyBits] = CURVES[curveOid] ?? [curveOid, 0];
    return { keyType, keyBits, curve };
  }
  if (keyType === "rsa" || keyType === "rsa-pss")
    return { keyType, keyBits: modulusBits(raw, key), curve: undefined };
  if (keyType === "dsa" && parameters?.tag === DER.SEQUENCE) {
    const [p] = readChildren(raw, parameters);
    return { keyType, keyBits: p === undefined ? 0 : bitLength(content(raw, p)), curve: undefined };
  }
  const fixed: Record<string, number> = { ed25519: 256, x25519: 256, ed448: 456, x448: 448 };
  return { keyType, keyBits: fixed[keyType] ?? 0, curve: undefined };
}

/** RSAPublicKey inside the BIT STRING (RFC 8017 appendix A.1.1); the first content octet counts unused bits. */
function modulusBits(raw: Uint8Array, key: DerElement): number {
  const [modulus] = readChildren(raw, readElement(raw, key.contentStart + 1, key.end));
  return modulus === undefined ? 0 : bitLength(content(raw, modulus));
}

function bitLength(octets: Uint8Array): number {
  let at = 0;
  while (at < octets.length && octets[at] === 0) at++;
  return at === octets.length ? 0 : (octets.length - at - 1) * 8 + (32 - Math.clz32(octets[at]!));
}
