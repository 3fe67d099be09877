import { createHash } from "node:crypto";
import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { QueueError } from "../errors.js";
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
import { createOwn, openOwn, readAt, storing, writeAll } from "./own-file.js";

/** Files up to this size are read and written whole, in one call. */
const WHOLE_BYTES = 256 * 1024;
const BLOCK_BYTES = 256 * 1024;

/**
 * Writes a new file and makes it durable: when this resolves, only the name is missing.
 * @throws QueueError `ERR_QUEUE_STORAGE`, `ERR_QUEUE_TOO_LARGE`, or what the content threw; the caller removes the file
 */
export async function writeMessageFile(path: string, message: NewMessage): Promise<MessageHead> {
  const file = await createOwn(path);
  try {
    const written =
      message.content instanceof Uint8Array
        ? await writeWhole(file, message, message.content)
        : await writeStream(file, message, message.content);
    await storing(file.sync(), file);
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
      const { size } = await storing(file.stat(), file);
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
      await storing(file.datasync(), file);
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

function tooLarge(maxBytes: number): QueueError {
  return new QueueError("ERR_QUEUE_TOO_LARGE", `the message has more than ${maxBytes} octets`);
}

function contentDamaged(): QueueError {
  return damaged("the checksum of its content is wrong");
}
