import { DER, type DerElement, DerError, readChildren, readElement, readOid } from "../certificate/der.js";

/** What a file holds, told by its content. `unknown`: nothing that is read here. */
export type CertificateFormat =
  | "pem"
  | "certificate"
  | "pkcs7"
  | "pkcs12"
  | "private-key"
  | "jks"
  | "jceks"
  | "bcfks"
  | "jwk"
  | "ssh"
  | "ppk"
  | "unknown";

const SIGNED_DATA = "1.2.840.113549.1.7.2";

/** Tells a format by its first octets and its outer structure; file names are not looked at. */
export function detectFormat(octets: Uint8Array): CertificateFormat {
  const head = Buffer.from(octets.buffer, octets.byteOffset, Math.min(octets.length, 4096)).toString(
    "latin1",
  );
  if (head.includes("-----BEGIN OPENSSH PRIVATE KEY-----")) return "ssh";
  if (/-----BEGIN [A-Z0-9 ]+-----/.test(head) || hasArmour(octets)) return "pem";
  if (/^\s*PuTTY-User-Key-File-\d/.test(head)) return "ppk";
  if (/^\s*[{[]/.test(head)) return "jwk";
  if (/^(ssh-|ecdsa-sha2-)/.test(head)) return "ssh";
  if (head.startsWith("\xfe\xed\xfe\xed")) return "jks";
  if (head.startsWith("\xce\xce\xce\xce")) return "jceks";
  if (octets[0] !== DER.SEQUENCE) return "unknown";
  try {
    return derFormat(octets);
  } catch (error) {
    if (error instanceof DerError) return "unknown";
    throw error;
  }
}

function hasArmour(octets: Uint8Array): boolean {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).includes("-----BEGIN ");
}

function derFormat(octets: Uint8Array): CertificateFormat {
  const outer = readElement(octets, 0, octets.length);
  const [first, second, third] = readChildren(octets, outer);
  if (first === undefined || second === undefined) return "unknown";
  if (first.tag === DER.OID) return readOid(octets, first) === SIGNED_DATA ? "pkcs7" : "unknown";
  if (first.tag === DER.INTEGER) {
    if (second.tag === DER.SEQUENCE && third?.tag === DER.OCTET_STRING) return "private-key"; // PKCS #8
    if (second.tag === DER.SEQUENCE && octets[first.contentStart] === 3) return "pkcs12";
    if (second.tag === DER.INTEGER || second.tag === DER.OCTET_STRING) return "private-key"; // PKCS #1, SEC 1
    return "unknown";
  }
  if (first.tag !== DER.SEQUENCE) return "unknown";
  if (second.tag === DER.OCTET_STRING) return "private-key"; // encrypted PKCS #8
  if (second.tag === DER.SEQUENCE && third?.tag === DER.BIT_STRING) return "certificate";
  return looksLikeBcfks(octets, first) ? "bcfks" : "unknown";
}

/** The Bouncy Castle store wraps encrypted content beside an integrity check, both SEQUENCEs. */
function looksLikeBcfks(octets: Uint8Array, first: DerElement): boolean {
  const inner = readChildren(octets, first);
  return inner.length === 2 && inner[0]?.tag === DER.SEQUENCE && inner[1]?.tag === DER.OCTET_STRING;
}
