import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, readdir, rename, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { DirectorySync } from "../directory/directory-sync.js";
import { damaged } from "../directory/file-format.js";
import { checkFolder, makeFolder } from "../directory/folders.js";
import { createOwn, openOwn, readAt, storing, writeAll } from "../directory/own-file.js";
import { QueueError, storageError } from "../errors.js";
import { checkPath, kindOf, truth, wholeNumber } from "../options.js";
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
  /** The content from an octet on. @throws QueueError `ERR_QUEUE_OPTION`, `ERR_QUEUE_STORAGE`, `ERR_QUEUE_DAMAGED` */
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

  /**
   * @param path of a directory; `add()` makes it, with mode 0700, where it does not exist
   * @throws QueueError `ERR_QUEUE_OPTION`
   */
  constructor(path: string) {
    this.#path = checkPath("the folder", path);
    this.#sync = new DirectorySync(path, false);
  }

  /** @throws QueueError `ERR_QUEUE_STORAGE` when it is not there, `ERR_QUEUE_DIRECTORY_UNSAFE` when others may write to it */
  async check(): Promise<void> {
    await storing(checkFolder(this.#path), this.#path);
  }

  /**
   * Writes a message. Resolves with the path of its file once that is there to stay.
   * @param head what is wanted again with it, as JSON: the envelope, options
   * @param content blocks of octets
   * @throws QueueError `ERR_QUEUE_STORAGE`, `ERR_QUEUE_CLOSED`, `ERR_QUEUE_TOO_LARGE` for a head above 16 MiB, `ERR_QUEUE_ARGUMENT` for
   * what is no head or no octets, or what the content threw: no file is left then
   */
  async add(head: object, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
    if (this.#closed) throw new QueueError("ERR_QUEUE_CLOSED", "the folder was closed");
    const written = folderFile(head, content);
    const stem = newStem();
    const writing = join(this.#path, `${stem}.writing`);
    const queued = join(this.#path, `${stem}.queued`);
    const file = await this.#create(writing);
    try {
      for await (const block of written) await writeAll(file, [block]);
      await storing(file.sync(), file);
      await storing(file.close(), file);
      await storing(rename(writing, queued), writing);
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

  /** A new file, in a folder that is made when it is missed. */
  async #create(path: string): Promise<FileHandle> {
    try {
      return await createOwn(path);
    } catch (error) {
      if (!QueueError.is(error) || error.errno !== "ENOENT") throw error;
      await storing(makeFolder(this.#path), this.#path);
      return await createOwn(path);
    }
  }

  /** The names of waiting messages, oldest first; none where there is no folder yet. @throws QueueError `ERR_QUEUE_STORAGE` */
  async waiting(): Promise<readonly string[]> {
    const names = await storing(readdir(this.#path).catch(unlessMissing), this.#path);
    return names.filter((name) => name.endsWith(".queued")).sort();
  }

  /**
   * Takes a waiting message: of several who try, the rename lets one succeed. Undefined: it is someone else's. A name that was given by
   * hand gets a random part, as a rename would replace a file of an earlier message of that name.
   * @throws QueueError `ERR_QUEUE_ARGUMENT` for what is no name of a file here, `ERR_QUEUE_STORAGE`
   */
  async claim(name: string): Promise<string | undefined> {
    const path = this.#pathOf(name);
    const claimed = `${claimedStem(basename(name, ".queued"))}.sending`;
    try {
      await rename(path, join(this.#path, claimed));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw storageError("a queue file cannot be claimed", cause, path);
    }
    // Content may go out from now on: a crash must not find the old name again.
    await this.#sync.sync();
    return claimed;
  }

  /**
   * Opens a file and reads it once to see that all of it is there.
   * @throws QueueError `ERR_QUEUE_ARGUMENT`, `ERR_QUEUE_DAMAGED`, `ERR_QUEUE_VERSION`, `ERR_QUEUE_FOREIGN`, `ERR_QUEUE_STORAGE`
   */
  async open(name: string): Promise<FolderMessage> {
    const file = await openOwn(this.#pathOf(name), constants.O_RDONLY);
    try {
      return await read(file);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  /**
   * The message was sent: its file is kept under another name, or removed.
   * @throws QueueError `ERR_QUEUE_ARGUMENT`, `ERR_QUEUE_STORAGE`
   */
  async sent(name: string, keep: boolean): Promise<void> {
    const path = this.#pathOf(name);
    const kept = join(this.#path, `${basename(name, ".sending")}.sent`);
    await storing(truth("keep", keep, false) ? rename(path, kept) : unlink(path), path);
    await this.#sync.sync();
  }

  /**
   * It was not, or nobody knows. Whatever the disk says it does not throw: the error that led here is the one to tell.
   * @throws QueueError `ERR_QUEUE_ARGUMENT`
   */
  async failed(name: string): Promise<void> {
    const path = this.#pathOf(name);
    const to = join(this.#path, `${basename(name, ".sending")}.failed`);
    await rename(path, to).catch(() => undefined);
    await this.#sync.sync().catch(() => undefined);
  }

  /** Names come from outside, and must lead nowhere else. */
  #pathOf(name: string): string {
    const here = typeof name === "string" && basename(name) === name && !["", ".", ".."].includes(name);
    if (here && !name.includes("\0")) return join(this.#path, name);
    const given = typeof name === "string" ? JSON.stringify(name.slice(0, 80)) : kindOf(name);
    throw new QueueError("ERR_QUEUE_ARGUMENT", `not the name of a file in the folder: ${given}`);
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

function unlessMissing(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT") return [];
  throw error;
}

function claimedStem(stem: string): string {
  return GIVEN_HERE.test(stem) ? stem : `${stem}-${randomBytes(8).toString("hex")}`;
}

async function read(file: FileHandle): Promise<FolderMessage> {
  const { size } = await storing(file.stat(), file);
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
    blocks: (from) => {
      const skipped = wholeNumber("from", from, 0, 0, sizeBytes);
      return blocks(file, start + skipped, sizeBytes - skipped);
    },
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
