// What the settings say about TLS, in the core's terms.
import type { TlsSettings } from "@wirepost/smtp-client";
import type { RevocationChecker, TlsSessionStore, TlsVersion } from "@wirepost/socket-core";
import type { CertificateState } from "../certificate/certificate-state.js";
import { pemList, pemOf } from "../certificate/pem.js";
import type { Fail } from "../failure.js";
import type { Settings } from "../settings.js";

type TlsParts = { -readonly [Key in keyof TlsSettings]: TlsSettings[Key] };

const VERSIONS: readonly (readonly [bits: number, version: TlsVersion])[] = [
  [192, "TLSv1"],
  [768, "TLSv1.1"],
  [3072, "TLSv1.2"],
  [12_288, "TLSv1.3"],
];
const SSL_2_AND_3 = 12 | 48;

/** Groups by OpenSSL's names. */
const GROUPS: Readonly<Record<string, string>> = {
  ecdhe_x25519: "X25519",
  ecdhe_x448: "X448",
  ecdhe_secp256r1: "P-256",
  ecdhe_secp384r1: "P-384",
  ecdhe_secp521r1: "P-521",
  ffdhe_2048: "ffdhe2048",
  ffdhe_3072: "ffdhe3072",
  ffdhe_4096: "ffdhe4096",
  ffdhe_6144: "ffdhe6144",
  ffdhe_8192: "ffdhe8192",
};

/** @throws 270, 271, 272, 273, and SocketError for certificates that cannot be read */
export async function tlsChoice(
  settings: Settings,
  client: CertificateState,
  sessions: TlsSessionStore,
  fail: Fail,
): Promise<TlsParts> {
  const parts: TlsParts = { verify: "full" };
  chooseVersions(parts, settings, fail);
  chooseAlgorithms(parts, settings, fail);
  await chooseCertificates(parts, settings, client, fail);
  if (settings.truth("ReuseSSLSession")) parts.sessionStore = sessions;
  const keyLog = settings.text("SSLKeyLogFile");
  if (keyLog !== "") {
    const { keyLogTo } = await import("@wirepost/socket-core/certificates");
    parts.onKeyLog = keyLogTo(keyLog);
  }
  const revocation = await revocationOf(settings, fail);
  if (revocation !== undefined) parts.revocation = revocation;
  return parts;
}

function chooseVersions(parts: TlsParts, settings: Settings, fail: Fail): void {
  // The default of the documents (TLS 1.0 to 1.2) would only shut out the servers of today, also where a program writes back what
  // it read.
  if (!settings.changed("SSLEnabledProtocols")) return;
  const bits = settings.number("SSLEnabledProtocols");
  if ((bits & SSL_2_AND_3) !== 0) throw fail(270, "SSL 2 and SSL 3 do not exist here");
  const chosen = VERSIONS.filter(([flag]) => (bits & flag) !== 0).map(([, version]) => version);
  const [first] = chosen;
  if (first === undefined) throw fail(270, "SSLEnabledProtocols leaves no version");
  parts.minVersion = first;
  parts.maxVersion = chosen.at(-1);
  // OpenSSL 3 speaks the old versions at its lowest security level only.
  if (first === "TLSv1" || first === "TLSv1.1") parts.ciphers = "DEFAULT@SECLEVEL=0";
}

function chooseAlgorithms(parts: TlsParts, settings: Settings, fail: Fail): void {
  const suites = settings.text("SSLEnabledCipherSuites").trim();
  if (suites !== "*" && suites !== "") parts.ciphers = names(suites);
  const modern = parts.maxVersion === undefined || parts.maxVersion === "TLSv1.3";
  const groups = modern ? "TLS13SupportedGroups" : "TLS12SupportedGroups";
  if (settings.chosen(groups)) {
    parts.groups = names(settings.text(groups)).map((name) => {
      const known = GROUPS[name.toLowerCase()];
      if (known === undefined) throw fail(270, `${groups}: the group ${JSON.stringify(name)} is not known`);
      return known;
    });
  }
  const signatures = signaturesOf(settings, modern, parts.minVersion === "TLSv1.3");
  if (signatures.length > 0) parts.signatureAlgorithms = signatures;
}

