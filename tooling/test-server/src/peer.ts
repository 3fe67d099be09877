// One accepted connection, as a script drives it: reads with expectations, writes of any shape, cuts, TLS.
import type { Socket } from "node:net";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { TLSSocket, type TLSSocketOptions } from "node:tls";
import { Inbox } from "./inbox.js";
import { join, type Octets, show, toOctets } from "./octets.js";

/** Octets that arrived together. */
export interface Segment {
  readonly octets: Uint8Array;
  /** Came through TLS (these are the decrypted octets). */
  readonly tls: boolean;
  /** Milliseconds since the connection was accepted. */
  readonly atMs: number;
}

/** How a connection ended, seen from the server. */
export type Ending = "client-end" | "client-reset" | "server";

/** A transcript and what happened differ. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";
}

export interface PieceOptions {
  /** Pause between two pieces; default 0 (one turn of the event loop, so that each piece is its own segment). */
  gapMs?: number | undefined;
}

/** What `startTls` takes: a TestIdentity's `certificate` and `key`, and anything Node's TLSSocket knows. */
export interface ServerTlsOptions extends Omit<TLSSocketOptions, "isServer" | "server" | "cert"> {
  certificate: string;
  key: string;
}

interface Waiter {
  ready(): boolean;
  resolve(): void;
  reject(error: Error): void;
}

/** The server's end of one connection. Everything received is recorded, per segment. */
export class ServerPeer {
  /** 0 for the first connection that the server accepted. */
  readonly index: number;
  readonly segments: Segment[] = [];
  /** Resolves once the connection is gone, however it ended. */
  readonly closed: Promise<Ending>;
  readonly #raw: Socket;
  #socket: Socket;
  readonly #inbox = new Inbox();
  #ended = false;
  #ending: Ending | undefined;
  #localCut = false;
  #waiter: Waiter | undefined;
  readonly #acceptedAt = performance.now();

