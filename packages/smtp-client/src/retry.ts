import { SendError } from "./outcome/send-error.js";

/** How often, and how long between. */
export interface RetryOptions {
  /** Tries in all, the first included. Default 5. */
  readonly attempts?: number | undefined;
  /** The wait before the second try. Default 1,000. */
  readonly firstDelayMs?: number | undefined;
  /** No wait is longer. Default 300,000. */
  readonly maxDelayMs?: number | undefined;
  /** Each wait is so many times the one before. Default 2. */
  readonly factor?: number | undefined;
  /** Tries again although the server may have the message already, so that it may arrive twice. Default false. */
  readonly retryUnknown?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Before each wait. */
  readonly onRetry?: ((error: SendError, attempt: number, delayMs: number) => void) | undefined;
  /** For tests: a number from 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof RetryOptions>([
  "attempts",
  "firstDelayMs",
  "maxDelayMs",
  "factor",
  "retryUnknown",
  "signal",
  "onRetry",
  "random",
]);

/**
 * Calls `send` until it succeeds, as long as its `SendError` says that another try is safe and may help. The waits grow and are
 * random within their upper half, so that clients that failed together do not come back together.
 *
 * It is for one process that lives long enough; what must survive a restart belongs into a queue.
 * @param send makes one try, usually `() => client.send(message)`; content from a one-shot stream cannot be sent twice
 * @throws what the last try threw, or the signal's reason
 */
export async function withRetry<Result>(
  send: (attempt: number) => Promise<Result>,
  options: RetryOptions = {},
): Promise<Result> {
  for (const name of Object.keys(options)) {
    if (!NAMES.has(name)) {
      throw new SendError("ERR_CLIENT_UNKNOWN_OPTION", `there is no retry option named "${name}"`, {
        phase: "compose",
      });
    }
  }
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
