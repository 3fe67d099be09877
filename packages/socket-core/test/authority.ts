// Certificates made by the tests themselves, so that no openssl command is needed.
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

type CryptoKey = webcrypto.CryptoKey;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

x509.cryptoProvider.set(webcrypto as never);

const DAY = 86_400_000;
const EC = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

export const ALGORITHMS = {
  ec: EC,
  rsa: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
  rsa384: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-384",
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
  pss: {
    name: "RSA-PSS",
    hash: "SHA-256",
    saltLength: 32,
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 2048,
  },
  ed25519: { name: "Ed25519" },
} as const;

export interface Issued {
  readonly certificate: x509.X509Certificate;
  readonly keys: CryptoKeyPair;
  readonly pem: string;
  readonly key: string;
  readonly der: Uint8Array;
}

export interface LeafOptions {
  subject?: string;
  dnsNames?: string[];
  ipAddresses?: string[];
  emails?: string[];
  notBefore?: Date;
  notAfter?: Date;
  usages?: string[];
  algorithm?: keyof typeof ALGORITHMS;
  ocspUrl?: string;
  crlUrl?: string;
  mustStaple?: boolean;
  serialNumber?: string;
  ca?: boolean;
  extensions?: x509.Extension[];
}

async function keyPair(algorithm: keyof typeof ALGORITHMS): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ALGORITHMS[algorithm] as never, true, [
    "sign",
    "verify",
  ])) as unknown as CryptoKeyPair;
}

export async function keyPem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString("base64").replace(/.{64}/g, "$&\n")}\n-----END PRIVATE KEY-----\n`;
}

async function issued(certificate: x509.X509Certificate, keys: CryptoKeyPair): Promise<Issued> {
  return {
    certificate,
    keys,
    pem: `${certificate.toString("pem")}\n`,
    key: await keyPem(keys.privateKey),
    der: new Uint8Array(certificate.rawData),
  };
}

let serial = 1;
const nextSerial = (): string => (0x1000 + serial++).toString(16);

function extensionsOf(options: LeafOptions): x509.Extension[] {
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(options.ca ?? false, undefined, true),
  ];
  const names: x509.JsonGeneralNames = [
    ...(options.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(options.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value })),
    ...(options.emails ?? []).map((value) => ({ type: "email" as const, value })),
  ];
  if (names.length > 0) extensions.push(new x509.SubjectAlternativeNameExtension(names));
  if (options.ca) {
    const flags = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
    extensions.push(new x509.KeyUsagesExtension(flags, true));
  } else {
    extensions.push(new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true));
    extensions.push(new x509.ExtendedKeyUsageExtension(options.usages ?? ["1.3.6.1.5.5.7.3.1"]));
  }
  if (options.crlUrl !== undefined)
    extensions.push(new x509.CRLDistributionPointsExtension([options.crlUrl]));
  if (options.ocspUrl !== undefined)
    extensions.push(new x509.AuthorityInfoAccessExtension({ ocsp: options.ocspUrl }));
  if (options.mustStaple) {
    // SEQUENCE { INTEGER 5 } (RFC 7633)
    extensions.push(new x509.Extension("1.3.6.1.5.5.7.1.24", false, new Uint8Array([0x30, 3, 2, 1, 5])));
  }
  return [...extensions, ...(options.extensions ?? [])];
}

export class Authority {
  private constructor(
    readonly self: Issued,
    readonly chain: readonly Issued[],
  ) {}

  get pem(): string {
    return this.self.pem;
  }

  static async create(name = "Test Root", algorithm: keyof typeof ALGORITHMS = "ec"): Promise<Authority> {
    const keys = await keyPair(algorithm);
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: nextSerial(),
      name: `CN=${name},O=Wirepost Tests`,
      notBefore: new Date(Date.now() - DAY),
      notAfter: new Date(Date.now() + 30 * DAY),
      signingAlgorithm: ALGORITHMS[algorithm] as never,
      keys,
      extensions: [
        ...extensionsOf({ ca: true }),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return new Authority(await issued(certificate, keys), []);
  }

  async issue(options: LeafOptions = {}): Promise<Issued> {
    const algorithm = options.algorithm ?? "ec";
    const keys = await keyPair(algorithm);
    const signing = this.self.keys.privateKey.algorithm as { name: string; hash?: { name: string } };
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: options.serialNumber ?? nextSerial(),
      subject: options.subject ?? `CN=${options.dnsNames?.[0] ?? "leaf"}`,
      issuer: this.self.certificate.subject,
      notBefore: options.notBefore ?? new Date(Date.now() - DAY),
      notAfter: options.notAfter ?? new Date(Date.now() + 10 * DAY),
      signingKey: this.self.keys.privateKey,
      signingAlgorithm: (signing.name === "ECDSA" ? EC : { saltLength: 32, ...signing }) as never,
      publicKey: keys.publicKey,
      extensions: [
        ...extensionsOf(options),
        await x509.AuthorityKeyIdentifierExtension.create(this.self.keys.publicKey),
      ],
    });
    return issued(certificate, keys);
  }

  /** An authority below this one; `ca: false` makes one that has no right to issue. */
  async intermediate(name = "Test Intermediate", ca = true, more: LeafOptions = {}): Promise<Authority> {
    const self = await this.issue({ subject: `CN=${name}`, ca, ...more });
    return new Authority(self, [self, ...this.chain]);
  }

  /** A certificate by this authority's name around somebody else's key, as anybody could make it. */
  async around({ keys }: Issued): Promise<string> {
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: nextSerial(),
      subject: this.self.certificate.subject,
      issuer: this.self.certificate.subject,
      notBefore: new Date(Date.now() - 2 * DAY),
      notAfter: new Date(Date.now() + DAY),
      signingKey: keys.privateKey,
      signingAlgorithm: EC,
      publicKey: keys.publicKey,
      extensions: [
        ...extensionsOf({ ca: true }),
        await x509.SubjectKeyIdentifierExtension.create(this.self.keys.publicKey),
      ],
    });
    return `${certificate.toString("pem")}\n`;
  }

  async crl(revoked: string[], nextUpdate = new Date(Date.now() + DAY)): Promise<Uint8Array> {
    const crl = await x509.X509CrlGenerator.create({
      issuer: this.self.certificate.subject,
      thisUpdate: new Date(Date.now() - DAY),
      nextUpdate,
      entries: revoked.map((serialNumber) => ({ serialNumber, revocationDate: new Date(Date.now() - DAY) })),
      signingAlgorithm: EC,
      signingKey: this.self.keys.privateKey,
    });
    return new Uint8Array(crl.rawData);
  }
}

export async function selfSigned(options: LeafOptions = {}): Promise<Issued> {
  const algorithm = options.algorithm ?? "ec";
  const keys = await keyPair(algorithm);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: nextSerial(),
    name: options.subject ?? `CN=${options.dnsNames?.[0] ?? "self"}`,
    notBefore: options.notBefore ?? new Date(Date.now() - DAY),
    notAfter: options.notAfter ?? new Date(Date.now() + 10 * DAY),
    signingAlgorithm: ALGORITHMS[algorithm] as never,
    keys,
    extensions: extensionsOf(options),
  });
  return issued(certificate, keys);
}
