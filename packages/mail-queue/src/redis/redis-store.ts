import { createHash } from "node:crypto";
import { QueueError, storageError } from "../errors.js";
import type { MessageHead, StoredMessage } from "../message.js";
import { MESSAGE_ID, newMessageId, randomWord, timeOfId } from "../message-id.js";
import type { MessageState } from "../message-state.js";
import { checkNames, truth, wholeNumber } from "../options.js";
import type {
  Added,
  Claim,
  ClaimTerms,
  NewMessage,
  QueueCounts,
  QueueStore,
  StoreObserver,
} from "../store.js";
import { type Engine, type MessageJob, startEngine } from "./bullmq.js";
import { JobKeys } from "./job-fields.js";
import { bringBack, type ClaimHome, HandClaim, RedisClaim } from "./redis-claim.js";
import { writeContent } from "./redis-content.js";
import { RedisReader } from "./redis-reader.js";

export interface RedisOptions {
  /** `redis://` or `rediss://`, with user, password and database as usual. */
  readonly url: string;
  /** Of the queue. Default `mail`. */
  readonly name?: string | undefined;
  /** In front of every key. Default `wirepost`. */
  readonly prefix?: string | undefined;
  /** How long a worker may be silent before its messages are taken over. Default 30,000. */
  readonly leaseMs?: number | undefined;
  /** How often due messages are asked for. Default 1,000. */
  readonly pollIntervalMs?: number | undefined;
  /** How long an idempotency key is remembered after its message was added. Default 14 days. */
  readonly keepKeysMs?: number | undefined;
  /** Works with a server that keeps nothing on disk, or evicts keys: messages can then be lost. Default false. */
  readonly allowVolatile?: boolean | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof RedisOptions>([
  "url",
  "name",
  "prefix",
  "leaseMs",
  "pollIntervalMs",
  "keepKeysMs",
  "allowVolatile",
]);
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const PAGE = 100;

/**
 * Messages as BullMQ jobs. The journal beside each job is the truth, the list that the job stands in is its index: whatever a crash
 * leaves between the two, the next worker puts right.
 */
export class RedisStore implements QueueStore {
  readonly #url: string;
  readonly #name: string;
  readonly #prefix: string;
  readonly #leaseMs: number;
  readonly #pollIntervalMs: number;
  readonly #keepKeysMs: number;
  readonly #allowVolatile: boolean;
  #opened: { engine: Engine; keys: JobKeys; reader: RedisReader; home: ClaimHome } | undefined;
  #observer: StoreObserver | undefined;
  #lookAt = 0;
  #recovering = false;

  /** @throws QueueError `ERR_QUEUE_UNKNOWN_OPTION`, `ERR_QUEUE_OPTION` */
  constructor(options: RedisOptions) {
    checkNames("redis", options, NAMES);
    if (typeof options.url !== "string" || !/^rediss?:\/\//.test(options.url)) {
      throw new QueueError("ERR_QUEUE_OPTION", "url must begin with redis:// or rediss://");
    }
    this.#url = options.url;
    this.#name = word("name", options.name, "mail");
    this.#prefix = word("prefix", options.prefix, "wirepost");
    this.#leaseMs = wholeNumber("leaseMs", options.leaseMs, 30_000, 300);
    this.#pollIntervalMs = wholeNumber("pollIntervalMs", options.pollIntervalMs, 1_000, 10);
    this.#keepKeysMs = wholeNumber("keepKeysMs", options.keepKeysMs, 14 * DAY_MS, 1);
    this.#allowVolatile = truth("allowVolatile", options.allowVolatile, false);
  }

