// What stands in a file of a MessageFolder: one line of JSON, the content, and one line that closes it. It is text as long as the
// content is: the whole of it can be handed about as such.
import { createHash } from "node:crypto";
import { types } from "node:util";
import { damaged } from "../directory/file-format.js";
import { QueueError } from "../errors.js";
import { kindOf } from "../options.js";

/** The number changes when old versions could not read new files. */
const FORMAT = 1;
const CLOSING = /^\r\nwirepost-message-end (\d{1,15}) ([0-9a-f]{64})\r\n$/;
/** Longer than any closing line. */
export const CLOSING_MAX_BYTES = 128;
export const FIRST_LINE_MAX_BYTES = 16 * 1024 * 1024;

/**
 * The octets of such a file.
 * @param head what its owner wants to know again, as JSON
 * @param content blocks of octets
 * @throws QueueError `ERR_QUEUE_ARGUMENT`, `ERR_QUEUE_TOO_LARGE`
 */
export function folderFile(
  head: object,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const first = Buffer.from(`{"wirepostMessage":${FORMAT},"head":${headText(head)}}\r\n`, "utf8");
  if (first.length > FIRST_LINE_MAX_BYTES) {
    throw new QueueError("ERR_QUEUE_TOO_LARGE", `the head has more than ${FIRST_LINE_MAX_BYTES} octets`);
  }
  const iterable = typeof content === "object" && content !== null && !types.isUint8Array(content);
  if (!iterable || !(Symbol.asyncIterator in content || Symbol.iterator in content)) {
    throw argument(`the content must be an iterable of Uint8Arrays, not ${kindOf(content)}`);
  }
  return octetsOf(first, content);
}

async function* octetsOf(
  first: Uint8Array,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const check = new ContentCheck(first);
  yield first;
  for await (const block of content) {
    // The size of anything else would be counted in other units than octets.
    if (!types.isUint8Array(block)) throw argument(`the content holds ${kindOf(block)}, not a Uint8Array`);
    check.add(block);
    yield block;
  }
  yield Buffer.from(check.closingLine, "latin1");
}

function headText(head: object): string {
  let text: string | undefined;
  try {
    text = typeof head === "object" && head !== null ? JSON.stringify(head) : undefined;
  } catch (cause) {
    throw argument("the head cannot be written as JSON", cause);
  }
  // What toJSON() made of it must be an object too.
  if (text === undefined || !/^[[{]/.test(text))
    throw argument(`the head must be an object, not ${kindOf(head)}`);
  return text;
}

function argument(message: string, cause?: unknown): QueueError {
  return new QueueError("ERR_QUEUE_ARGUMENT", message, { cause });
}

/** Counts and hashes content as it passes; the first line is hashed with it. */
export class ContentCheck {
  readonly #hash = createHash("sha256");
  #sizeBytes = 0;

  constructor(first: Uint8Array) {
    this.#hash.update(first);
  }

  add(octets: Uint8Array): void {
    this.#hash.update(octets);
    this.#sizeBytes += octets.length;
  }

  get closingLine(): string {
    return `\r\nwirepost-message-end ${this.#sizeBytes} ${this.#hash.digest("hex")}\r\n`;
  }
}

/** What the end of a file says: where its closing line begins, and how much content stands before it. @throws QueueError `ERR_QUEUE_DAMAGED` */
export function readClosing(tail: Uint8Array): { readonly line: string; readonly sizeBytes: number } {
  const text = Buffer.from(tail).toString("latin1");
  const at = text.lastIndexOf("\r\nwirepost-message-end ");
  const line = at < 0 ? "" : text.slice(at);
  const match = CLOSING.exec(line);
  if (match === null) throw damaged("it is cut short, or was not written by this package");
  return { line, sizeBytes: Number(match[1]) };
}

/** @throws QueueError `ERR_QUEUE_DAMAGED`, `ERR_QUEUE_VERSION` */
export function readFirstLine(octets: Uint8Array): object {
  // One line and no more: a size that was changed must not move what follows into it, nor its end out of it.
  if (octets.indexOf(0x0a) !== octets.length - 1) throw damaged("its sizes do not fit");
  let first: { wirepostMessage?: unknown; head?: unknown };
  try {
    first = JSON.parse(Buffer.from(octets).toString("utf8"));
  } catch {
    throw damaged("its first line cannot be read");
  }
  const { wirepostMessage, head } = first;
  if (typeof wirepostMessage === "number" && wirepostMessage > FORMAT) {
    throw new QueueError(
      "ERR_QUEUE_VERSION",
      `the file has version ${wirepostMessage}, this program knows ${FORMAT}`,
    );
  }
  if (wirepostMessage !== FORMAT || typeof head !== "object" || head === null)
    throw damaged("its first line is none of this package's");
  return head;
}
