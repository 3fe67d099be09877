import { checkId, checkStates, checkStore } from "./arguments.js";
import type { Deliver } from "./deliver.js";
import { checkDeliver } from "./deliver-through.js";
import type { DirectoryOptions } from "./directory/directory-options.js";
import { DirectoryStore } from "./directory/directory-store.js";
import { type EnqueueOptions, readEnqueueOptions } from "./enqueue-options.js";
import { checkEnvelope, type QueueEnvelope } from "./envelope.js";
import { QueueError } from "./errors.js";
import type { QueueEvent, QueueObserver } from "./events.js";
import { checkMessage, freeze, type QueueInput } from "./freeze.js";
import { type JournalEntry, placeFor, standing } from "./journal.js";
import { describeMessage, type QueuedMessage, type StoredMessage } from "./message.js";
import { newMessageId } from "./message-id.js";
import { MESSAGE_STATES, type MessageState } from "./message-state.js";
import { checkFunction, checkNames, isRecord, kindOf, truth, wholeNumber } from "./options.js";
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
const LIST_NAMES: ReadonlySet<string> = new Set(["states"]);
const PURGED_STATES = ["sent", "failed", "in-doubt"] as const;
const RETRY_NAMES: ReadonlySet<string> = new Set<keyof RetryOptions>(["mayDuplicate"]);
const PURGE_NAMES: ReadonlySet<string> = new Set<keyof PurgeOptions>(["states", "olderThanMs"]);

/**
 * Opens a queue; a path is a directory with default options.
 * @throws QueueError `ERR_QUEUE_DIRECTORY_UNSAFE`, `ERR_QUEUE_STORE_UNSAFE`, `ERR_QUEUE_STORAGE`, `ERR_QUEUE_ARGUMENT`,
 * `ERR_QUEUE_OPTION`, `ERR_QUEUE_UNKNOWN_OPTION`, `ERR_QUEUE_MODULE_MISSING`
 */
