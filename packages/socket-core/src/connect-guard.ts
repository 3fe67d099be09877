import type { SocketErrorCode } from "./error-table.js";
import { fromNodeError, SocketError, type SocketPhase } from "./errors.js";
import { abortError } from "./options.js";

/** Begins something; returns how to give it up. */
export type Begin<T> = (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void;

/**
 * One deadline and one abort listener over the steps of an operation. A step that is given up is told so, and
 * whatever it reports afterwards is dropped on purpose: its promise has settled.
 */
export class Guard {
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #failure: SocketError | undefined;
  #giveUp: ((error: SocketError) => void) | undefined;
  #phase: SocketPhase = "connect";

  constructor(
    signal: AbortSignal | undefined,
    timeoutMs: number,
    /** Whom the next steps talk to, for error texts. */
    public target: string,
    timeoutCode: SocketErrorCode = "ERR_SOCKET_CONNECT_TIMEOUT",
  ) {
    this.#signal = signal;
    if (timeoutMs > 0) {
      this.#timer = setTimeout(() => {
        const code = this.#phase === "proxy" ? "ERR_SOCKET_PROXY_TIMEOUT" : timeoutCode;
        this.#fail(new SocketError(code, { phase: this.#phase, target: this.target }));
      }, timeoutMs);
    }
    if (signal?.aborted) this.#failure = abortError(signal);
    else signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  step<T>(phase: SocketPhase, begin: Begin<T>): Promise<T> {
    this.#phase = phase;
    return new Promise<T>((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      let settled = false;
      let cancel: (() => void) | undefined;
      const settle = (): boolean => {
        if (settled) return false;
        settled = true;
        this.#giveUp = undefined;
        return true;
      };
      this.#giveUp = (error) => {
        if (!settle()) return;
        cancel?.();
        reject(error);
      };
      cancel = begin(
        (value) => {
          if (settle()) resolve(value);
        },
        (error) => {
          if (settle()) reject(fromNodeError(error, { phase, target: this.target }));
        },
      );
    });
  }

  done(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => this.#fail(abortError(this.#signal!));

  #fail(error: SocketError): void {
    this.#failure = error;
    this.#giveUp?.(error);
  }
}
