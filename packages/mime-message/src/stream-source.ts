// Streams and iterables, which can be read once, and functions that open a content anew for each reading.
import { raceAbort, withAbort } from "./abort.js";
import { MimeError } from "./errors.js";
import type { AbortSignalLike, ReadableStreamLike } from "./platform.js";
import {
  type ContentInput,
  exactly,
  failed,
  isWebStream,
  iterateOne,
  joinOctets,
  type PrepareContext,
  type Source,
  toOctets,
} from "./source.js";

/** Pulls pieces of a web stream or an async iterable one by one. */
interface Puller {
  next(): Promise<Uint8Array | undefined>;
  /** Lets go of the stream at once; waits for nothing and throws nothing. */
  close(reason?: unknown): void;
}

/** What is looked at of a stream of Node's. */
interface NodeStreamLike {
  readonly destroyed?: boolean;
  readonly readableEnded?: boolean;
  readonly errored?: unknown;
  destroy?(): void;
  on?(event: "error", listener: () => void): void;
}

/** Closes something of the caller's: what it throws, or rejects with some time, is of no interest to anybody any more. */
function quietly(close: () => unknown): void {
  try {
    Promise.resolve(close()).catch(() => undefined);
  } catch {
    // as above
  }
}

/** Without an error: a destroyed response would hand that on to a request nobody listens to. */
function destroy(stream: NodeStreamLike): void {
  if (stream.destroyed === true || stream.readableEnded === true) return;
  // A file that cannot be opened says so even after destroy(), and an error without a listener ends the process.
  stream.on?.("error", () => undefined);
  stream.destroy?.();
}

/** Lets go of a stream or iterable that nobody has begun to read here. */
function closeUnread(input: ReadableStreamLike | AsyncIterable<unknown>, reason: unknown): void {
  quietly(() => {
    if (isWebStream(input)) return input.locked ? undefined : input.getReader().cancel(reason);
    if (typeof (input as NodeStreamLike).destroy === "function") return destroy(input as NodeStreamLike);
    // An iterable that is no iterator itself has not opened anything yet.
    return (input as Partial<AsyncIterator<unknown>>).return?.();
  });
}

function pullerOf(input: ReadableStreamLike | AsyncIterable<unknown>, what: string): Puller {
  // Node's streams are async iterables; web streams are in Node, not everywhere, so the reader is used for them.
  if (isWebStream(input)) {
    if (input.locked) {
      throw new MimeError("ERR_MIME_SOURCE_CONSUMED", `The stream of ${what} is locked by another reader`, {
        subject: what,
      });
    }
    const reader = input.getReader();
    return {
      async next() {
        const { done, value } = await reader.read();
        return done ? undefined : toOctets(value, what);
      },
      close: (reason) => quietly(() => reader.cancel(reason)),
    };
  }
  const stream = input as NodeStreamLike;
  if (stream.errored !== undefined && stream.errored !== null) throw failed(what, stream.errored);
  if (stream.destroyed === true || stream.readableEnded === true) {
    throw new MimeError("ERR_MIME_SOURCE_CONSUMED", `The stream of ${what} has already ended`, {
      subject: what,
    });
  }
  const iterator = (input as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  return {
    async next() {
      const { done, value } = await iterator.next();
      return done === true ? undefined : toOctets(value, what);
    },
    // A Node stream is destroyed at once; the return() of its iterator would wait for the read that is under way.
    close: () => quietly(() => (stream.destroy === undefined ? iterator.return?.() : destroy(stream))),
  };
}

/**
 * Reads ahead until the content is known to be larger than the limit: an error shows before MAIL, and a small stream
 * becomes a content in memory, which can be sent again.
 */
async function readAhead(
  puller: Puller,
  limitBytes: number,
  what: string,
): Promise<{ pieces: Uint8Array[]; ended: boolean }> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    while (size <= limitBytes) {
      const piece = await puller.next();
      if (piece === undefined) return { pieces, ended: true };
      // Streams may reuse the buffer of a piece once the next is asked for.
      pieces.push(piece.slice());
      size += piece.length;
    }
  } catch (cause) {
    throw failed(what, cause);
  }
  return { pieces, ended: false };
}

