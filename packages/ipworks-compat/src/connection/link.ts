// The connection behind an SMTP object: it turns what the core reports into the product's events, in the product's order.
import { type Observer, SmtpConnection } from "@wirepost/smtp-client";
import type { Reply } from "@wirepost/smtp-protocol";
import {
  type CertificateInfo,
  type ConnectOptions,
  connect,
  MemoryTlsSessionStore,
  type Socket,
  type SocketError,
  type TlsInfo,
} from "@wirepost/socket-core";
import { failureOf, wholeReply } from "../error-numbers.js";
import { type Fail, NumberedError } from "../failure.js";
import type { EventFields, EventName } from "../host.js";
import type { Run } from "../run.js";
import { certificateEvent } from "./certificate-event.js";
import type { Dialing } from "./dialing.js";

/** As long as the core's timers can count. */
const NEVER_MS = 2_147_483_647;

export interface LinkHost {
  readonly fail: Fail;
  raise<Name extends EventName>(event: Name, fields: EventFields[Name]): void;
  /** The server showed its certificate, or there is none any more. */
  showCertificate(info: CertificateInfo | undefined): void;
  /** True for the certificate that SSLAcceptServerCert holds. */
  acceptsUnasked(info: CertificateInfo): boolean;
}

export class Link {
  readonly #host: LinkHost;
  readonly sessions: MemoryTlsSessionStore = new MemoryTlsSessionStore();
  #connection: SmtpConnection | undefined;
  #dialing: Dialing | undefined;
  /** What goes out now is not for LastReply: the QUIT that Send says by itself. */
  #unnoted = false;
  /** We are closing: the end of the connection is no news. */
  #leaving = false;
  /** Transactions begun on this connection. */
  #transactions = 0;
  /** Something may be open on the server. */
  #tainted = false;
  /** Why we close, where it is for something that failed. */
  #reason: number | undefined;
  /** "Remote host connected" was told, and its end was not. */
  #standing = false;
  lastReply = "";
  connecting = false;

  constructor(host: LinkHost) {
    this.#host = host;
  }

  get connected(): boolean {
    return this.#connection !== undefined && !this.connecting;
  }

  get connection(): SmtpConnection | undefined {
    return this.#connection;
  }

  get socket(): Socket | undefined {
    return this.#connection?.socket;
  }

  get tls(): TlsInfo | undefined {
    return this.#connection?.tls;
  }

  /** Connects, greets, secures and logs in. @throws SendError, SocketError, 276 */
  async open(dialing: Dialing, run: Run): Promise<SmtpConnection> {
    this.#dialing = dialing;
    this.connecting = true;
    this.#host.showCertificate(undefined);
    let socket: Socket | undefined;
    try {
      socket = await this.#dial(dialing, run);
      run.check();
      const connection = await this.#greet(socket, dialing, run);
      this.#connection = connection;
      this.#transactions = 0;
      this.#tainted = false;
      await this.#secure(connection, dialing, run);
      await this.#login(connection, dialing, run);
      this.connecting = false;
      return connection;
    } catch (error) {
      this.connecting = false;
      this.#reason = numberOf(run.ending ?? error);
      if (this.#connection === undefined) {
        socket?.destroy();
        this.#gone(this.#reason);
      } else if (run.ending === undefined) await this.close({ linger: true, quietly: true });
      else this.#connection.destroy();
      this.#reason = undefined;
      throw error;
    }
  }

