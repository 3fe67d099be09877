// What a run says to the core, and how it reads the answers.
import type { Mailbox } from "@wirepost/mail-address";
import { type AuthOptions, type ManualTransaction, SendError } from "@wirepost/smtp-client";
import type { Reply } from "@wirepost/smtp-protocol";

const MECHANISMS = ["PLAIN", "LOGIN"] as const;

/** Xojo knows these two, and shows the password on a plain connection, as every program of its time. */
export function authOptions(username: string, password: string, secure: boolean): AuthOptions {
  return { username, password, mechanisms: MECHANISMS, ...(secure ? {} : { allowClearText: MECHANISMS }) };
}

/** Names all recipients. The first refusal when all of them were refused; Xojo has no event for some. */
export async function addRecipients(
  transaction: ManualTransaction,
  recipients: readonly Mailbox[],
): Promise<Reply | undefined> {
  let refusal: Reply | undefined;
  let accepted = 0;
  for (const recipient of recipients) {
    const reply = await transaction.recipient(recipient);
    if (reply.code < 400) accepted++;
    else refusal ??= reply;
  }
  return accepted > 0 ? undefined : refusal;
}

const REFUSALS: ReadonlySet<string> = new Set([
  "ERR_CLIENT_GREETING_REFUSED",
  "ERR_CLIENT_HELLO_REFUSED",
  "ERR_CLIENT_AUTH_REFUSED",
  "ERR_CLIENT_SENDER_REFUSED",
  "ERR_CLIENT_RECIPIENTS_REFUSED",
  "ERR_CLIENT_CONTENT_REFUSED",
]);

/** The reply, when the server refused; undefined when the session broke. */
export function refusalOf(error: unknown): Reply | undefined {
  return SendError.is(error) && REFUSALS.has(error.code) ? error.reply : undefined;
}

/** The text of a reply without its code. */
export function replyLines(reply: Reply): string {
  return reply.lines.join("\r\n");
}

/** A reply as it came, without its last line end. */
export function wholeReply({ code, lines }: Reply): string {
  return lines.map((line, at) => `${code}${at < lines.length - 1 ? "-" : " "}${line}`).join("\r\n");
}
