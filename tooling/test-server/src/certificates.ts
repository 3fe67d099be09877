// Certificates made on the fly: a private authority and leaves that are right or wrong in one chosen way.
// P-256 keys, so that a set takes milliseconds; nothing is read from or written to disk.
import { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const DAY_MS = 86_400_000;
const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};
const TLS_FEATURE = "1.3.6.1.5.5.7.1.24";

/** A key and the certificates a server shows for it, ready for `tls.createSecureContext`. */
export interface TestIdentity {
  /** The leaf in PEM, followed by its intermediates if there are any. */
  readonly certificate: string;
  /** PKCS #8 in PEM. */
  readonly key: string;
  /** The trust anchor in PEM that makes this identity valid (for a self-signed one: itself). */
  readonly ca: string;
  /** The leaf alone, DER. */
  readonly der: Uint8Array;
  /** Serial number in hexadecimal, as a revocation list wants it. */
  readonly serialNumber: string;
}

export interface LeafOptions {
  /** Host names and IP addresses for the subject alternative name; default `["localhost", "127.0.0.1", "::1"]`. Empty: no extension. */
  hosts?: readonly string[] | undefined;
  /** Default: the first host. */
  commonName?: string | undefined;
  /** Default: yesterday. */
  notBefore?: Date | undefined;
  /** Default: in 30 days. */
  notAfter?: Date | undefined;
  /** Default `["server"]`; empty: no extension. */
  usages?: readonly ("server" | "client")[] | undefined;
  /** Default "ec" (P-256). RSA keys of 2,048 bits take longer to make. */
  keyType?: "ec" | "rsa" | undefined;
  /** Add the TLS feature extension of RFC 7633 (OCSP must-staple). */
  mustStaple?: boolean | undefined;
  /** Where a revocation list is said to be. */
  revocationListUrl?: string | undefined;
  /** Where an OCSP responder is said to be. */
  ocspUrl?: string | undefined;
}

export interface TestAuthority {
  /** The authority's own certificate, PEM. */
  readonly certificate: string;
  /** The authority's own key, PKCS #8 in PEM: to sign what this module does not make. */
  readonly key: string;
  issue(options?: LeafOptions): Promise<TestIdentity>;
  /** An authority below this one; its leaves carry it in their chain. */
  intermediate(commonName?: string): Promise<TestAuthority>;
  /** A revocation list (DER) that names these serial numbers. */
  revocationList(
    serialNumbers: readonly string[],
    options?: { nextUpdate?: Date | undefined },
  ): Promise<Uint8Array>;
}

let counter = 0;

function nextSerial(): string {
  counter += 1;
  return `01${Date.now().toString(16).padStart(12, "0")}${counter.toString(16).padStart(6, "0")}`;
}

interface Signer {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly keyPem: string;
  /** PEM of what stands between this signer and the anchor, itself included when it is no anchor. */
  readonly chain: string;
  readonly anchor: string;
}

async function makeKeys(type: "ec" | "rsa"): Promise<{ keys: webcrypto.CryptoKeyPair; pem: string }> {
  const keys = (await webcrypto.subtle.generateKey(type === "ec" ? EC : RSA, true, [
    "sign",
    "verify",
  ])) as webcrypto.CryptoKeyPair;
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { keys, pem: x509.PemConverter.encode(pkcs8, "PRIVATE KEY") };
}

function name(commonName: string): string {
  return `CN=${commonName.replace(/[,+"\\<>;=]/g, (char) => `\\${char}`)}, O=Wirepost Tests`;
}

function alternativeNames(hosts: readonly string[]): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension(
    hosts.map((host) => ({ type: isIP(host) === 0 ? ("dns" as const) : ("ip" as const), value: host })),
  );
}

async function leafExtensions(
  options: LeafOptions,
  keys: webcrypto.CryptoKeyPair,
  signer: Signer | undefined,
): Promise<x509.Extension[]> {
  const hosts = options.hosts ?? ["localhost", "127.0.0.1", "::1"];
  const usages = options.usages ?? ["server"];
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(
      x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
      true,
    ),
    await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  if (hosts.length > 0) extensions.push(alternativeNames(hosts));
  if (usages.length > 0) {
    const oids = { server: x509.ExtendedKeyUsage.serverAuth, client: x509.ExtendedKeyUsage.clientAuth };
    extensions.push(new x509.ExtendedKeyUsageExtension(usages.map((usage) => oids[usage])));
  }
  if (signer !== undefined) {
    extensions.push(await x509.AuthorityKeyIdentifierExtension.create(signer.certificate.publicKey));
  }
  // SEQUENCE { INTEGER 5 }: status_request, RFC 7633 section 6.
  if (options.mustStaple)
    extensions.push(new x509.Extension(TLS_FEATURE, false, new Uint8Array([0x30, 0x03, 0x02, 0x01, 0x05])));
  if (options.revocationListUrl !== undefined) {
    extensions.push(new x509.CRLDistributionPointsExtension([options.revocationListUrl]));
  }
  if (options.ocspUrl !== undefined) {
    extensions.push(new x509.AuthorityInfoAccessExtension({ ocsp: [options.ocspUrl] }));
  }
  return extensions;
}

