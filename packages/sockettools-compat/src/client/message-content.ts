// What a program may give as message: text, octets, or a MailMessage.
import { stErrorInvalidBuffer } from "../error-numbers.js";
import type { MailMessage } from "../generated/mail-message.js";
import { mailStates } from "../mail/mail-state.js";
import { failureOf } from "../outcome.js";

/** A Variant that holds a message, or a piece of one. Text leaves in UTF-8. */
export type MessageContent = string | Uint8Array | Pick<MailMessage, "Message">;

/**
 * The octets of a piece.
 *
 * @param length octets to take from the start; undefined for all
 * @throws SocketToolsError stErrorInvalidBuffer
 */
export async function octetsOf(content: unknown, length?: number): Promise<Uint8Array> {
  const octets = typeof content === "string" ? Buffer.from(content, "utf8") : await otherOctets(content);
  if (length === undefined || length < 0) return octets;
  if (length > octets.length) {
    throw failureOf(stErrorInvalidBuffer, `Length is ${length}, the buffer has ${octets.length} octets`);
  }
  return octets.subarray(0, length);
}

async function otherOctets(content: unknown): Promise<Uint8Array> {
  if (content instanceof Uint8Array) return content;
  const mail = mailStates.find(content);
  if (mail !== undefined) return mail.octets();
  throw failureOf(stErrorInvalidBuffer, "a message is text, octets or a MailMessage");
}

/** Octets of a piece that is in memory; 0 for what has to be composed. */
export function sizeOf(content: unknown): number {
  if (typeof content === "string") return Buffer.byteLength(content, "utf8");
  return content instanceof Uint8Array ? content.length : 0;
}
