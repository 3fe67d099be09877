import { QueueError } from "./errors.js";
import type { MessageState } from "./message-state.js";
import { isRecord, kindOf, wrong } from "./options.js";
import type { QueueStore } from "./store.js";

/** What a store does; one that lacks a method would fail in the middle of somebody's mail. */
const STORE_METHODS: readonly (keyof QueueStore)[] = [
  "open",
  "add",
  "claim",
  "waitMs",
  "recover",
  "take",
  "get",
  "list",
  "upcoming",
  "content",
  "counts",
  "purge",
  "close",
];

export function checkStore(store: QueueStore): void {
  const methods = isRecord(store) ? (store as Partial<QueueStore>) : {};
  const missing = STORE_METHODS.find((name) => typeof methods[name] !== "function");
  if (missing !== undefined) {
    throw wrong("store", `must be a store such as a DirectoryStore or a RedisStore: it has no ${missing}()`);
  }
}

export function checkId(id: string): void {
  if (typeof id === "string") return;
  throw new QueueError("ERR_QUEUE_ARGUMENT", `the id of a message is text, not ${kindOf(id)}`);
}

/** States of a list, or the default ones; a state that is not among those possible is refused by name. */
export function checkStates<T extends MessageState>(
  states: readonly T[] | undefined,
  possible: readonly T[],
  byDefault: readonly T[],
): readonly T[] {
  if (states === undefined) return byDefault;
  if (!Array.isArray(states)) throw wrong("states", `must be an array of states, not ${kindOf(states)}`);
  for (const state of states as readonly unknown[]) {
    if (!possible.includes(state as T)) {
      const named = typeof state === "string" ? JSON.stringify(state.slice(0, 80)) : kindOf(state);
      throw wrong("states", `cannot have ${named}: it takes ${possible.join(", ")}`);
    }
  }
  return states;
}
