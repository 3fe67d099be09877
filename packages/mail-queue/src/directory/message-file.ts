import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { QueueError, storageError } from "../errors.js";
import type { JournalEntry } from "../journal.js";
import type { MessageHead } from "../message.js";
import type { NewMessage } from "../store.js";
import {
  damaged,
  decodeHead,
  decodeJournal,
  decodePreamble,
  encodeEntry,
  encodeHead,
  encodePreamble,
  journalRoom,
  PREAMBLE_BYTES,
} from "./file-format.js";

/** Files up to this size are read and written whole, in one call. */
const WHOLE_BYTES = 256 * 1024;
const BLOCK_BYTES = 256 * 1024;

/**
 * Writes a new file and makes it durable: when this resolves, only the name is missing.
 * @throws QueueError `ERR_QUEUE_STORAGE`, `ERR_QUEUE_TOO_LARGE`, or what the content threw; the caller removes the file
 */
export async function writeMessageFile(path: string, message: NewMessage): Promise<MessageHead> {
  const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
  const file = await storing(open(path, O_CREAT | O_EXCL | O_WRONLY | (O_NOFOLLOW ?? 0), 0o600));
  try {
    const written =
      message.content instanceof Uint8Array
        ? await writeWhole(file, message, message.content)
        : await writeStream(file, message, message.content);
    await storing(file.sync());
    return written;
  } finally {
    // Every octet is on disk by now, or the file is about to be removed.
    await file.close().catch(() => {});
  }
}

async function writeWhole(file: FileHandle, message: NewMessage, content: Uint8Array): Promise<MessageHead> {
  if (content.length > message.maxBytes) throw tooLarge(message.maxBytes);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const { head, preamble, tail } = finish(message, content.length, sha256);
  await writeAll(
    file,
    content.length > WHOLE_BYTES ? [preamble, content, tail] : [Buffer.concat([preamble, content, tail])],
  );
  return head;
}

async function writeStream(
  file: FileHandle,
  message: NewMessage,
  content: AsyncIterable<Uint8Array>,
): Promise<MessageHead> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  await writeAll(file, [Buffer.alloc(PREAMBLE_BYTES, 0x20)]);
  for await (const block of content) {
    sizeBytes += block.length;
    if (sizeBytes > message.maxBytes) throw tooLarge(message.maxBytes);
    hash.update(block);
    await writeAll(file, [block]);
  }
  const { head, preamble, tail } = finish(message, sizeBytes, hash.digest("hex"));
  await writeAll(file, [tail]);
  await writeAll(file, [preamble], 0);
  return head;
}

function finish(message: NewMessage, sizeBytes: number, sha256: string) {
  const head: MessageHead = { ...message.head, sizeBytes, sha256 };
  const headOctets = encodeHead(head);
  const roomBytes = journalRoom(head.to.length);
  const lengths = { contentBytes: sizeBytes, headBytes: headOctets.length, roomBytes };
  return {
    head,
    preamble: encodePreamble(lengths, headOctets),
    tail: Buffer.concat([headOctets, Buffer.alloc(roomBytes, 0x20)]),
  };
}

async function writeAll(file: FileHandle, pieces: readonly Uint8Array[], position?: number): Promise<void> {
  for (const piece of pieces) {
    let done = 0;
    while (done < piece.length) {
      const at = position === undefined ? null : position + done;
      const { bytesWritten } = await storing(file.write(piece, done, piece.length - done, at));
      done += bytesWritten;
    }
  }
}

/** A queue file that is open. What is read of it has been checked; content is checked when it is read. */
export class MessageFile {
  readonly head: MessageHead;
  readonly journal: JournalEntry[];
  readonly #path: string;
  #journalEndsAt: number;
  /** Kept for small files, so that delivering does not read twice. */
  #content: Uint8Array | undefined;
  #checked = false;

  private constructor(
    path: string,
    head: MessageHead,
    journal: JournalEntry[],
    journalEndsAt: number,
    content: Uint8Array | undefined,
  ) {
    this.#path = path;
    this.head = head;
    this.journal = journal;
    this.#journalEndsAt = journalEndsAt;
    this.#content = content;
  }

