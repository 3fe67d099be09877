// Row Q12 of the threats: many messages are delivered with few readings of the directory, and a short list in memory.
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type Deliver, DirectoryStore, type MailQueue, openQueue } from "../src/index.js";
import { allOf, directoryStores, LETTER, type Stores } from "./stores.js";

const readings = vi.hoisted(() => [] as string[]);
vi.mock("node:fs/promises", async (importOriginal) => {
  const original = await importOriginal<typeof import("node:fs/promises")>();
  const opendir: typeof original.opendir = (path, options) => {
    readings.push(String(path));
    return original.opendir(path, options);
  };
  return { ...original, opendir };
});

const READY_LIMIT = 50;
const COUNT = 300;

let stores: Stores & { directory: string };
let queue: MailQueue;
beforeEach(async () => {
  stores = await directoryStores();
  queue = await open();
});
afterEach(async () => {
  await queue.destroy();
  await stores.remove();
});

/** Looks for other processes once in an hour, so that every reading but the first is one that delivering needs. */
function open(): Promise<MailQueue> {
  const { directory } = stores;
  return openQueue({
    store: new DirectoryStore({ directory, readyLimit: READY_LIMIT, pollIntervalMs: 3_600_000 }),
  });
}

async function fill(notBefore?: (index: number) => number): Promise<Set<string>> {
  const all = Array.from({ length: COUNT }, (_, index) =>
    queue.enqueue({ from: null, to: "b@example.org" }, LETTER, { notBefore: notBefore?.(index) }),
  );
  const ids = new Set((await Promise.all(all)).map(({ id }) => id));
  // Another process, which knows nothing of what this one has queued.
  await queue.close();
  queue = await open();
  readings.length = 0;
  return ids;
}

const liveReadings = () => readings.filter((path) => path === join(stores.directory, "live")).length;

it("Q12 messages that are due", async () => {
  const ids = await fill();
  const deliver: Deliver = async (envelope) => {
    ids.delete(envelope.id);
    return allOf(envelope.to, "accepted");
  };
  await queue.work(deliver, { stopWhenIdle: true, recoverIntervalMs: 3_600_000 }).done;
  expect(ids.size).toBe(0);
  // One per full list, one by which dead workers are looked for, one that finds nothing more.
  expect(liveReadings()).toBeLessThanOrEqual(COUNT / READY_LIMIT + 2);
});

it("messages that fall due one after the other", async () => {
  const soon = Date.now() + 400;
  const ids = await fill((index) => soon + index * 2);
  const order: string[] = [];
  await new Promise<void>((resolve) => {
    queue.work(
      async (envelope) => {
        order.push(envelope.id);
        ids.delete(envelope.id);
        if (ids.size === 0) resolve();
        return allOf(envelope.to, "accepted");
      },
      { recoverIntervalMs: 3_600_000 },
    );
  });
  expect(order).toHaveLength(COUNT);
  // As many again when the disk was so slow that a list ran full of what was due already.
  expect(liveReadings()).toBeLessThanOrEqual((2 * COUNT) / READY_LIMIT + 2);
});