/** OpenSSL has one list for all versions, so a setting for the one version must leave room for the other. */
function signaturesOf(settings: Settings, modern: boolean, modernAlone: boolean): string[] {
  const classic = modernAlone ? [] : chosenNames(settings, "TLS12SignatureAlgorithms").map(classicSignature);
  const ours = modern ? chosenNames(settings, "TLS13SignatureAlgorithms").map(modernSignature) : [];
  // TLS 1.3 takes none of what TLS 1.2 names for RSA.
  if (classic.length > 0 && modern && ours.length === 0)
    ours.push(...names(settings.text("TLS13SignatureAlgorithms")).map(modernSignature));
  return [...new Set([...ours, ...classic])];
}

const chosenNames = (settings: Settings, name: string): string[] =>
  settings.chosen(name) ? names(settings.text(name)) : [];

/** What both versions have goes by its name of TLS 1.3: OpenSSL refuses a list that says the same twice. */
const SHARED: Readonly<Record<string, string>> = {
  "sha256-ecdsa": "ecdsa_secp256r1_sha256",
  "sha384-ecdsa": "ecdsa_secp384r1_sha384",
  "sha512-ecdsa": "ecdsa_secp521r1_sha512",
  "sha256-rsa": "rsa_pkcs1_sha256",
  "sha384-rsa": "rsa_pkcs1_sha384",
  "sha512-rsa": "rsa_pkcs1_sha512",
};

/** `sha1-rsa` is `RSA+SHA1` for OpenSSL. */
function classicSignature(name: string): string {
  const shared = SHARED[name.toLowerCase()];
  if (shared !== undefined) return shared;
  const [hash, key] = name.split("-");
  return `${key ?? ""}+${hash ?? ""}`.toUpperCase();
}

/** `rsa_pss_sha256` is `rsa_pss_rsae_sha256` in full. */
function modernSignature(name: string): string {
  return name.toLowerCase().replace(/^rsa_pss_sha/, "rsa_pss_rsae_sha");
}

const names = (text: string): string[] =>
  text
    .split(/[;,\s]+/)
    .map((name) => name.trim())
    .filter((name) => name !== "");

async function chooseCertificates(
  parts: TlsParts,
  settings: Settings,
  client: CertificateState,
  fail: Fail,
): Promise<void> {
  await client.ready();
  if (client.certificates.length > 0 || client.privateKeyAvailable) {
    if (client.certificates.length === 0) throw fail(272, "SSLCert has a private key and no certificate");
    if (!client.privateKeyAvailable) throw fail(273, "SSLCert has no private key");
    parts.certificate = [
      ...client.certificates.map(({ raw }) => pemOf("CERTIFICATE", raw)),
      ...pemList(settings.text("SSLCACerts")),
    ].join("");
    parts.key = client.privateKey;
  }
  const ca = pemList(settings.text("SSLServerCACerts"));
  if (ca.length > 0) parts.ca = ca;
  // Node knows the system's certificates without being told where they usually are.
  if (settings.changed("CACertFilePaths"))
    parts.extraCa = await firstReadable(settings.text("CACertFilePaths"));
}

/** @throws SocketError of the group file when none can be read */
async function firstReadable(paths: string): Promise<string[]> {
  const { loadTrusted } = await import("@wirepost/socket-core/certificates");
  let failure: unknown;
  for (const path of paths.split(";").map((one) => one.trim())) {
    if (path === "") continue;
    try {
      return await loadTrusted(path);
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return [];
}

async function revocationOf(settings: Settings, fail: Fail): Promise<RevocationChecker | undefined> {
  const crl = settings.number("SSLCheckCRL");
  const ocsp = settings.number("SSLCheckOCSP");
  for (const level of [crl, ocsp])
    if (level < 0 || level > 2) throw fail(10022, "[10022] SSLCheckCRL and SSLCheckOCSP take 0, 1 or 2");
  if (crl === 0 && ocsp === 0) return undefined;
  const { revocationChecker } = await import("@wirepost/socket-core/revocation");
  return revocationChecker({
    mode: crl === 2 || ocsp === 2 ? "hard" : "soft",
    crl: crl === 0 ? "off" : "fetch",
    ocsp: ocsp === 0 ? "off" : "fetch",
  });
}
