// Contents: where the octets of a body or an attachment come from, and when they are read.

import { MimeError } from "./errors.js";
import {
  checkReference,
  type FileAccess,
  type FileReference,
  type FileSource,
  fileHandleOf,
  isFileSource,
  resolveReference,
} from "./file-policy.js";
import type { AbortSignalLike, BlobLike, ReadableStreamLike } from "./platform.js";
import { utf8Encode } from "./platform.js";

/**
 * What a content may be. Text is taken as UTF-8. A function is called for each reading, so that a retry can read again;
 * streams and iterables of their own are one-shot.
 */
export type ContentInput =
  | string
  | Uint8Array
  | ArrayBuffer
  | BlobLike
  | ReadableStreamLike
  | AsyncIterable<Uint8Array | string>
  | FileSource
  | (() => ContentInput | Promise<ContentInput>);

/** A content while a message is composed. After `prepare` either `octets` is set or `open` can be called. */
export interface Source {
  /** How errors name it: `attachment "report.pdf"`. */
  readonly what: string;
  /** The content, when it is in memory. */
  octets: Uint8Array | undefined;
  /** Size when it is known without reading. */
  sizeBytes: number | undefined;
  /** True when it can be opened more than once. */
  readonly repeatable: boolean;
  /** What of a one-shot stream was read ahead while it was prepared. */
  readonly head?: Uint8Array | undefined;
  /** Finds out whether the content can be read; reads it whole when it is small. Undefined when nothing is to be done. */
  prepare: ((context: PrepareContext) => Promise<void>) | undefined;
  open(signal?: AbortSignalLike | undefined): AsyncIterable<Uint8Array>;
  /** Lets go of what was opened and not read. */
  close(): Promise<void>;
}

/** What preparing may need. */
export interface PrepareContext {
  /** Contents up to this size are read into memory. */
  readonly inlineLimitBytes: number;
  readonly files: FileAccess | undefined;
  readonly signal: AbortSignalLike | undefined;
}

/** Throws the caller's abort as an error of ours. */
export function checkAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted === true) {
    throw new MimeError("ERR_MIME_ABORTED", "The operation was aborted", { cause: signal.reason });
  }
}

function failed(what: string, cause: unknown): MimeError {
  if (MimeError.is(cause)) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MimeError("ERR_MIME_SOURCE_FAILED", `The content of ${what} failed: ${reason}`, {
    cause,
    subject: what,
  });
}

/** A piece of a stream as octets. */
function toOctets(piece: unknown, what: string): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  if (typeof piece === "string") return utf8Encode(piece);
  if (piece instanceof ArrayBuffer) return new Uint8Array(piece);
  if (ArrayBuffer.isView(piece)) return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  throw new MimeError(
    "ERR_MIME_SOURCE_INVALID",
    `The content of ${what} gives pieces that are neither octets nor text`,
    {
      subject: what,
    },
  );
}

/** A content already in memory. */
export function memorySource(octets: Uint8Array, what: string): Source {
  return {
    what,
    octets,
    sizeBytes: octets.length,
    repeatable: true,
    prepare: undefined,
    open: () => iterateOne(octets),
    close: noop,
  };
}

async function* iterateOne(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}

async function noop(): Promise<void> {}

function isBlob(input: object): input is BlobLike {
  return (
    typeof (input as BlobLike).arrayBuffer === "function" &&
    typeof (input as BlobLike).slice === "function" &&
    typeof (input as BlobLike).size === "number"
  );
}

function isWebStream(input: object): input is ReadableStreamLike {
  return typeof (input as ReadableStreamLike).getReader === "function";
}

function isAsyncIterable(input: object): input is AsyncIterable<unknown> {
  return typeof (input as AsyncIterable<unknown>)[Symbol.asyncIterator] === "function";
}

/**
 * A content as a source.
 *
 * @throws MimeError `ERR_MIME_SOURCE_INVALID` for what can never be read
 */
