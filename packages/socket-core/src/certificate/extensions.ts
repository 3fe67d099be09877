import {
  content,
  DER,
  type DerElement,
  DerError,
  readChildren,
  readElement,
  readInteger,
  readOid,
  readText,
} from "./der.js";
import { readName } from "./distinguished-name.js";
import { EXTENDED_KEY_USAGE_NAMES, KEY_USAGE_NAMES } from "./object-names.js";

/** One name of the subject. */
export interface SubjectAlternativeName {
  /** The kind of the name; `other` covers those that have no text form. */
  readonly type: "dns" | "ip" | "email" | "uri" | "directory" | "id" | "other";
  /** Text; hexadecimal DER content for `other`. */
  readonly value: string;
}

/** The extensions of a certificate (RFC 5280 section 4.2). */
export interface CertificateExtensions {
  /** All names, in the order of the certificate. */
  readonly subjectAlternativeNames: readonly SubjectAlternativeName[];
  /** `digitalSignature`, `keyEncipherment`…; undefined when the extension is absent. */
  readonly keyUsage?: readonly string[] | undefined;
  /** `serverAuth`, `clientAuth`… or OIDs; undefined when the extension is absent. */
  readonly extendedKeyUsage?: readonly string[] | undefined;
  /** Whether it may issue certificates. */
  readonly isCa: boolean;
  /** How many authorities may stand below it. */
  readonly pathLength?: number | undefined;
  /** Where to ask by OCSP (RFC 5280 section 4.2.2.1). */
  readonly ocspUrls: readonly string[];
  /** Where the issuer's certificate is. */
  readonly issuerUrls: readonly string[];
  /** Where the CRL is (RFC 5280 section 4.2.1.13). */
  readonly crlUrls: readonly string[];
  /** The certificate demands a stapled OCSP response (RFC 7633). */
  readonly mustStaple: boolean;
  /** Hexadecimal. */
  readonly subjectKeyId?: string | undefined;
  /** Hexadecimal: the `subjectKeyId` of the issuer. */
  readonly authorityKeyId?: string | undefined;
  /** OIDs of critical extensions that this package does not read. */
  readonly unknownCritical: readonly string[];
}

type Draft = { -readonly [Name in keyof CertificateExtensions]: CertificateExtensions[Name] };
type Reader = (draft: Draft, raw: Uint8Array, value: DerElement) => void;

const READERS: Readonly<Record<string, Reader>> = {
  "2.5.29.14": (draft, raw, value) => {
    draft.subjectKeyId = hex(content(raw, value));
  },
  "2.5.29.35": (draft, raw, value) => {
    const keyId = readChildren(raw, value).find((element) => element.tag === 0x80);
    if (keyId !== undefined) draft.authorityKeyId = hex(content(raw, keyId));
  },
  "2.5.29.15": (draft, raw, value) => {
    draft.keyUsage = readKeyUsage(content(raw, value));
  },
  "2.5.29.17": (draft, raw, value) => {
    draft.subjectAlternativeNames = readChildren(raw, value).map((name) => readGeneralName(raw, name));
  },
  "2.5.29.19": (draft, raw, value) => {
    for (const element of readChildren(raw, value)) {
      if (element.tag === DER.BOOLEAN) draft.isCa = raw[element.contentStart] !== 0;
      if (element.tag === DER.INTEGER) draft.pathLength = readInteger(raw, element);
    }
  },
  "2.5.29.31": (draft, raw, value) => {
    draft.crlUrls = readCrlUrls(raw, value);
  },
  "2.5.29.37": (draft, raw, value) => {
    draft.extendedKeyUsage = readChildren(raw, value).map((element) => {
      const oid = readOid(raw, element);
      return EXTENDED_KEY_USAGE_NAMES[oid] ?? oid;
    });
  },
  "1.3.6.1.5.5.7.1.1": (draft, raw, value) => {
    const ocspUrls: string[] = [];
    const issuerUrls: string[] = [];
    for (const description of readChildren(raw, value)) {
      const [method, location] = readChildren(raw, description);
      if (method === undefined || location?.tag !== 0x86) continue;
      const oid = readOid(raw, method);
      if (oid === "1.3.6.1.5.5.7.48.1") ocspUrls.push(readText(raw, location));
      if (oid === "1.3.6.1.5.5.7.48.2") issuerUrls.push(readText(raw, location));
    }
    draft.ocspUrls = ocspUrls;
    draft.issuerUrls = issuerUrls;
  },
  "1.3.6.1.5.5.7.1.24": (draft, raw, value) => {
    // 5 is the status_request extension of TLS (RFC 7633 section 4.2.3.1)
    draft.mustStaple = readChildren(raw, value).some((element) => readInteger(raw, element) === 5);
  },
};

