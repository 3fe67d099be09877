import { CliError } from "../errors.js";
import type { CaughtMessage } from "./caught-message.js";

interface Waiter {
  readonly count: number;
  resolve(): void;
  reject(error: CliError): void;
}

/** The newest messages, and those who wait for more of them. */
export class Inbox {
  readonly messages: CaughtMessage[] = [];
  /** How many arrived in all. */
  count = 0;

  readonly #keep: number;
  readonly #waiters = new Set<Waiter>();
  #closed = false;

  constructor(keep: number) {
    this.#keep = Math.max(0, keep);
  }

  add(message: CaughtMessage): void {
    this.count += 1;
    this.messages.push(message);
    if (this.messages.length > this.#keep) this.messages.splice(0, this.messages.length - this.#keep);
    for (const waiter of this.#waiters) {
      if (this.count >= waiter.count) waiter.resolve();
    }
  }

  /** Resolves when `count` messages have arrived since the start; rejects with `ERR_CLI_TIMEOUT` or `ERR_CLI_CLOSED`. */
  waitFor(count: number, timeoutMs: number): Promise<readonly CaughtMessage[]> {
    if (this.count >= count) return Promise.resolve(this.messages);
    if (this.#closed) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        count,
        resolve: () => {
          settle();
          resolve(this.messages);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        waiter.reject(
          new CliError("ERR_CLI_TIMEOUT", `${this.count} of ${count} messages arrived in ${timeoutMs} ms`),
        );
      }, timeoutMs);
      this.#waiters.add(waiter);
    });
  }

  close(): void {
    this.#closed = true;
    for (const waiter of this.#waiters) waiter.reject(closed());
  }
}

function closed(): CliError {
  return new CliError("ERR_CLI_CLOSED", "the embedded server is closed");
}
