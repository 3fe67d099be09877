// Contents: where the octets of a body or an attachment come from, and when they are read.

import { MimeError } from "./errors.js";
import type { FileAccess, FileSource } from "./file-policy.js";
import { type AbortSignalLike, type BlobLike, type ReadableStreamLike, utf8Encode } from "./platform.js";

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
  /** The same for all sources of one one-shot stream. */
  readonly origin?: object | undefined;
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

/** The error for a content that failed while it was read. */
export function failed(what: string, cause: unknown): MimeError {
  if (MimeError.is(cause)) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MimeError("ERR_MIME_SOURCE_FAILED", `The content of ${what} failed: ${reason}`, {
    cause,
    subject: what,
  });
}

/** A piece of a stream as octets. */
export function toOctets(piece: unknown, what: string): Uint8Array {
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

/** Octets in memory as an iterable. */
export async function* iterateOne(octets: Uint8Array): AsyncGenerator<Uint8Array> {
  yield octets;
}

/** For sources that hold nothing. */
export async function noop(): Promise<void> {}

/** True for a web stream. */
export function isWebStream(input: object): input is ReadableStreamLike {
  return typeof (input as ReadableStreamLike).getReader === "function";
}

/** True for an async iterable; the streams of Node are some. */
export function isAsyncIterable(input: object): input is AsyncIterable<unknown> {
  return typeof (input as AsyncIterable<unknown>)[Symbol.asyncIterator] === "function";
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

/** Passes the pieces on and makes sure that they add up to the size that was announced. */
export async function* exactly(
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
