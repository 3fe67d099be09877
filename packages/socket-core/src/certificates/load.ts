import type { CertificateInfo } from "../certificate/certificate-info.js";
import { SocketError } from "../errors.js";
import { checkOptions } from "../options.js";
import { toPem } from "./pem.js";
import { publicKeyOf } from "./private-key.js";
import { type OpenOptions, openCertificateStore, type StoreEntry, sameOctets } from "./store.js";

/** How to load a certificate with its key. */
export interface LoadOptions extends OpenOptions {
  /** The key, where it is in a file of its own: a path, a PEM text or octets of any format. */
  readonly key?: string | Uint8Array | undefined;
  /** Name of the entry in a store that has several. Default: the first that has a key. */
  readonly alias?: string | undefined;
  /** Chooses among the entries, instead of `alias`. */
  readonly select?: ((certificate: CertificateInfo, alias: string | undefined) => boolean) | undefined;
}

const LOAD_OPTIONS: ReadonlySet<string> = new Set<keyof LoadOptions>([
  "password",
  "keyPassword",
  "key",
  "alias",
  "select",
]);

/** Fits into `TlsOptions` as it is: `tls: { ...loaded.tls }`. */
export interface LoadedCertificate {
  /** Ready for `TlsOptions`: PEM texts, the key without encryption. */
  readonly tls: { readonly certificate: string; readonly key: string };
  /** The certificate and its issuers. */
  readonly certificates: readonly CertificateInfo[];
}

/**
 * Loads a certificate with its chain and its private key from a file of any format.
 *
 * @throws SocketError ERR_SOCKET_FILE_UNREADABLE, _FORMAT, _PASSWORD, _NO_KEY, _NO_CERTIFICATE, _KEY_MISMATCH,
 *   _NO_ENTRY, _UNSUPPORTED
 */
export async function loadCertificate(
  source: string | Uint8Array,
  options: LoadOptions = {},
): Promise<LoadedCertificate> {
  checkOptions("certificate options", options, LOAD_OPTIONS);
  const { password, keyPassword } = options;
  const { entries } = await openCertificateStore(source, { password, keyPassword });
  const entry = choose(entries, options);
  if (entry.certificates.length === 0) throw new SocketError("ERR_SOCKET_FILE_NO_CERTIFICATE");
  const key =
    options.key === undefined
      ? entry.key()
      : await loadPrivateKey(options.key, { password: keyPassword ?? password });
  if (!sameOctets(publicKeyOf(key), entry.certificates[0]!.publicKey))
    throw new SocketError("ERR_SOCKET_FILE_KEY_MISMATCH");
  return { tls: { certificate: pemChain(entry.certificates), key }, certificates: entry.certificates };
}

/**
 * Loads a private key alone, as PKCS #8 in PEM without encryption.
 *
 * @throws SocketError of the group file
 */
export async function loadPrivateKey(
  source: string | Uint8Array,
  options: OpenOptions = {},
): Promise<string> {
  const { entries } = await openCertificateStore(source, options);
  const entry = entries.find((candidate) => candidate.hasKey);
  if (entry === undefined) throw new SocketError("ERR_SOCKET_FILE_NO_KEY");
  return entry.key();
}

/**
 * Loads every certificate of a file, as PEM texts for `TlsOptions.ca` or `extraCa`.
 *
 * @throws SocketError of the group file; ERR_SOCKET_FILE_NO_CERTIFICATE when there is none
 */
export async function loadTrusted(source: string | Uint8Array, options: OpenOptions = {}): Promise<string[]> {
  const { entries } = await openCertificateStore(source, options);
  const certificates = new Set(
    entries.flatMap((entry) => entry.certificates.map((info) => toPem("CERTIFICATE", info.raw))),
  );
  if (certificates.size === 0) throw new SocketError("ERR_SOCKET_FILE_NO_CERTIFICATE");
  return [...certificates];
}

function choose(entries: readonly StoreEntry[], options: LoadOptions): StoreEntry {
  const { alias, select } = options;
  let fitting = entries;
  if (select !== undefined) {
    fitting = entries.filter(
      (entry) => entry.certificates[0] !== undefined && select(entry.certificates[0], entry.alias),
    );
  } else if (alias !== undefined) {
    fitting = entries.filter((entry) => entry.alias?.toLowerCase() === alias.toLowerCase());
  }
  const entry = fitting.find((candidate) => candidate.hasKey) ?? fitting[0];
  if (entry !== undefined) return entry;
  throw new SocketError(
    "ERR_SOCKET_FILE_NO_ENTRY",
    alias === undefined ? {} : { detail: JSON.stringify(alias) },
  );
}

function pemChain(certificates: readonly CertificateInfo[]): string {
  return certificates.map((certificate) => toPem("CERTIFICATE", certificate.raw)).join("");
}
