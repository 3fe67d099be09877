import type { Deliver } from "./deliver.js";
import type { DirectoryOptions } from "./directory/directory-options.js";
import { DirectoryStore } from "./directory/directory-store.js";
import type { QueueEnvelope } from "./envelope.js";
import { QueueError } from "./errors.js";
import type { QueueEvent, QueueObserver } from "./events.js";
import { freeze, type QueueInput } from "./freeze.js";
import { type JournalEntry, placeFor, standing } from "./journal.js";
import { describeMessage, type KeptSendOptions, type QueuedMessage } from "./message.js";
import { newMessageId } from "./message-id.js";
import { MESSAGE_STATES, type MessageState } from "./message-state.js";
import { checkNames, pointInTime, wholeNumber } from "./options.js";
import type { Claim, QueueCounts, QueueStore } from "./store.js";
import { QueueWorker } from "./worker.js";
import type { WorkerOptions } from "./worker-options.js";

/** A queue in a directory, or in a store such as that of `@wirepost/mail-queue/redis`. */
export type QueueOptions = (DirectoryOptions | { readonly store: QueueStore }) & {
  /** Hears of everything that happens to messages through this queue. An error it throws becomes a warning of the process. */
  readonly onEvent?: QueueObserver | undefined;
  /** The largest message that is taken. Default 1 GiB. */
  readonly maxMessageBytes?: number | undefined;
};

export interface EnqueueOptions {
  /** Not sent before this time. */
  readonly notBefore?: Date | number | undefined;
  /** 0 goes first, 9 last. Default 5. */
  readonly priority?: number | undefined;
  /** Given up after this time. Default: five days from now, or from `notBefore`. */
  readonly expires?: Date | number | undefined;
  /** A second message with the same key is not added; the first one's id is returned. */
  readonly idempotencyKey?: string | undefined;
  /** Handed to `deliver` with each attempt. Plain data. */
  readonly sendOptions?: KeptSendOptions | undefined;
  /** Where `{ path }` in a message may point. The files are read now. */
  readonly files?: { readonly baseDir: string } | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Enqueued {
  readonly id: string;
  /** True: the idempotency key was known, and nothing was added. */
  readonly duplicate: boolean;
  /** Of the message given; a duplicate's first message may have had another. */
  readonly messageId: string | undefined;
}

export interface RetryOptions {
  /** Required for a message in doubt: somebody takes it on himself that it may arrive twice. */
  readonly mayDuplicate?: boolean | undefined;
}

export interface PurgeOptions {
  /** Default `["sent", "failed"]`; messages in doubt only when named. */
  readonly states?: readonly ("sent" | "failed" | "in-doubt")[] | undefined;
  /** Only what has not changed for so long. Default 0. */
  readonly olderThanMs?: number | undefined;
}

const QUEUE_NAMES: ReadonlySet<string> = new Set(["store", "onEvent", "maxMessageBytes"]);
const ENQUEUE_NAMES: ReadonlySet<string> = new Set<keyof EnqueueOptions>([
  "notBefore",
  "priority",
  "expires",
  "idempotencyKey",
  "sendOptions",
  "files",
  "signal",
]);
const SEND_NAMES: ReadonlySet<string> = new Set<keyof KeptSendOptions>([
  "dsn",
  "requireTls",
  "deliverBy",
  "priority",
  "submitter",
  "mailParameters",
  "rcptParameters",
]);
const LIFETIME_MS = 5 * 86_400_000;
const MAX_KEY_UNITS = 1_024;

/**
 * Opens a queue; a path is a directory with default options.
 * @throws QueueError `ERR_QUEUE_DIRECTORY_UNSAFE`, `ERR_QUEUE_STORE_UNSAFE`, `ERR_QUEUE_STORAGE`, `ERR_QUEUE_OPTION`,
 * `ERR_QUEUE_UNKNOWN_OPTION`, `ERR_QUEUE_MODULE_MISSING`
 */
export async function openQueue(options: string | QueueOptions): Promise<MailQueue> {
  const { onEvent, maxMessageBytes, ...rest } =
    typeof options === "string" ? { directory: options } : options;
  if ("store" in rest) checkNames("queue", options as object, QUEUE_NAMES);
  const store = "store" in rest ? rest.store : new DirectoryStore(rest);
  const limit = wholeNumber("maxMessageBytes", maxMessageBytes, 1024 ** 3, 1);
  return await MailQueue.open(store, onEvent, limit);
}

/** A durable queue: what it has taken ends sent, failed or held in doubt, whatever crashes. */
export class MailQueue {
  readonly #store: QueueStore;
  readonly #onEvent: QueueObserver | undefined;
  readonly #maxMessageBytes: number;
  readonly #workers = new Set<QueueWorker>();
  #closed = false;