  async #dial(dialing: Dialing, run: Run): Promise<Socket> {
    const options: ConnectOptions = { ...dialing.connect, signal: run.signal };
    const socket = await connect({
      ...options,
      onProgress: ({ step }) => {
        if (step === "proxied") this.#status("Firewall connected", 0, dialing.proxyName);
      },
    });
    if (socket.remoteAddress === "0.0.0.0") {
      socket.destroy();
      throw this.#host.fail(102, "the server's address is 0.0.0.0");
    }
    if (dialing.keepAliveMs !== undefined) socket.setKeepAlive(dialing.keepAliveMs);
    dialing.onAddress(socket.remoteAddress ?? "");
    this.#standing = true;
    this.#status("Remote host connected", 0, `${dialing.host}:${dialing.port}`);
    return socket;
  }

  async #greet(socket: Socket, dialing: Dialing, run: Run): Promise<SmtpConnection> {
    const implicit = dialing.start === "implicit";
    if (implicit) this.#host.raise("SSLStatus", { message: "TLS handshake" });
    const connection = await SmtpConnection.connect({
      setup: "greeting",
      socket,
      host: dialing.host,
      port: dialing.port,
      tls: dialing.start === "none" ? "none" : { ...dialing.tls, policy: implicit ? "implicit" : "required" },
      ...(dialing.hello === "" ? {} : { clientName: dialing.hello }),
      extended: dialing.extensions,
      pipelining: "off",
      chunking: "off",
      replyLimits: { maxLineBytes: dialing.maxLineBytes },
      timeouts: timeoutsOf(dialing.timeoutMs),
      observer: this.#observer(implicit ? () => this.#secured(socket.tls) : undefined),
      signal: run.signal,
    });
    return connection;
  }

  async #secure(connection: SmtpConnection, dialing: Dialing, run: Run): Promise<void> {
    const { signal } = run;
    await connection.hello({ signal });
    if (dialing.start === "explicit") {
      if (!connection.capabilities.has("STARTTLS"))
        throw this.#host.fail(276, "the server does not offer STARTTLS");
      await connection.startTls({ signal });
    }
    const { tls } = connection;
    if (tls !== undefined && tls.cipher.bits < dialing.cipherBits) {
      throw this.#host.fail(
        276,
        `the cipher has ${tls.cipher.bits} bits, SSLCipherStrength asks for ${dialing.cipherBits}`,
      );
    }
  }

  async #login(connection: SmtpConnection, dialing: Dialing, run: Run): Promise<void> {
    const auth = dialing.auth();
    if (auth !== undefined) await connection.authenticate(auth, { signal: run.signal });
  }

  #secured(tls: TlsInfo | undefined): void {
    if (tls === undefined) return;
    this.#host.raise("SSLStatus", { message: `${tls.protocol}, ${tls.cipher.standardName}` });
    this.#status("SSL handshake complete", 0, tls.protocol);
  }

  /** @param afterTls told once, when the first line comes over TLS that began before the greeting */
  #observer(afterTls: (() => void) | undefined): Observer {
    let told = afterTls;
    let upgrading = false;
    return {
      onCertificate: (info, failure) => this.#judge(info, failure),
      onCommand: ({ verb }) => {
        if (verb === "STARTTLS") this.#host.raise("SSLStatus", { message: "TLS handshake" });
        else if (upgrading) {
          // The first command after the handshake.
          upgrading = false;
          this.#secured(this.#connection?.tls);
        }
      },
      onReply: (verb, reply) => {
        told?.();
        told = undefined;
        this.#note(reply);
        if (verb === "STARTTLS") upgrading = reply.code < 300;
      },
      onTranscript: ({ from, text }) => {
        // Connecting is told by ConnectionStatus and TLS by SSLStatus; mechanisms that nobody asked for are no news.
        if (from === "note") {
          if (!/^(?:connected to|TLS)|: not-asked-for$/i.test(text))
            this.#host.raise("PITrail", { direction: 2, message: text });
        } else this.#host.raise("PITrail", { direction: from === "client" ? 0 : 1, message: text });
      },
      onClosed: (error) => {
        if (this.#connection === undefined) return;
        this.#connection = undefined;
        this.#gone(this.#reason ?? (this.#leaving ? 0 : numberOf(error)));
      },
    };
  }

  #note(reply: Reply): void {
    if (!this.#unnoted) this.lastReply = wholeReply(reply);
  }

  #judge(info: CertificateInfo, failure: SocketError | undefined): boolean {
    this.#host.showCertificate(info);
    if (this.#host.acceptsUnasked(info)) return true;
    const fields = certificateEvent(info, failure, this.#dialing?.wholeChain === true);
    this.#host.raise("SSLServerAuthentication", fields);
    return fields.accept;
  }

  #status(connectionEvent: string, statusCode: number, description: string): void {
    this.#host.raise("ConnectionStatus", { connectionEvent, statusCode, description });
  }

  #gone(statusCode: number): void {
    if (!this.#standing) return;
    this.#standing = false;
    this.#status("Remote host disconnected", statusCode, this.#dialing?.host ?? "");
  }

  /** Before a transaction: RSET where something may be open, or the setting asks for it. */
  async beginTransaction(connection: SmtpConnection, sendRset: boolean, run: Run): Promise<void> {
    const needed = this.#tainted || (sendRset && this.#transactions > 0);
    this.#transactions++;
    if (needed) await this.clear(connection, run);
  }

  /** RSET. */
  async clear(connection: SmtpConnection, run: Run): Promise<void> {
    const last = this.lastReply;
    this.#tainted = false;
    await connection.reset({ signal: run.signal });
    // What the server refused is what a program looks for.
    this.lastReply = last;
  }

  taint(): void {
    this.#tainted = true;
  }

  /** While a method runs, silence is counted and the process kept; between two calls neither. */
  hold(on: boolean, timeoutMs: number): void {
    const { socket } = this;
    if (socket === undefined || socket.closed) return;
    socket.setIdleTimeoutMs(on ? timeoutMs : 0);
    socket.setKeepsProcess(on);
  }

  /** QUIT, then closes; or resets at once. Never throws. @param quietly LastReply is left as it is */
  async close({ linger, quietly }: { linger: boolean; quietly: boolean }): Promise<void> {
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#leaving = true;
    this.#unnoted = quietly;
    try {
      if (linger) await connection.quit();
      else {
        connection.socket.reset();
        connection.destroy();
      }
    } finally {
      this.#leaving = false;
      this.#unnoted = false;
    }
  }

  /** Closes at once. */
  drop(): void {
    this.#leaving = true;
    try {
      this.#connection?.destroy();
    } finally {
      this.#leaving = false;
    }
  }
}

function numberOf(error: unknown): number {
  return NumberedError.is(error) ? error.code : failureOf(error).number;
}

/** Silence is what the product counts, and the socket counts that; a reply as a whole may take as long as it likes. */
function timeoutsOf(timeoutMs: number): object {
  const ms = timeoutMs === 0 ? NEVER_MS : timeoutMs;
  return {
    connectMs: NEVER_MS,
    tlsMs: ms,
    greetingMs: NEVER_MS,
    commandMs: NEVER_MS,
    mailMs: NEVER_MS,
    rcptMs: NEVER_MS,
    dataMs: NEVER_MS,
    contentMs: NEVER_MS,
    endOfDataMs: NEVER_MS,
    quitMs: Math.min(ms, 2_000),
  };
}
