// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import type { RuntimeException } from "../errors.js";
import { integer, object, text } from "../language/coerce.js";
import type { TextEncoding } from "../language/encodings.js";
import { defineEvents, unheard } from "../language/events.js";
import { guardSpelling } from "../language/spelling.js";
import { SocketState, socketStates } from "../sockets/socket-state.js";

/** A TCP connection, the base of all sockets here. Nothing blocks: results come by events. */
export class TCPSocket {
  /** ErrorNumber: no error. */
  static readonly NoError = 0;
  /** ErrorNumber: the network, or a certificate file, could not be opened. */
  static readonly OpenDriverError = 100;
  /** ErrorNumber: the connection was lost or closed. */
  static readonly LostConnection = 102;
  /** ErrorNumber: the name has no address. */
  static readonly NameResolutionError = 103;
  /** ErrorNumber: the address is in use. */
  static readonly AddressInUseError = 105;
  /** ErrorNumber: the wrong state for the call. */
  static readonly InvalidStateError = 106;
  /** ErrorNumber: a port that is not valid, or not allowed. */
  static readonly InvalidPortError = 107;
  /** ErrorNumber: out of memory. */
  static readonly OutOfMemoryError = 108;
  /** The names of the events. */
  static readonly Events: readonly string[] = [
    "Connected",
    "DataAvailable",
    "Error",
    "SendProgress",
    "SendComplete",
  ];

  static {
    guardSpelling(TCPSocket);
  }

  constructor() {
    socketStates.attach(this, new SocketState(this));
    defineEvents(this, ["Connected", "DataAvailable", "Error", "SendProgress", "SendComplete"]);
    // A misspelt member of ours must not become a new one; a subclass has members of its own.
    if (new.target === TCPSocket) Object.preventExtensions(this);
  }

  /** The host name or IP address to connect to. */
  get Address(): string {
    return socketStates.of(this).address;
  }
  set Address(value: string) {
    socketStates.of(this).address = text("Address", value);
  }

  /**
   * The port to connect to or to listen on. While there is a connection it reads this side's port. After the
   * connection it reads what was assigned again.
   */
  get Port(): number {
    return socketStates.of(this).port;
  }
  set Port(value: number) {
    socketStates.of(this).port = integer("Port", value);
  }

  /** The interface to connect from or to listen on; null leaves it to the system. */
  get NetworkInterface(): { readonly IPAddress: string } | null {
    return socketStates.of(this).networkInterface;
  }
  set NetworkInterface(value: { readonly IPAddress: string } | null) {
    socketStates.of(this).networkInterface = object("NetworkInterface", value);
  }

  /**
   * Always -1, Xojo's own word for "not available". Node does not show descriptors; Declares have no meaning
   * here.
   */
  get Handle(): number {
    return -1;
  }

  /** True while there is a connection. */
  get IsConnected(): boolean {
    return socketStates.of(this).isConnected;
  }

  /** The number of the last error; Close keeps it. */
  get LastErrorCode(): number {
    return socketStates.of(this).lastErrorCode;
  }

  /**
   * The IP address of this side while there is a connection, otherwise empty. Without a connection use
   * System.GetNetworkInterface(0).IPAddress.
   */
  get LocalAddress(): string {
    return socketStates.of(this).localAddress;
  }

  /** The IP address of the other side while there is a connection, otherwise empty. */
  get RemoteAddress(): string {
    return socketStates.of(this).remoteAddress;
  }

  /** Octets that came and were not read. */
  get BytesAvailable(): number {
    return socketStates.of(this).bytesAvailable;
  }

  /** Octets that still have to leave. */
  get BytesLeftToSend(): number {
    return socketStates.of(this).bytesLeftToSend;
  }

  /** Begins to connect. Connected or Error tells how it went. */
  Connect(): void {
    socketStates.of(this).connect();
  }

  /**
   * Waits for one connection on Port and takes it; Connected tells. Port 0 lets the system choose; Port reads
   * the choice after an `await socket.Poll()`.
   */
  Listen(): void {
    socketStates.of(this).listen();
  }

  /** Closes at once, without an event. Port, Address, LastErrorCode and what was received stay. */
  Close(): void {
    socketStates.of(this).close();
  }

  /** Closes at once and fires Error with 102, before it returns. */
  Disconnect(): void {
    socketStates.of(this).disconnect();
  }

  /**
   * Lets the event loop turn once: `await socket.Poll()`. The loop serves all sockets by itself; without
   * await it does nothing.
   */
  Poll(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Forgets what was received and not read. */
  Purge(): void {
    socketStates.of(this).purge();
  }

  /**
   * Takes at most so many octets off what was received. Without an encoding each octet is one character.
   */
  Read(Bytes: number, Encoding?: TextEncoding | null | undefined): string {
    return socketStates.of(this).read(integer("Bytes", Bytes), Encoding);
  }

  /** Takes all that was received. Without an encoding each octet is one character. */
  ReadAll(Encoding?: TextEncoding | null | undefined): string {
    return socketStates.of(this).readAll(Encoding);
  }

  /** Shows what was received and leaves it there. Without an encoding each octet is one character. */
  Lookahead(Encoding?: TextEncoding | null | undefined): string {
    return socketStates.of(this).lookahead(Encoding);
  }

  /** True when the last Read was not possible. */
  ReadError(): boolean {
    return socketStates.of(this).readError;
  }

  /** True when the last Write was not possible. */
  WriteError(): boolean {
    return socketStates.of(this).writeError;
  }

  /** True when nothing is left to read. */
  EndOfFile(): boolean {
    return socketStates.of(this).bytesAvailable === 0;
  }
  /** The spelling of API 1 of EndOfFile. */
  EOF(): boolean {
    return this.EndOfFile();
  }

  /**
   * Queues text, in UTF-8, or octets. A JavaScript string has no octets of its own: text leaves in UTF-8.
   *
   * @throws IOException without a connection
   */
  Write(Data: string | Uint8Array): void {
    socketStates.of(this).write(Data);
  }

  /** Hands what Write queued to the system now; by itself it goes at the end of the turn. */
  Flush(): void {
    socketStates.of(this).flush();
  }

  /** Event. A connection of Connect or Listen stands, TLS included. */
  Connected(this: this): void {
    unheard();
  }

  /** Event. More octets were received. Not for what a mail server says during SendMail. */
  DataAvailable(this: this): void {
    unheard();
  }

  /** Event. Something went wrong, or the connection ended: `e.ErrorNumber` says what. */
  Error(this: this, e: RuntimeException): void {
    unheard(e);
  }

  /**
   * Event. A chunk of BytesSent octets is about to leave, BytesLeft come behind it; with 0 and 0 when all has
   * left. Returning true drops what has not left. A mail dropped so can never be completed: the connection is
   * closed before the next run.
   */
  SendProgress(this: this, BytesSent: number, BytesLeft: number): boolean | void {
    unheard(BytesSent, BytesLeft);
  }

  /** Event. All that was queued has left, or (true) SendProgress dropped it. */
  SendComplete(this: this, UserAborted: boolean): void {
    unheard(UserAborted);
  }
}
