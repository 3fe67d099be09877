import type { Limiter } from "./limiter.js";

/** A place among those who are worked on, which its holder gives up while it waits for something else. */
export class Slot {
  readonly #limiter: Limiter;
  #leave: (() => void) | undefined;

  constructor(limiter: Limiter) {
    this.#limiter = limiter;
  }

  /** @throws the signal's reason */
  async take(signal: AbortSignal): Promise<void> {
    this.#leave ??= await this.#limiter.enter("", signal);
  }

  /** Gives the place to the next one. */
  give(): void {
    this.#leave?.();
    this.#leave = undefined;
  }
}