  private constructor(store: QueueStore, onEvent: QueueObserver | undefined, maxMessageBytes: number) {
    this.#store = store;
    this.#onEvent = onEvent;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /** @internal Use `openQueue`. */
  static async open(
    store: QueueStore,
    onEvent: QueueObserver | undefined,
    maxMessageBytes: number,
  ): Promise<MailQueue> {
    const queue = new MailQueue(store, onEvent, maxMessageBytes);
    await store.open({
      onReady: () => {
        for (const worker of queue.#workers) worker.wake();
      },
      onSetAside: (name, error) => queue.#tell({ type: "set-aside", name, error }),
      onProblem: (error) => queue.#tell({ type: "problem", error }),
    });
    return queue;
  }

  /**
   * Takes a message. When this resolves it is on disk and will be found after a crash; when it rejects, nothing of it will be sent.
   * @param envelope undefined: from the message's fields
   * @throws QueueError `ERR_QUEUE_ENVELOPE`, `ERR_QUEUE_TOO_LARGE`, `ERR_QUEUE_STORAGE`, `ERR_QUEUE_OPTION`, `ERR_QUEUE_CLOSED`; MimeError
   */
  async enqueue(
    envelope: QueueEnvelope | undefined,
    message: QueueInput,
    options: EnqueueOptions = {},
  ): Promise<Enqueued> {
    this.#checkOpen();
    checkNames("enqueue", options, ENQUEUE_NAMES);
    const createdAtMs = Date.now();
    const notBeforeMs = pointInTime("notBefore", options.notBefore);
    const expiresAtMs =
      pointInTime("expires", options.expires) ?? Math.max(createdAtMs, notBeforeMs ?? 0) + LIFETIME_MS;
    const priority = wholeNumber("priority", options.priority, 5, 0, 9);
    const idempotencyKey = checkKey(options.idempotencyKey);
    if (options.sendOptions !== undefined) checkNames("sendOptions", options.sendOptions, SEND_NAMES);
    const frozen = await freeze(envelope, message, options);
    const { composed } = frozen;
    const { content } = composed;
    try {
      const added = await this.#store.add({
        head: {
          id: newMessageId(createdAtMs),
          createdAtMs,
          messageId: composed.messageId,
          ...frozen.envelope,
          priority,
          notBeforeMs: notBeforeMs !== undefined && notBeforeMs > createdAtMs ? notBeforeMs : undefined,
          expiresAtMs,
          idempotencyKey,
          sendOptions: options.sendOptions,
        },
        content: content instanceof Uint8Array ? content : content.open(options.signal),
        maxBytes: this.#maxMessageBytes,
      });
      if (!added.duplicate) this.#tell({ type: "queued", id: added.id });
      return { ...added, messageId: composed.messageId };
    } finally {
      if (!(content instanceof Uint8Array)) await content.close?.().catch(() => {});
    }
  }