async function makeLeaf(options: LeafOptions, signer: Signer | undefined): Promise<TestIdentity> {
  const { keys, pem } = await makeKeys(options.keyType ?? "ec");
  const hosts = options.hosts ?? ["localhost", "127.0.0.1", "::1"];
  const serialNumber = nextSerial();
  const shared = {
    serialNumber,
    notBefore: options.notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: options.notAfter ?? new Date(Date.now() + 30 * DAY_MS),
    extensions: await leafExtensions(options, keys, signer),
  };
  const subject = name(options.commonName ?? hosts[0] ?? "localhost");
  const certificate =
    signer === undefined
      ? await x509.X509CertificateGenerator.createSelfSigned({ ...shared, name: subject, keys })
      : await x509.X509CertificateGenerator.create({
          ...shared,
          subject,
          issuer: signer.certificate.subject,
          publicKey: keys.publicKey,
          signingKey: signer.keys.privateKey,
        });
  const leaf = `${certificate.toString("pem")}\n`;
  return {
    certificate: leaf + (signer?.chain ?? ""),
    key: pem,
    ca: signer?.anchor ?? leaf,
    der: new Uint8Array(certificate.rawData),
    serialNumber: certificate.serialNumber,
  };
}

async function makeAuthoritySigner(commonName: string, parent: Signer | undefined): Promise<Signer> {
  const { keys, pem } = await makeKeys("ec");
  const shared = {
    serialNumber: nextSerial(),
    notBefore: new Date(Date.now() - 2 * DAY_MS),
    notAfter: new Date(Date.now() + 365 * DAY_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  };
  const certificate =
    parent === undefined
      ? await x509.X509CertificateGenerator.createSelfSigned({ ...shared, name: name(commonName), keys })
      : await x509.X509CertificateGenerator.create({
          ...shared,
          subject: name(commonName),
          issuer: parent.certificate.subject,
          publicKey: keys.publicKey,
          signingKey: parent.keys.privateKey,
        });
  const own = `${certificate.toString("pem")}\n`;
  return {
    certificate,
    keys,
    keyPem: pem,
    chain: parent === undefined ? "" : own + parent.chain,
    anchor: parent?.anchor ?? own,
  };
}

function authority(signer: Signer): TestAuthority {
  return {
    certificate: `${signer.certificate.toString("pem")}\n`,
    key: signer.keyPem,
    issue: (options = {}) => makeLeaf(options, signer),
    intermediate: async (commonName = "Wirepost Intermediate CA") =>
      authority(await makeAuthoritySigner(commonName, signer)),
    revocationList: async (serialNumbers, options = {}) => {
      const list = await x509.X509CrlGenerator.create({
        issuer: signer.certificate.subject,
        thisUpdate: new Date(Date.now() - DAY_MS),
        nextUpdate: options.nextUpdate ?? new Date(Date.now() + 7 * DAY_MS),
        entries: serialNumbers.map((serialNumber) => ({
          serialNumber,
          revocationDate: new Date(Date.now() - DAY_MS / 2),
        })),
        signingKey: signer.keys.privateKey,
        signingAlgorithm: EC,
      });
      return new Uint8Array(list.rawData);
    },
  };
}

/** A new root authority, trusted by nobody until a test hands its certificate over as `ca`. */
export async function createTestAuthority(commonName = "Wirepost Test CA"): Promise<TestAuthority> {
  return authority(await makeAuthoritySigner(commonName, undefined));
}

/** A certificate that vouches for itself. */
export function createSelfSignedIdentity(options: LeafOptions = {}): Promise<TestIdentity> {
  return makeLeaf(options, undefined);
}

/** One identity for each way in which a certificate is right or wrong; `ca` is the trust anchor that a test should hand over. */
export interface TestIdentities {
  readonly authority: TestAuthority;
  /** Trust this one; each member below was issued by it unless it says otherwise. */
  readonly ca: string;
  /** localhost, 127.0.0.1 and ::1. */
  readonly good: TestIdentity;
  /** As `good`, by way of an intermediate that the server sends along. */
  readonly goodByIntermediate: TestIdentity;
  readonly expired: TestIdentity;
  readonly notYetValid: TestIdentity;
  /** Names another host. */
  readonly wrongHost: TestIdentity;
  /** `localhost` as common name only, without a subject alternative name. */
  readonly commonNameOnly: TestIdentity;
  /** `*.example.test`: matches neither localhost nor a deeper name. */
  readonly wildcard: TestIdentity;
  /** The address 127.0.0.1 written as a DNS name. */
  readonly addressAsName: TestIdentity;
  /** Extended key usage: client only. */
  readonly clientOnly: TestIdentity;
  readonly selfSigned: TestIdentity;
  /** From an authority that nobody trusts. */
  readonly unknownAuthority: TestIdentity;
  /** Issued by the leaf `good`, which is no authority. */
  readonly issuedByLeaf: TestIdentity;
  /** For a client that shows a certificate. */
  readonly client: TestIdentity;
}

async function makeIdentities(): Promise<TestIdentities> {
  const root = await makeAuthoritySigner("Wirepost Test CA", undefined);
  const ca = authority(root);
  const now = Date.now();
  const leafKeys = await makeKeys("ec");
  const leafAsSigner = await x509.X509CertificateGenerator.create({
    serialNumber: nextSerial(),
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + 30 * DAY_MS),
    extensions: await leafExtensions({}, leafKeys.keys, root),
    subject: name("leaf.example.test"),
    issuer: root.certificate.subject,
    publicKey: leafKeys.keys.publicKey,
    signingKey: root.keys.privateKey,
  });
  const falseSigner: Signer = {
    certificate: leafAsSigner,
    keys: leafKeys.keys,
    keyPem: leafKeys.pem,
    chain: `${leafAsSigner.toString("pem")}\n`,
    anchor: root.anchor,
  };
  const [intermediate, stranger] = await Promise.all([ca.intermediate(), createTestAuthority("Unknown CA")]);
  const [good, goodByIntermediate, expired, notYetValid, wrongHost, commonNameOnly, wildcard, addressAsName] =
    await Promise.all([
      ca.issue(),
      intermediate.issue(),
      ca.issue({ notBefore: new Date(now - 40 * DAY_MS), notAfter: new Date(now - 10 * DAY_MS) }),
      ca.issue({ notBefore: new Date(now + 10 * DAY_MS), notAfter: new Date(now + 40 * DAY_MS) }),
      ca.issue({ hosts: ["other.example.test"] }),
      ca.issue({ hosts: [], commonName: "localhost" }),
      ca.issue({ hosts: ["*.example.test"] }),
      makeLeafWithAddressAsName(root),
    ]);
  const [clientOnly, selfSigned, unknownAuthority, issuedByLeaf, client] = await Promise.all([
    ca.issue({ usages: ["client"] }),
    createSelfSignedIdentity(),
    stranger.issue(),
    makeLeaf({}, falseSigner),
    ca.issue({ hosts: [], commonName: "ann@example.com", usages: ["client"] }),
  ]);
  return {
    authority: ca,
    ca: ca.certificate,
    good,
    goodByIntermediate,
    expired,
    notYetValid,
    wrongHost,
    commonNameOnly,
    wildcard,
    addressAsName,
    clientOnly,
    selfSigned,
    unknownAuthority,
    issuedByLeaf,
    client,
  };
}

/** RFC 9525 section 6.4: an address must be an iPAddress entry; this one says it as a dNSName. */
async function makeLeafWithAddressAsName(signer: Signer): Promise<TestIdentity> {
  const { keys, pem } = await makeKeys("ec");
  const extensions = await leafExtensions({ hosts: [] }, keys, signer);
  extensions.push(new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "127.0.0.1" }]));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: nextSerial(),
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 30 * DAY_MS),
    extensions,
    subject: name("127.0.0.1"),
    issuer: signer.certificate.subject,
    publicKey: keys.publicKey,
    signingKey: signer.keys.privateKey,
  });
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: pem,
    ca: signer.anchor,
    der: new Uint8Array(certificate.rawData),
    serialNumber: certificate.serialNumber,
  };
}

let cached: Promise<TestIdentities> | undefined;

/** The whole set, made once per process. */
export function testIdentities(): Promise<TestIdentities> {
  cached ??= makeIdentities();
  return cached;
}
