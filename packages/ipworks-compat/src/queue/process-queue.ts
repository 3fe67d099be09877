// Queue and ProcessQueue, over the folder of files of the queue package.
import { formatMailbox, parseMailbox } from "@wirepost/mail-address";
import type { FolderMessage, MessageFolder } from "@wirepost/mail-queue/folder";
import type { Mailer } from "../mailer.js";
import { BodyStream } from "../message/body-stream.js";
import { composeParts, type Outgoing } from "../message/outgoing.js";
import { RecipientState } from "../message/recipient.js";
import type { Run } from "../run.js";
import { type QueueEnvelope, readEnvelope } from "./queue-envelope.js";

/** A body up to this size is sent as one piece of memory, so that Transfer can tell percents. */
const IN_MEMORY_BYTES = 1_048_576;

/** Writes the message to a directory, or gives back the text that would be written. @throws 164, 165, 302, 303, 434 */
export async function queueMessage(mailer: Mailer, directory: string, run: Run): Promise<string> {
  const { MessageFolder, folderFile } = await import("@wirepost/mail-queue/folder");
  const outgoing = mailer.outgoing(true);
  // 8-bit: what a server needs is decided when there is a server.
  const { head, body } = await outgoing.composed(true);
  const envelope: QueueEnvelope = {
    from: outgoing.sender === null ? null : formatMailbox(outgoing.sender, { domain: "as-is" }),
    recipients: outgoing.recipients.map(({ address, options, recipientType }) => ({
      address,
      options,
      recipientType,
    })),
    headBytes: head.length,
    ready: mailer.draft.message.length > 0,
  };
  const content = pieces(head, body, run.signal);
  let result: string;
  if (directory === "*") result = await asText(mailer, folderFile(envelope, content));
  else {
    const folder = new MessageFolder(directory);
    try {
      await folder.check();
      result = await folder.add(envelope, content);
    } finally {
      await folder.close();
    }
  }
  mailer.noteQueued();
  return result;
}

async function* pieces(
  head: Uint8Array,
  body: Uint8Array | BodyStream,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  yield head;
  if (body instanceof Uint8Array) yield body;
  else yield* body.pieces(signal);
}

async function asText(mailer: Mailer, file: AsyncIterable<Uint8Array>): Promise<string> {
  const octets = Buffer.concat(await collect(file));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(octets);
  } catch (error) {
    throw mailer.fail(434, "the message holds octets that are no text", error);
  }
}

/**
 * Sends what waits. The first error ends it; what has not been begun stays, and where there is no server to send to nothing is
 * begun.
 *
 * @throws 303, and as Send
 */
export async function processQueue(mailer: Mailer, directory: string, run: Run): Promise<void> {
  const { MessageFolder } = await import("@wirepost/mail-queue/folder");
  const folder = new MessageFolder(directory);
  try {
    await folder.check();
    mailer.checkServer();
    for (const name of await folder.waiting()) {
      run.check();
      const claimed = await folder.claim(name);
      if (claimed !== undefined) await sendClaimed(mailer, folder, claimed, run);
    }
  } finally {
    await folder.close();
  }
}

async function sendClaimed(mailer: Mailer, folder: MessageFolder, name: string, run: Run): Promise<void> {
  try {
    const message = await folder.open(name);
    try {
      await mailer.transmit(await outgoingOf(mailer, message), "MAIL", run);
    } finally {
      await message.close();
    }
  } catch (error) {
    await folder.failed(name);
    throw error;
  }
  await folder.sent(name, mailer.settings.truth("KeepQueue"));
}

async function outgoingOf(mailer: Mailer, message: FolderMessage): Promise<Outgoing> {
  const { from, recipients, headBytes, ready } = envelopeOf(mailer, message);
  const head: Uint8Array[] = [];
  let left = headBytes;
  for await (const block of message.blocks()) {
    head.push(block.subarray(0, left));
    left -= Math.min(left, block.length);
    if (left === 0) break;
  }
  const headers = Buffer.concat(head).toString("utf8").replace(/\r\n$/, "");
  const body =
    message.sizeBytes - headBytes <= IN_MEMORY_BYTES
      ? Buffer.concat(await collect(message.blocks(headBytes)))
      : new BodyStream(message.blocks(headBytes), mailer.fail);
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

/** @throws 303 */
function envelopeOf(mailer: Mailer, { head, sizeBytes }: FolderMessage): QueueEnvelope {
  try {
    const envelope = readEnvelope(head);
    if (envelope.headBytes <= sizeBytes) return envelope;
  } catch (error) {
    throw mailer.fail(303, (error as Error).message, error);
  }
  throw mailer.fail(303, "the sizes in the queue file do not fit");
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for await (const piece of source) all.push(piece);
  return all;
}
