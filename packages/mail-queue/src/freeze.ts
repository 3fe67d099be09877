import { types } from "node:util";
import type { ComposedMessage, MessageInput } from "@wirepost/mime-message";
import { MAX_ADDRESS_BYTES, type PlainEnvelope, plainEnvelope, type QueueEnvelope } from "./envelope.js";
import { QueueError } from "./errors.js";
import { kindOf } from "./options.js";

/** What can be queued: a message to be composed, or a ready one as octets. */
export type QueueInput = MessageInput | Uint8Array | AsyncIterable<Uint8Array>;

export interface FrozenMessage {
  readonly envelope: PlainEnvelope;
  readonly composed: ComposedMessage;
}

/**
 * Builds the octets that will be sent, whatever happens to their sources afterwards (row Q15). They are 7-bit, so that every
 * server takes them and no signature over them breaks; the header is UTF-8 only where an address needs it.
 * @throws QueueError `ERR_QUEUE_ENVELOPE`; MimeError
 */
export async function freeze(
  envelope: QueueEnvelope | undefined,
  input: QueueInput,
  options: {
    readonly files?: { readonly baseDir: string } | undefined;
    readonly maxLocalPartBytes?: number | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<FrozenMessage> {
  // A process that only delivers composes nothing.
  const { composeMessage, messageEnvelope } = await import("@wirepost/mime-message");
  const message = isReady(input) ? { raw: input } : input;
  const { files, maxLocalPartBytes, signal } = options;
  const limits = maxLocalPartBytes === undefined ? undefined : { maxLocalPartBytes };
  const plain = plainEnvelope(envelope ?? messageEnvelope(message, limits), limits);
  const common = { transport: "7bit", smtpUtf8: true, files, signal } as const;
  const composed = await (isReady(input)
    ? // It may lack address fields; its envelope is known here, and has been held to its limits.
      composeMessage(
        { raw: input, envelope: { from: plain.from, to: plain.to } },
        { ...common, maxLocalPartBytes: MAX_ADDRESS_BYTES },
      )
    : composeMessage(message, { ...common, maxLocalPartBytes }));
  return { envelope: plain, composed };
}

/**
 * Refuses what can be no message, before anything of it is read.
 * @throws QueueError `ERR_QUEUE_ARGUMENT`
 */
export function checkMessage(input: QueueInput): void {
  if (input === undefined) {
    throw new QueueError(
      "ERR_QUEUE_ARGUMENT",
      "the message is missing: enqueue(envelope, message), where envelope may be undefined to take it from the message",
    );
  }
  const octets = ArrayBuffer.isView(input) || types.isAnyArrayBuffer(input);
  if (typeof input !== "object" || input === null || Array.isArray(input) || (octets && !isReady(input))) {
    throw new QueueError(
      "ERR_QUEUE_ARGUMENT",
      `the message must be an object of fields, a Uint8Array or an async iterable of them, not ${kindOf(input)}`,
    );
  }
}

function isReady(input: QueueInput): input is Uint8Array | AsyncIterable<Uint8Array> {
  // Also of another realm, where it is no instance of this one's Uint8Array.
  return types.isUint8Array(input) || Symbol.asyncIterator in input;
}
