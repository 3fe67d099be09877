import { type EmailMessage, type MessageInput, releaseMessage } from "@wirepost/mime-message";
import { MemoryTlsSessionStore } from "@wirepost/socket-core";
import type { Receipt } from "../outcome/receipt.js";
import type { SendError } from "../outcome/send-error.js";
import { type JobSource, Pipeline } from "../pipeline/pipeline.js";
import { SendJob } from "../pipeline/send-job.js";
import type { SendOptions } from "../pipeline/send-options.js";
import { watchJob } from "../pipeline/watch-job.js";
import { MAX_MS } from "../session/check-options.js";
import type { ResolvedConnectionOptions } from "../session/connection-options.js";
import { establish } from "../session/establish.js";
import type { Session } from "../session/session.js";
import { clientClosed } from "./client-closed.js";
import type { ResolvedClientOptions } from "./client-options.js";
import { FairQueue } from "./fair-queue.js";
import type { ClientStatistics } from "./smtp-client.js";
import { TokenBucket } from "./token-bucket.js";

/** The connections of a client, and the messages that wait for one. */
export class Pool {
  readonly #options: ResolvedConnectionOptions;
  readonly #limits: ResolvedClientOptions["limits"];
  readonly #queue = new FairQueue<SendJob>();
  readonly #pipelines = new Set<Pipeline>();
  readonly #idle = new Map<Pipeline, NodeJS.Timeout>();
  readonly #buckets: { units: (job: SendJob) => number; bucket: TokenBucket }[] = [];
  readonly #source: JobSource = {
    next: () => this.#next(),
    requeue: (job, dead) => this.#requeue(job, dead),
    idle: (pipeline) => this.#rest(pipeline),
    closed: (pipeline) => this.#forget(pipeline),
  };
  readonly #leaving = new Set<Promise<void>>();
  /** Jobs in the queue that their callers have given up. */
  #abandoned = 0;
  #connecting = 0;
  #earlyHello = false;
  #closing: Promise<void> | undefined;
  #closed = false;
  readonly #abort = new AbortController();
  #rateTimer: NodeJS.Timeout | undefined;
  #drainWaiters: (() => void)[] = [];

  constructor({ connection, limits, rateLimit }: ResolvedClientOptions) {
    this.#options = {
      ...connection,
      tlsOptions: { sessionStore: new MemoryTlsSessionStore(), ...connection.tlsOptions },
      signal:
        connection.signal === undefined
          ? this.#abort.signal
          : AbortSignal.any([connection.signal, this.#abort.signal]),
    };
    this.#limits = limits;
    if (rateLimit.messages !== undefined) {
      this.#buckets.push({ units: () => 1, bucket: new TokenBucket(rateLimit.messages) });
    }
    if (rateLimit.recipients !== undefined) {
      this.#buckets.push({
        units: (job) => job.recipients.length,
        bucket: new TokenBucket(rateLimit.recipients),
      });
    }
  }

  /** Opens a connection, and logs in, without sending. @throws SendError */
  async verify(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed) throw clientClosed();
    const own = this.#options.signal;
    const both = signal !== undefined && own !== undefined ? AbortSignal.any([signal, own]) : (signal ?? own);
    const session = await establish({ ...this.#options, signal: both });
    await session.quit();
  }

  get statistics(): ClientStatistics {
    let active = 0;
    for (const pipeline of this.#pipelines) active += pipeline.load;
    return {
      connections: this.#pipelines.size + this.#connecting,
      idle: this.#idle.size,
      queued: this.#queue.length,
      active,
    };
  }

  /** Takes no new messages, waits for those in hand within `closeTimeoutMs`, then says QUIT everywhere. Never throws. */
  close(): Promise<void> {
    this.#closing ??= this.#drain();
    return this.#closing;
  }

  /** Ends everything at once. Messages in hand end as the outcome law says. */
  destroy(): void {
    this.#closed = true;
    this.#closing ??= Promise.resolve();
    clearTimeout(this.#rateTimer);
    this.#abort.abort(clientClosed());
    for (const pipeline of [...this.#pipelines]) pipeline.session.destroy(clientClosed());
    this.#failQueue(clientClosed());
  }

  /**
   * Takes a message; the turns of senders alternate.
   * @param envelope what the envelope is made of, where that is not the message as it is now
   */
  send(
    sender: object,
    message: MessageInput | EmailMessage,
    options: SendOptions,
    envelope: MessageInput = message,
  ): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      if (this.#closing !== undefined) {
        releaseMessage(message);
        reject(clientClosed());
        return;
      }
      // A throw in here becomes the promise's rejection.
      const job = new SendJob(message, options, resolve, reject, envelope);
      watchJob(job);
      if (job.settled) return;
      if (job.signal !== undefined) job.onSettled(() => this.#onGivenUp(job));
      this.#queue.push(sender, job);
      this.#dispatch();
    });
  }

  #next(): SendJob | undefined {
    for (;;) {
      const job = this.#queue.shift();
      if (job === undefined || job.settled) {
        if (job === undefined) return undefined;
        continue;
      }
      // A job that another connection gave back has been counted.
      const waitMs = job.counted ? 0 : this.#rateWaitMs(job);
      if (waitMs === 0) {
        this.#count(job);
        return job;
      }
      this.#queue.giveBack(job);
      this.#rateTimer ??= setTimeout(
        () => {
          this.#rateTimer = undefined;
          this.#dispatch();
        },
        Math.min(waitMs, MAX_MS),
      );
      return undefined;
    }
  }

  #count(job: SendJob): void {
    if (job.counted) return;
    job.counted = true;
    for (const { units, bucket } of this.#buckets) bucket.take(units(job));
  }

  #requeue(job: SendJob, dead = false): void {
    // What ended one idle connection unheard, a sleep or a forgetful router, has ended the others too.
    if (dead) for (const pipeline of [...this.#idle.keys()]) pipeline.session.destroy();
    if (this.#closed) {
      job.fail(clientClosed());
      return;
    }
    this.#queue.giveBack(job);
    queueMicrotask(() => this.#dispatch());
  }

  #rest(pipeline: Pipeline): void {
    if (pipeline.exhausted || this.#closing !== undefined) {
      if (this.#queue.length === 0 || pipeline.exhausted) {
        this.#leave(pipeline);
        return;
      }
    }
    if (this.#idle.has(pipeline)) return;
    pipeline.session.socket.setKeepsProcess(false);
    const timer = setTimeout(() => {
      this.#idle.delete(pipeline);
      this.#leave(pipeline);
    }, this.#limits.idleTimeoutMs);
    timer.unref();
    this.#idle.set(pipeline, timer);
    this.#announceDrained();
  }

  /** QUIT. The connection counts until it is closed, so that there are never more than `maxConnections`. */
  #leave(pipeline: Pipeline): void {
    const gone = pipeline.session.quit().finally(() => this.#leaving.delete(gone));
    this.#leaving.add(gone);
  }

  #forget(pipeline: Pipeline): void {
    this.#pipelines.delete(pipeline);
    this.#forgetIdle(pipeline);
    this.#announceDrained();
    if (this.#queue.length > 0) queueMicrotask(() => this.#dispatch());
  }

  #dispatch(): void {
    while (this.#queue.length > 0 && this.#rateTimer === undefined) {
      const idle = this.#firstIdle();
      if (idle === undefined) break;
      idle.session.suspect(this.#limits.livenessTimeoutMs);
      this.#use(idle);
    }
    if (this.#rateTimer !== undefined || this.#closed) return;
    const wanted = Math.min(this.#queue.length, this.#limits.maxConnections - this.#pipelines.size);
    while (this.#connecting < wanted) void this.#open();
    // All connections are busy; those that only wait for final replies can carry an envelope already.
    if (this.#connecting === 0) {
      for (const pipeline of this.#pipelines) {
        if (this.#queue.length === 0) return;
        if (pipeline.ready) pipeline.wake();
      }
    }
  }

  #firstIdle(): Pipeline | undefined {
    for (const pipeline of this.#idle.keys()) return pipeline;
    return undefined;
  }

  #use(pipeline: Pipeline): void {
    this.#forgetIdle(pipeline);
    pipeline.session.socket.setKeepsProcess(true);
    pipeline.wake();
    const nothing = pipeline.load === 0 && !pipeline.postponed;
    if (nothing && pipeline.session.failure === undefined) this.#rest(pipeline);
  }

  #forgetIdle(pipeline: Pipeline): void {
    const timer = this.#idle.get(pipeline);
    if (timer === undefined) return;
    clearTimeout(timer);
    this.#idle.delete(pipeline);
  }

  async #open(): Promise<void> {
    this.#connecting++;
    try {
      const session = await this.#establish();
      this.#connecting--;
      if (this.#closed) {
        session.destroy(clientClosed());
        return;
      }
      const pipeline = new Pipeline(session, this.#source, this.#limits.maxMessagesPerConnection);
      this.#pipelines.add(pipeline);
      if (session.failure !== undefined) this.#forget(pipeline);
      else this.#use(pipeline);
    } catch (error) {
      this.#connecting--;
      // Others may still serve the queue. With none left, waiting would only hide the reason.
      if (this.#pipelines.size === 0 && this.#connecting === 0) this.#failQueue(error as SendError);
      this.#announceDrained();
    }
  }

  async #establish(): Promise<Session> {
    const earlyHello = this.#earlyHello;
    this.#earlyHello = false;
    try {
      const session = await establish({ ...this.#options, earlyHello });
      this.#earlyHello = session.pipeConnect;
      return session;
    } catch (error) {
      // A server that no longer takes EHLO ahead of its greeting gets it behind.
      if (!earlyHello || this.#closed) throw error;
      return establish(this.#options);
    }
  }

  #failQueue(error: SendError): void {
    // Only what waits now: a caller who sends again in its handler gets a new attempt.
    for (let left = this.#queue.length; left > 0; left--) this.#queue.shift()?.fail(error, error.transcript);
  }

  /** A job that ended while it waited: its message must not be held until its turn comes. */
  #onGivenUp(job: SendJob): void {
    if (job.queuedMs > 0 || ++this.#abandoned * 2 < this.#queue.length) return;
    this.#abandoned = 0;
    this.#queue.purge((waiting) => waiting.settled || waiting === job);
    if (this.#queue.length === 0) {
      clearTimeout(this.#rateTimer);
      this.#rateTimer = undefined;
      this.#announceDrained();
    }
  }

  #rateWaitMs(job: SendJob): number {
    let waitMs = 0;
    for (const { units, bucket } of this.#buckets) waitMs = Math.max(waitMs, bucket.waitMs(units(job)));
    return waitMs;
  }

  get #busy(): boolean {
    if (this.#queue.length > 0 || this.#connecting > 0) return true;
    for (const pipeline of this.#pipelines) if (pipeline.load > 0) return true;
    return false;
  }

  #announceDrained(): void {
    if (this.#drainWaiters.length === 0 || this.#busy) return;
    const waiters = this.#drainWaiters;
    this.#drainWaiters = [];
    for (const waiter of waiters) waiter();
  }

  async #drain(): Promise<void> {
    if (this.#busy) {
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        new Promise<void>((resolve) => this.#drainWaiters.push(resolve)),
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, this.#options.closeTimeoutMs);
        }),
      ]);
      clearTimeout(timer);
    }
    const open = [...this.#pipelines];
    const finished = open.filter((pipeline) => pipeline.load === 0);
    for (const pipeline of open) this.#forgetIdle(pipeline);
    for (const pipeline of finished) this.#leave(pipeline);
    await Promise.all(this.#leaving);
    this.destroy();
  }
}
