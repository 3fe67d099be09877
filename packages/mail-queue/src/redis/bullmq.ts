import type { Job, Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { QueueError } from "../errors.js";
import type { MessageHead } from "../message.js";

/** What a job carries; all else of a message stands in fields of the job's hash and in keys beside it. */
export interface JobData {
  readonly head: MessageHead;
  /** Names the content's key, so that two who add one message at the same time do not share it. */
  readonly contentName: string;
}

export type MessageJob = Job<JobData, unknown, string>;
export type MessageJobs = Queue<JobData, unknown, string>;
export type MessageWorker = Worker<JobData, unknown, string>;

export interface Engine {
  readonly client: Redis;
  readonly jobs: MessageJobs;
  readonly worker: MessageWorker;
  close(): Promise<void>;
}

export interface EngineOptions {
  readonly url: string;
  readonly name: string;
  readonly prefix: string;
  readonly lockMs: number;
  readonly stalledIntervalMs: number;
  onError(error: Error): void;
}

/** Loads and connects. @throws QueueError `ERR_QUEUE_MODULE_MISSING`, `ERR_QUEUE_STORAGE` */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { bullmq, ioredis } = await load();
  // Commands wait for a server that restarts; BullMQ requires it so.
  const client = new ioredis.Redis(options.url, { maxRetriesPerRequest: null, lazyConnect: true });
  let lastError: Error | undefined;
  client.on("error", (error) => {
    lastError = error;
    options.onError(error);
  });
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    // The promise says only that the connection was closed.
    throw new QueueError("ERR_QUEUE_STORAGE", "the Redis server cannot be reached", {
      cause: lastError ?? error,
    });
  }
  const shared = { connection: client, prefix: options.prefix };
  const jobs: MessageJobs = new bullmq.Queue(options.name, {
    ...shared,
    // What has ended stays until it is purged.
    defaultJobOptions: { removeOnComplete: false, removeOnFail: false, attempts: 1 },
  });
  const worker: MessageWorker = new bullmq.Worker(options.name, null, {
    ...shared,
    autorun: false,
    lockDuration: options.lockMs,
    stalledInterval: options.stalledIntervalMs,
    // A job whose worker died comes back always; what that means is read from its fields.
    maxStalledCount: Number.MAX_SAFE_INTEGER,
  });
  jobs.on("error", options.onError);
  worker.on("error", options.onError);
  return {
    client,
    jobs,
    worker,
    async close() {
      await worker.close(true).catch(() => {});
      await jobs.close().catch(() => {});
      // Not quit(): a server that is away would be waited for.
      client.disconnect();
    },
  };
}

async function load() {
  try {
    return { bullmq: await import("bullmq"), ioredis: await import("ioredis") };
  } catch (cause) {
    throw new QueueError(
      "ERR_QUEUE_MODULE_MISSING",
      "the Redis store needs the packages bullmq and ioredis",
      { cause },
    );
  }
}
