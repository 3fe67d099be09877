import type { CertificateInfo } from "../certificate/certificate-info.js";
import type { SocketError } from "../errors.js";
import type { TlsSessionStore } from "./session-store.js";

/** Versions by Node's names. */
export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** PEM text, or DER or PEM octets; several certificates may stand in one PEM text. */
export type CertificateSource = string | Uint8Array | readonly (string | Uint8Array)[];

/** What a revocation checker is asked. Made by `revocationChecker()` of `@wirepost/socket-core/revocation`. */
export interface RevocationQuestion {
  /** With its issuers. */
  readonly certificate: CertificateInfo;
  /** The OCSP response that the server stapled, if it did (DER). */
  readonly stapled: Uint8Array | undefined;
  /** A kept session is resumed: nothing can be stapled. */
  readonly resumed: boolean;
  /** Gives the question up. */
  readonly signal: AbortSignal | undefined;
}

/** Finds out whether a certificate was revoked. */
export interface RevocationChecker {
  /** Names mode and sources; part of the key of kept sessions. */
  readonly policy: string;
  /** The failure, or undefined when the certificate stands. Never throws. */
  check(question: RevocationQuestion): Promise<SocketError | undefined>;
}

/** The policy of a TLS connection, and own credentials. */
export interface TlsOptions {
  /** SNI name; default: the host when it is a name. `""` sends none. Addresses are never sent (RFC 6066 section 3). */
  readonly servername?: string | undefined;
  /** The names of which the certificate must have one; default: `servername`, else the host. */
  readonly hostNames?: readonly string[] | undefined;
  /** `full` (default): chain, dates, purpose and host name. `none`: whatever comes is accepted, yet judged and reported. */
  readonly verify?: "full" | "none" | undefined;
  /** Trusted certificates instead of Node's. */
  readonly ca?: CertificateSource | undefined;
  /** Trusted certificates besides Node's (or besides `ca`). */
  readonly extraCa?: CertificateSource | undefined;
  /** Own certificate with its chain. */
  readonly certificate?: CertificateSource | undefined;
  /** Own private key, PEM. */
  readonly key?: string | Uint8Array | undefined;
  /** Own certificate and key as PKCS #12. Files with RC2 or 3DES: `loadCertificate` of `./certificates`. */
  readonly pfx?: Uint8Array | undefined;
  /** Of `key` or `pfx`. */
  readonly passphrase?: string | undefined;
  /** Default TLSv1.2. Below it OpenSSL 3 also needs `ciphers: "DEFAULT@SECLEVEL=0"`. */
  readonly minVersion?: TlsVersion | undefined;
  /** Default TLSv1.3. */
  readonly maxVersion?: TlsVersion | undefined;
  /** An OpenSSL list, or names in OpenSSL's or IANA's form. */
  readonly ciphers?: string | readonly string[] | undefined;
  /** Key exchange groups in order of preference: `X25519`, `P-256`… */
  readonly groups?: readonly string[] | undefined;
  /** In OpenSSL's form: `rsa_pss_rsae_sha256`, `ECDSA+SHA256`… */
  readonly signatureAlgorithms?: readonly string[] | undefined;
  /** Application protocols in order of preference. */
  readonly alpn?: readonly string[] | undefined;
  /** Keeps sessions of verified peers for resumption. Default: none is kept. */
  readonly sessionStore?: TlsSessionStore | undefined;
  /**
   * Sees the certificate and what is wrong with it before any octet of the application travels. `true` accepts,
   * `false` refuses, undefined leaves the decision to `verify`. `"verified"` vouches for the peer by other means (DANE, a
   * certificate that a user confirmed): it then counts as verified. Not asked about certificates on the deny list.
   */
  readonly onCertificate?:
    | ((certificate: CertificateInfo, failure: SocketError | undefined) => boolean | "verified" | undefined)
    | undefined;
  /**
   * The certificate or one of its issuers must have one of these: base64 SHA-256 of the public key (`publicKeyPin`)
   * or the SHA-256 fingerprint in hexadecimal. Checked whatever `verify` says; but issuers count only where the chain is
   * valid, whose authorities `ca` and `extraCa` name. Of a self-signed certificate, or of one whose chain is not
   * trusted, pin the certificate itself.
   */
  readonly pins?: readonly string[] | undefined;
  /** SHA-256 fingerprints of certificates that count as verified whatever else is said against them. */
  readonly trusted?: readonly string[] | undefined;
  /** Fingerprints (SHA-1 or SHA-256) or serial numbers that are refused, in the chain too. */
  readonly denied?: readonly string[] | undefined;
  /** Asked about certificates that stand otherwise. Default: nobody is asked. */
  readonly revocation?: RevocationChecker | undefined;
  /** From the first octet to the verified certificate. Default 30,000; 0 for none. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** Gives the handshake up. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Receives the secrets of the session in the format of SSLKEYLOGFILE, one line a call. For analysis only; `keyLogTo` of
   * `./certificates` makes one that writes a file.
   */
  readonly onKeyLog?: ((line: Uint8Array) => void) | undefined;
  /** Server only: ask the client for a certificate. */
  readonly requestCertificate?: boolean | undefined;
}

export const TLS_OPTIONS: ReadonlySet<string> = new Set<keyof TlsOptions>([
  "servername",
  "hostNames",
  "verify",
  "ca",
  "extraCa",
  "certificate",
  "key",
  "pfx",
  "passphrase",
  "minVersion",
  "maxVersion",
  "ciphers",
  "groups",
  "signatureAlgorithms",
  "alpn",
  "sessionStore",
  "onCertificate",
  "pins",
  "trusted",
  "denied",
  "revocation",
  "handshakeTimeoutMs",
  "signal",
  "onKeyLog",
  "requestCertificate",
]);
