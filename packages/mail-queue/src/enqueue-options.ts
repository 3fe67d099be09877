import type { QueueError } from "./errors.js";
import type { KeptSendOptions, MessageHead } from "./message.js";
import { checkNames, checkSignal, pointInTime, wholeNumber, wrong } from "./options.js";
import { keptSendOptions } from "./send-options.js";

export interface EnqueueOptions {
  /** Not sent before this time. */
  readonly notBefore?: Date | number | undefined;
  /** 0 goes first, 9 last. Default 5. */
  readonly priority?: number | undefined;
  /**
   * Given up after this time, which must lie ahead, and after `notBefore`. Default: five days from now, or from `notBefore`. It may
   * have passed for an `idempotencyKey` that is known: that one's message is returned.
   */
  readonly expires?: Date | number | undefined;
  /** A second message with the same key is not added; the first one's id is returned. */
  readonly idempotencyKey?: string | undefined;
  /** Handed to `deliver` with each attempt. Plain data. */
  readonly sendOptions?: KeptSendOptions | undefined;
  /** Where `{ path }` in a message may point. The files are read now. */
  readonly files?: { readonly baseDir: string } | undefined;
  /** Longest local part of an address given as text, in octets. Default 64 (RFC 5321 4.5.3.1.1); SRS and BATV make longer ones. */
  readonly maxLocalPartBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const ENQUEUE_NAMES: ReadonlySet<string> = new Set<keyof EnqueueOptions>([
  "notBefore",
  "priority",
  "expires",
  "idempotencyKey",
  "sendOptions",
  "files",
  "maxLocalPartBytes",
  "signal",
]);
const LIFETIME_MS = 5 * 86_400_000;
const MAX_KEY_UNITS = 1_024;

export interface ReadOptions {
  readonly kept: Pick<
    MessageHead,
    "priority" | "notBeforeMs" | "expiresAtMs" | "idempotencyKey" | "sendOptions"
  >;
  /** Why a new message is refused; one that its key shows to be there already is not. */
  readonly refusal: QueueError | undefined;
}

/** What is kept of the options, with the defaults. @throws QueueError `ERR_QUEUE_UNKNOWN_OPTION`, `ERR_QUEUE_OPTION` */
export function readEnqueueOptions(options: EnqueueOptions, createdAtMs: number): ReadOptions {
  checkNames("enqueue", options, ENQUEUE_NAMES);
  checkSignal(options.signal);
  wholeNumber("maxLocalPartBytes", options.maxLocalPartBytes, 64, 1);
  const notBeforeMs = pointInTime("notBefore", options.notBefore);
  const earliestMs = Math.max(createdAtMs, notBeforeMs ?? 0);
  const expiresAtMs = pointInTime("expires", options.expires) ?? earliestMs + LIFETIME_MS;
  const idempotencyKey = checkKey(options.idempotencyKey);
  // It would be kept, and fail without ever having been tried.
  const isPast = expiresAtMs <= createdAtMs;
  const refusal = isPast ? wrong("expires", "is in the past") : undefined;
  // With a key it may be a call that is made again, and its time was good the first time.
  if (refusal !== undefined && idempotencyKey === undefined) throw refusal;
  if (!isPast && expiresAtMs <= earliestMs) throw wrong("expires", "is not after notBefore");
  const kept = {
    priority: wholeNumber("priority", options.priority, 5, 0, 9),
    notBeforeMs: notBeforeMs !== undefined && notBeforeMs > createdAtMs ? notBeforeMs : undefined,
    expiresAtMs,
    idempotencyKey,
    sendOptions: keptSendOptions(options.sendOptions),
  };
  return { kept, refusal };
}

function checkKey(key: string | undefined): string | undefined {
  if (key === undefined) return undefined;
  if (typeof key !== "string" || key === "" || key.length > MAX_KEY_UNITS) {
    throw wrong("idempotencyKey", `must be text of 1 to ${MAX_KEY_UNITS} characters`);
  }
  return key;
}
