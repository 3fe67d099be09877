import type { BackoffOptions } from "./backoff.js";
import type { DestinationLimits } from "./destination-limits.js";
import { checkFunction, checkNames, checkSignal, truth, wholeNumber, wrong } from "./options.js";

/** What becomes of a message whose content went out without a final reply that is known. */
export type InDoubtPolicy = "hold" | "resend" | "fail";

export interface WorkerOptions extends BackoffOptions {
  /** Attempts at the same time. Default 5. */
  readonly concurrency?: number | undefined;
  /** Attempts in all before a message fails. Default 100. */
  readonly maxAttempts?: number | undefined;
  /**
   * `hold` (default): it waits for a person. `resend`: tried again with the same Message-ID, so that it may arrive twice.
   * `fail`: given up, so that it may not arrive.
   */
  readonly inDoubt?: InDoubtPolicy | undefined;
  /**
   * By domain of the recipients; `"*"` for each other domain. All workers of a Redis store count together, by the limits that each
   * was given; a worker of a directory counts for itself.
   */
  readonly destinationLimits?: DestinationLimits | undefined;
  /** How long sent messages are kept, content and journal. 0 removes them at once. Default 86,400,000 (a day). */
  readonly keepSentMs?: number | undefined;
  /** How long failed messages are kept. Default: until purged by hand. */
  readonly keepFailedMs?: number | undefined;
  /**
   * For a deliverer that has one relay: while it cannot be reached nothing else is tried, for a second at first and a minute at
   * most. Default false, as is right where each message may go elsewhere.
   */
  readonly pauseWhenUnreachable?: boolean | undefined;
  /** How often messages of dead workers are looked for. Default 30,000. */
  readonly recoverIntervalMs?: number | undefined;
  /** How long `close()` waits for content that is on its way. Default 30,000. */
  readonly closeTimeoutMs?: number | undefined;
  /** The worker ends by itself once nothing is due. Default false. */
  readonly stopWhenIdle?: boolean | undefined;
  /** Aborting closes the worker, as `close()` does. */
  readonly signal?: AbortSignal | undefined;
  /** For tests: a number from 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof WorkerOptions>([
  "firstDelayMs",
  "maxDelayMs",
  "factor",
  "concurrency",
  "maxAttempts",
  "inDoubt",
  "destinationLimits",
  "keepSentMs",
  "keepFailedMs",
  "pauseWhenUnreachable",
  "recoverIntervalMs",
  "closeTimeoutMs",
  "stopWhenIdle",
  "signal",
  "random",
]);

const DAY_MS = 86_400_000;

export type Settings = ReturnType<typeof readWorkerOptions>;

/** @throws QueueError `ERR_QUEUE_UNKNOWN_OPTION`, `ERR_QUEUE_OPTION` */
export function readWorkerOptions(options: WorkerOptions) {
  checkNames("worker", options, NAMES);
  const { inDoubt = "hold", factor = 2, random = Math.random } = options;
  if (!["hold", "resend", "fail"].includes(inDoubt)) throw wrong("inDoubt", "must be hold, resend or fail");
  if (typeof factor !== "number" || !(factor >= 1) || !Number.isFinite(factor)) {
    throw wrong("factor", "must be a number of 1 or more");
  }
  checkFunction("random", random);
  checkSignal(options.signal);
  return {
    inDoubt,
    factor,
    firstDelayMs: wholeNumber("firstDelayMs", options.firstDelayMs, 60_000, 1),
    maxDelayMs: wholeNumber("maxDelayMs", options.maxDelayMs, 3_600_000, 1),
    concurrency: wholeNumber("concurrency", options.concurrency, 5, 1, 10_000),
    maxAttempts: wholeNumber("maxAttempts", options.maxAttempts, 100, 1, 90_000),
    destinationLimits: options.destinationLimits,
    keepSentMs: wholeNumber("keepSentMs", options.keepSentMs, DAY_MS, 0),
    keepFailedMs:
      options.keepFailedMs === undefined
        ? undefined
        : wholeNumber("keepFailedMs", options.keepFailedMs, 0, 0),
    pauseWhenUnreachable: truth("pauseWhenUnreachable", options.pauseWhenUnreachable, false),
    recoverIntervalMs: wholeNumber("recoverIntervalMs", options.recoverIntervalMs, 30_000, 10),
    closeTimeoutMs: wholeNumber("closeTimeoutMs", options.closeTimeoutMs, 30_000, 0),
    stopWhenIdle: truth("stopWhenIdle", options.stopWhenIdle, false),
    signal: options.signal,
    random,
  };
}
