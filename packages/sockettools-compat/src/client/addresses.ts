import { type Address, type Mailbox, parseAddressListTolerant } from "@wirepost/mail-address";
import { stErrorInvalidAddress } from "../error-numbers.js";
import { failureOf } from "../outcome.js";

function mailboxes(text: string): Mailbox[] {
  let addresses: readonly Address[];
  try {
    addresses = parseAddressListTolerant(text);
  } catch (cause) {
    throw failureOf(stErrorInvalidAddress, (cause as Error).message, cause);
  }
  return addresses.flatMap((one) =>
    one.kind === "group" ? one.members.map(({ mailbox }) => mailbox) : [one.mailbox],
  );
}

/** Recipients with commas between them, with or without names. @throws SocketToolsError stErrorInvalidAddress */
export function recipientsOf(text: string): readonly Mailbox[] {
  // Empty places come from `To & "," & Bcc` without a Bcc.
  const found = text.trim() === "" ? [] : mailboxes(text);
  if (found.length === 0) throw failureOf(stErrorInvalidAddress, "there is no recipient");
  return found;
}

/** One recipient. @throws SocketToolsError stErrorInvalidAddress */
export function recipientOf(text: string): Mailbox {
  // The one mailbox that needs no domain (RFC 5321 section 4.5.1).
  if (/^<?postmaster>?$/i.test(text.trim())) return { localPart: "postmaster", domain: "" };
  const [one, another] = recipientsOf(text);
  if (one === undefined || another !== undefined)
    throw failureOf(stErrorInvalidAddress, "AddRecipient takes one address");
  return one;
}

/** The sender; null for "<>", whose bounces nobody wants. @throws SocketToolsError stErrorInvalidAddress */
export function senderOf(text: string): Mailbox | null {
  const trimmed = text.trim();
  if (trimmed === "<>") return null;
  // A variable that was never filled must not become the null sender.
  if (trimmed === "") throw failureOf(stErrorInvalidAddress, "there is no sender; the null sender is <>");
  const [one, another] = mailboxes(trimmed);
  if (one === undefined || another !== undefined)
    throw failureOf(stErrorInvalidAddress, "the sender is one address");
  return one;
}
