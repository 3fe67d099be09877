// One method at a time.
import { asFailure, type Fail } from "./failure.js";

/** A method that is running. */
export class Run {
  readonly #abort = new AbortController();
  /** Why it is ended before its time; thrown in place of whatever that led to. */
  ending: Error | undefined;
  readonly name: string;
  readonly #onEnd: () => void;

  /** @param onEnd called when it is ended before its time: whatever it waits for has to fail then */
  constructor(name: string, onEnd: () => void) {
    this.name = name;
    this.#onEnd = onEnd;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  end(why: Error): void {
    if (this.ending !== undefined) return;
    this.ending = why;
    this.#abort.abort(why);
    this.#onEnd();
  }

  /** @throws the reason for which it was ended */
  check(): void {
    if (this.ending !== undefined) throw this.ending;
  }
}

export interface RunLimits {
  /** Milliseconds from the start; undefined: no limit. */
  readonly absoluteMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

export class Runs {
  readonly #fail: Fail;
  readonly #onEnd: () => void;
  current: Run | undefined;

  constructor(fail: Fail, onEnd: () => void) {
    this.#fail = fail;
    this.#onEnd = onEnd;
  }

  /** @throws 166, and whatever ends the work, by its number */
  async run<Result>(name: string, limits: RunLimits, work: (run: Run) => Promise<Result>): Promise<Result> {
    if (this.current !== undefined) {
      const connecting = name === "Connect" && this.current.name === "Connect";
      throw connecting
        ? this.#fail(1105, "already connecting")
        : this.#fail(166, `${this.current.name} is running`);
    }
    const run = new Run(name, this.#onEnd);
    this.current = run;
    const { absoluteMs, signal } = limits;
    const timer =
      absoluteMs === undefined
        ? undefined
        : setTimeout(
            () => run.end(this.#fail(201, "timed out: the call took longer than Timeout")),
            Math.min(absoluteMs, 2_147_483_647),
          );
    const onAbort = (): void => run.end(this.#fail(301, "interrupted", signal?.reason));
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      if (signal?.aborted === true) onAbort();
      run.check();
      const result = await work(run);
      run.check();
      return result;
    } catch (error) {
      throw run.ending ?? asFailure(this.#fail, error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      this.current = undefined;
    }
  }

  interrupt(): void {
    this.current?.end(this.#fail(301, "interrupted"));
  }
}
