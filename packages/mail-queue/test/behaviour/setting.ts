import { afterEach, beforeEach } from "vitest";
import {
  type Deliver,
  type MailQueue,
  openQueue,
  type QueueEvent,
  type QueueWorker,
  type WorkerOptions,
} from "../../src/index.js";
import type { Stores } from "../stores.js";

/** What each test of a store finds: stores of its own, and all events of all its queues. */
export class Setting {
  readonly events: QueueEvent[] = [];
  readonly #open: MailQueue[] = [];
  #stores: Stores | undefined;

  constructor(makeStores: () => Promise<Stores>) {
    beforeEach(async () => {
      this.events.length = 0;
      this.#stores = await makeStores();
    });
    afterEach(async () => {
      await Promise.all(this.#open.splice(0).map((queue) => queue.destroy()));
      await this.#stores?.remove();
    });
  }

  readonly newQueue = async (): Promise<MailQueue> => {
    const store = (this.#stores as Stores).open();
    const queue = await openQueue({ store, onEvent: (event) => this.events.push(event) });
    this.#open.push(queue);
    return queue;
  };

  /** Delivers what is due, once. */
  readonly drain = async (
    queue: MailQueue,
    deliver: Deliver,
    options: WorkerOptions = {},
  ): Promise<QueueWorker> => {
    const worker = queue.work(deliver, { firstDelayMs: 3_600_000, stopWhenIdle: true, ...options });
    await worker.done;
    return worker;
  };
}

/** Aborted when a message has come to this state. */
export function afterSettled(events: QueueEvent[], state: string): AbortSignal {
  const controller = new AbortController();
  const push = events.push.bind(events);
  events.push = (...items) => {
    if (items.some((event) => event.type === "settled" && event.message.state === state)) {
      queueMicrotask(() => controller.abort());
    }
    return push(...items);
  };
  return controller.signal;
}
