import { readFile, stat } from "node:fs/promises";
import { type CertificateInfo, readCertificate } from "../certificate/certificate-info.js";
import { nodeCode, SocketError } from "../errors.js";
import { checkOptions } from "../options.js";
import { type CertificateFormat, detectFormat } from "./detect-format.js";
import { pemBlocks } from "./pem.js";
import { certificatesOfPkcs7 } from "./pkcs7.js";
import { keyFromDer, keyFromJwk, keyFromPem, publicKeyOf } from "./private-key.js";

/** What one format's reader finds; the parts are joined into entries below. */
export interface RawEntry {
  /** The name that the file gives the entry, if it gives one. */
  readonly alias: string | undefined;
  readonly key: string | (() => string) | undefined;
  readonly localKeyId?: string | undefined;
  readonly certificates: readonly Uint8Array[];
}

/** How to open a file. */
export interface OpenOptions {
  /** Of the file: PFX, JKS, encrypted key. */
  readonly password?: string | undefined;
  /** Of the entry, where a Java key store gives it one of its own. Default: `password`. */
  readonly keyPassword?: string | undefined;
}

/** A certificate with what belongs to it. */
export interface StoreEntry {
  /** The name that the file gives the entry, if it gives one. */
  readonly alias: string | undefined;
  /** The certificate first, then its issuers as far as the file has them. Empty: a key alone. */
  readonly certificates: readonly CertificateInfo[];
  /** Whether `key()` has something to give. */
  readonly hasKey: boolean;
  /** PKCS #8 in PEM, without encryption. @throws SocketError ERR_SOCKET_FILE_PASSWORD, _NO_KEY */
  key(): string;
}

/** An opened file. */
export interface CertificateStore {
  /** What the content was. */
  readonly format: CertificateFormat;
  /** Keys with their certificates first, then certificates without a key. */
  readonly entries: readonly StoreEntry[];
}

const MAX_FILE_BYTES = 16 * 1024 * 1024;
const OPEN_OPTIONS: ReadonlySet<string> = new Set<keyof OpenOptions>(["password", "keyPassword"]);

/**
 * Opens a certificate or key file of any kind: PEM, DER, PKCS #12 (PFX, old ones too), PKCS #7 (P7B), JKS, JWK, OpenSSH,
 * PuTTY. The format is told by the content.
 *
 * @param source a path, a PEM text, or the octets
 * @throws SocketError of the group file
 */
export async function openCertificateStore(
  source: string | Uint8Array,
  options: OpenOptions = {},
): Promise<CertificateStore> {
  checkOptions("certificate options", options, OPEN_OPTIONS);
  for (const password of [options.password, options.keyPassword]) {
    // The libraries' own complaints would quote the value.
    if (password !== undefined && typeof password !== "string") {
      throw new SocketError("ERR_SOCKET_BAD_OPTION", { detail: "a password must be text" });
    }
  }
  const octets = await contentOf(source);
  let format = detectFormat(octets);
  let content = octets;
  if (format === "unknown") {
    // DER in base64 without armour, as mail programs and registries hand it out
    const bare = bareBase64(octets);
    if (bare !== undefined) {
      content = bare;
      format = detectFormat(bare);
    }
  }
  return { format, entries: joinEntries(await readEntries(format, content, options)) };
}

async function readEntries(
  format: CertificateFormat,
  octets: Uint8Array,
  options: OpenOptions,
): Promise<RawEntry[]> {
  switch (format) {
    case "pem":
      return pemEntries(octets, options);
    case "certificate":
      return [certificateEntry(octets)];
    case "pkcs7":
      return certificatesOfPkcs7(octets).map(certificateEntry);
    case "private-key":
      return [keyEntry(keyFromDer(octets, options.password))];
    case "pkcs12":
      return (await import("./pfx.js")).openPfx(octets, options.password);
    case "jks":
      return (await import("./jks.js")).openJks(octets, options.password, options.keyPassword);
    case "jwk":
      return jwkEntries(octets);
    case "ssh":
    case "ppk":
      return [keyEntry((await import("./ssh-key.js")).keyFromSsh(octets, format, options.password))];
    case "jceks":
    case "bcfks":
      throw new SocketError("ERR_SOCKET_FILE_UNSUPPORTED", {
        detail: `${format.toUpperCase()}; export a PFX from it`,
      });
    default:
      throw new SocketError("ERR_SOCKET_FILE_FORMAT");
  }
}

function certificateEntry(der: Uint8Array): RawEntry {
  return { alias: undefined, key: undefined, certificates: [der] };
}

function keyEntry(key: string): RawEntry {
  return { alias: undefined, key, certificates: [] };
}

async function pemEntries(octets: Uint8Array, options: OpenOptions): Promise<RawEntry[]> {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("latin1");
  const entries: RawEntry[] = [];
  for (const block of pemBlocks(text)) {
    if (
      block.label === "CERTIFICATE" ||
      block.label === "X509 CERTIFICATE" ||
      block.label === "TRUSTED CERTIFICATE"
    ) {
      entries.push(certificateEntry(trimmed(block.body)));
    } else if (block.label === "PKCS7" || block.label === "CMS") {
      entries.push(...certificatesOfPkcs7(block.body).map(certificateEntry));
    } else if (block.label === "OPENSSH PRIVATE KEY") {
      const { keyFromSsh } = await import("./ssh-key.js");
      entries.push(keyEntry(keyFromSsh(Buffer.from(block.text), "ssh", options.password)));
    } else if (block.label.endsWith("PRIVATE KEY")) {
      entries.push(keyEntry(keyFromPem(block, options.password)));
    }
  }
  if (entries.length === 0)
    throw new SocketError("ERR_SOCKET_FILE_FORMAT", { detail: "PEM without certificate or key" });
  return entries;
}

