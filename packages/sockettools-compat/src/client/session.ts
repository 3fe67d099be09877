// One connection: how it is made, and what it says of itself.
import {
  type ConnectionOptions,
  type Observer,
  type SendError,
  SmtpConnection,
  type Timeouts,
  type TlsSettings,
  type TranscriptEntry,
} from "@wirepost/smtp-client";
import type { Reply } from "@wirepost/smtp-protocol";
import { connect, type Socket } from "@wirepost/socket-core";
import { stErrorCommandNotSupported, stErrorInvalidCommand } from "../error-numbers.js";
import { failureOf } from "../outcome.js";
import { loadClientCertificate } from "./client-certificate.js";
import type { ClientOptions } from "./client-options.js";
import type { ConnectPlan } from "./connect-plan.js";
import { authOptions, type LoginData, sameLogin } from "./login.js";
import type { SecureFacts } from "./secure-facts.js";
import type { Settings } from "./settings.js";

/** Silence before a connection is probed, with KeepAlive; what systems take by themselves is two hours. */
const KEEP_ALIVE_MS = 60_000;

export interface SessionHost {
  readonly settings: Settings;
  readonly options: ClientOptions;
  readonly secure: SecureFacts;
  /** A reply came; `verb` is empty for the greeting and for what was not asked for. */
  replied(verb: string, reply: Reply): void;
  transcribed(entry: TranscriptEntry): void;
  /** The connection is over, whoever ended it. */
  closed(session: Session, error: SendError): void;
}

export class Session {
  /** EHLO was answered with yes. */
  extended = false;
  #connection: SmtpConnection | undefined;
  #socket: Socket | undefined;
  #login: LoginData | undefined;
  /** The core's EHLO goes out as HELO. */

  constructor(
    readonly plan: ConnectPlan,
    private readonly host: SessionHost,
  ) {}

  /** @throws before open() */
  get connection(): SmtpConnection {
    return this.#connection as SmtpConnection;
  }

  get isOpen(): boolean {
    return this.#connection !== undefined && !this.#connection.closed;
  }

  get localAddress(): string {
    const address = this.#socket?.localAddress ?? "";
    return address.startsWith("::ffff:") ? address.slice("::ffff:".length) : address;
  }

  get secured(): boolean {
    return this.#socket?.tls !== undefined;
  }

  /** The largest message that the server takes; 0: it did not say. */
  get maxMessageBytes(): number {
    return this.isOpen ? (this.connection.capabilities.sizeBytes ?? 0) : 0;
  }

  has(extension: string): boolean {
    return this.connection.capabilities.has(extension);
  }

  /** Whether the process may end although the connection stands. */
  holdProcess(holds: boolean): void {
    if (this.isOpen) this.#socket?.setKeepsProcess(holds);
  }

  setKeepAlive(on: boolean): void {
    if (this.isOpen) this.#socket?.setKeepAlive(on ? KEEP_ALIVE_MS : undefined);
  }

  // ---- Beginning -------------------------------------------------------------------------------------------------------

  /** Connects, greets and secures. Closed again when that fails. @throws SendError, SocketError, SocketToolsError */
  async open(signal: AbortSignal): Promise<void> {
    const { plan, host } = this;
    const tls = await this.#tlsSettings();
    const socket = await connect({
      host: plan.host,
      port: plan.port,
      connectTimeoutMs: this.#times().connectMs,
      signal,
      ...(plan.preferIPv6 ? { preferFamily: 6 } : {}),
    });
    this.#socket = socket;
    if (host.settings.keepAlive) socket.setKeepAlive(KEEP_ALIVE_MS);
    const { domain } = host.settings;
    const policy = plan.security === "explicit" ? "required" : plan.security;
    const options: ConnectionOptions & { setup: "greeting" } = {
      setup: "greeting",
      socket,
      host: plan.host,
      port: plan.port,
      tls: { ...tls, policy },
      timeouts: this.#times(),
      observer: this.#observer(),
      signal,
      ...(domain.trim() === "" ? {} : { clientName: domain.trim() }),
    };
    try {
      this.#connection = await SmtpConnection.connect(options);
    } catch (error) {
      // Options that cannot be used are found before the core takes the socket over.
      socket.destroy();
      throw error;
    }
    try {
      await this.hello(plan.extended, signal);
      if (plan.security === "explicit") await this.startTls(signal);
    } catch (error) {
      await this.quit();
      throw error;
    } finally {
      host.secure.established(socket.tls);
    }
  }