  /** Begins to deliver. Several workers, here and in other processes, share the queue. */
  work(deliver: Deliver, options: WorkerOptions = {}): QueueWorker {
    this.#checkOpen();
    const worker = new QueueWorker(this.#store, deliver, (event) => this.#tell(event), options);
    this.#workers.add(worker);
    void worker.done.then(() => this.#workers.delete(worker));
    return worker;
  }

  /** @throws QueueError `ERR_QUEUE_NOT_FOUND`, `ERR_QUEUE_DAMAGED`, `ERR_QUEUE_FOREIGN`, `ERR_QUEUE_STORAGE` */
  async get(id: string): Promise<QueuedMessage> {
    this.#checkOpen();
    const stored = await this.#store.get(id);
    if (stored === undefined) throw notFound(id);
    return describeMessage(stored);
  }

  /** Messages in these states, all by default, in no promised order. Holds none of them in memory. */
  async *list(
    options: { readonly states?: readonly MessageState[] | undefined } = {},
  ): AsyncGenerator<QueuedMessage> {
    this.#checkOpen();
    checkNames("list", options, new Set(["states"]));
    for await (const stored of this.#store.list(options.states ?? MESSAGE_STATES))
      yield describeMessage(stored);
  }

  /** The next messages that wait for their time, soonest first. Default 10. */
  async upcoming(limit = 10): Promise<readonly QueuedMessage[]> {
    this.#checkOpen();
    return (await this.#store.upcoming(wholeNumber("limit", limit, 10, 1, 10_000))).map(describeMessage);
  }

  /** The frozen octets of a message. */
  content(id: string): AsyncIterable<Uint8Array> {
    this.#checkOpen();
    return this.#store.content(id);
  }

  async statistics(): Promise<QueueCounts> {
    this.#checkOpen();
    return await this.#store.counts();
  }

  /**
   * Gives up a message that waits. Recipients who have it keep it.
   * @throws QueueError `ERR_QUEUE_NOT_FOUND`; `ERR_QUEUE_STATE` when it is being sent or has ended
   */
  async cancel(id: string): Promise<QueuedMessage> {
    const claim = await this.#take(id, ["queued"], "cancelled");
    const error = { code: "ERR_QUEUE_CANCELLED", message: "cancelled by hand" };
    return await this.#settle(claim, { type: "given-up", atMs: Date.now(), error });
  }

  /**
   * Queues a failed message again for those who do not have it; a waiting one is tried at once.
   * @throws QueueError `ERR_QUEUE_NOT_FOUND`, `ERR_QUEUE_STATE`
   */
  async retry(id: string, options: RetryOptions = {}): Promise<QueuedMessage> {
    checkNames("retry", options, new Set(["mayDuplicate"]));
    const from: MessageState[] = ["queued", "failed"];
    if (options.mayDuplicate === true) from.push("in-doubt");
    const claim = await this.#take(id, from, "retried");
    const { head, journal, attempts } = claim.stored;
    const again = options.mayDuplicate === true ? ["rejected", "unknown"] : ["rejected"];
    const indexes = standing(head.to, journal).recipients.flatMap(({ state }, index) =>
      again.includes(state) ? [index] : [],
    );
    const entry: JournalEntry = { type: "retry", atMs: Date.now(), attempts, indexes, by: "hand" };
    return await this.#settle(claim, entry);
  }

  /**
   * Says what became of a message in doubt, as somebody has found out.
   * @throws QueueError `ERR_QUEUE_NOT_FOUND`, `ERR_QUEUE_STATE`
   */
  async decide(id: string, outcome: "sent" | "failed"): Promise<QueuedMessage> {
    if (outcome !== "sent" && outcome !== "failed") {
      throw new QueueError("ERR_QUEUE_OPTION", "a message in doubt is decided as sent or as failed");
    }
    const claim = await this.#take(id, ["in-doubt"], "decided");
    const said = outcome === "sent" ? "accepted" : "rejected";
    return await this.#settle(claim, { type: "decided", atMs: Date.now(), outcome: said, by: "hand" });
  }

  /** Removes messages that have ended. Resolves to how many. */
  async purge(options: PurgeOptions = {}): Promise<number> {
    this.#checkOpen();
    checkNames("purge", options, new Set(["states", "olderThanMs"]));
    const olderThanMs = wholeNumber("olderThanMs", options.olderThanMs, 0, 0);
    // A file's time can be a little ahead of the clock that it is compared with.
    const beforeMs = Date.now() - olderThanMs + (olderThanMs === 0 ? 1_000 : 0);
    return await this.#store.purge(options.states ?? ["sent", "failed"], beforeMs);
  }

  /** Closes the workers, as their `close()` does, and the store. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#workers].map((worker) => worker.close()));
    await this.#store.close();
  }

  /** Ends workers without waiting for content. */
  async destroy(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#workers].map((worker) => worker.destroy()));
    await this.#store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #take(id: string, from: readonly MessageState[], what: string): Promise<Claim> {
    this.#checkOpen();
    const claim = await this.#store.take(id, from);
    if (claim !== undefined) return claim;
    const found = await this.#store.get(id);
    if (found === undefined) throw notFound(id);
    throw new QueueError("ERR_QUEUE_STATE", `the message ${id} is ${found.state} and cannot be ${what}`);
  }

  async #settle(claim: Claim, entry: JournalEntry): Promise<QueuedMessage> {
    const { head, journal, attempts } = claim.stored;
    const recipients = standing(head.to, [...journal, entry]).recipients;
    const to = placeFor(recipients);
    await claim.settle({ to, entry, retryInMs: 0, uncounted: true });
    const message = describeMessage({
      head,
      journal: claim.stored.journal,
      state: to,
      attempts,
      nextTryMs: undefined,
    });
    this.#tell({ type: "settled", message });
    return message;
  }

  #checkOpen(): void {
    if (this.#closed) throw new QueueError("ERR_QUEUE_CLOSED", "the queue is closed");
  }

  #tell(event: QueueEvent): void {
    try {
      this.#onEvent?.(event);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

function checkKey(key: string | undefined): string | undefined {
  if (key === undefined) return undefined;
  if (typeof key !== "string" || key === "" || key.length > MAX_KEY_UNITS) {
    throw new QueueError(
      "ERR_QUEUE_OPTION",
      `idempotencyKey must be text of 1 to ${MAX_KEY_UNITS} characters`,
    );
  }
  return key;
}

function notFound(id: string): QueueError {
  return new QueueError("ERR_QUEUE_NOT_FOUND", `there is no message ${JSON.stringify(id).slice(0, 60)}`);
}
