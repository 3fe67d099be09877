import type { QueuedMessage } from "./message.js";

/** What a queue tells its observer, as it happens. */
export type QueueEvent =
  | { readonly type: "queued"; readonly id: string }
  | { readonly type: "attempt"; readonly id: string; readonly attempt: number }
  /** An attempt or a decision has ended, and the message is in this state. `queued`: it will be tried again. */
  | { readonly type: "settled"; readonly message: QueuedMessage }
  /** Something in the store could not be used and was moved out of the way. */
  | { readonly type: "set-aside"; readonly name: string; readonly error: Error }
  /** Something failed that no caller waits for: the store, or the relay as a whole. */
  | { readonly type: "problem"; readonly error: Error };

export type QueueObserver = (event: QueueEvent) => void;
