// A directory of queue files, whose extensions say how far they have come:
//   .writing  being written; not a message yet
//   .queued   waits
//   .sending  claimed by the rename that gave it this name; after a crash the server may have it: nobody sends it by himself
//   .sent     kept by KeepQueue
//   .failed   not sent, or not known to be
// A name that was given is on disk: the file first, then its directory.
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open, readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Fail } from "../failure.js";
import { CLOSING_MAX_BYTES, Closing, headLine, type QueueHead, readClosing, readHead } from "./queue-file.js";

const BLOCK_BYTES = 65_536;
const HEAD_MAX_BYTES = 16_777_216;

export interface QueuedFile {
  readonly head: QueueHead;
  /** Octets of headers and body together. */
  readonly sizeBytes: number;
  pieces(from: number): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

export class QueueFolder {
  readonly #path: string;
  readonly #fail: Fail;

  constructor(path: string, fail: Fail) {
    this.#path = path;
    this.#fail = fail;
  }

  /** @throws 303 when it is no directory */
  async check(): Promise<void> {
    const found = await this.#guard("the queue directory cannot be opened", () => stat(this.#path));
    if (!found.isDirectory()) throw this.#fail(303, "the queue directory is not a directory");
  }

  /** Writes a message. Resolves with the path of the file once it is there to stay. @throws 303 */
  async add(head: QueueHead, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
    const stem = newStem();
    const writing = join(this.#path, `${stem}.writing`);
    const queued = join(this.#path, `${stem}.queued`);
    const handle = await this.#guard("a queue file cannot be made", () => open(writing, "wx", 0o600));
    try {
      const first = headLine(head);
      const closing = new Closing(first);
      await this.#guard("a queue file cannot be written", () => handle.writeFile(first));
      for await (const piece of content) {
        closing.push(piece);
        await this.#guard("a queue file cannot be written", () => handle.writeFile(piece));
      }
      await this.#guard("a queue file cannot be written", async () => {
        await handle.writeFile(closing.line);
        await handle.sync();
      });
    } catch (error) {
      await handle.close().catch(() => undefined);
      await unlink(writing).catch(() => undefined);
      throw error;
    }
    await handle.close();
    await this.#guard("a queue file cannot be made", () => rename(writing, queued));
    await this.#sync();
    return queued;
  }

  /** The names of waiting messages, oldest first. @throws 303 */
  async waiting(): Promise<readonly string[]> {
    const names = await this.#guard("the queue directory cannot be read", () => readdir(this.#path));
    return names.filter((name) => name.endsWith(".queued")).sort();
  }

  /** Takes a waiting message: of several who try, the rename lets one succeed. Undefined: it is someone else's. @throws 303 */
  async claim(name: string): Promise<string | undefined> {
    const claimed = `${basename(name, ".queued")}.sending`;
    try {
      await rename(join(this.#path, name), join(this.#path, claimed));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw this.#fail(303, "a queue file cannot be claimed", error);
    }
    // Content may go out from now on: a crash must not find the old name again.
    await this.#sync();
    return claimed;
  }

  /** Opens a claimed file and looks whether all of it is there. @throws 303 */
  async open(name: string): Promise<QueuedFile> {
    const path = join(this.#path, name);
    const handle = await this.#guard("a queue file cannot be opened", () =>
      // Never through a link that somebody put there.
      open(path, constants.O_RDONLY | constants.O_NOFOLLOW),
    );
    try {
      return await this.#read(handle);
    } catch (error) {
      await handle.close().catch(() => undefined);
      throw this.#fail(303, "a queue file is damaged, or was not written by this package", error);
    }
  }

  async #read(handle: FileHandle): Promise<QueuedFile> {
    const { size: fileBytes } = await handle.stat();
    const tail = await readAt(handle, Math.max(0, fileBytes - CLOSING_MAX_BYTES), CLOSING_MAX_BYTES);
    const closing = readClosing(tail);
    if (closing === undefined) throw new TypeError("cut short");
    const start = fileBytes - closing.lineBytes - closing.size;
    if (start < 2 || start > HEAD_MAX_BYTES) throw new TypeError("sizes do not fit");
    const first = await readAt(handle, 0, start);
    const head = readHead(first.toString("utf8"));
    if (head.headBytes > closing.size) throw new TypeError("sizes do not fit");
    const check = new Closing(first);
    for await (const piece of blocks(handle, start, closing.size)) check.push(piece);
    if (!check.line.includes(closing.sha256)) throw new TypeError("the checksum is wrong");
    return {
      head,
      sizeBytes: closing.size,
      pieces: (from) => blocks(handle, start + from, closing.size - from),
      close: () => handle.close(),
    };
  }

  /** The message was sent. @throws 303 */
  async sent(name: string, keep: boolean): Promise<void> {
    await this.#guard("a sent queue file cannot be moved", () =>
      keep
        ? rename(join(this.#path, name), join(this.#path, `${basename(name, ".sending")}.sent`))
        : unlink(join(this.#path, name)),
    );
    await this.#sync();
  }

  /** It was not, or nobody knows. Never throws: the error that led here is the one to tell. */
  async failed(name: string): Promise<void> {
    const to = join(this.#path, `${basename(name, ".sending")}.failed`);
    await rename(join(this.#path, name), to).catch(() => undefined);
    await this.#sync().catch(() => undefined);
  }

  async #sync(): Promise<void> {
    // Windows has no handle for a directory; its renames are on disk when they return.
    if (process.platform === "win32") return;
    await this.#guard("the queue directory cannot be written", async () => {
      const directory = await open(this.#path, "r");
      try {
        await directory.sync();
      } finally {
        await directory.close();
      }
    });
  }

  async #guard<Result>(text: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      throw this.#fail(303, text, error);
    }
  }
}

let made = 0;

/** Names sort as they were made, within a process also in the same millisecond. */
function newStem(): string {
  made = (made + 1) % 36 ** 6;
  return `${Date.now().toString(36)}-${made.toString(36).padStart(6, "0")}-${randomBytes(8).toString("hex")}`;
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await handle.read(buffer, read, length - read, position + read);
    if (bytesRead === 0) break;
    read += bytesRead;
  }
  return buffer.subarray(0, read);
}

async function* blocks(handle: FileHandle, from: number, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; ) {
    const piece = await readAt(handle, from + at, Math.min(BLOCK_BYTES, length - at));
    if (piece.length === 0) throw new TypeError("cut short");
    at += piece.length;
    yield piece;
  }
}
