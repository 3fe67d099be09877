import type { Duplex } from "node:stream";
import {
  type ConnectionOptions,
  connect,
  type DetailedPeerCertificate,
  type PeerCertificate,
  TLSSocket,
} from "node:tls";
import { type CertificateInfo, readCertificate } from "../certificate/certificate-info.js";
import { SocketError } from "../errors.js";
import { abortError } from "../options.js";
import { tlsFailure, verifyFailure } from "./failures.js";
import { hasPin, isDenied, isTrusted } from "./fingerprints.js";
import { certificateMatchesHost } from "./host-check.js";
import type { StoredTlsSession } from "./session-store.js";
import { makeTlsInfo, type TlsInfo } from "./tls-info.js";
import type { TlsSettings } from "./tls-settings.js";

export interface Handshake {
  /** Attached already; carries no application octet before `done` resolves. */
  readonly stream: TLSSocket;
  /** Settles once. When it rejects, the stream is destroyed. */
  readonly done: Promise<TlsInfo>;
}

/**
 * Begins TLS over a connected stream, in the calling turn: no octet can slip in between.
 *
 * @throws SocketError when Node refuses the settings; nothing is attached then
 */
export function beginHandshake(
  raw: Duplex,
  settings: TlsSettings,
  role: "client" | "server",
  target: string | undefined,
): Handshake {
  const stored = role === "client" ? settings.options.sessionStore?.take(settings.sessionKey) : undefined;
  let stream: TLSSocket;
  try {
    stream = role === "client" ? clientStream(raw, settings, stored) : serverStream(raw, settings);
  } catch (error) {
    throw tlsFailure(error, true, { phase: "tls", target });
  }
  return { stream, done: new HandshakeRun(stream, settings, role, target, stored).done };
}

function clientStream(raw: Duplex, settings: TlsSettings, stored: StoredTlsSession | undefined): TLSSocket {
  const { options } = settings;
  const connectionOptions: ConnectionOptions & { requestOCSP: boolean } = {
    socket: raw,
    secureContext: settings.context,
    // "" keeps Node from sending a name of its own choice.
    servername: settings.servername ?? "",
    // Node would judge by itself and say less: the verdict is given by judge() below, before any octet passes.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    requestOCSP: options.revocation !== undefined,
    ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] }),
    ...(stored === undefined ? {} : { session: Buffer.from(stored.session) }),
  };
  return connect(connectionOptions);
}

function serverStream(raw: Duplex, settings: TlsSettings): TLSSocket {
  const { options } = settings;
  return new TLSSocket(raw as never, {
    isServer: true,
    secureContext: settings.context,
    requestCert: options.requestCertificate ?? false,
    rejectUnauthorized: false,
    ...(options.alpn === undefined ? {} : { ALPNProtocols: [...options.alpn] }),
  });
}

class HandshakeRun {
  readonly done: Promise<TlsInfo>;
  readonly #stream: TLSSocket;
  readonly #settings: TlsSettings;
  readonly #role: "client" | "server";
  readonly #target: string | undefined;
  readonly #stored: StoredTlsSession | undefined;
  #resolve!: (info: TlsInfo) => void;
  #reject!: (error: SocketError) => void;
  #settled = false;
  #timer: NodeJS.Timeout | undefined;
  #stapled: Uint8Array | undefined;
  /** Sessions that came before the verdict; TLS 1.2 hands them out during the handshake. */
  #early: Buffer[] = [];
  #keep: ((session: Buffer) => void) | undefined;

