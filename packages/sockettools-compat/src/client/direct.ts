// SubmitMessage without a host: to the mail exchangers of each recipient's domain.
import type { Mailbox } from "@wirepost/mail-address";
import type { DirectDeliveryOptions } from "@wirepost/mail-delivery";
import { type DsnOptions, type Receipt, type RecipientOutcome, SendError } from "@wirepost/smtp-client";
import { describeReply } from "@wirepost/smtp-protocol";

export interface DirectMessage {
  readonly sender: Mailbox | null;
  readonly recipients: readonly Mailbox[];
  readonly octets: Uint8Array;
  readonly dsn: DsnOptions | undefined;
}

/**
 * One session for each domain, its exchangers by preference, the domain itself where it has none, the next one where a server
 * cannot be reached. Whoever can be reached gets the message.
 *
 * @throws SendError that names the first recipient who did not get it
 */
export async function deliverDirectly(
  { sender, recipients, octets, dsn }: DirectMessage,
  options: DirectDeliveryOptions,
  signal: AbortSignal,
): Promise<Receipt> {
  // Looking up exchangers and policies is a part of its own; who sends by a relay never loads it.
  const { DirectDelivery } = await import("@wirepost/mail-delivery");
  const delivery = new DirectDelivery(options);
  try {
    const receipt = await delivery.send(
      { raw: octets },
      { envelope: { from: sender, to: recipients }, signal, ...(dsn === undefined ? {} : { dsn }) },
    );
    checkAll(receipt.recipients);
    return receipt;
  } catch (error) {
    if (SendError.is(error)) checkAll(error.recipients);
    throw error;
  } finally {
    await delivery.close();
  }
}

/** @throws SendError for the first recipient who did not get the message */
function checkAll(recipients: readonly RecipientOutcome[]): void {
  const missed = recipients.find(({ outcome }) => outcome !== "accepted");
  if (missed === undefined) return;
  const others = recipients.filter(({ outcome }) => outcome === "accepted").length;
  const { error, outcome, reply } = missed;
  const why = error?.message ?? (reply === undefined ? outcome : describeReply(reply));
  throw new SendError(
    error?.code ?? "ERR_CLIENT_RECIPIENTS_REFUSED",
    `${missed.address} did not get the message (${others} of ${recipients.length} did): ${why}`,
    {
      phase: error?.phase ?? "rcpt",
      state: outcome === "unknown" || outcome === "rejected" ? outcome : "not-sent",
      reply,
      recipients,
      cause: error,
    },
  );
}
