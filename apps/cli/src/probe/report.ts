import { parseCapabilities, type Reply } from "@wirepost/smtp-protocol";
import type { CertificateInfo, SocketError, TlsInfo } from "@wirepost/socket-core";

/** One line of an EHLO reply. */
export interface AnnouncedExtension {
  readonly keyword: string;
  readonly parameters: readonly string[];
}

/** What a server announced in one EHLO reply. */
export interface Announcement {
  readonly extensions: readonly AnnouncedExtension[];
  readonly mechanisms: readonly string[];
}

export interface ProbedCertificate {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly notBefore: string;
  readonly notAfter: string;
  readonly key: string;
  readonly signature: string;
  readonly sha256: string;
}

export interface ProbedTls {
  /** These three are `null` when the look ended before they were told: the certificate did not stand, or the login failed. */
  readonly protocol: string | null;
  readonly cipher: string | null;
  readonly cipherBits: number | null;
  readonly keyExchange: string | null;
  /** Whether the certificate stands: chain, dates, purpose, host name. */
  readonly verified: boolean;
  /** Why it does not. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  readonly certificate: ProbedCertificate | null;
}

/** What one look at a server found; the JSON of `wirepost probe --json`. Times are milliseconds. */
export interface ProbeReport {
  readonly host: string;
  readonly port: number | null;
  readonly greeting: readonly string[] | null;
  /** Announced before TLS; `null` when TLS was there from the first byte. */
  readonly beforeTls: Announcement | null;
  /** Announced in the end: over TLS when there is TLS. */
  readonly announced: Announcement | null;
  readonly tls: ProbedTls | null;
  /** `null` when no login was asked for. */
  readonly loggedIn: boolean | null;
  readonly timings: Readonly<Record<string, number>>;
}

export function announcement(reply: Reply): Announcement {
  return {
    extensions: reply.lines.slice(1).map((line) => {
      const [keyword = "", ...parameters] = line.trim().split(/ +/);
      return { keyword, parameters };
    }),
    mechanisms: [...parseCapabilities(reply).auth],
  };
}

export function probedTls(tls: TlsInfo): ProbedTls {
  const { keyExchange, failure } = tls;
  return {
    protocol: tls.protocol,
    cipher: tls.cipher.standardName,
    cipherBits: tls.cipher.bits,
    keyExchange:
      keyExchange === undefined ? null : (keyExchange.name ?? `${keyExchange.type} ${keyExchange.bits}`),
    verified: tls.verified,
    failure: failure === undefined ? null : { code: failure.code, message: failure.message },
    certificate: tls.certificate === undefined ? null : probedCertificate(tls.certificate),
  };
}

/** All that is known of TLS when the connection ended before it could be looked at. */
export function seenCertificate(certificate: CertificateInfo, failure: SocketError | undefined): ProbedTls {
  return {
    protocol: null,
    cipher: null,
    cipherBits: null,
    keyExchange: null,
    verified: failure === undefined,
    failure: failure === undefined ? null : { code: failure.code, message: failure.message },
    certificate: probedCertificate(certificate),
  };
}

function probedCertificate(certificate: CertificateInfo): ProbedCertificate {
  return {
    subject: certificate.subject.text,
    issuer: certificate.issuer.text,
    names: [...certificate.dnsNames, ...certificate.ipAddresses],
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    key: `${certificate.curve ?? certificate.keyType} ${certificate.keyBits}`,
    signature: certificate.signatureAlgorithm,
    sha256: certificate.fingerprints.sha256,
  };
}
