// Replies to EXPN and VRFY as the results of ExpandAddress and VerifyAddress.
import type { Reply } from "@wirepost/smtp-protocol";
import type { Holder } from "../language/by-ref.js";

/** Puts the addresses of a list into the holder; without one they are the result. */
export function putListing(holder: Holder<string> | undefined, reply: Reply): string | number {
  const addresses = reply.lines.map(mailboxIn).join(", ");
  if (holder === undefined) return addresses;
  holder.value = addresses;
  return 0;
}

/** Puts the address of a mailbox into the holder. */
export function putMailbox(holder: Holder<string> | undefined, { lines }: Reply): void {
  if (holder !== undefined) holder.value = mailboxIn(lines[0] ?? "");
}

/** A line of RFC 5321 section 3.5.1, without the enhanced status code that may stand before it. */
function mailboxIn(line: string): string {
  const text = line.replace(/^[245]\.\d{1,3}\.\d{1,3}\s+/, "").trim();
  return /<([^<>]*)>/.exec(text)?.[1] ?? text;
}
