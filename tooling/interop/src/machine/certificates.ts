import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { command } from "./command.js";
import { withLock } from "./lock.js";
import { cacheFolder } from "./paths.js";

/** File names (PEM) of one certificate and its key. */
export interface Credential {
  readonly certificateFile: string;
  readonly keyFile: string;
}

export interface Certificates {
  /** The private authority that signed all but `selfSigned` and `otherAuthority`. */
  readonly caFile: string;
  readonly caKeyFile: string;
  /** Lists the serial number of `revoked`. */
  readonly crlFile: string;
  /** For `openssl ocsp -index`. */
  readonly indexFile: string;
  /** Where the certificates say that the responder answers. */
  readonly ocspPort: number;
  /** Where the certificates say that the revocation list lies. */
  readonly crlPort: number;
  /** mail.example.test, localhost, 127.0.0.1 and ::1; RSA 2048. */
  readonly server: Credential;
  /** The same names, an ECDSA P-256 key. */
  readonly serverEcdsa: Credential;
  readonly expired: Credential;
  readonly notYetValid: Credential;
  readonly wrongHost: Credential;
  readonly selfSigned: Credential;
  readonly otherAuthority: Credential;
  readonly revoked: Credential;
  readonly ocspResponder: Credential;
  /** For TLS client authentication as the user `ann`. */
  readonly client: Credential;
}

const NAMES = "DNS:mail.example.test,DNS:localhost,IP:127.0.0.1,IP:::1";

/** An address of the loopback network that nobody else uses, so that the ports in the certificates stay free. */
export const AUTHORITY_HOST = "127.0.67.1";
const OCSP_PORT = 19_388;
const CRL_PORT = 19_389;

const CONFIGURATION = `
[ca]
default_ca = authority
[authority]
dir = .
database = index.txt
serial = serial
new_certs_dir = issued
certificate = ca.pem
private_key = ca.key
default_md = sha256
default_days = 800
default_crl_days = 800
policy = anything
unique_subject = no
[anything]
commonName = supplied
[req]
distinguished_name = empty
prompt = no
[empty]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[server]
subjectAltName = ${NAMES}
keyUsage = critical,digitalSignature,keyEncipherment
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
authorityInfoAccess = OCSP;URI:http://${AUTHORITY_HOST}:${OCSP_PORT}/
crlDistributionPoints = URI:http://${AUTHORITY_HOST}:${CRL_PORT}/crl
[elsewhere]
subjectAltName = DNS:elsewhere.example.test
extendedKeyUsage = serverAuth
[client]
subjectAltName = email:ann@example.test
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
[responder]
extendedKeyUsage = OCSPSigning
noCheck = yes
`;

type Issue = { readonly file: string; readonly name: string; readonly extensions: string } & {
  readonly key?: "rsa" | "ecdsa";
  readonly valid?: readonly [start: string, end: string];
};

const ISSUES: readonly Issue[] = [
  { file: "server", name: "mail.example.test", extensions: "server", key: "rsa" },
  { file: "server-ecdsa", name: "mail.example.test", extensions: "server" },
  {
    file: "expired",
    name: "mail.example.test",
    extensions: "server",
    valid: ["20200101000000Z", "20210101000000Z"],
  },
  {
    file: "not-yet-valid",
    name: "mail.example.test",
    extensions: "server",
    valid: ["20900101000000Z", "20910101000000Z"],
  },
  { file: "wrong-host", name: "elsewhere.example.test", extensions: "elsewhere" },
  { file: "revoked", name: "mail.example.test", extensions: "server" },
  { file: "ocsp-responder", name: "Wirepost interop OCSP responder", extensions: "responder" },
  { file: "client", name: "ann", extensions: "client" },
];

