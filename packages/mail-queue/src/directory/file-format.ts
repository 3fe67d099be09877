import { createHash } from "node:crypto";
import { QueueError } from "../errors.js";
import type { JournalEntry } from "../journal.js";
import { keptText } from "../journal.js";
import type { MessageHead } from "../message.js";

/**
 * A queue file, front to back:
 *
 *     preamble   160 octets of ASCII: version, three lengths, and a checksum of itself with the head
 *     content    the frozen octets of the message, as they go on the wire before dot-stuffing
 *     head       one line of JSON: envelope, options, length and SHA-256 of the content
 *     journal    lines of "CHECK NUMBER JSON", then spaces: room that was taken on disk when the message was queued, so that
 *                a disk that is full later cannot keep a result from being written
 *
 * Content comes before the head because its checksum is known only when it has been written. A line of the journal whose check
 * or number is wrong ends the journal: it was torn by a crash, and the next line is written over it.
 */
export const PREAMBLE_BYTES = 160;
const MAX_HEAD_BYTES = 16 * 1024 * 1024;
const PREAMBLE =
  /^wirepost-queue ([0-9]{3}) content ([0-9]{15}) head ([0-9]{9}) room ([0-9]{9}) check ([0-9a-f]{64}) *\n$/;

export interface Lengths {
  readonly contentBytes: number;
  readonly headBytes: number;
  readonly roomBytes: number;
}

export function encodePreamble(lengths: Lengths, head: Uint8Array): Uint8Array {
  const front = preambleFront(lengths);
  const line = `${front} check ${checkOf(front, head)}`;
  return Buffer.from(`${line.padEnd(PREAMBLE_BYTES - 1)}\n`, "latin1");
}

function preambleFront({ contentBytes, headBytes, roomBytes }: Lengths): string {
  return `wirepost-queue 001 content ${digits(contentBytes, 15)} head ${digits(headBytes, 9)} room ${digits(roomBytes, 9)}`;
}

/** @throws QueueError `ERR_QUEUE_DAMAGED`, `ERR_QUEUE_VERSION` */
export function decodePreamble(octets: Uint8Array): Lengths & { readonly check: string } {
  const match = PREAMBLE.exec(
    Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("latin1"),
  );
  if (match === null) throw damaged("it does not begin as a queue file does");
  if (match[1] !== "001") {
    throw new QueueError(
      "ERR_QUEUE_VERSION",
      `the queue file has version ${match[1]}, this program knows 001`,
    );
  }
  const headBytes = Number(match[3]);
  if (headBytes > MAX_HEAD_BYTES) throw damaged("its head is too long");
  return {
    contentBytes: Number(match[2]),
    headBytes,
    roomBytes: Number(match[4]),
    check: match[5] as string,
  };
}

export function encodeHead(head: MessageHead): Uint8Array {
  return Buffer.from(`${JSON.stringify(head)}\n`, "utf8");
}

/** @throws QueueError `ERR_QUEUE_DAMAGED` */
export function decodeHead(
  octets: Uint8Array,
  lengths: Lengths & { readonly check: string },
  id: string,
): MessageHead {
  if (checkOf(preambleFront(lengths), octets) !== lengths.check)
    throw damaged("the checksum of its head is wrong");
  // What has the right checksum was written by this program, as this program writes it.
  const head = JSON.parse(Buffer.from(octets).toString("utf8")) as MessageHead;
  if (head.id !== id) throw damaged(`it belongs to the message ${keptText(String(head.id))}`);
  return head;
}

/** Room for the result of an attempt, with a reply of usual length for each recipient. */
export function journalRoom(recipients: number): number {
  return Math.min(64 * 1024, 512 + 192 * recipients);
}

export function encodeEntry(entry: JournalEntry, number: number): Uint8Array {
  const body = `${number} ${JSON.stringify(entry)}`;
  return Buffer.from(`${lineCheck(body)} ${body}\n`, "utf8");
}

export interface JournalEnd {
  readonly entries: JournalEntry[];
  /** Where the next line goes, counted from the journal's beginning. */
  readonly endsAt: number;
}

/** Reads as many lines as are whole. */
export function decodeJournal(octets: Uint8Array): JournalEnd {
  const buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  const entries: JournalEntry[] = [];
  let at = 0;
  for (;;) {
    const end = buffer.indexOf(0x0a, at);
    if (end < 0) break;
    const line = buffer.toString("utf8", at, end);
    const space = line.indexOf(" ");
    const body = line.slice(space + 1);
    if (space !== 16 || line.slice(0, 16) !== lineCheck(body)) break;
    const second = body.indexOf(" ");
    if (Number(body.slice(0, second)) !== entries.length + 1) break;
    entries.push(JSON.parse(body.slice(second + 1)) as JournalEntry);
    at = end + 1;
  }
  return { entries, endsAt: at };
}

function checkOf(front: string, head: Uint8Array): string {
  return createHash("sha256").update(front).update(head).digest("hex");
}

function lineCheck(body: string): string {
  return createHash("sha256").update(body).digest("hex").slice(0, 16);
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

export function damaged(why: string): QueueError {
  return new QueueError("ERR_QUEUE_DAMAGED", `the queue file is damaged: ${why}`);
}