  /**
   * @throws QueueError `ERR_QUEUE_FOREIGN`, `ERR_QUEUE_DAMAGED`, `ERR_QUEUE_VERSION`, `ERR_QUEUE_STORAGE`; of a name that is gone,
   * `ERR_QUEUE_STORAGE` with `errno` `ENOENT`
   */
  static async read(path: string, id: string): Promise<MessageFile> {
    const file = await openOwn(path, constants.O_RDONLY);
    try {
      const { size } = await storing(file.stat());
      if (size <= WHOLE_BYTES) return parseWhole(path, id, await readAt(file, 0, size));
      const lengths = decodePreamble(await readAt(file, 0, PREAMBLE_BYTES));
      const headAt = PREAMBLE_BYTES + lengths.contentBytes;
      const journalAt = headAt + lengths.headBytes;
      if (size < journalAt) throw damaged("it is cut short");
      const head = decodeHead(await readAt(file, headAt, lengths.headBytes), lengths, id);
      const { entries, endsAt } = decodeJournal(await readAt(file, journalAt, size - journalAt));
      return new MessageFile(path, head, entries, journalAt + endsAt, undefined);
    } finally {
      await file.close().catch(() => {});
    }

    function parseWhole(path: string, id: string, octets: Uint8Array): MessageFile {
      const lengths = decodePreamble(octets.subarray(0, PREAMBLE_BYTES));
      const headAt = PREAMBLE_BYTES + lengths.contentBytes;
      const journalAt = headAt + lengths.headBytes;
      if (octets.length < journalAt) throw damaged("it is cut short");
      const head = decodeHead(octets.subarray(headAt, journalAt), lengths, id);
      const { entries, endsAt } = decodeJournal(octets.subarray(journalAt));
      const content = octets.subarray(PREAMBLE_BYTES, headAt);
      return new MessageFile(path, head, entries, journalAt + endsAt, content);
    }
  }

  /** The whole content when it is small, else undefined. @throws QueueError `ERR_QUEUE_DAMAGED` */
  get smallContent(): Uint8Array | undefined {
    if (this.#content !== undefined && !this.#checked) {
      if (createHash("sha256").update(this.#content).digest("hex") !== this.head.sha256)
        throw contentDamaged();
      this.#checked = true;
    }
    return this.#content;
  }

  /** Content block by block, after all of it was read once to compare its checksum. */
  async *blocks(path: string, signal?: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const small = this.smallContent;
    if (small !== undefined) {
      yield small;
      return;
    }
    const file = await openOwn(path, constants.O_RDONLY);
    try {
      if (!this.#checked) {
        const hash = createHash("sha256");
        for await (const block of this.#blocksOf(file, signal)) hash.update(block);
        if (hash.digest("hex") !== this.head.sha256) throw contentDamaged();
        this.#checked = true;
      }
      yield* this.#blocksOf(file, signal);
    } finally {
      await file.close().catch(() => {});
    }
  }

  async *#blocksOf(file: FileHandle, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    let at = 0;
    while (at < this.head.sizeBytes) {
      signal?.throwIfAborted();
      const block = await readAt(file, PREAMBLE_BYTES + at, Math.min(BLOCK_BYTES, this.head.sizeBytes - at));
      at += block.length;
      yield block;
    }
  }

  /**
   * Adds a line to the journal and makes it durable. A failed fsync is not tried again: what the system has thrown away by then,
   * a second one would not bring back, and say that all is well.
   */
  async append(path: string, entry: JournalEntry): Promise<void> {
    const octets = encodeEntry(entry, this.journal.length + 1);
    const file = await openOwn(path, constants.O_WRONLY);
    try {
      await writeAll(file, [octets], this.#journalEndsAt);
      await storing(file.datasync());
    } finally {
      await file.close().catch(() => {});
    }
    this.journal.push(entry);
    this.#journalEndsAt += octets.length;
  }

  get path(): string {
    return this.#path;
  }
}

/** Opens a file that can only be ours: regular, one name, this user's, and no link followed on the last step. */
async function openOwn(path: string, flags: number): Promise<FileHandle> {
  // Looked at first, because opening a device or a FIFO can itself have effects.
  const before = await storing(lstat(path));
  if (!before.isFile()) throw foreign("it is not a regular file");
  const { O_NOFOLLOW, O_NONBLOCK } = constants;
  let file: FileHandle;
  try {
    file = await open(path, flags | (O_NOFOLLOW ?? 0) | (O_NONBLOCK ?? 0));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ELOOP" || code === "EACCES" || code === "ENXIO")
      throw foreign(`it cannot be opened (${code})`);
    throw storageError("a queue file cannot be opened", cause);
  }
  try {
    const stat = await storing(file.stat());
    if (!stat.isFile()) throw foreign("it is not a regular file");
    if (stat.nlink !== 1) throw foreign("it has more than one name");
    if (process.getuid !== undefined && stat.uid !== process.getuid())
      throw foreign("it belongs to another user");
    return file;
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const octets = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await storing(file.read(octets, done, length - done, position + done));
    if (bytesRead === 0) throw damaged("it is cut short");
    done += bytesRead;
  }
  return octets;
}

async function storing<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (cause) {
    throw storageError("a queue file cannot be read or written", cause);
  }
}

function tooLarge(maxBytes: number): QueueError {
  return new QueueError("ERR_QUEUE_TOO_LARGE", `the message has more than ${maxBytes} octets`);
}

function foreign(why: string): QueueError {
  return new QueueError("ERR_QUEUE_FOREIGN", `not a queue file: ${why}`);
}

function contentDamaged(): QueueError {
  return damaged("the checksum of its content is wrong");
}
