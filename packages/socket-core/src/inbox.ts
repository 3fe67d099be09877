import { SocketError } from "./errors.js";

/** What a {@link Socket} calls, synchronously, in the turn in which something happens. */
export interface SocketReceiver {
  /** The octets belong to the receiver; they are not reused, unless it borrows them. */
  onData(chunk: Uint8Array): void;
  /** The peer will send nothing more. */
  onEnd(): void;
  /** At most once. Nothing can be sent or received any more; `onClose` follows. */
  onError(error: SocketError): void;
  /** Always the last call. */
  onClose?(): void;
  /** After `write()` gave false: octets are welcome again. */
  onDrain?(): void;
  /**
   * True: `onData` neither keeps its octets nor looks at the buffer around them, so that a connection with `lendReads` may
   * overwrite them after the call. Read when the receiver is set. Default false: each chunk is the receiver's own.
   */
  readonly borrows?: boolean | undefined;
}

/** The stream behind an {@link Inbox}. */
export interface InboxSource {
  /** Lets octets come, where nothing else holds them. */
  resume(): void;
  pause(): void;
  readonly target: string | undefined;
}

/** Unread octets beyond which the peer is made to wait while nobody reads. */
const UNREAD_LIMIT_BYTES = 65_536;
const TOLD_END = 1;
const TOLD_ERROR = 2;
const TOLD_CLOSE = 4;

interface Reader {
  resolve(chunk: Uint8Array | null): void;
  reject(error: SocketError): void;
}

/**
 * Brings what arrives to whoever listens: one receiver, or one `read()` at a time, in order and nothing twice. What
 * comes while nobody listens is kept.
 */
export class Inbox {
  readonly #source: InboxSource;
  #receiver: SocketReceiver | null = null;
  /** True while a chunk may go straight to the receiver: there is one, and nothing waits before it. */
  #direct = false;
  #borrows = false;
  #unread: Uint8Array[] = [];
  #unreadBytes = 0;
  #received = 0;
  #flushing = false;
  #paused = false;
  #blocked = false;
  #reader: Reader | undefined;
  #told = 0;
  #ended = false;
  #closed = false;
  #error: SocketError | undefined;

  constructor(source: InboxSource) {
    this.#source = source;
  }

  /** Listens to the stream's data itself: one call between the stream and the receiver. */
  readonly onData = (chunk: Uint8Array): void => {
    this.#received += chunk.length;
    if (this.#direct) {
      this.#receiver!.onData(chunk);
      return;
    }
    this.#keep(chunk);
  };

  /** Takes octets that are overwritten after this call. */
  readonly onLent = (octets: Uint8Array): void =>
    this.onData(this.#direct && this.#borrows ? octets : copied(octets));

  get receiver(): SocketReceiver | null {
    return this.#receiver;
  }

  get receivedBytes(): number {
    return this.#received;
  }

  get unreadBytes(): number {
    return this.#unreadBytes;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get reading(): boolean {
    return this.#reader !== undefined;
  }

  setReceiver(receiver: SocketReceiver | null): void {
    if (this.#reader !== undefined) throw this.#wrongState("a read() is waiting");
    this.#receiver = receiver;
    this.#borrows = receiver?.borrows === true;
    this.#told = 0;
    this.#direct = false;
    if (receiver === null) return;
    if (this.#unreadBytes > 0 || this.#ended || this.#closed || this.#error !== undefined) this.#flushSoon();
    else this.#goDirect();
  }

  read(): Promise<Uint8Array | null> {
    if (this.#receiver !== null || this.#reader !== undefined) {
      return Promise.reject(this.#wrongState("another reader is set"));
    }
    const chunk = this.#unread.shift();
    if (chunk !== undefined) {
      this.#unreadBytes -= chunk.length;
      if (this.#unreadBytes < UNREAD_LIMIT_BYTES) this.flow();
      return Promise.resolve(chunk);
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended || this.#closed) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.flow();
    });
  }

  pause(): void {
    this.#paused = true;
    this.#direct = false;
    if (!this.#blocked) this.#source.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#unreadBytes > 0) this.#flushSoon();
    else this.#goDirect();
  }

  /** Nothing is delivered during a handshake. */
  block(): void {
    this.#blocked = true;
    this.#direct = false;
  }

  unblock(): void {
    this.#blocked = false;
    this.#goDirect();
  }

  /** Lets the source run, unless the receiver, a handshake or a closed connection stand against it. */
  flow(): void {
    if (!this.#paused && !this.#blocked && !this.#closed) this.#source.resume();
  }

  /** Forgets what was not read. */
  discard(): void {
    this.#unread = [];
    this.#unreadBytes = 0;
  }

  end(): void {
    this.#ended = true;
    this.#tell();
  }

  fail(error: SocketError): void {
    this.#error = error;
    this.#tell();
  }

  close(): void {
    this.#closed = true;
    this.#tell();
  }

  #goDirect(): void {
    if (this.#receiver !== null && !this.#paused && !this.#blocked && this.#unreadBytes === 0)
      this.#direct = true;
    this.flow();
  }

  #keep(chunk: Uint8Array): void {
    const reader = this.#reader;
    if (reader !== undefined) {
      this.#reader = undefined;
      reader.resolve(chunk);
      return;
    }
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.length;
    if (this.#unreadBytes >= UNREAD_LIMIT_BYTES) this.#source.pause();
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#unread.length > 0) {
      const receiver = this.#receiver;
      if (receiver === null || this.#paused || this.#blocked) return;
      const chunk = this.#unread.shift()!;
      this.#unreadBytes -= chunk.length;
      receiver.onData(chunk);
    }
    this.#goDirect();
    this.#tell();
  }

  /** Brings the end, the error and the close to whoever listens, each once and in this order. */
  #tell(): void {
    const reader = this.#reader;
    if (reader !== undefined && (this.#ended || this.#closed || this.#error !== undefined)) {
      this.#reader = undefined;
      if (this.#error !== undefined) reader.reject(this.#error);
      else reader.resolve(null);
    }
    const receiver = this.#receiver;
    if (receiver === null) return;
    if (this.#unreadBytes > 0) {
      // What arrived before the end is read before the end; resume() flushes what pause() held up.
      if (!this.#paused) this.#flushSoon();
      return;
    }
    if (this.#ended && this.#error === undefined && this.#isNews(TOLD_END)) receiver.onEnd();
    // Each call may put another receiver in place, which then hears for itself.
    if (this.#error !== undefined && this.#receiver === receiver && this.#isNews(TOLD_ERROR)) {
      receiver.onError(this.#error);
    }
    if (this.#closed && this.#receiver === receiver && this.#isNews(TOLD_CLOSE)) receiver.onClose?.();
  }

  #isNews(what: number): boolean {
    const news = (this.#told & what) === 0;
    this.#told |= what;
    return news;
  }

  #wrongState(detail: string): SocketError {
    return new SocketError("ERR_SOCKET_WRONG_STATE", { detail, target: this.#source.target });
  }
}

/** Octets of their own, a Buffer as Node's streams give it. */
function copied(octets: Uint8Array): Uint8Array {
  const own = Buffer.allocUnsafeSlow(octets.length);
  own.set(octets);
  return own;
}
