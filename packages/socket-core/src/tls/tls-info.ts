import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { CertificateInfo } from "../certificate/certificate-info.js";
import { DER, DerError, readChildren, readElement, readInteger } from "../certificate/der.js";
import type { SocketError } from "../errors.js";
import { cipherBits } from "./cipher-names.js";

/** RFC 5929 and RFC 9266. */
export type ChannelBindingType = "tls-exporter" | "tls-server-end-point" | "tls-unique";

/** The negotiated cipher suite. */
export interface TlsCipher {
  /** OpenSSL's name. */
  readonly name: string;
  /** IANA's name. */
  readonly standardName: string;
  /** Strength of the symmetric key. */
  readonly bits: number;
}

/** How the keys were agreed. */
export interface TlsKeyExchange {
  /** `ECDH`, `DH`, `TLSGroup` (newer groups, hybrids among them), or `RSA` where the key was not ephemeral. */
  readonly type: string;
  /** The curve or group. */
  readonly name?: string | undefined;
  /** Length of the key; 0 when it is not known. */
  readonly bits: number;
}

/** What was negotiated and found out about the peer. */
export interface TlsInfo {
  /** `TLSv1.2`, `TLSv1.3`… */
  readonly protocol: string;
  /** The cipher suite. */
  readonly cipher: TlsCipher;
  /** Undefined where Node tells nothing: a resumed session, the server side, hybrid groups on some releases. */
  readonly keyExchange: TlsKeyExchange | undefined;
  /** The negotiated application protocol. */
  readonly alpn: string | undefined;
  /** The SNI name. */
  readonly servername: string | undefined;
  /** True when chain, dates, purpose, host name, pins and revocation all stand, whatever `verify` asked for. */
  readonly verified: boolean;
  /** The same as `verified`, under Node's name. */
  readonly authorized: boolean;
  /** What speaks against the certificate; set also when `verify: "none"` or the hook accepted it. */
  readonly failure: SocketError | undefined;
  /** The peer's. */
  readonly certificate: CertificateInfo | undefined;
  /** Whether a kept session was taken up again. */
  readonly resumed: boolean;
  /**
   * The octets that bind a login to this connection; undefined where the type cannot be had safely.
   * tls-exporter: RFC 9266. tls-unique (RFC 5929): TLS 1.2 only. Both need the extended master secret on TLS 1.2.
   */
  channelBinding(type: ChannelBindingType): Uint8Array | undefined;
}

export function makeTlsInfo(
  stream: TLSSocket,
  facts: {
    readonly certificate: CertificateInfo | undefined;
    readonly ownCertificate: CertificateInfo | undefined;
    readonly failure: SocketError | undefined;
    readonly servername: string | undefined;
    readonly server: boolean;
  },
): TlsInfo {
  const protocol = stream.getProtocol() ?? "unknown";
  const { name, standardName } = stream.getCipher();
  const verified = facts.failure === undefined && facts.certificate !== undefined;
  const resumed = stream.isSessionReused();
  return {
    protocol,
    cipher: { name, standardName, bits: cipherBits(name) },
    keyExchange: facts.server ? undefined : keyExchange(stream, protocol),
    alpn: typeof stream.alpnProtocol === "string" ? stream.alpnProtocol : undefined,
    servername: facts.servername,
    verified,
    authorized: verified,
    failure: facts.failure,
    certificate: facts.certificate,
    resumed,
    channelBinding(type) {
      switch (type) {
        case "tls-exporter":
          return exporter(stream, protocol);
        case "tls-unique":
          return unique(stream, protocol, resumed, facts.server);
        case "tls-server-end-point":
          return serverEndPoint(facts.server ? facts.ownCertificate : facts.certificate);
        default:
          return undefined;
      }
    },
  };
}

function keyExchange(stream: TLSSocket, protocol: string): TlsKeyExchange | undefined {
  const info = stream.getEphemeralKeyInfo() as { type?: string; name?: string; size?: number } | null;
  if (info?.type !== undefined) return { type: info.type, name: info.name, bits: info.size ?? 0 };
  if (protocol === "TLSv1.3" || stream.isSessionReused()) return undefined;
  return { type: "RSA", name: undefined, bits: 0 };
}

/** RFC 9266 section 2: label EXPORTER-Channel-Binding, an empty context (not an absent one), 32 octets. */
function exporter(stream: TLSSocket, protocol: string): Uint8Array | undefined {
  if (protocol !== "TLSv1.3" && !extendedMasterSecret(stream, protocol)) return undefined;
  try {
    return new Uint8Array(stream.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0)));
  } catch {
    return undefined; // the connection is gone, and with it what could be bound to it
  }
}

/** RFC 5929 section 3.1: the first Finished message; the server sends it first when a session is resumed. */
function unique(
  stream: TLSSocket,
  protocol: string,
  resumed: boolean,
  server: boolean,
): Uint8Array | undefined {
  if (protocol === "TLSv1.3" || !extendedMasterSecret(stream, protocol)) return undefined;
  const mineIsFirst = resumed === server;
  const message = mineIsFirst ? stream.getFinished() : stream.getPeerFinished();
  return message === undefined ? undefined : new Uint8Array(message);
}

/** RFC 5929 section 4.1: the certificate under its signature's digest, SHA-256 instead of MD5 and SHA-1. */
function serverEndPoint(certificate: CertificateInfo | undefined): Uint8Array | undefined {
  const hash = certificate?.signatureHash;
  // Ed25519 and its kind have no single digest; the RFC leaves the binding undefined there.
  if (certificate === undefined || hash === undefined) return undefined;
  const digest = createHash(hash === "md5" || hash === "sha1" ? "sha256" : hash);
  return new Uint8Array(digest.update(certificate.raw).digest());
}

/**
 * Whether the master secret covers the handshake (RFC 7627). Without it two connections can share bindings (the triple
 * handshake attack). Node does not tell, but OpenSSL writes it into the session: flags are field [13], bit 0.
 */
function extendedMasterSecret(stream: TLSSocket, protocol: string): boolean {
  if (protocol !== "TLSv1.2") return false;
  const kept = stream.getSession();
  if (kept === undefined) return false;
  try {
    const session = withoutEnvelope(kept);
    const fields = readChildren(session, readElement(session, 0, session.length));
    const flags = fields.find((field) => field.tag === 0xad);
    if (flags === undefined) return false;
    const value = readElement(session, flags.contentStart, flags.end);
    return value.tag === DER.INTEGER && readInteger(session, value) % 2 === 1;
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

const ENVELOPE = Buffer.from("\0nodejs:tls:session:1\0", "latin1");

/** Newer releases of Node put the server's name, with two octets of length, before OpenSSL's session. */
function withoutEnvelope(kept: Buffer): Buffer {
  if (!kept.subarray(0, ENVELOPE.length).equals(ENVELOPE) || kept.length < ENVELOPE.length + 2) return kept;
  return kept.subarray(ENVELOPE.length + 2 + kept.readUInt16BE(ENVELOPE.length));
}
