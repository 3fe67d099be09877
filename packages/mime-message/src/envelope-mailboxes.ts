// What an envelope holds, and how the mailboxes of header fields become it.
import { domainToAscii, type Mailbox, type NamedMailbox } from "@wirepost/mail-address";
import { MimeError } from "./errors.js";

/** Who sends and who receives, as in MAIL and RCPT. */
export interface Envelope {
  /** `null` is the null reverse-path. */
  readonly from: Mailbox | null;
  /** Each mailbox once, in the order to, cc, bcc. */
  readonly to: readonly Mailbox[];
}

/** No field says who sends. */
export function noSender(): MimeError {
  return new MimeError(
    "ERR_MIME_NO_SENDER",
    "The message has no single sender: give from, or sender when from names several",
  );
}

/** The mailbox that takes the reverse-path: sender, else the only one of from. */
export function senderOf(from: readonly NamedMailbox[], sender: readonly NamedMailbox[]): Mailbox {
  if (sender.length > 1) {
    throw new MimeError("ERR_MIME_INVALID_ADDRESS", "sender names several mailboxes", { subject: "sender" });
  }
  const one = sender[0] ?? (from.length === 1 ? from[0] : undefined);
  if (one === undefined) throw noSender();
  return one.mailbox;
}

/** Mailboxes, each once: local parts are compared exactly, domains as A-labels without regard to case. */
export function distinct(addresses: readonly NamedMailbox[]): Mailbox[] {
  if (addresses.length === 1) return [addresses[0]!.mailbox];
  const seen = new Set<string>();
  const mailboxes: Mailbox[] = [];
  for (const { mailbox } of addresses) {
    const key = `${mailbox.localPart}@${domainToAscii(mailbox.domain).toLowerCase()}`;
    if (seen.has(key)) continue;
    seen.add(key);
    mailboxes.push(mailbox);
  }
  return mailboxes;
}
