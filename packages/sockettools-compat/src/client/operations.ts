// The calls of a client: one at a time, with their result as number, text and events.
import {
  stErrorOperationCanceled,
  stErrorOperationInProgress,
  stErrorOperationTimeout,
} from "../error-numbers.js";
import type { SocketToolsError } from "../errors.js";
import type { Given } from "../language/arguments.js";
import { failureOf, type Outcome, toFailure } from "../outcome.js";

/** What a call knows of itself. */
export interface Running {
  /** Fires when Cancel ends the call. */
  readonly signal: AbortSignal;
  /** Runs when the call has succeeded, before its promise resolves: for the events that tell of it. */
  whenDone(event: () => void): void;
}

/** What a client gives to its calls. */
export interface OperationHost {
  readonly outcome: Outcome;
  readonly blocking: boolean;
  readonly throwError: boolean;
  raise(event: string, ...args: readonly unknown[]): void;
  began(method: string): void;
  /** With its result, or its failure, for those who write it down. */
  ended(method: string, result: unknown, failure: SocketToolsError | undefined): void;
  /** Nothing runs any more; events that had to wait may fire. */
  settled(): void;
}

/** How a call's result is told. */
export interface Results<Values, Result> {
  /** What a failed call returns. */
  failed(number: number): Result;
  /** What a call returns that goes on behind it, Blocking being False. */
  atOnce(values: Values): Result;
}

/** 0, or the number of the failure. */
export const CODES: Results<unknown, number> = { failed: (number) => number, atOnce: () => 0 };

type Failed<Result> = Pick<Results<never, Result>, "failed">;

interface Active {
  readonly method: string;
  readonly abort: AbortController;
  cancelled: boolean;
}

export class Operations {
  #active: Active | undefined;
  #waiting: (() => Promise<unknown>)[] = [];
  #idleWaiters: (() => void)[] = [];

  constructor(private readonly host: OperationHost) {}

  get busy(): boolean {
    return this.#active !== undefined;
  }

  /** The method that runs. */
  get current(): string | undefined {
    return this.#active?.method;
  }

  /** A call whose result is 0 or the number of its failure. */
  code<Values extends readonly unknown[]>(
    given: Given<Values>,
    step: (values: Values, running: Running) => Promise<void> | void,
  ): Promise<number> {
    return this.run<Values, number>(given, CODES, async (values, running) => {
      await step(values, running);
      return 0;
    });
  }

  /** A call. It begins before this returns, unless another one has to end first. */
  run<Values extends readonly unknown[], Result>(
    given: Given<Values>,
    results: Results<Values, Result>,
    step: (values: Values, running: Running) => Promise<Result>,
  ): Promise<Result> {
    const { host } = this;
    let values: Values;
    try {
      // What is wrong with the arguments is told at once, whether calls block or not.
      values = given.read();
      if (host.blocking && this.#active !== undefined) {
        throw failureOf(
          stErrorOperationInProgress,
          `${given.method}: ${this.#active.method} has not ended yet`,
        );
      }
    } catch (error) {
      return this.#refuse(given.method, toFailure(error), results);
    }
    const act = (): Promise<Result> =>
      this.#execute(given.method, results, (running) => step(values, running));
    if (host.blocking) return act();
    // Failures are told by events alone: nobody waits for this promise.
    const behind = (): Promise<unknown> => act().catch(() => undefined);
    // A handler's call comes behind those that were made before it.
    if (this.#active === undefined && this.#waiting.length === 0) void behind();
    else this.#waiting.push(behind);
    return Promise.resolve(results.atOnce(values));
  }

  #refuse<Result>(method: string, failure: SocketToolsError, results: Failed<Result>): Promise<Result> {
    const { host } = this;
    host.outcome.record(failure);
    host.ended(method, undefined, failure);
    host.raise("OnError", failure.Number, failure.message);
    return host.throwError ? Promise.reject(failure) : Promise.resolve(results.failed(failure.Number));
  }

  async #execute<Result>(
    method: string,
    results: Failed<Result>,
    step: (running: Running) => Promise<Result>,
  ): Promise<Result> {
    const { host } = this;
    const active: Active = { method, abort: new AbortController(), cancelled: false };
    this.#active = active;
    const events: (() => void)[] = [];
    host.began(method);
    let result: Result | undefined;
    let failure: SocketToolsError | undefined;
    try {
      result = await step({ signal: active.abort.signal, whenDone: (event) => events.push(event) });
    } catch (error) {
      failure = active.cancelled ? cancelled(error) : toFailure(error);
    }
    // From here on a handler may call the next method.
    this.#active = undefined;
    if (failure === undefined) host.outcome.number = 0;
    else host.outcome.record(failure);
    host.ended(method, result, failure);
    if (failure === undefined) for (const event of events) event();
    else this.#tellFailure(failure, active.cancelled);
    host.settled();
    this.#next();
    if (failure === undefined) return result as Result;
    if (host.throwError) throw failure;
    return results.failed(failure.Number);
  }

  #tellFailure(failure: SocketToolsError, wasCancelled: boolean): void {
    const { host } = this;
    host.raise("OnError", failure.Number, failure.message);
    if (wasCancelled) host.raise("OnCancel");
    else if (failure.Number === stErrorOperationTimeout) host.raise("OnTimeout");
  }

  #next(): void {
    if (this.#active !== undefined) return;
    const next = this.#waiting.shift();
    if (next !== undefined) {
      void next();
      return;
    }
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const waiter of waiters) waiter();
  }

  /** Makes the running call fail, and drops what waits behind it. */
  cancel(): void {
    this.#waiting = [];
    if (this.#active === undefined) return;
    this.#active.cancelled = true;
    this.#active.abort.abort();
  }

  /** Resolves when no call runs or waits. */
  async whenIdle(): Promise<void> {
    while (this.#active !== undefined) {
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    }
  }
}

function cancelled(error: unknown): SocketToolsError {
  const doubt = (error as { readonly state?: unknown } | null)?.state === "unknown";
  const text = doubt ? "the call was cancelled (the server may have taken the message)" : undefined;
  return failureOf(stErrorOperationCanceled, text, error);
}
