import { Attempt, type AttemptEnd } from "./attempt.js";
import { backoffDelay } from "./backoff.js";
import type { Deliver } from "./deliver.js";
import { PaceBook, Paces } from "./destination-limits.js";
import { storageError } from "./errors.js";
import type { QueueObserver } from "./events.js";
import { describeMessage } from "./message.js";
import type { Claim, ClaimTerms, QueueStore } from "./store.js";
import { readWorkerOptions, type Settings, type WorkerOptions } from "./worker-options.js";

/** How much a worker did. */
export interface WorkerStatistics {
  readonly attempts: number;
  readonly sent: number;
  readonly failed: number;
  readonly inDoubt: number;
  /** Messages that go on waiting after an attempt. */
  readonly deferred: number;
  /** Attempts going on now. */
  readonly active: number;
}

const MAX_PAUSE_MS = 60_000;
/** Timers count no further. */
const MAX_SLEEP_MS = 60_000;
const PURGE_INTERVAL_MS = 600_000;

/**
 * Takes due messages and delivers them, several at a time, until it is closed. A store that fails, or a relay that cannot be
 * reached, makes it pause, from a second up to a minute, and go on.
 */
export class QueueWorker {
  /** Resolves when the worker has ended; never rejects. */
  readonly done: Promise<void>;
  readonly #store: QueueStore;
  readonly #deliver: Deliver;
  readonly #observe: QueueObserver;
  readonly #settings: Settings;
  readonly #terms: ClaimTerms;
  readonly #paces: Paces;
  readonly #book = new PaceBook();
  readonly #attempts = new Set<Attempt>();
  readonly #counts = { attempts: 0, sent: 0, failed: 0, inDoubt: 0, deferred: 0 };
  #closing = false;
  #pauseMs = 0;
  #pausedUntil = 0;
  #recoverAt = Number.NEGATIVE_INFINITY;
  #purgeAt = Number.NEGATIVE_INFINITY;
  #tending: Promise<void> | undefined;
  #idleLanes = 0;
  #sleeping: { promise: Promise<void>; wake: () => void } | undefined;

  /** @internal Made by `MailQueue.work()`. */
  constructor(store: QueueStore, deliver: Deliver, observe: QueueObserver, options: WorkerOptions) {
    this.#store = store;
    this.#deliver = deliver;
    this.#observe = observe;
    const settings = readWorkerOptions(options);
    this.#settings = settings;
    this.#paces = new Paces(settings.destinationLimits);
    this.#terms = {
      retryDelayMs: (attempt) => backoffDelay(attempt, settings, settings.random),
      maxDelayMs: settings.maxDelayMs,
    };
    const onAbort = () => void this.close();
    settings.signal?.addEventListener("abort", onAbort, { once: true });
    if (settings.signal?.aborted === true) this.#closing = true;
    const lanes = Array.from({ length: settings.concurrency }, () => this.#lane());
    this.done = Promise.all(lanes).then(() => settings.signal?.removeEventListener("abort", onAbort));
  }

