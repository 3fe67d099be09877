import type { SendOptions } from "@wirepost/smtp-client";
import type { Deliver, DeliveryReport } from "./deliver.js";

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
 */
export function deliverThrough(client: Sender): Deliver {
  return (envelope, source, signal) =>
    client.send(
      // Read ahead of the marker: the client composes and measures before it says MAIL.
      { raw: () => source.openAhead(signal) },
      {
        ...envelope.sendOptions,
        envelope: { from: envelope.from, to: envelope.to },
        beforeContent: () => source.beforeContent(),
        signal,
      },
    );
}
