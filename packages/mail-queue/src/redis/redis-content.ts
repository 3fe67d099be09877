import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { QueueError } from "../errors.js";
import type { MessageHead } from "../message.js";
import type { NewMessage } from "../store.js";

/**
 * Redis holds a content as a hash of pieces of this size, by number: a connection that breaks has its last commands repeated, and
 * what is set twice is still there once.
 */
const PIECE_BYTES = 512 * 1024;

export interface StoredContent {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** @throws QueueError `ERR_QUEUE_TOO_LARGE`; the caller removes the key */
export async function writeContent(client: Redis, key: string, message: NewMessage): Promise<StoredContent> {
  const hash = createHash("sha256");
  let sizeBytes = 0;
  let count = 0;
  for await (const piece of pieces(message.content)) {
    sizeBytes += piece.length;
    if (sizeBytes > message.maxBytes) {
      throw new QueueError("ERR_QUEUE_TOO_LARGE", `the message has more than ${message.maxBytes} octets`);
    }
    hash.update(piece);
    await client.hset(key, String(count++), Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
  }
  return { sizeBytes, sha256: hash.digest("hex") };
}

async function* pieces(content: NewMessage["content"]): AsyncGenerator<Uint8Array> {
  if (content instanceof Uint8Array) {
    for (let at = 0; at < content.length; at += PIECE_BYTES) yield content.subarray(at, at + PIECE_BYTES);
    return;
  }
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const block of content) {
    held.push(block);
    heldBytes += block.length;
    if (heldBytes < PIECE_BYTES) continue;
    yield Buffer.concat(held);
    held = [];
    heldBytes = 0;
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}

/** Reads all of it once to compare its checksum, and then again to give it; what is one piece is read once. */
export async function* readContent(
  client: Redis,
  key: string,
  head: MessageHead,
  signal?: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const count = await client.hlen(key);
  const hash = createHash("sha256");
  let first: Buffer | null = null;
  for (let index = 0; index < count; index++) {
    signal?.throwIfAborted();
    const piece = await client.hgetBuffer(key, String(index));
    if (index === 0) first = piece;
    if (piece !== null) hash.update(piece);
  }
  if (hash.digest("hex") !== head.sha256) {
    throw new QueueError("ERR_QUEUE_DAMAGED", "the content in Redis is missing or its checksum is wrong");
  }
  for (let index = 0; index < count; index++) {
    signal?.throwIfAborted();
    const piece = index === 0 ? first : await client.hgetBuffer(key, String(index));
    if (piece !== null) yield piece;
  }
}
