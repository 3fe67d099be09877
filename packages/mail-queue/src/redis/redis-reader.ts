import { QueueError, storageError } from "../errors.js";
import { type StoredMessage, stateOfJournal } from "../message.js";
import { MESSAGE_ID } from "../message-id.js";
import type { MessageState } from "../message-state.js";
import type { QueueCounts } from "../store.js";
import type { Engine, MessageJob } from "./bullmq.js";
import type { JobFields, JobKeys } from "./job-fields.js";
import { waitingState } from "./redis-claim.js";
import { readContent } from "./redis-content.js";

const PAGE = 100;
const WAITING = ["wait", "prioritized", "delayed"] as const;
/** BullMQ's lists in which a message can stand. */
export type JobList = (typeof WAITING)[number] | "active" | "completed" | "failed";

/** A job with what is kept beside it. */
export interface FoundJob {
  readonly job: MessageJob;
  readonly fields: JobFields;
  /** BullMQ has it among the completed or the failed. */
  readonly finished: boolean;
  readonly stored: StoredMessage;
}

/** Looks at messages without touching them. */
export class RedisReader {
  readonly #engine: Engine;
  readonly #keys: JobKeys;

  constructor(engine: Engine, keys: JobKeys) {
    this.#engine = engine;
    this.#keys = keys;
  }

  async find(id: string): Promise<FoundJob | undefined> {
    if (!MESSAGE_ID.test(id)) return undefined;
    try {
      const job = (await this.#engine.jobs.getJob(id)) as MessageJob | undefined;
      if (job === undefined) return undefined;
      return await this.read(job, await job.getState());
    } catch (cause) {
      throw storageError("the message cannot be read from Redis", cause);
    }
  }

  async get(id: string): Promise<StoredMessage | undefined> {
    return (await this.find(id))?.stored;
  }

  async *list(states: readonly MessageState[]): AsyncGenerator<StoredMessage> {
    for await (const { job, list } of this.walk(states)) {
      const { stored } = await this.read(job, list);
      if (states.includes(stored.state)) yield stored;
    }
  }

  async upcoming(limit: number): Promise<readonly StoredMessage[]> {
    const messages: StoredMessage[] = [];
    for (const job of await this.#page("delayed", 0, limit)) {
      if (job !== undefined) messages.push((await this.read(job, "delayed")).stored);
    }
    return messages;
  }

  /** Jobs where messages in these states can be; some of them are in other states, as `read` tells. */
  async *walk(
    states: readonly MessageState[],
  ): AsyncGenerator<{ readonly job: MessageJob; readonly list: JobList }> {
    const lists: JobList[] = [];
    // A cancelled message waits for a worker to move it; one declared as sent stays among the failed.
    if (states.includes("queued") || states.includes("failed")) lists.push(...WAITING);
    if (states.includes("sending")) lists.push("active");
    if (states.includes("sent")) lists.push("completed");
    if (states.some((state) => state === "failed" || state === "in-doubt" || state === "sent"))
      lists.push("failed");
    for (const list of lists) {
      for (let at = 0; ; at += PAGE) {
        const page = await this.#page(list, at, PAGE);
        for (const job of page) if (job !== undefined) yield { job, list };
        if (page.length < PAGE) break;
      }
    }
  }

  /** What stands beside a job that was found in this list. */
  async read(job: MessageJob, list: string): Promise<FoundJob> {
    const fields = await this.#keys.read(job.id as string);
    const finished = list === "completed" || list === "failed";
    const { head } = job.data;
    const { journal, tries } = fields;
    const ended = finished ? stateOfJournal(head, journal) : waitingState({ head, journal });
    const dueMs = list === "delayed" ? job.timestamp + job.delay : 0;
    const stored: StoredMessage = {
      head,
      journal,
      state: list === "active" ? "sending" : ended,
      attempts: tries,
      nextTryMs: dueMs === 0 ? undefined : dueMs,
    };
    return { job, fields, finished, stored };
  }

  /** A job that went while the page was read is undefined. */
  async #page(list: JobList, at: number, count: number): Promise<(MessageJob | undefined)[]> {
    const jobs = (await this.#engine.jobs.getJobs(list, at, at + count - 1, true)) as (MessageJob | null)[];
    return jobs.map((job) => job ?? undefined);
  }

  async *content(id: string): AsyncGenerator<Uint8Array> {
    const found = await this.find(id);
    if (found === undefined) throw new QueueError("ERR_QUEUE_NOT_FOUND", `there is no message ${id}`);
    yield* this.contentOf(found.job, undefined);
  }

  contentOf(job: MessageJob, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    const key = this.#keys.content(job.id as string, job.data.contentName);
    return readContent(this.#engine.client, key, job.data.head, signal);
  }

  async counts(): Promise<QueueCounts> {
    const { jobs, client } = this.#engine;
    const [counts, inDoubt, declared] = await Promise.all([
      jobs.getJobCounts(...WAITING, "active", "completed", "failed"),
      client.scard(this.#keys.doubt),
      client.scard(this.#keys.declared),
    ]);
    const of = (name: string) => counts[name] ?? 0;
    return {
      queued: of("wait") + of("prioritized") + of("delayed"),
      sending: of("active"),
      sent: of("completed") + declared,
      failed: Math.max(0, of("failed") - inDoubt - declared),
      "in-doubt": inDoubt,
    };
  }
}
