import type { Socket as NetSocket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { SocketErrorCode } from "./error-table.js";
import { fromNodeError, SocketError } from "./errors.js";
import { Inbox, type SocketReceiver } from "./inbox.js";
import { lentReadsOf } from "./lent-reads.js";
import { checkMs } from "./options.js";
import { RateLimiter } from "./rate-limiter.js";
import { adoptedTlsInfo } from "./tls/adopted.js";
import { tlsFailure } from "./tls/failures.js";
import { beginHandshake, type Handshake } from "./tls/handshake.js";
import type { TlsInfo } from "./tls/tls-info.js";
import type { TlsOptions } from "./tls/tls-options.js";
import { type TlsSettings, tlsSettings } from "./tls/tls-settings.js";

/** What a socket is told when it is made. */
export interface SocketSettings {
  /** The name that the caller connected to: for SNI, for the certificate check and for error texts. */
  readonly host?: string | undefined;
  /** `host:port` or a path, for error texts. */
  readonly target?: string | undefined;
  /** Which side of TLS `startTls` takes. Default `client`. */
  readonly role?: "client" | "server" | undefined;
  /** The stream is a tunnel: TLS that it has is TLS with the proxy, not with the host. */
  readonly proxied?: boolean | undefined;
  /** Ends the connection when no octet came or went for so long. Default 0: never. */
  readonly idleTimeoutMs?: number | undefined;
  /** Ends the connection after this time, busy or not. Default 0: never. */
  readonly totalTimeoutMs?: number | undefined;
  /** How long `close()` waits for the octets to leave and the peer to close. Default 2,000. */
  readonly closeTimeoutMs?: number | undefined;
  /** Most octets a second, in each direction. Default 0: no limit. */
  readonly maxBytesPerSecond?: number | undefined;
}

/**
 * A connected socket, plain or TLS. Made by {@link connect} and {@link listen}.
 *
 * Octets are pushed to one receiver, in the turn in which they arrive, or pulled with `read()`; never both.
 */
export class Socket {
  /** What was connected: TCP, a path, or a stream of the caller. */
  readonly #raw: Duplex;
  /** What octets pass through: `#raw`, or the TLS stream on it. */
  #stream: Duplex;
  readonly #inbox: Inbox;
  #closed = false;
  #destroyed = false;
  #writable = true;
  #handshaking = false;
  #error: SocketError | undefined;
  #tls: TlsInfo | undefined;
  #written = 0;
  #waiters: (() => void)[] = [];
  #totalTimer: NodeJS.Timeout | undefined;
  #limiter: RateLimiter | undefined;
  #idleTimeoutMs: number;
  readonly #closeTimeoutMs: number;
  readonly #role: "client" | "server";

  /** The name that the caller connected to. */
  readonly host: string | undefined;
  /** `host:port` or a path, for texts. */
  readonly target: string | undefined;

  constructor(stream: Duplex, settings: SocketSettings = {}) {
    this.#raw = stream;
    this.#stream = stream;
    this.host = settings.host;
    this.target = settings.target;
    this.#role = settings.role ?? "client";
    this.#closeTimeoutMs = checkMs("closeTimeoutMs", settings.closeTimeoutMs, 2000);
    this.#idleTimeoutMs = checkMs("idleTimeoutMs", settings.idleTimeoutMs, 0);
    const totalTimeoutMs = checkMs("totalTimeoutMs", settings.totalTimeoutMs, 0);
    if (stream instanceof TLSSocket && settings.proxied !== true) this.#tls = adoptedTlsInfo(stream);
    if (totalTimeoutMs > 0) {
      this.#totalTimer = setTimeout(
        () => this.#fail(this.#newError("ERR_SOCKET_TOTAL_TIMEOUT")),
        totalTimeoutMs,
      );
    }
    this.#inbox = new Inbox({
      resume: () => {
        if (this.#limiter?.holdsReceiving !== true) this.#stream.resume();
      },
      pause: () => this.#stream.pause(),
      target: this.target,
    });
    this.#raw.on("error", this.#onStreamError);
    this.#raw.once("close", this.#onRawClose);
    this.#attach(stream);
    if (settings.maxBytesPerSecond !== undefined) this.setMaxBytesPerSecond(settings.maxBytesPerSecond);
    lentReadsOf(stream)?.deliverTo(this.#onLent);
  }

  // ---- Receiving -----------------------------------------------------------------------------------------------

  /**
   * Names the receiver; null takes it away. Octets, the end and errors that came before are kept and delivered,
   * in a microtask.
   *
   * @throws SocketError ERR_SOCKET_WRONG_STATE while a `read()` waits
   */
  setReceiver(receiver: SocketReceiver | null): void {
    this.#inbox.setReceiver(receiver);
  }

  /**
   * The next octets; null after the end. For code that is not in a hurry: each call costs a promise.
   *
   * @throws SocketError what ended the connection, or ERR_SOCKET_WRONG_STATE when a receiver is set or a read waits
   */
  read(): Promise<Uint8Array | null> {
    return this.#inbox.read();
  }

  /** Stops delivery; the peer is made to wait once the system's buffers are full. */
  pause(): void {
    this.#inbox.pause();
  }

  /** Lets octets pass again after {@link Socket.pause}. */
  resume(): void {
    this.#inbox.resume();
  }

  // ---- Sending -------------------------------------------------------------------------------------------------

  /**
   * Hands octets to the system. They are not copied: do not change them before `done` was called.
   *
   * @param done called once when the octets left or never will
   * @returns false above the high-water mark (wait for `onDrain`), and always when the socket takes nothing more
   * @throws SocketError ERR_SOCKET_WRONG_STATE during a TLS handshake: nothing may travel in between
   */
  write(octets: Uint8Array, done?: () => void): boolean {
    if (!this.#writable) return this.#refuseWrite(done);
    this.#written += octets.length;
    if (this.#limiter !== undefined) return this.#limiter.write(octets, done);
    return this.#stream.write(octets, done);
  }

  #refuseWrite(done: (() => void) | undefined): boolean {
    if (this.#handshaking) throw this.#newError("ERR_SOCKET_WRONG_STATE", "a TLS handshake is under way");
    // The receiver has been told of the end of the connection, or is about to be.
    if (done !== undefined) queueMicrotask(done);
    return false;
  }

  /** Gathers the writes until `uncork()` into one system call. */
  cork(): void {
    this.#stream.cork();
  }

  /** Sends what was written since {@link Socket.cork}. */
  uncork(): void {
    this.#stream.uncork();
  }

  /** Sends what is waiting, then says that nothing more comes. The peer may still send. */
  end(): void {
    if (!this.#writable) return;
    this.#writable = false;
    if (this.#limiter !== undefined) this.#limiter.end(() => this.#stream.end());
    else this.#stream.end();
  }

  // ---- TLS -----------------------------------------------------------------------------------------------------

  /**
   * Turns the connection into a TLS connection. Attached in the calling turn.
   *
   * @throws SocketError ERR_SOCKET_TLS_LEFTOVER when octets wait unread (the connection is then destroyed: they were
   *   written by someone who was not authenticated), ERR_SOCKET_TLS_… and ERR_SOCKET_CERTIFICATE_… from the handshake,
   *   ERR_SOCKET_TLS_TIMEOUT, ERR_SOCKET_ABORTED, ERR_SOCKET_WRONG_STATE
   */
  async startTls(options: TlsOptions = {}): Promise<TlsInfo> {
    const settings = tlsSettings(options, this.host);
    if (this.#role === "client" && settings.fullVerify && settings.hostNames.includes("")) {
      throw new SocketError("ERR_SOCKET_BAD_OPTION", {
        detail: "no host name to verify: give host, servername or hostNames",
      });
    }
    if (this.#error !== undefined) throw this.#error;
    if (!this.#writable || this.ended || this.#closed || this.#handshaking)
      throw this.#newError("ERR_SOCKET_WRONG_STATE");
    if (this.#tls !== undefined)
      throw this.#newError("ERR_SOCKET_WRONG_STATE", "the connection has TLS already");
    if (this.#inbox.reading) throw this.#newError("ERR_SOCKET_WRONG_STATE", "a read() is waiting");
    if (options.signal?.aborted) throw this.#newError("ERR_SOCKET_ABORTED", undefined, options.signal.reason);
    if (this.bytesLeftToSend > 0) {
      // They would leave between the STARTTLS exchange and the ClientHello, in the clear.
      throw this.#newError("ERR_SOCKET_WRONG_STATE", "octets wait to be sent");
    }
    if (this.bytesAvailable > 0) {
      const leftover = this.#newError("ERR_SOCKET_TLS_LEFTOVER");
      this.#inbox.discard();
      this.#fail(leftover);
      throw leftover;
    }
    const raw = this.#stream;
    this.#detach(raw);
    const handshake = this.#beginHandshake(raw, settings);
    this.#handshaking = true;
    this.#writable = false;
    this.#inbox.block();
    this.#stream = handshake.stream;
    handshake.stream.on("error", this.#onStreamError);
    handshake.stream.once("close", this.#onStreamClose);
    try {
      const info = await handshake.done;
      if (this.#error !== undefined) throw this.#error;
      if (this.#closed) throw this.#newError("ERR_SOCKET_TLS_CLOSED");
      this.#handshaking = false;
      this.#writable = true;
      this.#tls = info;
      this.#attach(handshake.stream);
      this.#inbox.unblock();
      return info;
    } catch (error) {
      this.#handshaking = false;
      const failure = this.#error ?? tlsFailure(error, true, { phase: "tls", target: this.target });
      this.#fail(failure);
      throw failure;
    }
  }

  #beginHandshake(raw: Duplex, settings: TlsSettings): Handshake {
    try {
      return beginHandshake(raw, settings, this.#role, this.target);
    } catch (error) {
      // The plain stream may be half taken over: nothing may travel on it any more.
      this.#fail(tlsFailure(error, true, { phase: "tls", target: this.target }));
      throw this.#error;
    }
  }

  /** What was negotiated; undefined on a plain connection. */
  get tls(): TlsInfo | undefined {
    return this.#tls;
  }

  // ---- Ending --------------------------------------------------------------------------------------------------

  /** Closes at once; what waits is lost. Never throws; every promise of this socket settles. */
  destroy(error?: unknown): void {
    if (error !== undefined) {
      this.#fail(fromNodeError(error, { target: this.target }));
      return;
    }
    this.#writable = false;
    this.#destroyStreams();
  }

  /** Closes at once with a TCP reset, so that the peer cannot take it for a proper end. */
  reset(): void {
    this.#writable = false;
    const raw = this.#raw as Partial<NetSocket>;
    this.#destroyed = true;
    try {
      // Node refuses this on a TLS stream; the socket below is the one that has a connection to reset.
      if (typeof raw.resetAndDestroy === "function" && !(this.#raw instanceof TLSSocket))
        raw.resetAndDestroy();
    } catch {
      // Closed already, or not TCP: destroying is all that is left.
    }
    this.#destroyStreams();
  }

  /**
   * Sends what is waiting, closes, and waits until the peer has closed too, at most `closeTimeoutMs`. Octets that
   * still arrive go to the receiver, or are dropped when there is none.
   */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#closed) {
        resolve();
        return;
      }
      const wait = this.#closeTimeoutMs;
      const timer = wait === 0 ? undefined : setTimeout(() => this.#destroyStreams(), wait);
      this.#waiters.push(() => {
        clearTimeout(timer);
        resolve();
      });
      if (this.#handshaking || this.#error !== undefined) {
        this.#destroyStreams();
        return;
      }
      this.end();
      if (this.#inbox.receiver === null) {
        this.#inbox.discard();
        if (!this.#inbox.reading) this.#inbox.setReceiver(DROP);
      }
      this.resume();
    });
  }

  /** The same as {@link Socket.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ---- Facts and settings --------------------------------------------------------------------------------------

  /** Undefined for a path, and once closed. */
  get localAddress(): string | undefined {
    return (this.#raw as Partial<NetSocket>).localAddress;
  }

  /** Undefined for a path, and once closed. */
  get localPort(): number | undefined {
    return (this.#raw as Partial<NetSocket>).localPort;
  }

  /** Undefined for a path, and once closed. Behind a proxy: the proxy's. */
  get remoteAddress(): string | undefined {
    return (this.#raw as Partial<NetSocket>).remoteAddress;
  }

  /** Undefined for a path, and once closed. */
  get remotePort(): number | undefined {
    return (this.#raw as Partial<NetSocket>).remotePort;
  }

  /** Octets of the application given to the system, without the overhead of TLS. */
  get bytesSent(): number {
    return this.#written - this.bytesLeftToSend;
  }

  /** Octets of the application that arrived. */
  get bytesReceived(): number {
    return this.#inbox.receivedBytes + this.#stream.readableLength;
  }

  /** Octets written and not yet taken by the system. */
  get bytesLeftToSend(): number {
    return this.#stream.writableLength + (this.#limiter?.waitingBytes ?? 0);
  }

  /** Octets that arrived and were not read. */
  get bytesAvailable(): number {
    return this.#inbox.unreadBytes + this.#stream.readableLength;
  }

  /** True once nothing can be sent or received any more. */
  get closed(): boolean {
    return this.#closed;
  }

  /** True once the peer has said that it sends nothing more. */
  get ended(): boolean {
    return this.#inbox.ended;
  }

  /** True while `write()` takes octets. */
  get writable(): boolean {
    return this.#writable;
  }

  /** What ended the connection, if an error did. */
  get error(): SocketError | undefined {
    return this.#error;
  }

  /** Ends the connection with ERR_SOCKET_IDLE_TIMEOUT when nothing comes or goes for so long; 0 for never. */
  setIdleTimeoutMs(idleTimeoutMs: number): void {
    this.#idleTimeoutMs = checkMs("idleTimeoutMs", idleTimeoutMs, 0);
    if (!this.#handshaking) (this.#stream as Partial<NetSocket>).setTimeout?.(this.#idleTimeoutMs);
  }

  /** Sends small writes at once (the default), or gathers them (Nagle's algorithm). */
  setNoDelay(noDelay: boolean): void {
    (this.#raw as Partial<NetSocket>).setNoDelay?.(noDelay);
  }

  /**
   * Probes a silent connection, so that a peer that vanished is noticed.
   *
   * @param initialDelayMs silence before the first probe; undefined switches keep-alive off
   */
  setKeepAlive(initialDelayMs: number | undefined): void {
    (this.#raw as Partial<NetSocket>).setKeepAlive?.(initialDelayMs !== undefined, initialDelayMs ?? 0);
  }

  /** Lets the process end although the connection is open (false), or not (true, the default). */
  setKeepsProcess(keeps: boolean): void {
    const raw = this.#raw as Partial<NetSocket>;
    if (keeps) raw.ref?.();
    else raw.unref?.();
  }

  /** Most octets a second, in each direction; 0 for no limit. */
  setMaxBytesPerSecond(maxBytesPerSecond: number): void {
    if (!Number.isFinite(maxBytesPerSecond) || maxBytesPerSecond < 0) {
      throw new SocketError("ERR_SOCKET_BAD_OPTION", { detail: "maxBytesPerSecond must be 0 or more" });
    }
    if (this.#limiter !== undefined) {
      this.#limiter.setRate(maxBytesPerSecond);
    } else if (maxBytesPerSecond > 0) {
      this.#limiter = new RateLimiter(maxBytesPerSecond, {
        write: (octets, done) => this.#stream.write(octets, done),
        pause: () => this.#stream.pause(),
        resume: () => this.#inbox.flow(),
        drained: () => this.#inbox.receiver?.onDrain?.(),
      });
      this.#stream.on("data", this.#onLimitedData);
    }
  }

  // ---- Inside --------------------------------------------------------------------------------------------------

  #attach(stream: Duplex): void {
    stream.on("data", this.#inbox.onData);
    if (this.#limiter !== undefined) stream.on("data", this.#onLimitedData);
    stream.on("end", this.#onEnd);
    stream.on("drain", this.#onDrain);
    if (typeof (stream as Partial<NetSocket>).setTimeout === "function") {
      stream.on("timeout", this.#onTimeout);
      if (this.#idleTimeoutMs > 0) (stream as NetSocket).setTimeout(this.#idleTimeoutMs);
    }
    if (this.#inbox.paused) stream.pause();
    else stream.resume(); // a tunnel, or a stream of the caller, may arrive paused
  }

  #detach(stream: Duplex): void {
    stream.removeListener("data", this.#inbox.onData);
    stream.removeListener("data", this.#onLimitedData);
    stream.removeListener("end", this.#onEnd);
    stream.removeListener("drain", this.#onDrain);
    stream.removeListener("timeout", this.#onTimeout);
    (stream as Partial<NetSocket>).setTimeout?.(0);
  }

  readonly #onLent = (octets: Uint8Array): void => {
    // Over TLS it is TLS that reads; nothing in clear may come in beside it.
    if (this.#stream !== this.#raw) return;
    this.#limiter?.received(octets.length);
    this.#inbox.onLent(octets);
  };

  readonly #onLimitedData = (chunk: Uint8Array): void => this.#limiter?.received(chunk.length);

  readonly #onEnd = (): void => {
    // Without allowHalfOpen Node answers the peer's end with ours.
    if (!this.#stream.allowHalfOpen) this.#writable = false;
    this.#inbox.end();
  };

  readonly #onDrain = (): void => {
    if (this.#limiter === undefined) this.#inbox.receiver?.onDrain?.();
    else this.#limiter.sinkDrained();
  };

  readonly #onTimeout = (): void => this.#fail(this.#newError("ERR_SOCKET_IDLE_TIMEOUT"));

  readonly #onStreamError = (error: unknown): void => {
    // During a handshake the handshake reports, with more knowledge of what went wrong.
    if (this.#handshaking) return;
    const details = { target: this.target };
    this.#fail(this.#tls === undefined ? fromNodeError(error, details) : tlsFailure(error, false, details));
  };

  /** The TLS stream is gone: so is the connection. */
  readonly #onStreamClose = (): void => {
    if (!this.#handshaking) this.#raw.destroy();
  };

  readonly #onRawClose = (): void => {
    this.#closed = true;
    this.#writable = false;
    clearTimeout(this.#totalTimer);
    this.#limiter?.stop();
    if (this.#stream !== this.#raw) this.#stream.destroy();
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter();
    this.#inbox.close();
  };

  /** The first error counts; later ones are consequences of it or of our own destroy(), dropped on purpose. */
  #fail(error: SocketError): void {
    if (this.#error !== undefined || this.#closed || this.#destroyed) {
      this.#destroyStreams();
      return;
    }
    this.#error = error;
    this.#writable = false;
    this.#destroyStreams();
    this.#inbox.fail(error);
  }

  #destroyStreams(): void {
    this.#destroyed = true;
    this.#limiter?.stop();
    if (this.#stream !== this.#raw) this.#stream.destroy();
    this.#raw.destroy();
  }

  #newError(code: SocketErrorCode, detail?: string, cause?: unknown): SocketError {
    return new SocketError(code, { detail, cause, target: this.target });
  }
}

const DROP: SocketReceiver = { onData() {}, onEnd() {}, onError() {} };
