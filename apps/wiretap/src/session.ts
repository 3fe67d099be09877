import type { Socket } from "@wirepost/socket-core";
import type { Identity } from "./authority.js";
import { Conversation } from "./conversation.js";
import type { EntryKind } from "./entry.js";
import { codeOf } from "./errors.js";
import { openServer, securedText } from "./open-server.js";
import type { ResolvedOptions } from "./options.js";

/** Octets of the client kept while the server has not said what they are; beyond it the client waits. */
const MAX_HELD_BYTES = 65_536;

/** The two connections of one conversation: moves the octets, ends TLS, and makes the faster side wait for the slower. */
export class Session {
  readonly #client: Socket;
  readonly #options: ResolvedOptions;
  readonly #identity: Identity | undefined;
  readonly #conversation: Conversation;
  readonly #onEntry: (kind: EntryKind, text: string) => void;
  readonly #setup = new AbortController();
  #server: Socket | undefined;
  /** The server does not take more just now; the client does not. */
  #serverFull = false;
  #clientFull = false;
  #clientStopped = false;
  #serverStopped = false;
  /** A handshake is under way with the client: nothing may be written. */
  #securing = false;
  #serverEnded = false;
  #over = false;
  #onOver: () => void = () => {};

  /** @param identity needed unless TLS with clients is `none` */
  constructor(
    client: Socket,
    options: ResolvedOptions,
    identity: Identity | undefined,
    onEntry: (kind: EntryKind, text: string) => void,
  ) {
    this.#client = client;
    this.#options = options;
    this.#identity = identity;
    this.#onEntry = onEntry;
    const { lmtp, content, tls } = options;
    this.#conversation = new Conversation(
      { lmtp, content, secure: tls === "implicit", startTls: tls === "starttls" },
      onEntry,
    );
  }

  /** Resolves when both connections are closed. Never rejects. */
  async run(): Promise<void> {
    const over = new Promise<void>((resolve) => {
      this.#onOver = resolve;
    });
    if (this.#options.tls === "implicit" && !(await this.#secureClient())) return;
    this.#listenToClient();
    await this.#openServer();
    await over;
  }

  /** Closes both connections at once. */
  destroy(): void {
    this.#setup.abort();
    this.#client.destroy();
    this.#server?.destroy();
  }

  async #openServer(): Promise<void> {
    const { server, lmtp, idleTimeoutMs, setupTimeoutMs } = this.#options;
    const timer = setTimeout(() => this.#setup.abort(), setupTimeoutMs);
    try {
      const { signal } = this.#setup;
      const opened = await openServer({ server, lmtp, idleTimeoutMs, signal }, this.#onEntry);
      this.#server = opened.socket;
      if (this.#client.closed) {
        opened.socket.destroy();
        return;
      }
      if (opened.greeting.length > 0) this.#conversation.serverData(opened.greeting);
      if (opened.refused) this.#endWithout(opened.socket);
      else this.#listenToServer(opened.socket);
    } catch (error) {
      this.#onEntry("event", `server not reached: ${codeOf(error)}`);
      if (this.#client.closed) return;
      this.#conversation.refuse(`The server cannot be reached: ${codeOf(error)}`);
      this.#endWithout(undefined);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The conversation ends before it begins: the client hears why. */
  #endWithout(server: Socket | undefined): void {
    server?.destroy();
    this.#writeClient();
    void this.#client.close();
  }

  #listenToClient(): void {
    this.#client.setReceiver({
      onData: (chunk) => {
        this.#conversation.clientData(chunk);
        this.#move();
      },
      onEnd: () => {
        this.#onEntry("event", "client ended");
        this.#conversation.clientEnded();
        this.#move();
      },
      onDrain: () => {
        this.#clientFull = false;
        this.#move();
      },
      onError: (error) => {
        this.#onEntry("event", `client failed: ${error.code}`);
        // Not an orderly end: the server must not take half a message for the whole.
        this.#server?.reset();
      },
      onClose: () => {
        this.#setup.abort();
        // Nobody is left to hear what the server still has to say.
        void this.#server?.close();
        this.#checkOver();
      },
    });
  }

  #listenToServer(server: Socket): void {
    server.setReceiver({
      onData: (chunk) => {
        this.#conversation.serverData(chunk);
        this.#move();
      },
      onEnd: () => {
        this.#onEntry("event", "server ended");
        this.#serverEnded = true;
        this.#conversation.serverEnded();
        this.#move();
      },
      onDrain: () => {
        this.#serverFull = false;
        this.#move();
      },
      onError: (error) => {
        this.#onEntry("event", `server failed: ${error.code}`);
        this.#client.reset();
      },
      onClose: () => {
        void this.#client.close();
        this.#checkOver();
      },
    });
    this.#move();
  }

  /** Writes what may go on, passes ends on, begins TLS when it is due, and stops or wakes the readers. */
  #move(): void {
    const conversation = this.#conversation;
    if (conversation.failure !== undefined) {
      this.destroy();
      return;
    }
    this.#writeServer();
    this.#writeClient();
    if (conversation.startTlsDue && !this.#securing) void this.#secureClient();
    if (conversation.clientDone) this.#server?.end();
    if (this.#serverEnded && !this.#securing) this.#client.end();
    this.#stopOrGo();
  }

  #writeServer(): void {
    const { toServer } = this.#conversation;
    if (this.#server === undefined || toServer.length === 0) return;
    if (!writeAll(this.#server, toServer.splice(0))) this.#serverFull = true;
  }

  #writeClient(): void {
    const { toClient } = this.#conversation;
    if (this.#securing || toClient.length === 0) return;
    if (!writeAll(this.#client, toClient.splice(0))) this.#clientFull = true;
  }

  #stopOrGo(): void {
    const stopClient = this.#serverFull || this.#conversation.heldBytes > MAX_HELD_BYTES;
    if (stopClient !== this.#clientStopped) {
      this.#clientStopped = stopClient;
      if (stopClient) this.#client.pause();
      else this.#client.resume();
    }
    const stopServer = this.#clientFull || this.#securing;
    if (stopServer !== this.#serverStopped) {
      this.#serverStopped = stopServer;
      if (stopServer) this.#server?.pause();
      else this.#server?.resume();
    }
  }

  /** False when the client would not have it; the conversation is over then. */
  async #secureClient(): Promise<boolean> {
    const { certificate, key } = this.#identity!;
    this.#securing = true;
    try {
      // The 220 must have left, or it would meet the handshake; mostly it has.
      while (this.#client.bytesLeftToSend > 0 && !this.#client.closed) {
        await new Promise<void>((resolve) => this.#client.write(new Uint8Array(), resolve));
      }
      const { signal } = this.#setup;
      const handshakeTimeoutMs = this.#options.setupTimeoutMs;
      const info = await this.#client.startTls({ certificate, key, signal, handshakeTimeoutMs });
      this.#onEntry("event", securedText("client", info));
    } catch (error) {
      this.#onEntry("event", `client not secured: ${codeOf(error)}`);
      this.destroy();
      return false;
    }
    this.#securing = false;
    this.#clientFull = false;
    if (this.#conversation.startTlsDue) this.#conversation.clientTlsStarted();
    this.#move();
    return true;
  }

  #checkOver(): void {
    if (this.#over || !this.#client.closed || this.#server?.closed === false) return;
    this.#over = true;
    this.#conversation.over();
    this.#onOver();
  }
}

/** One write for the system, however many pieces. False: stop until `onDrain`. */
function writeAll(socket: Socket, pieces: readonly Uint8Array[]): boolean {
  if (pieces.length === 1) return socket.write(pieces[0]!);
  let welcome = true;
  socket.cork();
  for (const piece of pieces) welcome = socket.write(piece);
  socket.uncork();
  return welcome;
}
