import type { Pace } from "../destination-limits.js";
import { QueueError, storageError } from "../errors.js";
import { type JournalEntry, placeFor, standing } from "../journal.js";
import type { StoredMessage } from "../message.js";
import type { Claim, ClaimEnd } from "../store.js";
import type { MessageJob } from "./bullmq.js";
import type { JobFields, JobKeys } from "./job-fields.js";

/** What a claim needs of the store that made it. */
export interface ClaimHome {
  readonly keys: JobKeys;
  readonly lockMs: number;
  content(job: MessageJob, signal: AbortSignal | undefined): AsyncIterable<Uint8Array>;
  remove(job: MessageJob): Promise<void>;
  onProblem(error: Error): void;
}

/** A job that this process has locked. The lock is renewed until `settle`. */
export class RedisClaim implements Claim {
  readonly attempt: number;
  readonly interrupted: boolean;
  readonly #home: ClaimHome;
  readonly #job: MessageJob;
  readonly #token: string;
  readonly #journal: JournalEntry[];
  readonly #nextMs: number;
  readonly #renewal: NodeJS.Timeout;
  #marking: Promise<void> | undefined;

  constructor(
    home: ClaimHome,
    job: MessageJob,
    token: string,
    begun: { readonly attempt: number; readonly nextMs: number; readonly interrupted: boolean },
    fields: JobFields,
  ) {
    this.#home = home;
    this.#job = job;
    this.#token = token;
    this.attempt = begun.attempt;
    this.#nextMs = begun.nextMs;
    this.interrupted = begun.interrupted;
    this.#journal = fields.journal;
    this.#renewal = setInterval(() => {
      // When the lock is lost, the next script says so; a missed renewal is made up by the next.
      job.extendLock(token, home.lockMs).catch(() => {});
    }, home.lockMs / 3);
    this.#renewal.unref();
  }

  get stored(): StoredMessage {
    return {
      head: this.#job.data.head,
      journal: this.#journal,
      state: "sending",
      attempts: this.attempt,
      nextTryMs: undefined,
    };
  }

  open(signal?: AbortSignal | undefined): AsyncIterable<Uint8Array> {
    return this.#home.content(this.#job, signal);
  }

  markContent(): Promise<void> {
    this.#marking ??= guard(
      this.#home.keys.mark(this.#job.id as string, this.#token, this.attempt).then(orLost),
    );
    return this.#marking;
  }

  async waitForPlace(paces: readonly Pace[]): Promise<number> {
    const waitMs = await guard(this.#home.keys.place(this.#job.id as string, this.#token, paces));
    orLost(waitMs !== undefined);
    return waitMs as number;
  }

  async settle(end: ClaimEnd): Promise<void> {
    try {
      await guard(this.#settle(end));
    } finally {
      clearInterval(this.#renewal);
    }
  }

  async #settle(end: ClaimEnd): Promise<void> {
    const job = this.#job;
    const tries = end.uncounted === true ? this.attempt - 1 : this.attempt;
    orLost(await this.#home.keys.end(job.id as string, this.#token, tries, end.entry, end.to === "in-doubt"));
    if (end.entry !== undefined) this.#journal.push(end.entry);
    if (end.to === "queued") {
      const dueMs = end.retryInMs === undefined ? this.#nextMs : Date.now() + end.retryInMs;
      if (dueMs <= Date.now()) await job.moveToWait(this.#token);
      else await job.moveToDelayed(dueMs, this.#token);
    } else if (end.to === "sent") {
      await job.moveToCompleted(null, this.#token, false);
      if (end.keep === false) await this.#home.remove(job);
    } else {
      await job.moveToFailed(new Error(end.to), this.#token, false);
    }
  }
}

/** A message that nobody works on, taken by hand. `settle` succeeds only if nobody took it since. */
export class HandClaim implements Claim {
  readonly interrupted = false;
  readonly #home: ClaimHome;
  readonly #job: MessageJob;
  readonly #fields: JobFields;
  readonly #finished: boolean;

  constructor(home: ClaimHome, job: MessageJob, fields: JobFields, finished: boolean) {
    this.#home = home;
    this.#job = job;
    this.#fields = fields;
    this.#finished = finished;
  }

  get attempt(): number {
    return this.#fields.tries;
  }

  get stored(): StoredMessage {
    const { journal, tries } = this.#fields;
    return { head: this.#job.data.head, journal, state: "sending", attempts: tries, nextTryMs: undefined };
  }

  open(signal?: AbortSignal | undefined): AsyncIterable<Uint8Array> {
    return this.#home.content(this.#job, signal);
  }

  markContent(): Promise<void> {
    return Promise.reject(new QueueError("ERR_QUEUE_STATE", "a message taken by hand is not sent"));
  }

  settle(end: ClaimEnd): Promise<void> {
    return guard(this.#settle(end));
  }

  async #settle({ to, entry }: ClaimEnd): Promise<void> {
    if (entry === undefined) throw new QueueError("ERR_QUEUE_STATE", "nothing was decided");
    const { journal } = this.#fields;
    const id = this.#job.id as string;
    const returning = to === "queued" && this.#finished;
    orLost(await this.#home.keys.amend(id, journal.length, entry, { declared: to === "sent", returning }));
    journal.push(entry);
    if (returning) await bringBack(this.#home.keys, this.#job);
    // A worker then sees from the journal what is to become of it.
    else if (!this.#finished && (await this.#job.isDelayed())) await this.#job.promote();
  }
}

/** Moves a job that has ended back to those that wait; the second half of a retry by hand. */
export async function bringBack(keys: JobKeys, job: MessageJob): Promise<void> {
  if (await job.isFailed()) await job.retry("failed");
  await keys.returned(job.id as string);
}

/** The state that a waiting job's journal tells: `queued`, unless it was cancelled and no worker has come by. */
export function waitingState(
  stored: Pick<StoredMessage, "head" | "journal">,
): Exclude<StoredMessage["state"], "sending"> {
  return placeFor(standing(stored.head.to, stored.journal).recipients);
}

function orLost(held: boolean): void {
  if (!held) throw new QueueError("ERR_QUEUE_CLAIM_LOST", "another worker has taken the message over");
}

async function guard<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (cause) {
    throw storageError("the message cannot be moved in Redis", cause);
  }
}
