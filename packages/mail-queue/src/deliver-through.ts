import type { SendOptions } from "@wirepost/smtp-client";
import type { Deliver, DeliveryReport } from "./deliver.js";
import { MAX_ADDRESS_BYTES } from "./envelope.js";
import { QueueError } from "./errors.js";
import { kindOf } from "./options.js";

/**
 * What is needed of a client; `SmtpClient` of smtp-client is one. It must await `options.beforeContent` before the first octet of
 * content goes out, and send nothing when that rejects; for one that does not, write a deliverer that reads `source.open()`.
 */
export interface Sender {
  send(message: { raw: () => AsyncIterable<Uint8Array> }, options: SendOptions): Promise<DeliveryReport>;
}

/**
 * A deliverer that sends through a client.
 *
 * The in-doubt marker is written when a recipient was accepted and content is about to leave, so neither a crash nor a refusal
 * before that leaves anything in doubt.
 * @throws QueueError `ERR_QUEUE_ARGUMENT` when it is given no client
 */
export function deliverThrough(client: Sender): Deliver {
  if (!canSend(client)) {
    throw new QueueError(
      "ERR_QUEUE_ARGUMENT",
      `deliverThrough() needs a client with a send() of its own, not ${kindOf(client)}`,
    );
  }
  return (envelope, source, signal) =>
    client.send(
      // Read ahead of the marker: the client composes and measures before it says MAIL.
      { raw: () => source.openAhead(signal) },
      {
        ...envelope.sendOptions,
        envelope: { from: envelope.from, to: envelope.to },
        // They were held to a limit when they were queued.
        maxLocalPartBytes: MAX_ADDRESS_BYTES,
        beforeContent: () => source.beforeContent(),
        signal,
      },
    );
}

/**
 * Refuses what cannot deliver before it costs messages an attempt each.
 * @throws QueueError `ERR_QUEUE_ARGUMENT`
 */
export function checkDeliver(deliver: unknown): void {
  if (typeof deliver === "function") return;
  throw new QueueError(
    "ERR_QUEUE_ARGUMENT",
    canSend(deliver)
      ? "work() needs a function that delivers; deliverThrough(client) makes one of a client"
      : `work() needs a function that delivers, such as deliverThrough(client), not ${kindOf(deliver)}`,
  );
}

function canSend(value: unknown): boolean {
  return typeof (value as { send?: unknown } | null | undefined)?.send === "function";
}