/** What was read ahead, then the rest of the stream; closed when its reader stops before the end. */
async function* drain(
  ahead: readonly Uint8Array[],
  puller: Puller,
  what: string,
  race: <P>(step: Promise<P>) => Promise<P>,
): AsyncGenerator<Uint8Array> {
  let ended = false;
  try {
    for (const piece of ahead) yield piece;
    for (;;) {
      let piece: Uint8Array | undefined;
      try {
        piece = await race(puller.next());
      } catch (cause) {
        if (MimeError.is(cause) && cause.code === "ERR_MIME_ABORTED") throw cause;
        ended = true;
        throw failed(what, cause);
      }
      if (piece === undefined) {
        ended = true;
        return;
      }
      yield piece;
    }
  } finally {
    // Not awaited: a stream that hangs may hang in closing too.
    if (!ended) puller.close();
  }
}

// A message may be composed more than once, for another server say, or for two at once. What the first composition read ahead of
// a stream is then missing from the stream, so all compositions share what is known of it.
const known = new WeakMap<object, OneShot>();

function oneShotOf(input: ReadableStreamLike | AsyncIterable<unknown>, what: string): OneShot {
  let stream = known.get(input);
  if (stream === undefined) {
    stream = new OneShot(input, what);
    known.set(input, stream);
  }
  return stream;
}

/** A stream or iterable as a source, for one composition. */
export function streamSource(input: ReadableStreamLike | AsyncIterable<unknown>, what: string): Source {
  return new StreamSource(oneShotOf(input, what));
}

/**
 * Lets go of a stream or iterable that nobody will read any more; it counts as read from then on. One that was small enough to
 * be kept stays, and one that is being composed, was composed or is being read belongs to whoever does so: he closes it.
 */
export function releaseStream(input: ReadableStreamLike | AsyncIterable<unknown>, reason: unknown): void {
  oneShotOf(input, "the message").release(reason);
}

/** A stream or iterable of the caller's: it can be read once, unless it is small enough to be kept. */
class OneShot {
  octets: Uint8Array | undefined;
  /** Compositions that have it or are about to, from their `prepare()` to their `close()`: the last one lets go of it. */
  readonly users = new Set<object>();
  #ahead: Uint8Array[] = [];
  #puller: Puller | undefined;
  #consumed = false;
  #prepared: Promise<void> | undefined;

  constructor(
    private readonly input: ReadableStreamLike | AsyncIterable<unknown>,
    readonly what: string,
  ) {}

  async prepare(limitBytes: number): Promise<void> {
    this.#prepared ??= this.#readAhead(limitBytes);
    await this.#prepared;
    if (this.#consumed) throw this.#spent();
  }

  async #readAhead(limitBytes: number): Promise<void> {
    const puller = pullerOf(this.input, this.what);
    this.#puller = puller;
    const { pieces, ended } = await readAhead(puller, limitBytes, this.what);
    if (ended) this.octets = joinOctets(pieces);
    else this.#ahead = pieces;
  }

