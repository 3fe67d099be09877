import { acceptOne, connect, type Socket } from "@wirepost/socket-core";
import { errorNumber, INVALID_STATE_ERROR, LOST_CONNECTION } from "../error-numbers.js";
import { IOException, RuntimeException } from "../errors.js";
import { decode, type TextEncoding } from "../language/encodings.js";
import { raise } from "../language/events.js";
import { Registry } from "../language/registry.js";
import { ReceiveBuffer } from "./receive-buffer.js";
import { SendQueue } from "./send-queue.js";
import type { SocketOptions } from "./socket-options.js";
import { checkConnectionType, chooseTls, type TlsChoice } from "./tls-choice.js";

/** A mail run has the connection; the socket asks it before it acts. */
export interface Occupant {
  readonly bytesLeftToSend: number;
  readonly securing: boolean;
  /** Ends at once. Its events end with it. */
  drop(): void;
  /** Resolves when it has ended. */
  readonly done: Promise<void>;
}

/** What stands behind every socket: its members' values, its connection, its buffers. */
export const socketStates = new Registry<SocketState>("socket");

const DEFAULT_CONNECTION_TYPE = 3;

export class SocketState {
  address = "";
  configuredPort = 0;
  networkInterface: { readonly IPAddress: string } | null = null;
  lastErrorCode = 0;
  certificateFile: { readonly NativePath: string } | null = null;
  certificatePassword = "";
  rejectionFile: { readonly NativePath: string } | null = null;
  readError = false;
  writeError = false;
  options: SocketOptions = {};
  /** A raw connection of an SMTPSecureSocket in STARTTLS mode begins in plaintext. */
  securesRawConnections: () => boolean = () => true;
  #connectionType = DEFAULT_CONNECTION_TYPE;
  #sslEnabled = false;
  #socket: Socket | undefined;
  #occupant: Occupant | undefined;
  #opening: AbortController | undefined;
  #securing = false;
  #listeningPort: number | undefined;
  #raisingError = false;
  #idle: Promise<void> = Promise.resolve();
  readonly #received = new ReceiveBuffer();
  readonly #queue: SendQueue;

  constructor(readonly owner: object) {
    this.#queue = new SendQueue(
      () => (this.#occupant === undefined ? this.#socket : undefined),
      (chunkBytes, leftBytes) => this.raise("SendProgress", chunkBytes, leftBytes),
      (aborted) => void this.raise("SendComplete", aborted),
    );
  }

  raise(event: string, ...args: readonly unknown[]): boolean {
    return raise(this.owner, event, args);
  }

  // ---- Facts -----------------------------------------------------------------------------------------------------------

  get isConnected(): boolean {
    return this.#socket !== undefined && !this.#socket.closed;
  }

