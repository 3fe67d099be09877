import { constants } from "node:fs";
import { type FileHandle as NodeFileHandle, open, realpath } from "node:fs/promises";
import { basename, isAbsolute, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { checkAborted } from "../abort.js";
import { MimeError, quoteForError } from "../errors.js";
import { FILE_SOURCE, type FileHandle, type FileSource } from "../file-policy.js";
import { checkFields, fieldsOf } from "../options.js";
import type { AbortSignalLike } from "../platform.js";

/** Options of `fromFile`. */
export interface FromFileOptions {
  /** Name that the reader sees. Default: the last step of the path. */
  readonly filename?: string | undefined;
  /** Default: by the filename. */
  readonly contentType?: string | undefined;
  readonly contentDisposition?: "attachment" | "inline" | undefined;
  /** Identifier for `cid:` links of the html. */
  readonly cid?: string | undefined;
}

const FIELDS = fieldsOf<FromFileOptions>({
  filename: "text",
  contentType: "text",
  contentDisposition: "text",
  cid: "text",
});

// A multiple of the block that base64 is encoded in. Half a megabyte: each read is a trip to a thread and back, and smaller
// ones were measured at half the speed.
const BLOCK_BYTES = 57 * 574 * 16;

/**
 * A file as an attachment or a content. The call itself is the leave to read this file: do not pass paths from users.
 * The file is opened when the message is composed, and read when it is sent.
 *
 * @throws MimeError `ERR_MIME_INVALID_OPTION`, `ERR_MIME_UNKNOWN_OPTION`
 */
export function fromFile(path: string | URL, options: FromFileOptions = {}): FileSource {
  checkFields(options, FIELDS, "fromFile");
  const name = path instanceof URL ? fileURLToPath(path) : path;
  if (typeof name !== "string" || name === "" || name.includes("\0")) {
    throw new MimeError("ERR_MIME_INVALID_OPTION", "fromFile needs a path", { subject: "path" });
  }
  return makeFileSource(
    options.filename ?? basename(name),
    options,
    handleOf(async () => resolve(name)),
  );
}

function makeFileSource(filename: string, options: FromFileOptions, handle: FileHandle): FileSource {
  const source: FileSource = {
    filename,
    contentType: options.contentType,
    contentDisposition: options.contentDisposition,
    cid: options.cid,
  };
  Object.defineProperty(source, FILE_SOURCE, { value: handle });
  return Object.freeze(source);
}

function unreadable(what: string, path: string, cause: unknown): MimeError {
  if (MimeError.is(cause)) return cause;
  const code = (cause as { code?: unknown } | undefined)?.code;
  const reason = typeof code === "string" ? code : cause instanceof Error ? cause.message : String(cause);
  return new MimeError(
    "ERR_MIME_FILE_UNREADABLE",
    `The file ${quoteForError(path)} of ${what} cannot be read: ${reason}`,
    {
      cause,
      subject: what,
    },
  );
}

function handleOf(locate: (what: string) => Promise<string>): FileHandle {
  return {
    async inspect(inlineLimitBytes, what) {
      const path = await locate(what);
      const file = await openFile(path, what);
      try {
        const stat = await file.stat();
        if (stat.isDirectory()) throw unreadable(what, path, { code: "EISDIR" });
        // Pipes and devices have no size that means anything, and can be read once.
        if (!stat.isFile()) throw unreadable(what, path, new Error("it is no regular file"));
        if (stat.size > inlineLimitBytes) {
          // Reading one octet finds what open() does not: a file on a lost mount, say.
          await file.read(new Uint8Array(1), 0, 1, 0);
          return { sizeBytes: stat.size, octets: undefined };
        }
        const octets = new Uint8Array(await file.readFile());
        return { sizeBytes: octets.length, octets };
      } catch (cause) {
        throw unreadable(what, path, cause);
      } finally {
        await file.close();
      }
    },
    open: (what, signal) => readFile(locate, what, signal),
  };
}

async function openFile(path: string, what: string): Promise<NodeFileHandle> {
  try {
    // Not blocking: a FIFO without a writer would hold the message for ever.
    return await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw unreadable(what, path, cause);
  }
}

/** Blocks of the file; the next is being read while the consumer works on one. */
async function* readFile(
  locate: (what: string) => Promise<string>,
  what: string,
  signal: AbortSignalLike | undefined,
): AsyncGenerator<Uint8Array> {
  const path = await locate(what);
  const file = await openFile(path, what);
  let next: Promise<Uint8Array> | undefined;
  try {
    // Two buffers take turns: a block is the consumer's until it asks for the next.
    const buffers = [new Uint8Array(BLOCK_BYTES), new Uint8Array(BLOCK_BYTES)];
    let turn = 0;
    next = readBlock(file, buffers[turn]!);
    for (;;) {
      checkAborted(signal);
      const block = await next;
      next = undefined;
      if (block.length === 0) return;
      turn = 1 - turn;
      next = readBlock(file, buffers[turn]!);
      // A failure of the block read ahead is met at the next turn.
      next.catch(() => undefined);
      yield block;
    }
  } catch (cause) {
    throw unreadable(what, path, cause);
  } finally {
    await next?.catch(() => undefined);
    await file.close();
  }
}

async function readBlock(file: NodeFileHandle, buffer: Uint8Array): Promise<Uint8Array> {
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, null);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** The way from the core's file policy to files; not for use by others. */
export const fileDoor = {
  /** A file below a folder: refused when the path, or a symbolic link on it, leads out of the folder. */
  openUnder(baseDir: string, path: string): FileSource {
    const locate = async (what: string): Promise<string> => {
      let base: string;
      try {
        base = await realpath(baseDir);
      } catch (cause) {
        throw new MimeError(
          "ERR_MIME_FILE_ACCESS",
          `files.baseDir ${quoteForError(baseDir)} cannot be used`,
          { cause },
        );
      }
      const wanted = isAbsolute(path) ? resolve(path) : resolve(base, path);
      // Before anything is touched: a path that leads out must not even tell whether a file is there.
      if (!isInside(base, wanted) && !isInside(resolve(baseDir), wanted)) throw outside(what, path);
      let real: string;
      try {
        real = await realpath(wanted);
      } catch (cause) {
        throw unreadable(what, path, cause);
      }
      if (!isInside(base, real)) throw outside(what, path);
      return real;
    };
    return makeFileSource(basename(path), {}, handleOf(locate));
  },
};

function outside(what: string, path: string): MimeError {
  return new MimeError(
    "ERR_MIME_FILE_OUTSIDE_BASE",
    `The path ${quoteForError(path)} of ${what} leads out of files.baseDir`,
    {
      subject: what,
    },
  );
}

function isInside(base: string, path: string): boolean {
  const way = relative(base, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
