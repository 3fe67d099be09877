import { constants, createPublicKey, verify } from "node:crypto";
import { type CertificateInfo, pssHash } from "./certificate-info.js";
import { content, DER, type DerElement, DerError, readChildren, readElement, readOid, whole } from "./der.js";
import { SIGNATURE_ALGORITHMS } from "./object-names.js";

/** The outer shape that certificates, CRLs and OCSP responses share: what is signed, how, and the signature. */
export interface SignedObject {
  readonly octets: Uint8Array;
  readonly signed: DerElement;
  readonly algorithm: DerElement;
  readonly signature: Uint8Array;
  /** What follows the signature (the certificates of an OCSP response). */
  readonly rest: readonly DerElement[];
}

/** @throws DerError */
export function readSignedObject(octets: Uint8Array): SignedObject {
  const outer = readElement(octets, 0, octets.length);
  if (outer.tag !== DER.SEQUENCE) throw new DerError("not a sequence");
  const [signed, algorithm, bits, ...rest] = readChildren(octets, outer);
  if (signed === undefined || algorithm === undefined || bits?.tag !== DER.BIT_STRING)
    throw new DerError("not signed");
  return { octets, signed, algorithm, signature: octets.subarray(bits.contentStart + 1, bits.end), rest };
}

/** @param publicKey SubjectPublicKeyInfo */
export function signatureIsValid(object: SignedObject, publicKey: Uint8Array): boolean {
  const [oidElement, parameters] = readChildren(object.octets, object.algorithm);
  if (oidElement === undefined) return false;
  const [name, hash] = SIGNATURE_ALGORITHMS[readOid(object.octets, oidElement)] ?? [];
  if (name === undefined || hash === "md2" || hash === "md5") return false;
  const key = createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
  const digest = name === "RSASSA-PSS" ? pssHash(object.octets, parameters) : hash;
  if (digest === undefined && !name.startsWith("Ed")) return false;
  const pss =
    name === "RSASSA-PSS"
      ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_AUTO }
      : {};
  try {
    return verify(digest ?? null, whole(object.octets, object.signed), { key, ...pss }, object.signature);
  } catch {
    return false; // a key of another kind than the algorithm names
  }
}

/** The parts of a certificate that other objects refer to by their exact octets. */
export interface CertificateParts {
  readonly serial: Uint8Array;
  readonly issuerName: Uint8Array;
  readonly subjectName: Uint8Array;
  readonly publicKey: Uint8Array;
  /** The key inside the BIT STRING, which OCSP hashes (RFC 6960 section 4.1.1). */
  readonly keyOctets: Uint8Array;
}

/** @throws DerError */
export function certificateParts(raw: Uint8Array): CertificateParts {
  const { signed } = readSignedObject(raw);
  const fields = readChildren(raw, signed);
  if (fields[0]?.tag === 0xa0) fields.shift();
  const [serial, , issuer, , subject, keyInfo] = fields;
  if (serial === undefined || issuer === undefined || subject === undefined || keyInfo === undefined) {
    throw new DerError("a field is missing");
  }
  const bits = readChildren(raw, keyInfo)[1];
  if (bits === undefined) throw new DerError("public key is missing");
  return {
    serial: content(raw, serial),
    issuerName: whole(raw, issuer),
    subjectName: whole(raw, subject),
    publicKey: whole(raw, keyInfo),
    keyOctets: raw.subarray(bits.contentStart + 1, bits.end),
  };
}

export function equalOctets(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/**
 * Whether one certificate was issued by another: names, the right to issue, and the signature. Dates are not looked at.
 * Verifiers with trust anchors of their own (DANE-TA, RFC 7672 section 3.1.2) walk a chain with it.
 */
export function isIssuedBy(certificate: CertificateInfo, issuer: CertificateInfo): boolean {
  try {
    if (!issuer.isCa || (issuer.keyUsage !== undefined && !issuer.keyUsage.includes("keyCertSign")))
      return false;
    const names = equalOctets(
      certificateParts(certificate.raw).issuerName,
      certificateParts(issuer.raw).subjectName,
    );
    return names && signatureIsValid(readSignedObject(certificate.raw), issuer.publicKey);
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}