  #spent(): MimeError {
    return new MimeError(
      "ERR_MIME_SOURCE_CONSUMED",
      `The content of ${this.what} is a stream that was read or let go of already; ` +
        "give a function that opens a fresh one where it may have to be sent again",
      { subject: this.what },
    );
  }

  open(signal?: AbortSignalLike | undefined): AsyncIterable<Uint8Array> {
    if (this.octets !== undefined) return iterateOne(this.octets);
    if (this.#consumed || this.#puller === undefined) throw this.#spent();
    this.#consumed = true;
    const ahead = this.#ahead;
    this.#ahead = [];
    const puller = this.#puller;
    return withAbort(signal, (race) => drain(ahead, puller, this.what, race));
  }

  get head(): Uint8Array | undefined {
    return this.#ahead.length === 0 ? undefined : joinOctets(this.#ahead);
  }

  release(reason: unknown): void {
    if (this.octets !== undefined || this.#consumed || this.users.size > 0) return;
    this.#consumed = true;
    this.#ahead = [];
    if (this.#puller === undefined) closeUnread(this.input, reason);
    else this.#puller.close(reason);
  }
}

/** What one composition has of a stream. Others may have it too, so closing this one ends the stream for the last of them only. */
class StreamSource implements Source {
  readonly origin: OneShot;

  constructor(stream: OneShot) {
    this.origin = stream;
  }

  get what(): string {
    return this.origin.what;
  }

  get octets(): Uint8Array | undefined {
    return this.origin.octets;
  }

  get sizeBytes(): number | undefined {
    return this.octets?.length;
  }

  get repeatable(): boolean {
    return this.octets !== undefined;
  }

  get head(): Uint8Array | undefined {
    return this.origin.head;
  }

  async prepare(context: PrepareContext): Promise<void> {
    this.origin.users.add(this);
    try {
      await this.origin.prepare(context.inlineLimitBytes);
    } catch (cause) {
      this.origin.users.delete(this);
      throw cause;
    }
  }

  open(signal?: AbortSignalLike | undefined): AsyncIterable<Uint8Array> {
    return this.origin.open(signal);
  }

  async close(): Promise<void> {
    this.origin.users.delete(this);
    this.origin.release(undefined);
  }
}

/** A function that opens a fresh content for each reading. */
export class FunctionSource implements Source {
  readonly what: string;
  octets: Uint8Array | undefined;
  sizeBytes: number | undefined;
  readonly repeatable = true;
  readonly #make: () => ContentInput | Promise<ContentInput>;
  /** The content opened while composing, for the first reading. */
  #first: Source | undefined;
  #context: PrepareContext | undefined;
  #closed = false;

  readonly #makeSource: (input: ContentInput, what: string) => Source;

  constructor(
    make: () => ContentInput | Promise<ContentInput>,
    what: string,
    // Handed in, since sources of all kinds are made where this one is.
    makeSource: (input: ContentInput, what: string) => Source,
  ) {
    this.#make = make;
    this.#makeSource = makeSource;
    this.what = what;
  }

  prepare: ((context: PrepareContext) => Promise<void>) | undefined = async (context) => {
    this.#context = context;
    const first = await this.#fresh(context, (source) => {
      this.#first = source;
      // Given up while the function was at work.
      if (this.#closed) void this.close();
    });
    this.octets = first.octets;
    this.sizeBytes = first.sizeBytes;
    if (first.octets !== undefined) this.#first = undefined;
  };

  /** A content from the function, ready to be read. `opened` gets it before that, since getting ready may take for ever. */
  async #fresh(context: PrepareContext, opened?: (source: Source) => void): Promise<Source> {
    let content: ContentInput;
    try {
      content = await this.#make();
    } catch (cause) {
      throw failed(this.what, cause);
    }
    if (typeof content === "function") {
      throw new MimeError(
        "ERR_MIME_SOURCE_INVALID",
        `The content of ${this.what} is a function of a function`,
        {
          subject: this.what,
        },
      );
    }
    const source = this.#makeSource(content, this.what);
    opened?.(source);
    try {
      await source.prepare?.(context);
    } catch (cause) {
      await source.close();
      throw cause;
    }
    return source;
  }

  async *open(signal?: AbortSignalLike | undefined): AsyncGenerator<Uint8Array> {
    if (this.octets !== undefined) {
      yield this.octets;
      return;
    }
    const fresh = this.#fresh.bind(this, { ...this.#context!, inlineLimitBytes: 0, signal });
    const source = this.#first ?? (await raceAbort(fresh(), signal));
    this.#first = undefined;
    yield* exactly(
      source.octets === undefined ? source.open(signal) : iterateOne(source.octets),
      this.sizeBytes,
      this.what,
    );
  }

  async close(): Promise<void> {
    const first = this.#first;
    this.#first = undefined;
    this.#closed = true;
    await first?.close();
  }
}