export function makeSource(input: ContentInput, what: string): Source {
  if (typeof input === "string") return memorySource(utf8Encode(input), what);
  if (input instanceof Uint8Array) return memorySource(input, what);
  if (input instanceof ArrayBuffer) return memorySource(new Uint8Array(input), what);
  if (typeof input === "function") return new FunctionSource(input, what);
  if (typeof input === "object" && input !== null) {
    if (ArrayBuffer.isView(input)) return memorySource(toOctets(input, what), what);
    if (isFileSource(input)) return fileSource(input, what);
    if (isBlob(input)) return blobSource(input, what);
    if (isWebStream(input) || isAsyncIterable(input)) return new StreamSource(input, what);
  }
  throw new MimeError("ERR_MIME_SOURCE_INVALID", `The content of ${what} is of no kind that can be read`, {
    subject: what,
  });
}

function fileSource(file: FileSource, what: string): Source {
  const handle = fileHandleOf(file);
  const source: Source = {
    what,
    octets: undefined,
    sizeBytes: undefined,
    repeatable: true,
    async prepare(context) {
      checkAborted(context.signal);
      const { sizeBytes, octets } = await handle.inspect(context.inlineLimitBytes, what);
      source.sizeBytes = sizeBytes;
      source.octets = octets;
    },
    open: (signal) => exactly(handle.open(what, signal), source.sizeBytes, what),
    close: noop,
  };
  return source;
}

/** The source, read whole while it is prepared, whatever its size: for text that has to be changed as a whole. */
export function wholeSource(source: Source): Source {
  if (source.prepare === undefined) return source;
  const whole: Source = {
    what: source.what,
    octets: undefined,
    sizeBytes: undefined,
    repeatable: true,
    async prepare(context) {
      await source.prepare!(context);
      if (source.octets !== undefined) whole.octets = source.octets;
      else {
        const pieces: Uint8Array[] = [];
        for await (const piece of source.open(context.signal)) pieces.push(piece.slice());
        whole.octets = joinOctets(pieces);
      }
      whole.sizeBytes = whole.octets.length;
    },
    open: () => iterateOne(whole.octets!),
    close: () => source.close(),
  };
  return whole;
}

/** A `path` or `href`: decided by the file policy, at once for what it refuses, while preparing for what it reads. */
export function referenceSource(
  reference: FileReference,
  files: FileAccess | undefined,
  what: string,
): Source {
  checkReference(reference, files, what);
  let target: Source | undefined;
  const source: Source = {
    what,
    octets: undefined,
    sizeBytes: undefined,
    get repeatable() {
      return target?.repeatable ?? true;
    },
    async prepare(context) {
      target = makeSource(await resolveReference(reference, files, what), what);
      await target.prepare?.(context);
      source.octets = target.octets;
      source.sizeBytes = target.sizeBytes;
    },
    open: (signal) => target!.open(signal),
    close: noop,
  };
  return source;
}

const BLOB_PIECE_BYTES = 228 * 1024;

function blobSource(blob: BlobLike, what: string): Source {
  const source: Source = {
    what,
    octets: undefined,
    sizeBytes: blob.size,
    repeatable: true,
    async prepare(context) {
      try {
        if (blob.size <= context.inlineLimitBytes) source.octets = new Uint8Array(await blob.arrayBuffer());
        // A Blob may stand for a file that is gone: one octet tells.
        else await blob.slice(0, 1).arrayBuffer();
      } catch (cause) {
        throw failed(what, cause);
      }
    },
    async *open(signal) {
      for (let at = 0; at < blob.size; at += BLOB_PIECE_BYTES) {
        checkAborted(signal);
        try {
          yield new Uint8Array(await blob.slice(at, at + BLOB_PIECE_BYTES).arrayBuffer());
        } catch (cause) {
          throw failed(what, cause);
        }
      }
    },
    close: noop,
  };
  return source;
}

/** Passes the pieces on and makes sure that they add up to the size that was announced. */
async function* exactly(
  pieces: AsyncIterable<Uint8Array>,
  sizeBytes: number | undefined,
  what: string,
): AsyncGenerator<Uint8Array> {
  let sum = 0;
  for await (const piece of pieces) {
    sum += piece.length;
    if (sizeBytes !== undefined && sum > sizeBytes) break;
    yield piece;
  }
  if (sizeBytes !== undefined && sum !== sizeBytes) {
    throw new MimeError(
      "ERR_MIME_SOURCE_CHANGED",
      `The content of ${what} was ${sizeBytes} octets when the message was composed and is not any more`,
      { subject: what },
    );
  }
}

