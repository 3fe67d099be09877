import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, readdir, rename, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { DirectorySync } from "../directory/directory-sync.js";
import { damaged } from "../directory/file-format.js";
import { checkFolder } from "../directory/folders.js";
import { createOwn, openOwn, readAt, storing, writeAll } from "../directory/own-file.js";
import { QueueError, storageError } from "../errors.js";
import {
  CLOSING_MAX_BYTES,
  ContentCheck,
  FIRST_LINE_MAX_BYTES,
  folderFile,
  readClosing,
  readFirstLine,
} from "./folder-file.js";

/** The extensions of a folder's files and what they mean. The rename from one to the next is what makes it so. */
export const FOLDER_STATES = {
  writing: "being written; not a message yet",
  queued: "waits",
  sending: "claimed; after a crash a server may have it, so nobody sends it by himself",
  sent: "sent, and kept",
  failed: "not sent, or not known to be",
} as const;

const BLOCK_BYTES = 65_536;

/** A message of a folder, open and whole: its checksum was compared. */
export interface FolderMessage {
  /** What `add()` was given. */
  readonly head: object;
  readonly sizeBytes: number;
  /** The content from an octet on. @throws QueueError `ERR_QUEUE_STORAGE`, `ERR_QUEUE_DAMAGED` */
  blocks(from?: number): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

/**
 * A directory of messages whose extensions tell how far they have come, for programs that decide themselves what is sent when. The
 * promises of the directory store hold for each step: a name that was given is on disk with all that belongs to it, a file is claimed by
 * one, links are not followed. There is no worker, no retry and no journal: see `DirectoryStore` for these.
 */
export class MessageFolder {
  readonly #path: string;
  readonly #sync: DirectorySync;
  #closed = false;

  /** @param path a directory that is there */
  constructor(path: string) {
    this.#path = path;
    this.#sync = new DirectorySync(path, false);
  }

  /** @throws QueueError `ERR_QUEUE_STORAGE` when it is not there, `ERR_QUEUE_DIRECTORY_UNSAFE` when others may write to it */
  async check(): Promise<void> {
    await storing(checkFolder(this.#path));
  }

  /**
   * Writes a message. Resolves with the path of its file once that is there to stay.
   * @param head what is wanted again with it, as JSON: the envelope, options
   * @throws QueueError `ERR_QUEUE_STORAGE`, `ERR_QUEUE_CLOSED`, `ERR_QUEUE_TOO_LARGE` for a head above 16 MiB, or what the content threw: no
   * file is left then
   */
  async add(head: object, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
    if (this.#closed) throw new QueueError("ERR_QUEUE_CLOSED", "the folder was closed");
    const stem = newStem();
    const writing = join(this.#path, `${stem}.writing`);
    const queued = join(this.#path, `${stem}.queued`);
    const file = await createOwn(writing);
    try {
      for await (const block of folderFile(head, content)) await writeAll(file, [block]);
      await storing(file.sync());
      await storing(file.close());
      await storing(rename(writing, queued));
      await this.#sync.sync();
      return queued;
    } catch (error) {
      // Whoever is told of a failure adds the message again: what is there of this one must not be sent as well.
      await file.close().catch(() => undefined);
      await unlink(writing).catch(() => undefined);
      await unlink(queued).catch(() => undefined);
      throw error;
    }
  }

  /** The names of waiting messages, oldest first. @throws QueueError `ERR_QUEUE_STORAGE` */
  async waiting(): Promise<readonly string[]> {
    const names = await storing(readdir(this.#path));
    return names.filter((name) => name.endsWith(".queued")).sort();
  }

  /**
   * Takes a waiting message: of several who try, the rename lets one succeed. Undefined: it is someone else's. A name that was given by
   * hand gets a random part, as a rename would replace a file of an earlier message of that name.
   * @throws QueueError `ERR_QUEUE_STORAGE`
   */
  async claim(name: string): Promise<string | undefined> {
    const claimed = `${claimedStem(basename(name, ".queued"))}.sending`;
    try {
      await rename(join(this.#path, name), join(this.#path, claimed));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw storageError("a queue file cannot be claimed", cause);
    }
    // Content may go out from now on: a crash must not find the old name again.
    await this.#sync.sync();
    return claimed;
  }

  /**
   * Opens a file and reads it once to see that all of it is there.
   * @throws QueueError `ERR_QUEUE_DAMAGED`, `ERR_QUEUE_VERSION`, `ERR_QUEUE_FOREIGN`, `ERR_QUEUE_STORAGE`
   */
  async open(name: string): Promise<FolderMessage> {
    const file = await openOwn(join(this.#path, name), constants.O_RDONLY);
    try {
      return await read(file);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  /** The message was sent: its file is kept under another name, or removed. @throws QueueError `ERR_QUEUE_STORAGE` */
  async sent(name: string, keep: boolean): Promise<void> {
    const path = join(this.#path, name);
    await storing(keep ? rename(path, join(this.#path, `${basename(name, ".sending")}.sent`)) : unlink(path));
    await this.#sync.sync();
  }

  /** It was not, or nobody knows. Never throws: the error that led here is the one to tell. */
  async failed(name: string): Promise<void> {
    const to = join(this.#path, `${basename(name, ".sending")}.failed`);
    await rename(join(this.#path, name), to).catch(() => undefined);
    await this.#sync.sync().catch(() => undefined);
  }

  close(): Promise<void> {
    this.#closed = true;
    return this.#sync.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

let count = 0;
const GIVEN_HERE = /^[0-9a-z]{8,}-[0-9a-z]{8}-[0-9a-f]{16}$/;

/** A name that no other has; names of one process sort in the order in which they were made. */
function newStem(): string {
  count += 1;
  return `${Date.now().toString(36)}-${count.toString(36).padStart(8, "0")}-${randomBytes(8).toString("hex")}`;
}

function claimedStem(stem: string): string {
  return GIVEN_HERE.test(stem) ? stem : `${stem}-${randomBytes(8).toString("hex")}`;
}

async function read(file: FileHandle): Promise<FolderMessage> {
  const { size } = await storing(file.stat());
  const tailBytes = Math.min(size, CLOSING_MAX_BYTES);
  const { line, sizeBytes } = readClosing(await readAt(file, size - tailBytes, tailBytes));
  const start = size - line.length - sizeBytes;
  if (start < 2 || start > FIRST_LINE_MAX_BYTES) throw damaged("its sizes do not fit");
  const first = await readAt(file, 0, start);
  const head = readFirstLine(first);
  const check = new ContentCheck(first);
  for await (const block of blocks(file, start, sizeBytes)) check.add(block);
  if (check.closingLine !== line)
    throw new QueueError("ERR_QUEUE_DAMAGED", "the checksum of the file is wrong");
  return {
    head,
    sizeBytes,
    blocks: (from = 0) => blocks(file, start + from, sizeBytes - from),
    close: () => file.close(),
  };
}

async function* blocks(file: FileHandle, from: number, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; ) {
    const block = await readAt(file, from + at, Math.min(BLOCK_BYTES, length - at));
    at += block.length;
    yield block;
  }
}
