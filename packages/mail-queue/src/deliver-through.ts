import type { SendOptions } from "@wirepost/smtp-client";
import type { Deliver, DeliveryReport } from "./deliver.js";

/** What is needed of a client; `SmtpClient` of smtp-client is one. */
export interface Sender {
  send(message: { raw: () => AsyncIterable<Uint8Array> }, options: SendOptions): Promise<DeliveryReport>;
}

/**
 * A deliverer that sends through a client.
 *
 * The client reads content after it has connected and logged in, and before MAIL; so that is when the marker is written. A crash
 * while a server is unreachable leaves nothing in doubt.
 */
export function deliverThrough(client: Sender): Deliver {
  return (envelope, source, signal) =>
    client.send(
      { raw: () => source.open(signal) },
      { ...envelope.sendOptions, envelope: { from: envelope.from, to: envelope.to }, signal },
    );
}