  constructor(
    stream: TLSSocket,
    settings: TlsSettings,
    role: "client" | "server",
    target: string | undefined,
    stored: StoredTlsSession | undefined,
  ) {
    this.#stream = stream;
    this.#settings = settings;
    this.#role = role;
    this.#target = target;
    this.#stored = stored;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { onKeyLog, sessionStore, revocation, signal } = settings.options;
    // The error listener stays for good: what comes after the verdict belongs to the Socket, which listens too.
    stream.on("error", this.#onError);
    stream.once("close", this.#onClose);
    if (role === "client") stream.once("secureConnect", this.#onSecure);
    else stream.once("secure", this.#onSecure).on("_tlsError", this.#onError);
    if (onKeyLog !== undefined) stream.on("keylog", onKeyLog);
    if (revocation !== undefined) stream.once("OCSPResponse", this.#onStapled);
    if (sessionStore !== undefined && role === "client") stream.on("session", this.#onSession);
    if (settings.handshakeTimeoutMs > 0)
      this.#timer = setTimeout(this.#onTimeout, settings.handshakeTimeoutMs);
    if (signal !== undefined) {
      if (signal.aborted) queueMicrotask(this.#onAbort);
      else signal.addEventListener("abort", this.#onAbort, { once: true });
    }
  }

  #finish(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#timer);
    this.#settings.options.signal?.removeEventListener("abort", this.#onAbort);
    this.#stream.removeListener("close", this.#onClose);
    return true;
  }

  #fail(error: SocketError): void {
    // A second error is a consequence of the first, or of our own destroy(): dropped on purpose.
    if (!this.#finish()) return;
    this.#early = [];
    this.#stream.removeListener("session", this.#onSession);
    this.#stream.destroy();
    this.#reject(error);
  }

  readonly #onError = (error: unknown): void => {
    if (this.#settled) return;
    this.#fail(tlsFailure(error, true, { phase: "tls", target: this.#target }));
  };

  readonly #onClose = (): void =>
    this.#fail(new SocketError("ERR_SOCKET_TLS_CLOSED", { target: this.#target }));

  readonly #onTimeout = (): void =>
    this.#fail(new SocketError("ERR_SOCKET_TLS_TIMEOUT", { target: this.#target }));

  readonly #onAbort = (): void => this.#fail(abortError(this.#settings.options.signal!));

  readonly #onStapled = (response: Buffer | null): void => {
    if (response !== null && response.length > 0) this.#stapled = response;
  };

  readonly #onSession = (session: Buffer): void => {
    if (this.#keep !== undefined) this.#keep(session);
    else this.#early.push(session);
  };

  readonly #onSecure = (): void => {
    if (this.#settled) return;
    try {
      this.#judge();
    } catch (error) {
      this.#fail(
        SocketError.is(error) ? error : tlsFailure(error, true, { phase: "tls", target: this.#target }),
      );
    }
  };

  #judge(): void {
    const resumed = this.#stream.isSessionReused() && this.#stored !== undefined;
    const certificate = resumed ? this.#stored!.certificate : peerCertificate(this.#stream);
    if (certificate !== undefined && isDenied(certificate, this.#settings.denied)) {
      this.#fail(new SocketError("ERR_SOCKET_CERTIFICATE_DENIED", { target: this.#target }));
      return;
    }
    const failure = this.#failureOf(certificate);
    const { revocation, signal } = this.#settings.options;
    // Asking costs a round trip to a third party: only about a certificate that stands so far.
    if (revocation === undefined || certificate === undefined || failure !== undefined) {
      this.#decide(certificate, failure);
      return;
    }
    revocation.check({ certificate, stapled: this.#stapled, resumed, signal }).then(
      (revoked) => this.#guardedDecide(certificate, revoked),
      (error: unknown) =>
        this.#fail(new SocketError("ERR_SOCKET_REVOCATION_UNKNOWN", { cause: error, target: this.#target })),
    );
  }

  #guardedDecide(certificate: CertificateInfo, failure: SocketError | undefined): void {
    if (this.#settled) return;
    try {
      this.#decide(certificate, failure);
    } catch (error) {
      this.#fail(tlsFailure(error, true, { phase: "tls", target: this.#target }));
    }
  }

  /** The first thing that speaks against the peer; undefined when nothing does. */
  #failureOf(certificate: CertificateInfo | undefined): SocketError | undefined {
    const target = this.#target;
    if (certificate === undefined) {
      const asked = this.#role === "client" || this.#settings.options.requestCertificate === true;
      return asked ? new SocketError("ERR_SOCKET_CERTIFICATE_MISSING", { target }) : undefined;
    }
    const { pins, trusted, hostNames } = this.#settings;
    if (isTrusted(certificate, trusted)) return undefined;
    const chain = chainError(this.#stream, this.#role);
    // First, because it is what counts where `verify` is `none` and the rest is only reported.
    if (pins.size > 0 && !hasPin(certificate, pins, chain === undefined)) {
      // Not the chain's own code: somebody who lets that pass has not let the pin pass.
      const detail = chain === undefined ? undefined : `issuers do not count, as the chain fails: ${chain}`;
      return new SocketError("ERR_SOCKET_CERTIFICATE_PIN", { target, detail });
    }
    if (chain !== undefined) return verifyFailure(chain, target);
    // A kept session says nothing about today.
    if (certificate.notAfter.getTime() < Date.now())
      return new SocketError("ERR_SOCKET_CERTIFICATE_EXPIRED", { target });
    if (this.#role === "client" && !hostNames.some((name) => certificateMatchesHost(certificate, name))) {
      const names = [...certificate.dnsNames, ...certificate.ipAddresses].slice(0, 8).join(", ");
      const detail = `${hostNames.join(" or ")} is not among ${names === "" ? "(no name)" : names}`;
      return new SocketError("ERR_SOCKET_CERTIFICATE_HOST_MISMATCH", { target, detail });
    }
    return undefined;
  }

  #decide(certificate: CertificateInfo | undefined, found: SocketError | undefined): void {
    const { onCertificate } = this.#settings.options;
    const verdict = certificate === undefined ? undefined : onCertificate?.(certificate, found);
    const failure = verdict === "verified" ? undefined : found;
    if (verdict === false) {
      this.#fail(failure ?? new SocketError("ERR_SOCKET_CERTIFICATE_REFUSED", { target: this.#target }));
      return;
    }
    const pinned =
      failure?.code === "ERR_SOCKET_CERTIFICATE_PIN" || failure?.code === "ERR_SOCKET_CERTIFICATE_REVOKED";
    if (failure !== undefined && verdict !== true && (this.#settings.fullVerify || pinned)) {
      this.#fail(failure);
      return;
    }
    const info = makeTlsInfo(this.#stream, {
      certificate,
      ownCertificate: this.#role === "server" ? ownCertificate(this.#stream) : undefined,
      failure,
      servername: this.#role === "client" ? this.#settings.servername : sniOf(this.#stream),
      server: this.#role === "server",
    });
    if (!this.#finish()) return;
    this.#keepSessions(info, certificate);
    this.#resolve(info);
  }

  /** Only now, and only of a peer that stood every check. */
  #keepSessions(info: TlsInfo, certificate: CertificateInfo | undefined): void {
    const { sessionStore } = this.#settings.options;
    if (sessionStore === undefined || certificate === undefined || !info.verified) {
      this.#stream.removeListener("session", this.#onSession);
      this.#early = [];
      return;
    }
    // The age counts from the full handshake: resuming again and again must not keep an old verdict alive.
    const verifiedAtMs = info.resumed && this.#stored !== undefined ? this.#stored.verifiedAtMs : Date.now();
    this.#keep = (session) =>
      sessionStore.put(this.#settings.sessionKey, {
        session,
        protocol: info.protocol,
        certificate,
        verifiedAtMs,
      });
    for (const session of this.#early) this.#keep(session);
    this.#early = [];
  }
}

function sniOf(stream: TLSSocket): string | undefined {
  const { servername } = stream as { servername?: unknown };
  return typeof servername === "string" && servername !== "" ? servername : undefined;
}

/** OpenSSL's verdict on the chain. On the server side Node keeps it to itself unless tls.Server is used. */
function chainError(stream: TLSSocket, role: "client" | "server"): string | undefined {
  if (role === "client") {
    const error = stream.authorizationError as unknown;
    if (error === undefined || error === null) return undefined;
    return typeof error === "string" ? error : ((error as { code?: string }).code ?? "CERT_UNTRUSTED");
  }
  const { ssl } = stream as { ssl?: { verifyError?: () => (Error & { code?: string }) | null } };
  if (typeof ssl?.verifyError !== "function") return "CERT_UNTRUSTED"; // not to be known: then it is not verified
  const error = ssl.verifyError();
  return error === null || error === undefined ? undefined : (error.code ?? "CERT_UNTRUSTED");
}

/** The peer's certificate with its issuers as sent, completed from the trusted ones. */
export function peerCertificate(stream: TLSSocket): CertificateInfo | undefined {
  const leaf = stream.getPeerCertificate(true) as DetailedPeerCertificate | Record<string, never>;
  if (leaf?.raw === undefined) return undefined;
  const issuers: CertificateInfo[] = [];
  let link: PeerCertificate = leaf as DetailedPeerCertificate;
  // Node ends the list with a certificate that is its own issuer; a chain of more than 16 is not one.
  for (let depth = 0; depth < 16; depth++) {
    const next = (link as DetailedPeerCertificate).issuerCertificate as DetailedPeerCertificate | undefined;
    if (next === undefined || next === link || next.raw === undefined) break;
    issuers.push(readCertificate(new Uint8Array(next.raw)));
    link = next;
  }
  return readCertificate(new Uint8Array(leaf.raw), issuers);
}

function ownCertificate(stream: TLSSocket): CertificateInfo | undefined {
  const own = stream.getCertificate() as PeerCertificate | Record<string, never> | null;
  return own?.raw === undefined ? undefined : readCertificate(new Uint8Array(own.raw));
}
