// The caller's signal: looked at between steps, and raced against steps that may never end.
import { MimeError } from "./errors.js";
import type { AbortSignalLike } from "./platform.js";

function aborted(signal: AbortSignalLike): MimeError {
  return new MimeError("ERR_MIME_ABORTED", "The operation was aborted", { cause: signal.reason });
}

/** Throws the caller's abort as an error of ours. */
export function checkAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted === true) throw aborted(signal);
}

/**
 * Runs steps that the signal can cut short: `run` receives a function that settles as its promise does, or rejects when
 * the signal fires first. One listener serves all steps and is gone when `run` is done.
 */
export async function* withAbort<T>(
  signal: AbortSignalLike | undefined,
  run: (race: <P>(step: Promise<P>) => Promise<P>) => AsyncIterable<T>,
): AsyncGenerator<T> {
  if (signal === undefined) {
    yield* run((step) => step);
    return;
  }
  checkAborted(signal);
  let fail: ((error: MimeError) => void) | undefined;
  const listener = (): void => fail?.(aborted(signal));
  signal.addEventListener("abort", listener);
  try {
    yield* run(
      <P>(step: Promise<P>) =>
        new Promise<P>((resolve, reject) => {
          if (signal.aborted) reject(aborted(signal));
          fail = reject;
          step.then(resolve, reject);
        }),
    );
  } finally {
    signal.removeEventListener("abort", listener);
  }
}

/** One step that the signal can cut short. */
export async function raceAbort<P>(step: Promise<P>, signal: AbortSignalLike | undefined): Promise<P> {
  if (signal === undefined) return step;
  // What the step ends with after an abort is of no interest to anybody.
  step.catch(() => undefined);
  for await (const result of withAbort(signal, async function* (race) {
    yield await race(step);
  })) {
    return result;
  }
  throw aborted(signal);
}