  get statistics(): WorkerStatistics {
    return { ...this.#counts, active: this.#attempts.size };
  }

  /** Looks for due messages at once. */
  wake(): void {
    this.#sleeping?.wake();
  }

  /**
   * Claims nothing more; ends attempts whose content has not begun, which then do not count; waits for the others, and after
   * `closeTimeoutMs` ends them too, in doubt.
   */
  async close(): Promise<void> {
    this.#stop(false);
    const timer = setTimeout(() => this.#stop(true), this.#settings.closeTimeoutMs);
    await this.done;
    clearTimeout(timer);
  }

  /** As `close()`, without waiting for content. */
  async destroy(): Promise<void> {
    this.#stop(true);
    await this.done;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #stop(force: boolean): void {
    this.#closing = true;
    for (const attempt of this.#attempts) attempt.stop(force);
    this.wake();
  }

  /** One message at a time; `concurrency` of these run side by side, so that they share what the disk does. */
  async #lane(): Promise<void> {
    while (!this.#closing) {
      try {
        await this.#tend();
        const claim = this.#isPaused() ? undefined : await this.#store.claim(this.#terms);
        if (claim !== undefined) await this.#work(claim);
        else if (await this.#idle()) return;
      } catch (error) {
        this.#onFailure(error);
      }
    }
  }

  async #work(claim: Claim): Promise<void> {
    const attempt = new Attempt(claim, this.#settings);
    if (this.#closing) {
      await claim.settle({ to: "queued", entry: undefined, retryInMs: 0, uncounted: true });
      return;
    }
    const end = attempt.foregone(Date.now()) ?? (await this.#attempt(attempt));
    await claim.settle(end);
    if (end.reached === true && end.storeError === undefined) this.#pauseMs = 0;
    this.#count(end);
    // A message that was only put back has nothing to tell.
    if (end.entry !== undefined || end.to !== "queued") {
      const { stored } = claim;
      const nextTryMs = end.retryInMs === undefined ? stored.nextTryMs : Date.now() + end.retryInMs;
      this.#observe({ type: "settled", message: describeMessage({ ...stored, state: end.to, nextTryMs }) });
    }
    if (end.storeError !== undefined) this.#onFailure(end.storeError);
    else if (end.unreachable === true && this.#settings.pauseWhenUnreachable) this.#pause();
  }

  async #attempt(attempt: Attempt): Promise<AttemptEnd> {
    const { claim } = attempt;
    const { head } = claim.stored;
    const paces = this.#paces.of(attempt.domains);
    const waitMs =
      claim.waitForPlace === undefined || paces.length === 0
        ? this.#book.waitMs(head.id, paces)
        : await claim.waitForPlace(paces);
    // Whoever closed meanwhile has not seen this attempt.
    if (waitMs > 0 || this.#closing) {
      return { to: "queued", entry: undefined, retryInMs: waitMs, uncounted: true };
    }
    this.#attempts.add(attempt);
    this.#counts.attempts++;
    try {
      this.#observe({ type: "attempt", id: head.id, attempt: claim.attempt });
      const end = await attempt.run(this.#deliver);
      if (end.to !== "queued" || end.retryInMs !== undefined) return end;
      return { ...end, retryInMs: this.#terms.retryDelayMs(claim.attempt) };
    } finally {
      this.#attempts.delete(attempt);
    }
  }

  #count({ to, entry }: AttemptEnd): void {
    if (to === "sent") this.#counts.sent++;
    else if (to === "failed") this.#counts.failed++;
    else if (to === "in-doubt") this.#counts.inDoubt++;
    else if (entry !== undefined) this.#counts.deferred++;
  }

  /** What is due now and then, done by the first lane that comes by while the others wait. */
  #tend(): Promise<void> {
    const now = performance.now();
    if (this.#tending === undefined && (now >= this.#recoverAt || now >= this.#purgeAt)) {
      this.#tending = this.#recoverAndPurge(now).finally(() => {
        this.#tending = undefined;
      });
    }
    return this.#tending ?? Promise.resolve();
  }

  async #recoverAndPurge(now: number): Promise<void> {
    if (now >= this.#recoverAt) {
      await this.#store.recover(this.#terms);
      this.#recoverAt = performance.now() + this.#settings.recoverIntervalMs;
    }
    if (now < this.#purgeAt) return;
    this.#purgeAt = now + PURGE_INTERVAL_MS;
    const { keepSentMs, keepFailedMs } = this.#settings;
    await this.#store.purge(["sent"], Date.now() - keepSentMs);
    if (keepFailedMs !== undefined) await this.#store.purge(["failed"], Date.now() - keepFailedMs);
  }

  /** Sleeps until something may be due. True: the worker was to end here. */
  async #idle(): Promise<boolean> {
    const waitMs = Math.max(this.#store.waitMs(), this.#pausedUntil - performance.now());
    if (waitMs <= 0) {
      // A scan is going on for another lane.
      await new Promise<void>((resolve) => setImmediate(resolve));
      return false;
    }
    this.#idleLanes++;
    try {
      const allIdle = this.#idleLanes === this.#settings.concurrency && !this.#isPaused();
      if (this.#settings.stopWhenIdle && allIdle) this.#stop(false);
      else await this.#sleep(Math.min(waitMs, this.#recoverAt - performance.now()));
    } finally {
      this.#idleLanes--;
    }
    return false;
  }

  /** All lanes sleep and wake together. */
  #sleep(ms: number): Promise<void> {
    if (this.#sleeping === undefined) {
      let wake = () => {};
      const promise = new Promise<void>((resolve) => {
        const timer = setTimeout(() => wake(), Math.min(MAX_SLEEP_MS, Math.max(1, Math.ceil(ms))));
        wake = () => {
          clearTimeout(timer);
          this.#sleeping = undefined;
          resolve();
        };
      });
      this.#sleeping = { promise, wake };
    }
    return this.#sleeping.promise;
  }

  #isPaused(): boolean {
    return performance.now() < this.#pausedUntil;
  }

  #pause(): void {
    if (this.#isPaused()) return;
    this.#pauseMs = Math.min(MAX_PAUSE_MS, this.#pauseMs === 0 ? 1_000 : this.#pauseMs * 2);
    this.#pausedUntil = performance.now() + this.#pauseMs;
  }

  #onFailure(error: unknown): void {
    const failure = storageError("the queue cannot go on for now", error);
    if (failure.code !== "ERR_QUEUE_CLAIM_LOST") {
      this.#pause();
      // A store that failed while it moved a message may hold one that nobody works on.
      this.#recoverAt = Math.min(this.#recoverAt, this.#pausedUntil);
    }
    this.#observe({ type: "problem", error: failure });
  }
}
