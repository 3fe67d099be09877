import type { EmailMessage, MessageInput } from "@wirepost/mime-message";
import type { Receipt } from "../outcome/receipt.js";
import { SendError } from "../outcome/send-error.js";
import type { SendOptions } from "../pipeline/send-options.js";
import { checkOptions, type OptionChecks, object, optionError } from "../session/check-options.js";

interface WrappedMessage {
  readonly message: MessageInput | EmailMessage;
  readonly options?: SendOptions | undefined;
}

/** A message of a batch, alone or with options of its own. */
export type BatchItem = MessageInput | EmailMessage | WrappedMessage;

/** What became of one message of a batch. `index` counts from 0 in the order of the source. */
export type BatchResult =
  | {
      readonly index: number;
      readonly message: BatchItem;
      readonly receipt: Receipt;
      readonly error?: undefined;
    }
  | {
      readonly index: number;
      readonly message: BatchItem;
      readonly error: SendError;
      readonly receipt?: undefined;
    };

export interface BatchRunner {
  /** Messages begun and not yet taken by the consumer, at most. */
  readonly inFlight: number;
  readonly signal?: AbortSignal | undefined;
  send(message: MessageInput | EmailMessage, options: SendOptions | undefined): Promise<Receipt>;
}

/** Reads the source ahead of the consumer, but never further than `inFlight` results. */
export async function* runBatch(
  messages: Iterable<BatchItem> | AsyncIterable<BatchItem>,
  runner: BatchRunner,
): AsyncGenerator<BatchResult, void, undefined> {
  const results: BatchResult[] = [];
  let pending = 0;
  let stopped = false;
  let exhausted = false;
  let sourceError: { readonly error: unknown } | undefined;
  let wakeConsumer: (() => void) | undefined;
  let wakeReader: (() => void) | undefined;

  let stopWaiting: ((reason: unknown) => void) | undefined;
  const onAbort = (): void => stopWaiting?.(runner.signal?.reason);
  runner.signal?.addEventListener("abort", onAbort, { once: true });

  // A source that never gives its next message must not outlive the signal. A promise of each step's own: a race against one of
  // the whole batch would keep every step, and its message, until the batch ends.
  const nextOrAborted = (
    iterator: Iterator<BatchItem> | AsyncIterator<BatchItem>,
  ): Promise<IteratorResult<BatchItem>> =>
    new Promise((resolve, reject) => {
      stopWaiting = reject;
      runner.signal?.throwIfAborted();
      Promise.resolve(iterator.next()).then(resolve, reject);
    });

  const finished = (result: BatchResult): void => {
    pending--;
    results.push(result);
    wakeConsumer?.();
  };

  const read = async (): Promise<void> => {
    let iterator: Iterator<BatchItem> | AsyncIterator<BatchItem> | undefined;
    let index = 0;
    try {
      iterator =
        Symbol.asyncIterator in messages ? messages[Symbol.asyncIterator]() : messages[Symbol.iterator]();
      for (;;) {
        while (pending + results.length >= runner.inFlight && !stopped) {
          await new Promise<void>((resolve) => {
            wakeReader = resolve;
          });
        }
        if (stopped) break;
        const step = await nextOrAborted(iterator);
        if (step.done === true) break;
        runner.signal?.throwIfAborted();
        // Also when the consumer has left meanwhile: nobody else has this message any more.
        start(step.value, index++);
      }
      if (stopped) await iterator.return?.();
    } catch (error) {
      sourceError = { error };
      // Not awaited: a source that hangs in next() hangs in return() too.
      void leave(iterator).catch(() => undefined);
    } finally {
      exhausted = true;
      wakeConsumer?.();
    }
  };

  const start = (item: BatchItem, index: number): void => {
    pending++;
    // A throw becomes a rejection: what was begun has to end.
    new Promise<Receipt>((resolve) => {
      const { message, options } = unwrapped(item);
      resolve(runner.send(message, options));
    }).then(
      (receipt) => finished({ index, message: item, receipt }),
      (error: unknown) => finished({ index, message: item, error: asSendError(error) }),
    );
  };

  const reading = read();
  try {
    for (;;) {
      const result = results.shift();
      if (result !== undefined) {
        wakeReader?.();
        yield result;
        continue;
      }
      if (exhausted && pending === 0) break;
      await new Promise<void>((resolve) => {
        wakeConsumer = resolve;
      });
    }
    await reading;
  } finally {
    stopped = true;
    runner.signal?.removeEventListener("abort", onAbort);
    wakeReader?.();
  }
  if (sourceError !== undefined) throw sourceError.error;
}

async function leave(iterator: Iterator<unknown> | AsyncIterator<unknown> | undefined): Promise<void> {
  await iterator?.return?.();
}

const ITEM_CHECKS: OptionChecks<WrappedMessage> = { message: object, options: object };

/** @throws SendError for a typing error beside `message`, which would send without the options */
function unwrapped(item: BatchItem): WrappedMessage {
  const wrapped = typeof item === "object" && item !== null && "message" in item;
  if (!wrapped) return { message: item };
  checkOptions("batch", item, ITEM_CHECKS);
  return item;
}

/** @throws SendError ERR_CLIENT_OPTION for what can give no messages */
export function checkSource(messages: unknown): void {
  const source = messages as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined;
  const iterable =
    typeof source === "object" &&
    source !== null &&
    (typeof source[Symbol.asyncIterator] === "function" || typeof source[Symbol.iterator] === "function");
  if (!iterable) {
    throw optionError(
      "ERR_CLIENT_OPTION",
      "sendAll() takes an iterable of messages; send() takes one message",
    );
  }
}

function asSendError(error: unknown): SendError {
  if (SendError.is(error)) return error;
  return new SendError("ERR_CLIENT_OPTION", error instanceof Error ? error.message : String(error), {
    phase: "compose",
    cause: error,
  });
}
