/** Every code a {@link QueueError} can carry, with its meaning. Codes are stable; messages are not. */
export const QUEUE_ERROR_CODES = {
  // You called it wrongly.
  ERR_QUEUE_ARGUMENT: "An argument is missing, or is not what the function takes.",
  ERR_QUEUE_UNKNOWN_OPTION: "An option name is not known.",
  ERR_QUEUE_OPTION: "An option has a value that cannot be used.",
  ERR_QUEUE_ENVELOPE: "The envelope has no recipient, too many, or an address that cannot be read.",
  ERR_QUEUE_TOO_LARGE: "The message has more octets than the store takes.",
  ERR_QUEUE_CLOSED: "The queue was closed.",
  ERR_QUEUE_NOT_FOUND: "No message has this id.",
  ERR_QUEUE_STATE: "The message is not in a state that allows this.",
  // The store failed or cannot be trusted.
  ERR_QUEUE_STORAGE:
    "The store could not be read or written; `errno` has the system's name for it, the message the path.",
  ERR_QUEUE_DIRECTORY_UNSAFE: "The directory belongs to another user, or others may write to it.",
  ERR_QUEUE_STORE_UNSAFE: "The Redis server may forget what it was told: no append-only file, or eviction.",
  ERR_QUEUE_MODULE_MISSING: "The Redis store needs the packages bullmq and ioredis, which are not installed.",
  ERR_QUEUE_DAMAGED: "A queue file is cut short or its checksum is wrong.",
  ERR_QUEUE_VERSION: "A queue file was written by a newer version.",
  ERR_QUEUE_FOREIGN:
    "Something in the directory is not a queue file: a link, a directory, a device, another name or owner.",
  ERR_QUEUE_CLAIM_LOST: "Another worker has taken the message over.",
  // How an attempt or a message ended.
  ERR_QUEUE_DELIVER: "`deliver` threw an error without a code, or did not say what became of a recipient.",
  ERR_QUEUE_REFUSED: "A recipient was refused for good.",
  ERR_QUEUE_ATTEMPTS: "The last attempt was used up.",
  ERR_QUEUE_EXPIRED: "The message was not delivered in the time it had.",
  ERR_QUEUE_CANCELLED: "The message was cancelled.",
  ERR_QUEUE_IN_DOUBT: "Content went out and no final reply was recorded: the server may have the message.",
} as const;

/** A stable code of {@link QueueError}. */
export type QueueErrorCode = keyof typeof QUEUE_ERROR_CODES;

const BRAND: unique symbol = Symbol.for("@wirepost/mail-queue.QueueError") as never;

/** What went wrong in a queue. Decide by `code` and `errno`, never by the message. */
export class QueueError extends Error {
  override readonly name: string = "QueueError";
  readonly code: QueueErrorCode;
  /** What the operating system called it, for example `ENOSPC`. */
  readonly errno: string | undefined;
  /** @internal */
  readonly [BRAND] = true;

  constructor(code: QueueErrorCode, message: string, options?: { cause?: unknown } | undefined) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.errno = errnoOf(options?.cause);
  }

  /** True for an error of this class from any copy of this package. */
  static is(value: unknown): value is QueueError {
    return typeof value === "object" && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
  }
}

/** The POSIX name on an error of Node's file or network modules. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/**
 * An error of the store below as ours; what is ours already stays.
 * @param path what was read or written, where the error does not say so itself
 */
export function storageError(what: string, cause: unknown, path?: string | undefined): QueueError {
  if (QueueError.is(cause)) return cause;
  const said = (cause as { path?: unknown } | null | undefined)?.path;
  const named = JSON.stringify(typeof said === "string" ? said : path);
  const facts = [errnoOf(cause), what.includes(named ?? "") ? undefined : named];
  const known = facts.filter((fact) => fact !== undefined).join(", ");
  return new QueueError("ERR_QUEUE_STORAGE", `${what}${known === "" ? "" : ` (${known})`}`, { cause });
}