async function issueAll(folder: string): Promise<void> {
  const openssl = (...words: string[]) => command("openssl", words, { cwd: folder });
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
  mkdirSync(join(folder, "issued"), { recursive: true });
  writeFileSync(join(folder, "openssl.cnf"), CONFIGURATION);
  writeFileSync(join(folder, "index.txt"), "");
  writeFileSync(join(folder, "serial"), "1000\n");
  const selfSign = (file: string, name: string, extensions: string) =>
    openssl(
      ...["req", "-x509", "-config", "openssl.cnf", ...ec, "-nodes", "-days", "800", "-subj", `/CN=${name}`],
      ...["-extensions", extensions, "-keyout", `${file}.key`, "-out", `${file}.pem`],
    );
  await selfSign("ca", "Wirepost interop authority", "root");
  await selfSign("self-signed", "mail.example.test", "server");
  for (const { file, name, extensions, key, valid } of ISSUES) {
    const algorithm = key === "rsa" ? ["-newkey", "rsa:2048"] : ec;
    const request = ["-nodes", "-subj", `/CN=${name}`, "-keyout", `${file}.key`, "-out", `${file}.csr`];
    await openssl("req", "-new", "-config", "openssl.cnf", ...algorithm, ...request);
    const dates = valid === undefined ? [] : ["-startdate", valid[0], "-enddate", valid[1]];
    const signing = [
      "ca",
      "-batch",
      "-notext",
      "-config",
      "openssl.cnf",
      "-extensions",
      extensions,
      ...dates,
    ];
    await openssl(...signing, "-in", `${file}.csr`, "-out", `${file}.pem`);
  }
  await openssl("ca", "-config", "openssl.cnf", "-revoke", "revoked.pem");
  await openssl("ca", "-config", "openssl.cnf", "-gencrl", "-out", "crl.pem");
}

async function issueByOther(folder: string): Promise<void> {
  const other = join(folder, "other");
  mkdirSync(other);
  await issueAll(other);
}

/** A private authority and certificates of it, made once and kept in the cache for a year. */
export async function certificates(): Promise<Certificates> {
  const folder = join(cacheFolder(), "certificates-2");
  const stale = () =>
    !existsSync(folder) || Date.now() - statSync(join(folder, "ca.pem")).mtimeMs > 365 * 86_400_000;
  if (stale()) {
    await withLock(`${folder}.lock`, async () => {
      if (!stale()) return;
      const draft = `${folder}.draft`;
      rmSync(draft, { recursive: true, force: true });
      mkdirSync(draft, { recursive: true });
      await issueAll(draft);
      await issueByOther(draft);
      rmSync(folder, { recursive: true, force: true });
      renameSync(draft, folder);
    });
  }
  const credential = (name: string): Credential => ({
    certificateFile: join(folder, `${name}.pem`),
    keyFile: join(folder, `${name}.key`),
  });
  return {
    caFile: join(folder, "ca.pem"),
    caKeyFile: join(folder, "ca.key"),
    crlFile: join(folder, "crl.pem"),
    indexFile: join(folder, "index.txt"),
    ocspPort: OCSP_PORT,
    crlPort: CRL_PORT,
    server: credential("server"),
    serverEcdsa: credential("server-ecdsa"),
    expired: credential("expired"),
    notYetValid: credential("not-yet-valid"),
    wrongHost: credential("wrong-host"),
    selfSigned: credential("self-signed"),
    otherAuthority: credential("other/server"),
    revoked: credential("revoked"),
    ocspResponder: credential("ocsp-responder"),
    client: credential("client"),
  };
}

/** The three files as a server's configuration wants them, with their places inside a sandbox. */
export async function certificateFiles(
  credential?: Credential,
): Promise<Record<string, string | { content: string; mode: number }>> {
  const made = await certificates();
  const chosen = credential ?? made.server;
  return {
    "/srv/wirepost/ca.pem": readFileSync(made.caFile, "utf8"),
    "/srv/wirepost/server.pem": readFileSync(chosen.certificateFile, "utf8"),
    "/srv/wirepost/server.key": { content: readFileSync(chosen.keyFile, "utf8"), mode: 0o600 },
  };
}
