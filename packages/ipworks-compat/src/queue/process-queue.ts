// Queue and ProcessQueue.
import { formatMailbox, parseMailbox } from "@wirepost/mail-address";
import type { Mailer } from "../mailer.js";
import { BodyStream } from "../message/body-stream.js";
import { composeParts, type Outgoing } from "../message/outgoing.js";
import { RecipientState } from "../message/recipient.js";
import type { Run } from "../run.js";
import { Closing, FORMAT, headLine, type QueueHead } from "./queue-file.js";
import { type QueuedFile, QueueFolder } from "./queue-folder.js";

/** A body up to this size is sent as one piece of memory, so that Transfer can tell percents. */
const IN_MEMORY_BYTES = 1_048_576;

/** Writes the message to a directory, or gives back the text that would be written. @throws 164, 165, 303, 434 */
export async function queueMessage(mailer: Mailer, directory: string): Promise<string> {
  const outgoing = mailer.outgoing(true);
  // 8-bit: what a server needs is decided when there is a server.
  const { head, body } = await outgoing.composed(true);
  const line: QueueHead = {
    wirepostQueue: FORMAT,
    from: outgoing.sender === null ? null : formatMailbox(outgoing.sender, { domain: "as-is" }),
    recipients: outgoing.recipients.map(({ address, options, recipientType }) => ({
      address,
      options,
      recipientType,
    })),
    headBytes: head.length,
    ready: mailer.draft.message.length > 0,
  };
  const content = pieces(head, body);
  if (directory === "*") {
    const text = await asText(mailer, line, content);
    mailer.noteQueued();
    return text;
  }
  const folder = new QueueFolder(directory, mailer.fail);
  await folder.check();
  const name = await folder.add(line, content);
  mailer.noteQueued();
  return name;
}

async function* pieces(head: Uint8Array, body: Uint8Array | BodyStream): AsyncGenerator<Uint8Array> {
  yield head;
  if (body instanceof Uint8Array) yield body;
  else yield* body.pieces();
}

async function asText(mailer: Mailer, head: QueueHead, content: AsyncIterable<Uint8Array>): Promise<string> {
  const first = headLine(head);
  const closing = new Closing(first);
  const parts: Uint8Array[] = [first];
  for await (const piece of content) {
    closing.push(piece);
    parts.push(piece);
  }
  parts.push(closing.line);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
  } catch (error) {
    throw mailer.fail(434, "the message holds octets that are no text", error);
  }
}

/** Sends what waits. The first error ends it; what has not been begun stays. @throws as Send */
export async function sendQueue(mailer: Mailer, folder: QueueFolder, run: Run): Promise<void> {
  for (const name of await folder.waiting()) {
    run.check();
    const claimed = await folder.claim(name);
    if (claimed === undefined) continue;
    try {
      const file = await folder.open(claimed);
      try {
        await mailer.transmit(await outgoingOf(mailer, file), "MAIL", run);
      } finally {
        await file.close();
      }
    } catch (error) {
      await folder.failed(claimed);
      throw error;
    }
    await folder.sent(claimed, mailer.settings.truth("KeepQueue"));
  }
}

async function outgoingOf(mailer: Mailer, file: QueuedFile): Promise<Outgoing> {
  const { from, recipients, headBytes, ready } = file.head;
  const head: Uint8Array[] = [];
  let left = headBytes;
  for await (const piece of file.pieces(0)) {
    head.push(piece.subarray(0, left));
    left -= Math.min(left, piece.length);
    if (left === 0) break;
  }
  const headers = Buffer.concat(head).toString("utf8").replace(/\r\n$/, "");
  const bodyBytes = file.sizeBytes - headBytes;
  const body =
    bodyBytes <= IN_MEMORY_BYTES
      ? Buffer.concat(await collect(file.pieces(headBytes)))
      : new BodyStream(file.pieces(headBytes), mailer.fail);
  return {
    sender: from === null ? null : parseMailbox(from),
    recipients: recipients.map(({ address, options, recipientType }) => {
      const state = new RecipientState(address, recipientType);
      state.options = options;
      return state;
    }),
    composed: (eightBit) => composeParts(headers, body, { ready, eightBit, fail: mailer.fail }),
  };
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const piece of source) all.push(piece);
  return all;
}
