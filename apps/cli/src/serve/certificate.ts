import { webcrypto } from "node:crypto";
import { invalidOption } from "../errors.js";

/** A server certificate with its key and the certificate of the authority that signed it, all PEM. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
  /** What a client must trust. Absent for a certificate that was given and not generated. */
  readonly ca?: string | undefined;
}

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;

/**
 * Makes an authority and a server certificate signed by it, valid from yesterday (clocks differ) for 30 days.
 * The authority's key is dropped, so nobody can sign anything further with it.
 *
 * @param hosts names and addresses the certificate is for; `localhost`, `127.0.0.1` and `::1` are always added
 * @throws CliError `ERR_CLI_INVALID_OPTION`
 */
export async function generateCertificate(hosts: readonly string[] = []): Promise<ServerCertificate> {
  if (!Array.isArray(hosts) || !hosts.every((host) => typeof host === "string")) {
    throw invalidOption("the hosts must be an array of names", hosts);
  }
  // Loaded only here: no other command needs an ASN.1 library.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  x509.cryptoProvider.set(webcrypto);

  const notBefore = new Date(Date.now() - DAY_MS);
  const notAfter = new Date(Date.now() + 30 * DAY_MS);
  const [caKeys, serverKeys] = await Promise.all([newKeys(), newKeys()]);

  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: "CN=Wirepost development authority",
    notBefore,
    notAfter,
    keys: caKeys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });

  const names = [...new Set([...hosts.filter(isCertifiable), "localhost", "127.0.0.1", "::1"])];
  const server = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    // RFC 9525 section 2: clients read the alternative names alone, the subject is for the eye.
    subject: "CN=Wirepost embedded server",
    issuer: ca.subject,
    notBefore,
    notAfter,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isAddress(name) ? ("ip" as const) : ("dns" as const), value: name })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(serverKeys.publicKey),
    ],
  });

  const key = new Uint8Array(await webcrypto.subtle.exportKey("pkcs8", serverKeys.privateKey));
  return {
    certificate: `${server.toString("pem")}\n${ca.toString("pem")}\n`,
    key: `${x509.PemConverter.encode(key, "PRIVATE KEY")}\n`,
    ca: `${ca.toString("pem")}\n`,
  };
}

function newKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

/** 127 random bits: positive and unique, RFC 5280 section 4.1.2.2. */
function serialNumber(): string {
  const octets = webcrypto.getRandomValues(new Uint8Array(16));
  octets[0] = (octets[0]! & 0x7f) | 0x01;
  return Buffer.from(octets).toString("hex");
}

function isAddress(name: string): boolean {
  return name.includes(":") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(name);
}

/** The unspecified addresses name no host that a client could have asked for. */
function isCertifiable(name: string): boolean {
  return name !== "" && name !== "0.0.0.0" && name !== "::" && /^[\x21-\x7e]+$/.test(name);
}