  constructor(socket: Socket, index: number) {
    this.index = index;
    this.#raw = socket;
    this.#socket = socket;
    socket.setNoDelay(true);
    this.closed = new Promise((resolve) => {
      socket.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "ECONNRESET" || error.code === "EPIPE") this.#ending ??= "client-reset";
      });
      socket.on("close", () => {
        this.#ending ??= this.#localCut || !this.#ended ? "server" : "client-end";
        this.#ended = true;
        this.#wake();
        resolve(this.#ending);
      });
    });
    this.#listen(socket);
  }

  /** Everything received so far (decrypted), as octets. */
  get received(): Uint8Array {
    return join(this.segments.map((segment) => segment.octets));
  }

  /** Everything received so far (decrypted), one character per octet. */
  get receivedText(): string {
    return Buffer.from(this.received).toString("latin1");
  }

  /** How many octets arrived that the script has not read yet. */
  get unreadBytes(): number {
    return this.#inbox.bytes;
  }

  /** The client will send nothing more: it ended, was reset, or we cut. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The TLS socket once `startTls` succeeded. */
  get tls(): TLSSocket | undefined {
    return this.#socket instanceof TLSSocket ? this.#socket : undefined;
  }

  // --- reading ---------------------------------------------------------------------------------------------------

  /** The next `count` octets; throws ScriptError when the client ends before. */
  async read(count: number): Promise<Uint8Array> {
    await this.#until(() => this.#inbox.bytes >= count, `${count} octets`);
    return this.#inbox.take(count);
  }

  /** One line as text (latin1) without its line end; only LF ends a line, a CR before it is removed. */
  async line(): Promise<string> {
    const octets = await this.until("\n");
    return Buffer.from(octets)
      .toString("latin1")
      .replace(/\r?\n$/, "");
  }

  /** Everything up to and with `mark`, for instance `"\r\n.\r\n"`. */
  async until(mark: Octets): Promise<Uint8Array> {
    const wanted = Buffer.from(toOctets(mark));
    let searched = 0;
    let found = -1;
    await this.#until(() => {
      const unread = this.#inbox.peek();
      found = unread.indexOf(wanted, Math.max(0, searched - wanted.length));
      searched = unread.length;
      return found >= 0;
    }, show(mark));
    return this.#inbox.take(found + wanted.length);
  }

  /** Everything up to and with the end of data, as it is on the wire. A lone dot may come at once (RFC 5321 section 4.1.1.4). */
  async content(): Promise<Uint8Array> {
    await this.#until(() => this.#inbox.bytes >= 3, "content");
    // The CRLF before that dot is the one that ended the DATA line.
    if (this.#inbox.peek().subarray(0, 3).toString("latin1") === ".\r\n") return this.#inbox.take(3);
    return this.until("\r\n.\r\n");
  }

  /** Reads exactly these octets, or one line that matches; anything else throws ScriptError as soon as it differs. */
  async expect(expected: Octets | RegExp): Promise<void> {
    if (expected instanceof RegExp) {
      const line = Buffer.from(await this.until("\n")).toString("latin1");
      if (!expected.test(line)) throw new ScriptError(`the client sent ${show(line)}, expected ${expected}`);
      return;
    }
    const wanted = Buffer.from(toOctets(expected));
    const differs = () => {
      const unread = this.#inbox.peek();
      const size = Math.min(unread.length, wanted.length);
      return !unread.subarray(0, size).equals(wanted.subarray(0, size));
    };
    await this.#until(() => differs() || this.#inbox.bytes >= wanted.length, show(wanted));
    if (differs())
      throw new ScriptError(`the client sent ${show(this.#inbox.peek())}, expected ${show(wanted)}`);
    this.#inbox.take(wanted.length);
  }

  /** Waits until the client ends the connection; octets that come before are recorded and may be many. */
  async expectEnd(): Promise<Ending> {
    await this.#until(() => this.#ended, "the end", true);
    if (this.#inbox.bytes > 0)
      throw new ScriptError(`the client sent ${show(this.#inbox.peek())}, expected the end`);
    return this.#ending ?? "client-end";
  }

  /** Reads and forgets (but records) whatever comes until the connection is closed. */
  async drain(): Promise<void> {
    await this.#until(
      () => {
        this.#inbox.clear();
        return this.#ended;
      },
      "the end",
      true,
    );
  }

  /** Stops reading: the client's window fills up. */
  pauseReading(): void {
    this.#socket.pause();
  }

  resumeReading(): void {
    this.#socket.resume();
  }

  // --- writing ---------------------------------------------------------------------------------------------------

  /** Sends in one write; resolves when the kernel has taken it (or the connection is gone: a script need not care). */
  send(data: Octets): Promise<void> {
    const octets = toOctets(data);
    return new Promise((resolve) => {
      if (this.#socket.destroyed || !this.#socket.writable) resolve();
      else this.#socket.write(octets, () => resolve());
    });
  }

  /** Every octet in its own segment. */
  sendBytewise(data: Octets, options: PieceOptions = {}): Promise<void> {
    return this.sendPieces(data, 1, options);
  }

  /** In pieces of one size, or cut at the given offsets. */
  async sendPieces(data: Octets, cut: number | readonly number[], options: PieceOptions = {}): Promise<void> {
    const octets = toOctets(data);
    const offsets =
      typeof cut === "number"
        ? Array.from({ length: Math.ceil(octets.length / cut) - 1 }, (_, i) => (i + 1) * cut)
        : cut;
    let start = 0;
    for (const end of [...offsets, octets.length]) {
      if (end <= start) continue;
      await this.send(octets.subarray(start, end));
      start = end;
      if (options.gapMs) await sleep(options.gapMs);
      else await turn();
    }
  }

  /** Repeats `unit` until `totalBytes` were written or the connection is closed; honours back-pressure. Returns what was written. */
  async flood(unit: Octets, totalBytes: number): Promise<number> {
    const one = toOctets(unit);
    const block = join(Array.from({ length: Math.max(1, Math.floor(65_536 / one.length)) }, () => one));
    let written = 0;
    while (written < totalBytes && !this.#socket.destroyed && this.#socket.writable) {
      await Promise.race([this.send(block), this.closed]);
      written += block.length;
    }
    return written;
  }

  /** Sends `unit` every `everyMs` until the connection is closed. */
  async drip(unit: Octets, everyMs: number): Promise<void> {
    while (!this.#socket.destroyed && this.#socket.writable && !this.#ended) {
      await this.send(unit);
      await Promise.race([sleep(everyMs), this.closed]);
    }
  }

  // --- ends ------------------------------------------------------------------------------------------------------

  /** FIN after what was written (with close_notify under TLS). */
  end(): void {
    this.#localCut = true;
    this.#socket.end();
  }

  /** Closes at once: FIN (without close_notify under TLS), unsent octets are dropped. */
  cut(): void {
    this.#localCut = true;
    this.#raw.destroy();
    this.#socket.destroy();
  }

  /** RST. */
  reset(): void {
    this.#localCut = true;
    this.#raw.resetAndDestroy();
    if (this.#socket !== this.#raw) this.#socket.destroy();
  }

  /** Says and reads nothing more until the connection is closed by somebody. */
  async stall(): Promise<void> {
    await this.closed;
  }

  // --- TLS -------------------------------------------------------------------------------------------------------

  /**
   * Takes the server's part of a TLS handshake. Octets received but unread go into the handshake, as in a real server
   * that does not mind. Rejects with Node's error when the handshake fails or the client leaves.
   */
  async startTls(options: ServerTlsOptions): Promise<TLSSocket> {
    const { certificate, key, ...rest } = options;
    const raw = this.#socket;
    raw.removeAllListeners("data");
    raw.removeAllListeners("end");
    raw.pause();
    if (this.#inbox.bytes > 0) {
      const leftover = this.#inbox.take(this.#inbox.bytes);
      this.segments.pop(); // it was one segment of handshake, not of the conversation
      raw.unshift(leftover);
    }
    const secure = new TLSSocket(raw, { ...rest, cert: certificate, key, isServer: true });
    this.#socket = secure;
    await new Promise<void>((resolve, reject) => {
      secure.once("secure", resolve);
      secure.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code === "ECONNRESET" || error.code === "EPIPE") this.#ending ??= "client-reset";
        reject(error);
      });
      secure.once("close", () => reject(new ScriptError("the client left during the TLS handshake")));
    });
    this.#listen(secure);
    return secure;
  }

  // --- inside ----------------------------------------------------------------------------------------------------

  #listen(socket: Socket): void {
    const tls = socket instanceof TLSSocket;
    socket.on("data", (chunk: Buffer) => {
      const octets = new Uint8Array(chunk);
      this.segments.push({ octets, tls, atMs: performance.now() - this.#acceptedAt });
      this.#inbox.push(octets);
      this.#wake();
    });
    socket.on("end", () => {
      this.#ended = true;
      if (!this.#localCut) this.#ending ??= "client-end";
      this.#wake();
    });
  }

  #wake(): void {
    const waiter = this.#waiter;
    if (waiter === undefined) return;
    if (waiter.ready()) {
      this.#waiter = undefined;
      waiter.resolve();
    } else if (this.#ended) {
      this.#waiter = undefined;
      waiter.reject(new ScriptError("ended"));
    }
  }

  #until(ready: () => boolean, wanted: string, quietEnd = false): Promise<void> {
    if (this.#waiter !== undefined) throw new ScriptError("two reads at once on one connection");
    if (ready()) return Promise.resolve();
    const early = () =>
      new ScriptError(
        `the client ended the connection after ${show(this.#inbox.peek())}, expected ${wanted}`,
      );
    if (this.#ended) return quietEnd ? Promise.resolve() : Promise.reject(early());
    return new Promise((resolve, reject) => {
      this.#waiter = { ready, resolve, reject: () => (quietEnd ? resolve() : reject(early())) };
    });
  }
}