  async open(observer: StoreObserver): Promise<void> {
    this.#observer = observer;
    const engine = await startEngine({
      url: this.#url,
      name: this.#name,
      prefix: this.#prefix,
      lockMs: this.#leaseMs,
      stalledIntervalMs: Math.max(100, Math.round(this.#leaseMs / 2)),
      onError: (error) => observer.onProblem(storageError("the Redis server", error)),
    });
    try {
      if (!this.#allowVolatile) await this.#checkServer(engine);
      await engine.jobs.waitUntilReady();
      await engine.worker.waitUntilReady();
    } catch (error) {
      await engine.close();
      throw storageError("the Redis server cannot be used", error);
    }
    const keys = new JobKeys(engine.client, engine.jobs);
    const reader = new RedisReader(engine, keys);
    this.#opened = {
      engine,
      keys,
      reader,
      home: {
        keys,
        lockMs: this.#leaseMs,
        content: (job, signal) => reader.contentOf(job, signal),
        remove: (job) => this.#remove(job),
        onProblem: (error) => observer.onProblem(error),
      },
    };
  }

  /** A server that evicts keys, or forgets them when it restarts, cannot keep mail (row Q14). */
  async #checkServer({ client }: Engine): Promise<void> {
    const facts = await client.info();
    const policy = /^maxmemory_policy:(\S+)/m.exec(facts)?.[1];
    if (policy !== undefined && policy !== "noeviction") {
      throw new QueueError("ERR_QUEUE_STORE_UNSAFE", `maxmemory-policy is ${policy}; it must be noeviction`);
    }
    if (/^aof_enabled:0/m.test(facts)) {
      throw new QueueError(
        "ERR_QUEUE_STORE_UNSAFE",
        "appendonly is off: the server forgets when it restarts",
      );
    }
    // Not everybody may ask; without an answer the administrator's word stands.
    const answer = await client.config("GET", "appendfsync").catch(() => []);
    const fsync = (answer as string[])[1];
    if (fsync !== undefined && fsync !== "always") {
      this.#observer?.onProblem(
        new QueueError(
          "ERR_QUEUE_STORE_UNSAFE",
          `appendfsync is ${fsync}: a power failure can lose the last second; always is safe`,
        ),
      );
    }
  }