/** Known to OpenSSL or of no weight here; not read, yet no reason for alarm when critical. */
const TOLERATED = new Set([
  "2.5.29.30",
  "2.5.29.32",
  "2.5.29.33",
  "2.5.29.36",
  "2.5.29.54",
  "1.3.6.1.4.1.11129.2.4.3",
]);

export function readExtensions(raw: Uint8Array, explicit: DerElement | undefined): CertificateExtensions {
  const draft: Draft = {
    subjectAlternativeNames: [],
    isCa: false,
    ocspUrls: [],
    issuerUrls: [],
    crlUrls: [],
    mustStaple: false,
    unknownCritical: [],
  };
  if (explicit === undefined) return draft;
  const unknown: string[] = [];
  const seen = new Set<string>();
  for (const extension of readChildren(raw, readElement(raw, explicit.contentStart, explicit.end))) {
    const parts = readChildren(raw, extension);
    const oidElement = parts[0];
    const value = parts.at(-1);
    if (oidElement === undefined || value?.tag !== DER.OCTET_STRING) throw new DerError("bad extension");
    const oid = readOid(raw, oidElement);
    // RFC 5280 section 4.2: one instance at most. Two name lists would let two readers see two certificates.
    if (seen.has(oid)) throw new DerError("extension occurs twice");
    seen.add(oid);
    const critical = parts[1]?.tag === DER.BOOLEAN && raw[parts[1].contentStart] !== 0;
    const reader = READERS[oid];
    if (reader !== undefined) reader(draft, raw, readElement(raw, value.contentStart, value.end));
    else if (critical && !TOLERATED.has(oid)) unknown.push(oid);
  }
  draft.unknownCritical = unknown;
  return draft;
}

const NAME_TYPES: Readonly<Record<number, SubjectAlternativeName["type"]>> = {
  129: "email",
  130: "dns",
  134: "uri",
  135: "ip",
  136: "id",
  164: "directory",
};

function readGeneralName(raw: Uint8Array, name: DerElement): SubjectAlternativeName {
  const type = NAME_TYPES[name.tag] ?? "other";
  switch (type) {
    case "dns":
      return { type, value: readText(raw, name).toLowerCase() };
    case "ip":
      return { type, value: ipText(content(raw, name)) };
    case "id":
      return { type, value: readOid(raw, { ...name, tag: DER.OID }) };
    case "directory":
      return { type, value: readName(raw, readElement(raw, name.contentStart, name.end)).text };
    case "other":
      return { type, value: hex(content(raw, name)) };
    default:
      return { type, value: readText(raw, name) };
  }
}

/** Four octets in dots, sixteen as full groups; anything else (a network mask) in hexadecimal, which matches no host. */
export function ipText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join(".");
  if (octets.length !== 16) return `0x${hex(octets)}`;
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(((octets[at]! << 8) | octets[at + 1]!).toString(16));
  return groups.join(":");
}

function readKeyUsage(bitString: Uint8Array): string[] {
  const names: string[] = [];
  KEY_USAGE_NAMES.forEach((name, bit) => {
    const octet = bitString[1 + (bit >> 3)] ?? 0;
    if ((octet & (0x80 >> (bit & 7))) !== 0) names.push(name);
  });
  return names;
}

/** CRLDistributionPoints: [0] distributionPoint / [0] fullName / [6] URI (RFC 5280 section 4.2.1.13). */
function readCrlUrls(raw: Uint8Array, value: DerElement): string[] {
  const urls: string[] = [];
  for (const point of readChildren(raw, value)) {
    for (const part of readChildren(raw, point)) {
      if (part.tag !== 0xa0) continue;
      for (const name of readChildren(raw, part)) {
        if (name.tag !== 0xa0) continue;
        for (const general of readChildren(raw, name))
          if (general.tag === 0x86) urls.push(readText(raw, general));
      }
    }
  }
  return urls;
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("hex").toUpperCase();
}
