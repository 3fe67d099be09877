// Letting go of a message that will not be sent: its streams hold files and sockets open.
import type { EmailMessage } from "./email-message.js";
import type { MessageInput } from "./message-input.js";
import { isAsyncIterable, isWebStream } from "./source.js";
import { releaseStream } from "./stream-source.js";

/** Members of a message, of its parts and of content objects that hold contents or lead to them. */
const HOLDERS = [
  "text",
  "html",
  "enriched",
  "amp",
  "watchHtml",
  "calendar",
  "icalEvent",
  "alternatives",
  "attachments",
  "raw",
  "content",
] as const;

/** Deeper than any message is. */
const MAX_DEPTH = 8;

/**
 * Lets go of every one-shot source that a message holds, for whoever will not read it any more: Node streams are destroyed
 * (without an error), web streams cancelled with `cause`, async generators ended. They count as read from then on. Left alone
 * are functions, files, Blobs, text and octets, streams that have ended, web streams that somebody else has locked, contents
 * small enough to have been kept when the message was composed, and a stream that somebody is composing, has composed or is
 * reading: it may be in use for another sending of it. Composing that fails, the composed content's `close()` and its reader let go
 * of it, whichever is the last. For a stream that a function opened while composing there is that `close()` too.
 *
 * The message need not be one that can be composed. Never throws and never waits.
 */
export function releaseMessage(message: MessageInput | EmailMessage, cause?: unknown): void {
  release(message, cause, new Set(), 0);
}

function release(value: unknown, cause: unknown, seen: Set<object>, depth: number): void {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH || seen.has(value)) return;
  seen.add(value);
  if (attempt(() => releaseOneShot(value, cause)) === true) return;
  const count = attempt(() => (Array.isArray(value) ? value.length : undefined));
  if (count === undefined) {
    for (const name of HOLDERS) release(memberOf(value, name), cause, seen, depth + 1);
  } else for (let at = 0; at < count; at += 1) release(memberOf(value, at), cause, seen, depth + 1);
}

/** True for what has no members to look at: it was let go of, or there is nothing to let go of. */
function releaseOneShot(value: object, cause: unknown): boolean {
  if (ArrayBuffer.isView(value)) return true;
  if (!isWebStream(value) && !isAsyncIterable(value)) return false;
  releaseStream(value, cause);
  return true;
}

function memberOf(value: object, name: string | number): unknown {
  return attempt(() => (value as Record<string | number, unknown>)[name]);
}

/** Objects of the caller's may throw at every touch; there is then nothing to be had. */
function attempt<T>(touch: () => T): T | undefined {
  try {
    return touch();
  } catch {
    return undefined;
  }
}