  /** The port of this side while there is a connection or a listener, otherwise what was assigned. */
  get port(): number {
    return (this.isConnected ? this.#socket?.localPort : this.#listeningPort) ?? this.configuredPort;
  }

  set port(value: number) {
    this.configuredPort = value;
  }

  get localAddress(): string {
    return this.isConnected ? plainAddress(this.#socket?.localAddress) : "";
  }

  get remoteAddress(): string {
    return this.isConnected ? plainAddress(this.#socket?.remoteAddress) : "";
  }

  get bytesAvailable(): number {
    return this.#received.sizeBytes;
  }

  get bytesLeftToSend(): number {
    return this.#occupant?.bytesLeftToSend ?? this.#queue.sizeBytes;
  }

  get sslConnected(): boolean {
    return this.isConnected && this.#socket?.tls !== undefined;
  }

  get sslConnecting(): boolean {
    return this.#securing || this.#occupant?.securing === true;
  }

  get connectionType(): number {
    return this.#connectionType;
  }

  set connectionType(value: number) {
    this.#connectionType = checkConnectionType(value);
  }

  get sslEnabled(): boolean {
    return this.#sslEnabled;
  }

  /** Set on a plain connection, it begins the handshake there and then. A mail run keeps to what it began with. */
  set sslEnabled(value: boolean) {
    this.#sslEnabled = value;
    const socket = this.#socket;
    const secures = value && this.#occupant === undefined && socket !== undefined && socket.tls === undefined;
    if (secures && !this.#securing) this.#work(this.#secure(socket, this.chooseTls()));
  }

  // ---- Raw connections -------------------------------------------------------------------------------------------------

  connect(): void {
    if (this.busy) this.wrongState("Connect");
    else this.#open((signal) => this.#dial(signal));
  }

  listen(): void {
    if (this.busy) this.wrongState("Listen");
    else this.#open((signal) => this.#accept(signal));
  }

  /** A connection, a listener or a mail run is there, or on its way. */
  get busy(): boolean {
    return this.isConnected || this.#opening !== undefined || this.#occupant !== undefined;
  }

  async #dial(signal: AbortSignal): Promise<void> {
    // Files are read first: a certificate that is not there is found before anybody is called.
    const tls = this.#sslEnabled && this.securesRawConnections() ? await this.chooseTls() : undefined;
    const socket = await this.dial(signal);
    this.#adopt(socket);
    if (tls !== undefined) await this.#secure(socket, tls);
    if (this.#socket === socket) this.raise("Connected");
  }

  /** Connects to Address and Port. @throws SocketError */
  dial(signal: AbortSignal): Promise<Socket> {
    const localAddress = this.networkInterface?.IPAddress;
    return connect({
      host: this.address,
      port: this.configuredPort,
      signal,
      connectTimeoutMs: this.options.timeouts?.connectMs,
      ...(localAddress === undefined || localAddress === "" ? {} : { localAddress }),
    });
  }

  async #accept(signal: AbortSignal): Promise<void> {
    const host = this.networkInterface?.IPAddress ?? "0.0.0.0";
    const onListening = (listener: { readonly port: number | undefined }): void => {
      this.#listeningPort = listener.port;
    };
    try {
      // Before the connection comes: the caller's first octets must find the handshake ready.
      const tls = this.#sslEnabled ? await this.chooseTls() : undefined;
      const socket = await acceptOne({ host, port: this.configuredPort, signal, onListening });
      this.#adopt(socket);
      if (tls !== undefined) await this.#secure(socket, { ...tls, verify: "none" });
      if (this.#socket === socket) this.raise("Connected");
    } finally {
      this.#listeningPort = undefined;
    }
  }

  #open(how: (signal: AbortSignal) => Promise<void>): void {
    const opening = new AbortController();
    this.#opening = opening;
    this.#work(
      // Not in the turn of the call: no event comes before it has returned.
      Promise.resolve()
        .then(() => (opening.signal.aborted ? undefined : how(opening.signal)))
        .catch((error: unknown) => {
          if (opening.signal.aborted) return;
          const connected = this.#socket !== undefined;
          this.#release();
          this.#opening = undefined;
          this.fail(errorNumber(error, connected), error);
        })
        .finally(() => {
          if (this.#opening === opening) this.#opening = undefined;
        }),
    );
  }

  async #secure(socket: Socket, tls: TlsChoice | Promise<TlsChoice>): Promise<void> {
    this.#securing = true;
    try {
      // Without waiting where nothing has to be waited for, as octets may be on their way.
      await socket.startTls(tls instanceof Promise ? await tls : tls);
      this.#queue.flush();
    } catch (error) {
      // Given up by Close, or reported by whoever opens the connection.
      if (this.#socket !== socket) return;
      if (this.#opening !== undefined) throw error;
      this.#lost(socket, error);
    } finally {
      this.#securing = false;
    }
  }

  chooseTls(): Promise<TlsChoice> {
    return chooseTls({
      connectionType: this.#connectionType,
      certificateFile: this.certificateFile,
      certificatePassword: this.certificatePassword,
      rejectionFile: this.rejectionFile,
      options: this.options,
    });
  }

  #adopt(socket: Socket): void {
    this.#socket = socket;
    socket.setReceiver({
      onData: (chunk) => {
        this.#received.push(chunk);
        this.raise("DataAvailable");
      },
      onEnd: () => this.#lost(socket, undefined),
      onError: (error) => this.#lost(socket, error),
      onClose: () => this.#lost(socket, undefined),
    });
  }

  /** The other side went, or the line did. */
  #lost(socket: Socket, cause: unknown): void {
    if (this.#socket !== socket) return;
    this.#release();
    this.fail(errorNumber(cause ?? { code: "ERR_SOCKET_CLOSED" }, true), cause);
  }

  #release(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#queue.clear();
    socket?.destroy();
  }

  // ---- Mail runs -------------------------------------------------------------------------------------------------------

  /** A mail run takes the socket over. */
  occupy(occupant: Occupant): void {
    this.#occupant = occupant;
    this.#work(occupant.done);
  }

  /** The run has connected; the facts above are those of its connection. */
  showConnection(socket: Socket): void {
    this.#socket = socket;
  }

  /** The run is over, and its connection with it. */
  vacate(occupant: Occupant): void {
    if (this.#occupant !== occupant) return;
    this.#occupant = undefined;
    this.#release();
  }

  // ---- Ending ----------------------------------------------------------------------------------------------------------

  /** Ends whatever there is, at once. What was received stays. True when there was something. */
  close(): boolean {
    const something = this.busy;
    this.#opening?.abort();
    this.#opening = undefined;
    const occupant = this.#occupant;
    this.#occupant = undefined;
    occupant?.drop();
    this.#release();
    return something;
  }

  /** close() that tells by 102. Nothing to disconnect, nothing to tell. */
  disconnect(): void {
    if (this.close()) this.fail(LOST_CONNECTION, undefined);
  }

  // ---- Octets ----------------------------------------------------------------------------------------------------------

  read(countBytes: number, encoding: TextEncoding | null | undefined): string {
    this.readError = false;
    // After Close, what came before it can still be read.
    const readable = this.#received.sizeBytes > 0 || (this.isConnected && this.#occupant === undefined);
    if (!readable) {
      this.readError = true;
      this.wrongStateNow("Read");
      return "";
    }
    return decode(this.#received.take(countBytes), encoding);
  }

  readAll(encoding: TextEncoding | null | undefined): string {
    return decode(this.#received.take(this.#received.sizeBytes), encoding);
  }

  lookahead(encoding: TextEncoding | null | undefined): string {
    return decode(this.#received.peek(), encoding);
  }

  purge(): void {
    this.#received.clear();
  }

  /** @throws IOException when there is no connection of its own, besides an Error event with 106 */
  write(data: string | Uint8Array): void {
    this.writeError = !this.isConnected || this.#occupant !== undefined;
    if (this.writeError) {
      this.wrongStateNow("Write");
      throw new IOException("Write needs a connection", {
        number: INVALID_STATE_ERROR,
        code: "ERR_XOJO_SOCKET",
      });
    }
    this.#queue.push(typeof data === "string" ? Buffer.from(data, "utf8") : data.slice());
  }

  flush(): void {
    this.#queue.flush();
  }

  // ---- Errors ----------------------------------------------------------------------------------------------------------

  /** Fires Error. */
  fail(number: number, cause: unknown): void {
    this.lastErrorCode = number;
    const message = cause instanceof Error ? cause.message : (MESSAGES[number] ?? `socket error ${number}`);
    const details = { number, code: "ERR_XOJO_SOCKET", ...(cause === undefined ? {} : { cause }) } as const;
    this.#raisingError = true;
    try {
      this.raise("Error", new RuntimeException(message, details));
    } finally {
      this.#raisingError = false;
    }
  }

  /** Error 106 after the call has returned. */
  wrongState(call: string): void {
    this.lastErrorCode = INVALID_STATE_ERROR;
    queueMicrotask(() => this.#failWrongState(call));
  }

  /** Error 106 now; not from within a handler of Error, which would go on for ever. */
  wrongStateNow(call: string): void {
    this.lastErrorCode = INVALID_STATE_ERROR;
    if (!this.#raisingError) this.#failWrongState(call);
  }

  #failWrongState(call: string): void {
    this.fail(
      INVALID_STATE_ERROR,
      new RuntimeException(`${call} is not possible now`, { number: INVALID_STATE_ERROR }),
    );
  }

  // ---- Waiting ---------------------------------------------------------------------------------------------------------

  #work(work: Promise<void>): void {
    this.#idle = Promise.all([this.#idle, work.catch(() => undefined)]).then(() => undefined);
  }

  /** Resolves when nothing is under way, and nothing that its end has begun. */
  async whenIdle(): Promise<void> {
    for (;;) {
      const current = this.#idle;
      await current;
      if (this.#idle === current) return;
    }
  }
}

const MESSAGES: Readonly<Record<number, string>> = {
  [LOST_CONNECTION]: "the connection is closed",
};

/** An IPv4 address that came by an IPv6 socket, as people write it. */
function plainAddress(address: string | undefined): string {
  return address?.startsWith("::ffff:") ? address.slice("::ffff:".length) : (address ?? "");
}
