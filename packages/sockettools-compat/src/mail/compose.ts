import { composeMessage, type MessageInput } from "@wirepost/mime-message";
import { SocketToolsError } from "../errors.js";

/** What MailMessage has of a message, in the names of the core. */
export interface MailFields {
  from: string;
  to: string;
  cc: string;
  subject: string;
  date: string;
}

/**
 * Composes in 7 bits, so that every server takes the message as it is.
 *
 * @throws MimeError where a field cannot be written
 */
export function composeNow(input: MessageInput): Buffer {
  const composed = composeMessage(withoutEmpty(input), {
    transport: "7bit",
    smtpUtf8: true,
    // Nothing in it has to be read: it comes at once, and as octets.
    inlineLimitBytes: Number.MAX_SAFE_INTEGER,
  });
  if (composed instanceof Promise || !(composed.content instanceof Uint8Array)) {
    throw new SocketToolsError("the message is not in memory", {
      number: 13,
      code: "ERR_SOCKETTOOLS_MESSAGE",
    });
  }
  return Buffer.from(composed.content);
}

/** An empty property means no field. */
function withoutEmpty(input: MessageInput): MessageInput {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== ""));
}