  async add(message: NewMessage): Promise<Added> {
    const { engine, keys } = this.#open();
    const { idempotencyKey } = message.head;
    const hash =
      idempotencyKey === undefined ? "" : createHash("sha256").update(idempotencyKey).digest("hex");
    // BullMQ adds a job id once: from a key comes always the same one.
    const id = hash === "" ? message.head.id : idOfKey(hash);
    const contentName = newMessageId(Date.now());
    const contentKey = keys.content(id, contentName);
    let head: MessageHead;
    try {
      if (hash !== "" && (await engine.client.exists(keys.known(hash))) === 1) return { id, duplicate: true };
      head = { ...message.head, id, ...(await writeContent(engine.client, contentKey, message)) };
    } catch (cause) {
      await engine.client.del(contentKey).catch(() => {});
      throw storageError("the message cannot be stored in Redis", cause);
    }
    try {
      const delay = head.notBeforeMs === undefined ? 0 : Math.max(0, head.notBeforeMs - Date.now());
      // BullMQ's 0 goes before all priorities, in its own order.
      const options = { jobId: id, priority: head.priority + 1, delay };
      await engine.jobs.add("message", { head, contentName }, options);
      if (hash !== "") {
        const kept = (await engine.jobs.getJob(id)) as MessageJob | undefined;
        await engine.client.set(keys.known(hash), id, "PX", this.#keepKeysMs);
        if (kept !== undefined && kept.data.contentName !== contentName) {
          await engine.client.del(contentKey);
          return { id, duplicate: true };
        }
      }
    } catch (cause) {
      // Whether it was added is not known; rejected means that it is not there. Its content is swept up when it has no job.
      if (hash === "") await engine.jobs.remove(id).catch(() => {});
      throw storageError("the message cannot be stored in Redis", cause);
    }
    this.#lookAt = 0;
    this.#observer?.onReady();
    return { id, duplicate: false };
  }

  async claim(terms: ClaimTerms): Promise<Claim | undefined> {
    const { engine, keys, home } = this.#open();
    try {
      for (;;) {
        const token = randomWord(16);
        const job = await engine.worker.getNextJob(token, { block: false });
        if (job === undefined || job === null) {
          this.#lookAt = performance.now() + this.#pollIntervalMs;
          return undefined;
        }
        const id = job.id as string;
        const fields = await keys.read(id);
        // An attempt that was begun and not ended: its worker is gone.
        if (fields.open && fields.content === fields.tries) {
          const begun = { attempt: fields.tries, nextMs: fields.nextMs, interrupted: true };
          return new RedisClaim(home, job, token, begun, fields);
        }
        if (fields.open && fields.nextMs > Date.now()) {
          await keys.end(id, token, fields.tries, undefined, false);
          await job.moveToDelayed(fields.nextMs, token);
          continue;
        }
        const attempt = fields.tries + 1;
        const nextMs = Date.now() + terms.retryDelayMs(attempt);
        if (!(await keys.begin(id, token, attempt, nextMs))) continue;
        return new RedisClaim(home, job, token, { attempt, nextMs, interrupted: false }, fields);
      }
    } catch (cause) {
      throw storageError("no message can be claimed in Redis", cause);
    }
  }

  waitMs(): number {
    return Math.max(0, this.#lookAt - performance.now());
  }

  async recover(): Promise<void> {
    const { engine, keys } = this.#open();
    try {
      if (!this.#recovering) {
        this.#recovering = true;
        await engine.worker.startStalledCheckTimer();
      }
      for (const id of await engine.client.smembers(keys.returning)) {
        const job = (await engine.jobs.getJob(id)) as MessageJob | undefined;
        if (job === undefined) await keys.returned(id);
        else await bringBack(keys, job);
      }
    } catch (cause) {
      throw storageError("nothing can be recovered in Redis", cause);
    }
  }

  async take(id: string, from: readonly MessageState[]): Promise<Claim | undefined> {
    const { reader, home } = this.#open();
    const found = await reader.find(id);
    if (found === undefined || !from.includes(found.stored.state)) return undefined;
    return new HandClaim(home, found.job, found.fields, found.finished);
  }

  get(id: string): Promise<StoredMessage | undefined> {
    return this.#open().reader.get(id);
  }

  list(states: readonly MessageState[]): AsyncGenerator<StoredMessage> {
    return this.#open().reader.list(states);
  }

  upcoming(limit: number): Promise<readonly StoredMessage[]> {
    return this.#open().reader.upcoming(limit);
  }

  content(id: string): AsyncGenerator<Uint8Array> {
    return this.#open().reader.content(id);
  }

  counts(): Promise<QueueCounts> {
    return this.#open().reader.counts();
  }

  async purge(states: readonly MessageState[], beforeMs: number): Promise<number> {
    let removed = 0;
    const { reader } = this.#open();
    const ended = states.filter((one) => one !== "queued" && one !== "sending");
    // Listed first and removed afterwards, page by page: removing moves what stands behind.
    for (;;) {
      const page: MessageJob[] = [];
      for await (const { job, list } of reader.walk(ended)) {
        if (list !== "completed" && list !== "failed") continue;
        if ((job.finishedOn ?? Number.POSITIVE_INFINITY) >= beforeMs) continue;
        if (!states.includes((await reader.read(job, list)).stored.state)) continue;
        page.push(job);
        if (page.length >= PAGE) break;
      }
      for (const job of page) await this.#remove(job);
      removed += page.length;
      if (page.length < PAGE) break;
    }
    await this.#removeOrphans();
    return removed;
  }

  async #remove(job: MessageJob): Promise<void> {
    await job.remove();
    await this.#open().keys.remove(job.id as string, job.data.contentName);
  }

  /** Contents whose job was never added, because the process died between the two. */
  async #removeOrphans(): Promise<void> {
    const { engine, keys } = this.#open();
    let cursor = "0";
    do {
      const [next, found] = await engine.client.scan(cursor, "MATCH", keys.content("*", "*"), "COUNT", 500);
      cursor = next;
      for (const key of found) {
        const [id = "", name = ""] = key.split(":").slice(-2);
        if (!MESSAGE_ID.test(name) || timeOfId(name) > Date.now() - HOUR_MS) continue;
        const job = (await engine.jobs.getJob(id)) as MessageJob | undefined;
        if (job?.data.contentName !== name) await engine.client.del(key);
      }
    } while (cursor !== "0");
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.engine.close();
  }

  #open() {
    if (this.#opened === undefined) throw new QueueError("ERR_QUEUE_CLOSED", "the store is not open");
    return this.#opened;
  }
}

/** The id of the message with this key: no time in front, so that it is the same each time. */
function idOfKey(hash: string): string {
  const digits = BigInt(`0x${hash.slice(0, 40)}`)
    .toString(36)
    .padStart(25, "0")
    .slice(-25);
  return `${digits.slice(0, 9)}-${digits.slice(9)}`;
}

function word(name: string, value: string | undefined, byDefault: string): string {
  if (value === undefined) return byDefault;
  if (typeof value !== "string" || !/^[A-Za-z0-9._{}-]{1,100}$/.test(value)) {
    throw new QueueError("ERR_QUEUE_OPTION", `${name} must be letters, digits, dots, dashes or braces`);
  }
  return value;
}
