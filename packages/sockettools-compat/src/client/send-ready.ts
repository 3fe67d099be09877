import type { Mailbox } from "@wirepost/mail-address";
import type { DsnOptions, SmtpConnection } from "@wirepost/smtp-client";
import { stErrorInvalidBuffer } from "../error-numbers.js";
import { failureOf } from "../outcome.js";
import type { Transfer } from "./transfer.js";

export interface ReadyMessage {
  readonly sender: Mailbox | null;
  readonly recipients: readonly Mailbox[];
  readonly octets: Uint8Array;
  readonly dsn: DsnOptions | undefined;
}

/** Sends a message to all of its recipients, or to none. @throws SendError */
export async function sendReady(
  connection: Pick<SmtpConnection, "send">,
  { sender, recipients, octets, dsn }: ReadyMessage,
  transfer: Transfer,
  signal: AbortSignal,
): Promise<void> {
  if (octets.length === 0) throw failureOf(stErrorInvalidBuffer, "the message is empty");
  transfer.begin(octets.length);
  let taken = false;
  try {
    await connection.send(
      { raw: octets },
      {
        envelope: { from: sender, to: recipients },
        acceptance: "all",
        signal,
        onProgress: ({ sentBytes }) => transfer.reached(sentBytes),
        ...(dsn === undefined ? {} : { dsn }),
      },
    );
    taken = true;
  } finally {
    transfer.end(taken);
  }
}
