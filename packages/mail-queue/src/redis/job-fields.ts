import type { Redis } from "ioredis";
import type { Pace } from "../destination-limits.js";
import type { JournalEntry } from "../journal.js";
import type { MessageJobs } from "./bullmq.js";

/**
 * What the queue keeps of a message beside BullMQ's own fields. In the job's hash: `wp:tries` (attempts begun), `wp:next` (the next
 * try, should this one not end), `wp:open` (an attempt is going on), `wp:content` (the attempt whose content may have gone out: the
 * in-doubt marker). Beside it: the journal, a list. Each change that another worker could meet is one script, which first
 * looks whether the lock is still held.
 */
export interface JobFields {
  readonly tries: number;
  readonly nextMs: number;
  readonly open: boolean;
  readonly content: number;
  readonly journal: JournalEntry[];
}

const MARK = `
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("HSET", KEYS[2], "wp:content", ARGV[2])
return 1`;

const BEGIN = `
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("HSET", KEYS[2], "wp:tries", ARGV[2], "wp:next", ARGV[3], "wp:open", "1")
return 1`;

/**
 * A place for a message in the pace of each of its destinations, by the server's clock, and how long it must wait for it. Whoever
 * waited comes back for the place it was given (`wp:placed`). The keys forget themselves when a destination is idle.
 */
const PLACE = `
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return -1 end
if redis.call("HDEL", KEYS[2], "wp:placed") == 1 then return 0 end
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local wait = 0
for i = 3, #KEYS do
  local space, burst = tonumber(ARGV[i * 2 - 4]), tonumber(ARGV[i * 2 - 3])
  local full = math.max(now, tonumber(redis.call("GET", KEYS[i]) or now)) + space
  redis.call("SET", KEYS[i], string.format("%.3f", full), "PX", string.format("%.0f", math.ceil(full - now)))
  wait = math.max(wait, math.ceil(full - burst - now))
end
if wait > 0 then redis.call("HSET", KEYS[2], "wp:placed", "1") end
return wait`;

const END = `
if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
redis.call("HSET", KEYS[2], "wp:tries", ARGV[2])
redis.call("HDEL", KEYS[2], "wp:open", "wp:content")
if ARGV[3] ~= "" then redis.call("RPUSH", KEYS[3], ARGV[3]) end
if ARGV[4] ~= "" then redis.call("SADD", KEYS[4], ARGV[4]) end
return 1`;

/** By hand, on a job that nobody works on: the journal must be as long as the caller saw it. */
const AMEND = `
if redis.call("EXISTS", KEYS[1]) == 1 then return 0 end
if redis.call("LPOS", KEYS[5], ARGV[1]) then return 0 end
if redis.call("EXISTS", KEYS[2]) == 0 then return 0 end
if redis.call("LLEN", KEYS[3]) ~= tonumber(ARGV[2]) then return 0 end
redis.call("RPUSH", KEYS[3], ARGV[3])
redis.call("SREM", KEYS[4], ARGV[1])
if ARGV[4] ~= "" then redis.call("SADD", KEYS[6], ARGV[1]) else redis.call("SREM", KEYS[6], ARGV[1]) end
if ARGV[5] ~= "" then redis.call("SADD", KEYS[7], ARGV[1]) end
return 1`;

/** Keys and scripts of one queue. */
export class JobKeys {
  readonly #client: Redis;
  readonly #jobs: MessageJobs;
  /** Ids of messages held in doubt, declared as sent by hand, and on their way back to the waiting ones. */
  readonly doubt: string;
  readonly declared: string;
  readonly returning: string;

  constructor(client: Redis, jobs: MessageJobs) {
    this.#client = client;
    this.#jobs = jobs;
    this.doubt = jobs.toKey("wp:in-doubt");
    this.declared = jobs.toKey("wp:declared");
    this.returning = jobs.toKey("wp:returning");
  }

  journal(id: string): string {
    return this.#jobs.toKey(`wp:journal:${id}`);
  }

  content(id: string, name: string): string {
    return this.#jobs.toKey(`wp:content:${id}:${name}`);
  }

  known(hash: string): string {
    return this.#jobs.toKey(`wp:key:${hash}`);
  }

  #lock(id: string): string {
    return this.#jobs.toKey(`${id}:lock`);
  }

  async read(id: string): Promise<JobFields> {
    const [values, lines] = await Promise.all([
      this.#client.hmget(this.#jobs.toKey(id), "wp:tries", "wp:next", "wp:open", "wp:content"),
      this.#client.lrange(this.journal(id), 0, -1),
    ]);
    return {
      tries: Number(values[0] ?? 0),
      nextMs: Number(values[1] ?? 0),
      open: values[2] === "1",
      content: Number(values[3] ?? 0),
      journal: lines.map((line) => JSON.parse(line) as JournalEntry),
    };
  }

  /** False: the lock is another's. */
  async begin(id: string, token: string, tries: number, nextMs: number): Promise<boolean> {
    return (await this.#run(BEGIN, [this.#lock(id), this.#jobs.toKey(id)], [token, tries, nextMs])) === 1;
  }

  async mark(id: string, token: string, tries: number): Promise<boolean> {
    return (await this.#run(MARK, [this.#lock(id), this.#jobs.toKey(id)], [token, tries])) === 1;
  }

  /** How long to wait; undefined: the lock is another's. */
  async place(id: string, token: string, paces: readonly Pace[]): Promise<number | undefined> {
    const keys = [this.#lock(id), this.#jobs.toKey(id)];
    const values: (string | number)[] = [token];
    for (const { domain, count, perMs } of paces) {
      keys.push(this.#jobs.toKey(`wp:pace:${domain}`));
      values.push(perMs / count, perMs);
    }
    const waitMs = Number(await this.#run(PLACE, keys, values));
    return waitMs < 0 ? undefined : waitMs;
  }

  async end(
    id: string,
    token: string,
    tries: number,
    entry: JournalEntry | undefined,
    inDoubt: boolean,
  ): Promise<boolean> {
    const keys = [this.#lock(id), this.#jobs.toKey(id), this.journal(id), this.doubt];
    const line = entry === undefined ? "" : JSON.stringify(entry);
    return (await this.#run(END, keys, [token, tries, line, inDoubt ? id : ""])) === 1;
  }

  async amend(
    id: string,
    seen: number,
    entry: JournalEntry,
    to: { readonly declared: boolean; readonly returning: boolean },
  ): Promise<boolean> {
    const keys = [
      this.#lock(id),
      this.#jobs.toKey(id),
      this.journal(id),
      this.doubt,
      this.#jobs.toKey("active"),
      this.declared,
      this.returning,
    ];
    const values = [id, seen, JSON.stringify(entry), to.declared ? "1" : "", to.returning ? "1" : ""];
    return (await this.#run(AMEND, keys, values)) === 1;
  }

  async returned(id: string): Promise<void> {
    await this.#client.srem(this.returning, id);
  }

  /** Everything that is kept of a message beside its job. */
  async remove(id: string, contentName: string): Promise<void> {
    await this.#client.del(this.journal(id), this.content(id, contentName));
    await this.#client.srem(this.doubt, id);
    await this.#client.srem(this.declared, id);
  }

  #run(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return this.#client.eval(script, keys.length, ...keys, ...values);
  }
}
