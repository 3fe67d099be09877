// A pool reads the envelope in the call itself. For messages that come before it is loaded, what the envelope is made of is kept as it was
// in the call, so that a caller may fill the same objects for the next message then as later.
import type { EmailMessage, MessageInput } from "@wirepost/mime-message";

const FIELDS = ["from", "sender", "to", "cc", "bcc", "envelope"] as const;
/** Lists of groups of lists of addresses are no deeper; a list that holds itself is cut here, and refused where it is read. */
const MAX_DEPTH = 8;

/** All fields of a message, those of the envelope as data of their own. Throws what the message's getters throw. */
export function envelopeFields(message: MessageInput | EmailMessage): MessageInput {
  if (typeof message !== "object" || message === null) return message;
  const fields: Record<string, unknown> = Object.create(null);
  for (const name in message) fields[name] = message[name as keyof MessageInput];
  // By name too: getters of a class do not show in a loop.
  for (const name of FIELDS) {
    const value = message[name];
    if (value !== undefined) fields[name] = dataOf(value);
  }
  if (message.raw !== undefined) fields["raw"] = message.raw;
  return fields as MessageInput;
}

/** A copy of lists and plain objects; everything else as it is. */
export function dataOf<Given>(given: Given, depth = 0): Given {
  if (typeof given !== "object" || given === null || depth === MAX_DEPTH) return given;
  if (Array.isArray(given)) return given.map((one) => dataOf(one, depth + 1)) as Given;
  const prototype: unknown = Object.getPrototypeOf(given);
  if (prototype !== Object.prototype && prototype !== null) return given;
  const copy: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(given)) copy[name] = dataOf(value, depth + 1);
  return copy as Given;
}