export async function openQueue(options: string | QueueOptions): Promise<MailQueue> {
  if (typeof options !== "string" && !isRecord(options)) {
    throw new QueueError(
      "ERR_QUEUE_ARGUMENT",
      `openQueue() needs the path of a directory, { directory } or { store }, not ${kindOf(options)}`,
    );
  }
  const given = typeof options === "string" ? { directory: options } : options;
  const { onEvent, maxMessageBytes, store, ...rest } = given as DirectoryOptions & {
    readonly store?: QueueStore | undefined;
    readonly onEvent?: QueueObserver | undefined;
    readonly maxMessageBytes?: number | undefined;
  };
  checkFunction("onEvent", onEvent);
  const limit = wholeNumber("maxMessageBytes", maxMessageBytes, 1024 ** 3, 1);
  if (store === undefined) return await MailQueue.open(new DirectoryStore(rest), onEvent, limit);
  checkNames("queue", given, QUEUE_NAMES);
  checkStore(store);
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
   * @throws QueueError `ERR_QUEUE_ARGUMENT`, `ERR_QUEUE_OPTION`, `ERR_QUEUE_UNKNOWN_OPTION`, `ERR_QUEUE_ENVELOPE`,
   * `ERR_QUEUE_TOO_LARGE`, `ERR_QUEUE_STORAGE`, `ERR_QUEUE_CLOSED`; MimeError
   */
  async enqueue(
    envelope: QueueEnvelope | undefined,
    message: QueueInput,
    options: EnqueueOptions = {},
  ): Promise<Enqueued> {
    this.#checkOpen();
    checkMessage(message);
    checkEnvelope(envelope);
    const createdAtMs = Date.now();
    const { kept, refusal } = readEnqueueOptions(options, createdAtMs);
    const frozen = await freeze(envelope, message, options);
    const { composed } = frozen;
    const { content } = composed;
    // A ready message may lack it.
    const messageId = composed.messageId === "" ? undefined : composed.messageId;
    try {
      const added = await this.#store.add({
        head: {
          id: newMessageId(createdAtMs),
          createdAtMs,
          messageId,
          ...frozen.envelope,
          ...kept,
        },
        content:
          refusal !== undefined
            ? failing(refusal)
            : content instanceof Uint8Array
              ? content
              : content.open(options.signal),
        maxBytes: this.#maxMessageBytes,
      });
      if (!added.duplicate) this.#tell({ type: "queued", id: added.id });
      return { ...added, messageId };
    } finally {
      if (!(content instanceof Uint8Array)) await content.close?.().catch(() => {});
    }
  }

  /**
   * Begins to deliver. Several workers, here and in other processes, share the queue.
   * @param deliver a function; `deliverThrough(client)` makes one of a client
   * @throws QueueError `ERR_QUEUE_ARGUMENT`, `ERR_QUEUE_OPTION`, `ERR_QUEUE_UNKNOWN_OPTION`, `ERR_QUEUE_CLOSED`
   */
  work(deliver: Deliver, options: WorkerOptions = {}): QueueWorker {
    this.#checkOpen();
    checkDeliver(deliver);
    const worker = new QueueWorker(this.#store, deliver, (event) => this.#tell(event), options);
    this.#workers.add(worker);
    void worker.done.then(() => this.#workers.delete(worker));
    return worker;
  }

  /**
   * @throws QueueError `ERR_QUEUE_NOT_FOUND`, `ERR_QUEUE_ARGUMENT`, `ERR_QUEUE_DAMAGED`, `ERR_QUEUE_FOREIGN`,
   * `ERR_QUEUE_STORAGE`
   */
  async get(id: string): Promise<QueuedMessage> {
    this.#checkOpen();
    checkId(id);
    const stored = await this.#store.get(id);
    if (stored === undefined) throw notFound(id);
    return describeMessage(stored);
  }

  /**
   * Messages in these states, all by default, in no promised order. Holds none of them in memory.
   * @throws QueueError `ERR_QUEUE_OPTION`, `ERR_QUEUE_UNKNOWN_OPTION`
   */
  list(
    options: { readonly states?: readonly MessageState[] | undefined } = {},
  ): AsyncGenerator<QueuedMessage> {
    this.#checkOpen();
    checkNames("list", options, LIST_NAMES);
    return described(this.#store.list(checkStates(options.states, MESSAGE_STATES, MESSAGE_STATES)));
  }

  /** The next messages that wait for their time, soonest first. Default 10. */
  async upcoming(limit = 10): Promise<readonly QueuedMessage[]> {
    this.#checkOpen();
    return (await this.#store.upcoming(wholeNumber("limit", limit, 10, 1, 10_000))).map(describeMessage);
  }

  /**
   * The frozen octets of a message.
   * @throws QueueError `ERR_QUEUE_ARGUMENT`; when it is read `ERR_QUEUE_NOT_FOUND`, `ERR_QUEUE_DAMAGED`, `ERR_QUEUE_STORAGE`
   */
  content(id: string): AsyncIterable<Uint8Array> {
    this.#checkOpen();
    checkId(id);
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
    checkNames("retry", options, RETRY_NAMES);
    const mayDuplicate = truth("mayDuplicate", options.mayDuplicate, false);
    const from: MessageState[] = ["queued", "failed"];
    if (mayDuplicate) from.push("in-doubt");
    const claim = await this.#take(id, from, "retried");
    const { head, journal, attempts } = claim.stored;
    const again = mayDuplicate ? ["rejected", "unknown"] : ["rejected"];
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

  /**
   * Removes messages that have ended. Resolves to how many.
   * @throws QueueError `ERR_QUEUE_OPTION` for a state that is no end; `ERR_QUEUE_UNKNOWN_OPTION`
   */
  async purge(options: PurgeOptions = {}): Promise<number> {
    this.#checkOpen();
    checkNames("purge", options, PURGE_NAMES);
    const states = checkStates(options.states, PURGED_STATES, ["sent", "failed"]);
    const olderThanMs = wholeNumber("olderThanMs", options.olderThanMs, 0, 0);
    // A file's time can be a little ahead of the clock that it is compared with.
    const beforeMs = Date.now() - olderThanMs + (olderThanMs === 0 ? 1_000 : 0);
    return await this.#store.purge(states, beforeMs);
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
    checkId(id);
    const claim = await this.#store.take(id, from);
    if (claim !== undefined) return claim;
    const found = await this.#store.get(id);
    if (found === undefined) throw notFound(id);
    const doubt = found.state === "in-doubt" && what === "retried" ? " without mayDuplicate" : "";
    throw new QueueError(
      "ERR_QUEUE_STATE",
      `the message ${id} is ${found.state} and cannot be ${what}${doubt}`,
    );
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

/** Content for a message that must not be added: stores look its key up before they read any of it. */
function failing(error: Error): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) };
}

async function* described(list: AsyncIterable<StoredMessage>): AsyncGenerator<QueuedMessage> {
  for await (const stored of list) yield describeMessage(stored);
}

function notFound(id: string): QueueError {
  return new QueueError("ERR_QUEUE_NOT_FOUND", `there is no message ${JSON.stringify(id).slice(0, 60)}`);
}