/** A TRUSTED CERTIFICATE carries OpenSSL's trust settings behind the certificate. */
function trimmed(body: Uint8Array): Uint8Array {
  if (body[0] !== 0x30 || body[1] !== 0x82 || body.length < 4) return body;
  return body.subarray(0, 4 + ((body[2]! << 8) | body[3]!));
}

interface Jwk {
  readonly kty?: unknown;
  readonly d?: unknown;
  readonly kid?: unknown;
  readonly x5c?: unknown;
  readonly keys?: unknown;
}

function jwkEntries(octets: Uint8Array): RawEntry[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("utf8"));
  } catch {
    throw new SocketError("ERR_SOCKET_FILE_FORMAT", { detail: "JWK" }); // the parser's own text would quote the file
  }
  const set = (parsed as Jwk | null)?.keys;
  const keys = (Array.isArray(set) ? set : Array.isArray(parsed) ? parsed : [parsed]) as (Jwk | null)[];
  return keys.map((jwk) => {
    if (typeof jwk !== "object" || jwk === null || typeof jwk.kty !== "string") {
      throw new SocketError("ERR_SOCKET_FILE_FORMAT", { detail: "JWK" });
    }
    const chain = Array.isArray(jwk.x5c)
      ? jwk.x5c.map((text) => new Uint8Array(Buffer.from(String(text), "base64")))
      : [];
    return {
      alias: typeof jwk.kid === "string" ? jwk.kid : undefined,
      key: jwk.d === undefined ? undefined : keyFromJwk(jwk as never),
      certificates: chain,
    };
  });
}

function bareBase64(octets: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length)
    .toString("latin1")
    .replace(/\s+/g, "");
  return text.length >= 32 && /^[A-Za-z0-9+/]+={0,2}$/.test(text)
    ? new Uint8Array(Buffer.from(text, "base64"))
    : undefined;
}

async function contentOf(source: string | Uint8Array): Promise<Uint8Array> {
  if (typeof source !== "string") return source;
  if (source.includes("-----BEGIN ")) return new TextEncoder().encode(source);
  try {
    const facts = await stat(source);
    if (!facts.isFile() || facts.size > MAX_FILE_BYTES) {
      throw new SocketError("ERR_SOCKET_FILE_UNREADABLE", {
        detail: "not a file, or larger than 16 MiB",
        target: source,
      });
    }
    return await readFile(source);
  } catch (error) {
    if (SocketError.is(error)) throw error;
    throw new SocketError("ERR_SOCKET_FILE_UNREADABLE", {
      target: source,
      errno: nodeCode(error),
      cause: error,
    });
  }
}

/** Brings each key together with its certificate, and each certificate with its issuers. */
function joinEntries(raw: readonly RawEntry[]): StoreEntry[] {
  const all = raw.flatMap((entry) => entry.certificates).map((der) => readCertificate(der));
  const used = new Set<CertificateInfo>();
  const entries: StoreEntry[] = [];
  for (const entry of raw) {
    if (entry.key === undefined) continue;
    const leaf = leafOf(entry, all);
    const certificates = leaf === undefined ? [] : withIssuers(leaf, all);
    for (const certificate of certificates) used.add(certificate);
    const named = raw.find((other) =>
      other.certificates.some((der) => leaf !== undefined && sameOctets(der, leaf.raw)),
    );
    entries.push(makeEntry(entry.alias ?? named?.alias, certificates, entry.key));
  }
  for (const entry of raw) {
    if (entry.key !== undefined) continue;
    for (const der of entry.certificates) {
      const certificate = all.find((info) => sameOctets(info.raw, der))!;
      // An issuer that stands in the file for a chain's sake is no entry of its own; one with a name is.
      if (entry.alias !== undefined || !used.has(certificate)) {
        entries.push(makeEntry(entry.alias, withIssuers(certificate, all), undefined));
      }
      used.add(certificate);
    }
  }
  return entries;
}

function makeEntry(
  alias: string | undefined,
  certificates: readonly CertificateInfo[],
  key: string | (() => string) | undefined,
): StoreEntry {
  return {
    alias,
    certificates,
    hasKey: key !== undefined,
    key: () => {
      if (key === undefined) throw new SocketError("ERR_SOCKET_FILE_NO_KEY");
      return typeof key === "string" ? key : key();
    },
  };
}

function leafOf(entry: RawEntry, all: readonly CertificateInfo[]): CertificateInfo | undefined {
  const first = entry.certificates[0];
  if (first !== undefined) return all.find((certificate) => sameOctets(certificate.raw, first));
  if (typeof entry.key !== "string" || all.length === 0) return undefined;
  const publicKey = publicKeyOf(entry.key);
  return all.find((certificate) => sameOctets(certificate.publicKey, publicKey));
}

function withIssuers(leaf: CertificateInfo, all: readonly CertificateInfo[]): CertificateInfo[] {
  const chain = [leaf];
  for (;;) {
    const last = chain.at(-1)!;
    if (last.issuer.text === last.subject.text) return chain;
    const next = all.find(
      (candidate) => candidate.subject.text === last.issuer.text && !chain.includes(candidate),
    );
    if (next === undefined) return chain;
    chain.push(next);
  }
}

export function sameOctets(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((octet, at) => octet === other[at]);
}
