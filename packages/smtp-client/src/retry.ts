import { SendError } from "./outcome/send-error.js";
import {
  between,
  callback,
  checkOptions,
  flag,
  MAX_MS,
  type OptionChecks,
  signal,
  whole,
} from "./session/check-options.js";

/** How often, and how long between. */
export interface RetryOptions {
  /** Tries in all, the first included. Default 5. */
  readonly attempts?: number | undefined;
  /** The wait before the second try, at most 2,147,483,647. Default 1,000. */
  readonly firstDelayMs?: number | undefined;
  /** No wait is longer; at most 2,147,483,647. Default 300,000. */
  readonly maxDelayMs?: number | undefined;
  /** Each wait is so many times the one before, from 1 on. Default 2. */
  readonly factor?: number | undefined;
  /** Tries again although the server may have the message already, so that it may arrive twice. Default false. */
  readonly retryUnknown?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Before each wait. */
  readonly onRetry?: ((error: SendError, attempt: number, delayMs: number) => void) | undefined;
  /** For tests: a number from 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

const CHECKS: OptionChecks<RetryOptions> = {
  attempts: whole(1, Number.MAX_SAFE_INTEGER, true),
  // A longer wait would fire at once, and try after try without any.
  firstDelayMs: between(0, MAX_MS),
  maxDelayMs: between(0, MAX_MS),
  factor: between(1),
  retryUnknown: flag,
  signal,
  onRetry: callback,
  random: callback,
};

/**
 * Calls `send` until it succeeds, as long as its `SendError` says that another try is safe and may help. The waits grow and are
 * random within their upper half, so that clients that failed together do not come back together.
 *
 * It is for one process that lives long enough; what must survive a restart belongs into a queue.
 * @param send makes one try, usually `() => client.send(message)`; a stream is let go of with the first try that fails, so give
 * content that can be opened anew (a function, `fromFile()`)
 * @throws what the last try threw, the signal's reason, or SendError ERR_CLIENT_OPTION and ERR_CLIENT_UNKNOWN_OPTION for the options
 */
export async function withRetry<Result>(
  send: (attempt: number) => Promise<Result>,
  options: RetryOptions = {},
): Promise<Result> {
  checkOptions("retry", options, CHECKS);
  const {
    attempts = 5,
    firstDelayMs = 1_000,
    maxDelayMs = 300_000,
    factor = 2,
    signal,
    random = Math.random,
  } = options;
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    try {
      return await send(attempt);
    } catch (error) {
      if (!SendError.is(error) || attempt >= attempts || !mayTryAgain(error, options)) throw error;
      const ceiling = Math.min(maxDelayMs, firstDelayMs * factor ** (attempt - 1));
      const delayMs = Math.round(ceiling * (0.5 + random() / 2));
      options.onRetry?.(error, attempt, delayMs);
      await delay(delayMs, signal);
    }
  }
}

function mayTryAgain(error: SendError, { retryUnknown }: RetryOptions): boolean {
  return error.state === "unknown" ? retryUnknown === true : error.retryable;
}

function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
