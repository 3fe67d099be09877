import type { ComposedMessage, MessageInput } from "@wirepost/mime-message";
import { type PlainEnvelope, plainEnvelope, type QueueEnvelope } from "./envelope.js";

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
    readonly signal?: AbortSignal | undefined;
  },
): Promise<FrozenMessage> {
  // A process that only delivers composes nothing.
  const { composeMessage, messageEnvelope } = await import("@wirepost/mime-message");
  const message = isReady(input) ? { raw: input } : input;
  const plain = plainEnvelope(envelope ?? messageEnvelope(message));
  const composed = await composeMessage(
    // A ready message may lack address fields; its envelope is known here.
    isReady(input) ? { raw: input, envelope: { from: plain.from, to: plain.to } } : message,
    { transport: "7bit", smtpUtf8: true, files: options.files, signal: options.signal },
  );
  return { envelope: plain, composed };
}

function isReady(input: QueueInput): input is Uint8Array | AsyncIterable<Uint8Array> {
  return input instanceof Uint8Array || Symbol.asyncIterator in input;
}