  /** EHLO, and HELO where the server knows no other; without `extended` HELO alone. @throws SendError */
  async hello(extended: boolean, signal: AbortSignal): Promise<void> {
    await this.connection.hello({ signal, extended });
  }

  /** @throws SocketToolsError stErrorCommandNotSupported where the server does not announce STARTTLS; nothing is sent then */
  async startTls(signal: AbortSignal): Promise<void> {
    if (this.secured) throw failureOf(stErrorInvalidCommand, "the connection is secure already");
    if (!this.has("STARTTLS"))
      throw failureOf(stErrorCommandNotSupported, "the server has no secure connections");
    await this.connection.startTls({ signal });
    this.host.secure.established(this.connection.tls);
  }

  /** Logs in; the same login once more does nothing. @throws SendError, SocketToolsError */
  async authenticate(login: LoginData, signal: AbortSignal): Promise<void> {
    if (this.#login !== undefined && sameLogin(this.#login, login)) return;
    const auth = authOptions(login, this.secured);
    if (!this.extended) {
      throw failureOf(stErrorCommandNotSupported, "a login needs ESMTP, which is not in use: see Extended");
    }
    // RFC 4954 section 4: one login in a session.
    if (this.#login !== undefined) throw failureOf(stErrorInvalidCommand, "somebody has logged in already");
    await this.connection.authenticate(auth, { signal });
    this.#login = login;
  }

  get loggedIn(): boolean {
    return this.#login !== undefined;
  }

  async #tlsSettings(): Promise<TlsSettings> {
    const { plan, host } = this;
    const name = plan.certificateName;
    return {
      ...(plan.trusted ? { verify: "none" } : {}),
      ...(plan.minVersion === undefined ? {} : { minVersion: plan.minVersion }),
      ...(plan.maxVersion === undefined ? {} : { maxVersion: plan.maxVersion }),
      // OpenSSL 3 takes the signatures of old versions at no higher level.
      ...(plan.oldCiphers ? { ciphers: "DEFAULT@SECLEVEL=0" } : {}),
      ...(name === undefined ? {} : { servername: name, hostNames: [name] }),
      ...(plan.security === "none" ? {} : await loadClientCertificate(host.settings)),
      ...host.options.tls,
    };
  }

  #times(): Timeouts {
    const { timeoutMs, endOfDataMs } = this.plan;
    return {
      connectMs: timeoutMs,
      tlsMs: timeoutMs,
      greetingMs: timeoutMs,
      commandMs: timeoutMs,
      mailMs: timeoutMs,
      rcptMs: timeoutMs,
      dataMs: timeoutMs,
      contentMs: timeoutMs,
      endOfDataMs: endOfDataMs ?? 600_000,
      quitMs: Math.min(2_000, timeoutMs),
      ...this.host.options.timeouts,
    } as Timeouts;
  }

  #observer(): Observer {
    const { host } = this;
    return {
      onReply: (verb, reply) => {
        if (verb === "EHLO" || verb === "HELO") this.extended = verb === "EHLO" && reply.code < 400;
        host.replied(verb, reply);
      },
      onCertificate: (certificate, failure) => {
        host.secure.seen(certificate, failure);
        return undefined;
      },
      onTranscript: (entry) => host.transcribed(entry),
      onClosed: (error) => host.closed(this, error),
    };
  }

  // ---- Ending ----------------------------------------------------------------------------------------------------------

  /** QUIT, then closes. Never throws. */
  async quit(): Promise<void> {
    await this.#connection?.quit();
  }

  /** Closes at once. */
  destroy(): void {
    this.#connection?.destroy();
    this.#socket?.destroy();
  }
}