/** Pulls pieces of a web stream or an async iterable one by one. */
interface Puller {
  next(): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
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
      close: () => reader.cancel(),
    };
  }
  const stream = input as { destroyed?: boolean; readableEnded?: boolean; errored?: unknown };
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
    async close() {
      await iterator.return?.();
    },
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

/** Pieces as one array. */
export function joinOctets(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  let size = 0;
  for (const piece of pieces) size += piece.length;
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}

async function* drain(
  ahead: readonly Uint8Array[],
  puller: Puller,
  what: string,
  signal: AbortSignalLike | undefined,
): AsyncGenerator<Uint8Array> {
  let ended = false;
  try {
    for (const piece of ahead) yield piece;
    for (;;) {
      checkAborted(signal);
      let piece: Uint8Array | undefined;
      try {
        piece = await puller.next();
      } catch (cause) {
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
    if (!ended) await puller.close().catch(() => undefined);
  }
}

/** A stream or iterable of the caller's: it can be read once. */
class StreamSource implements Source {
  readonly what: string;
  octets: Uint8Array | undefined;
  sizeBytes: number | undefined;
  repeatable = false;
  readonly #input: ReadableStreamLike | AsyncIterable<unknown>;
  #puller: Puller | undefined;
  #ahead: Uint8Array[] = [];
  #consumed = false;

  constructor(input: ReadableStreamLike | AsyncIterable<unknown>, what: string) {
    this.#input = input;
    this.what = what;
  }

  prepare: ((context: PrepareContext) => Promise<void>) | undefined = async (context) => {
    const puller = pullerOf(this.#input, this.what);
    const { pieces, ended } = await readAhead(puller, context.inlineLimitBytes, this.what);
    if (ended) {
      this.octets = joinOctets(pieces);
      this.sizeBytes = this.octets.length;
      this.repeatable = true;
    } else {
      this.#puller = puller;
      this.#ahead = pieces;
    }
  };

  open(signal?: AbortSignalLike | undefined): AsyncIterable<Uint8Array> {
    if (this.octets !== undefined) return iterateOne(this.octets);
    if (this.#consumed || this.#puller === undefined) {
      throw new MimeError(
        "ERR_MIME_SOURCE_CONSUMED",
        `The content of ${this.what} is a stream that was read already; ` +
          "give a function that opens a fresh one where it may have to be sent again",
        { subject: this.what },
      );
    }
    this.#consumed = true;
    const ahead = this.#ahead;
    this.#ahead = [];
    return drain(ahead, this.#puller, this.what, signal);
  }

  get head(): Uint8Array | undefined {
    return this.#ahead.length === 0 ? undefined : joinOctets(this.#ahead);
  }

  async close(): Promise<void> {
    if (this.#consumed || this.#puller === undefined) return;
    this.#consumed = true;
    this.#ahead = [];
    await this.#puller.close().catch(() => undefined);
  }
}

/** A function that opens a fresh content for each reading. */
class FunctionSource implements Source {
  readonly what: string;
  octets: Uint8Array | undefined;
  sizeBytes: number | undefined;
  readonly repeatable = true;
  readonly #make: () => ContentInput | Promise<ContentInput>;
  /** The content opened while composing, for the first reading. */
  #first: Source | undefined;
  #context: PrepareContext | undefined;

  constructor(make: () => ContentInput | Promise<ContentInput>, what: string) {
    this.#make = make;
    this.what = what;
  }

  prepare: ((context: PrepareContext) => Promise<void>) | undefined = async (context) => {
    this.#context = context;
    const first = await this.#fresh(context);
    this.octets = first.octets;
    this.sizeBytes = first.sizeBytes;
    if (first.octets === undefined) this.#first = first;
  };

  async #fresh(context: PrepareContext): Promise<Source> {
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
    const source = makeSource(content, this.what);
    await source.prepare?.(context);
    return source;
  }

  async *open(signal?: AbortSignalLike | undefined): AsyncGenerator<Uint8Array> {
    if (this.octets !== undefined) {
      yield this.octets;
      return;
    }
    const source = this.#first ?? (await this.#fresh({ ...this.#context!, inlineLimitBytes: 0, signal }));
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
    await first?.close();
  }
}
