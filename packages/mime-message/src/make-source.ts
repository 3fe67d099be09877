// Any kind of content as a source.

import { checkAborted } from "./abort.js";
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
import { type BlobLike, utf8Encode } from "./platform.js";
import {
  type ContentInput,
  exactly,
  failed,
  isAsyncIterable,
  isWebStream,
  memorySource,
  noop,
  type Source,
  toOctets,
} from "./source.js";
import { FunctionSource, streamSource } from "./stream-source.js";

function isBlob(input: object): input is BlobLike {
  return (
    typeof (input as BlobLike).arrayBuffer === "function" &&
    typeof (input as BlobLike).slice === "function" &&
    typeof (input as BlobLike).size === "number"
  );
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
  if (typeof input === "function") return new FunctionSource(input, what, makeSource);
  if (typeof input === "object" && input !== null) {
    if (ArrayBuffer.isView(input)) return memorySource(toOctets(input, what), what);
    if (isFileSource(input)) return fileSource(input, what);
    if (isBlob(input)) return blobSource(input, what);
    if (isWebStream(input) || isAsyncIterable(input)) return streamSource(input, what);
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
