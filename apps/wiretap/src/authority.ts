import { webcrypto } from "node:crypto";

/** What the proxy shows to clients, PEM. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

/** An identity and the certificate of the authority that signed it, for clients to trust. */
export interface CertifiedIdentity extends Identity {
  readonly ca: string;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;

/**
 * A test authority and one certificate of it, valid from yesterday (clocks differ) for 30 days. The authority's key is
 * forgotten at once: who trusts it trusts this proxy, and nothing else that could still be signed.
 *
 * @param hosts names and addresses that clients may call the proxy by; text that is neither is left out
 */
export async function createIdentity(hosts: readonly string[]): Promise<CertifiedIdentity> {
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto);
  const validity = {
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 30 * DAY_MS),
    signingAlgorithm: ALGORITHM,
  };
  const [authorityKeys, keys] = await Promise.all([createKeys(), createKeys()]);
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serialNumber(),
    name: "CN=Wiretap test authority",
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const names = [...new Set(hosts.filter(isCertifiable))].map((value) => ({
    type: isAddress(value) ? ("ip" as const) : ("dns" as const),
    value,
  }));
  const leaf = await x509.X509CertificateGenerator.create({
    ...validity,
    serialNumber: serialNumber(),
    // Clients read the alternative names alone (RFC 9525 2); the subject is for the eye.
    subject: "CN=Wiretap",
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  const ca = `${authority.toString("pem")}\n`;
  return {
    certificate: `${leaf.toString("pem")}\n${ca}`,
    key: `${x509.PemConverter.encode(key, "PRIVATE KEY")}\n`,
    ca,
  };
}

function createKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

/** Positive and unique (RFC 5280 4.1.2.2). */
function serialNumber(): string {
  const octets = webcrypto.getRandomValues(new Uint8Array(16));
  octets[0] = (octets[0]! & 0x7f) | 0x01;
  return Buffer.from(octets).toString("hex");
}

function isAddress(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host);
}

/** The unspecified addresses are no place that a client could call. */
function isCertifiable(host: string): boolean {
  return host !== "" && host !== "0.0.0.0" && host !== "::" && /^[\x21-\x7e]+$/.test(host);
}
