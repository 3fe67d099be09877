import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Deliver, type DestinationLimits, openQueue } from "../../src/index.js";
import { randomWord } from "../../src/message-id.js";
import { RedisStore } from "../../src/redis.js";
import { allOf, LETTER } from "../stores.js";
import { RedisServer } from "./server.js";

describe("the pace of a destination, in Redis", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(() => server.stop());

  /** Workers that know nothing of each other deliver these, until nothing more is due; what was sent, and by how many of them. */
  async function deliver(to: readonly string[], destinationLimits: DestinationLimits, all: boolean) {
    const name = `mail-${randomWord(8)}`;
    const queues = await Promise.all(
      [0, 1, 2].map(() =>
        openQueue({ store: new RedisStore({ url: server.url, name, pollIntervalMs: 10 }) }),
      ),
    );
    for (const address of to) await queues[0]?.enqueue({ from: null, to: address }, LETTER);
    const sent: { address: string; by: number; atMs: number }[] = [];
    const began = performance.now();
    const workers = queues.map((queue, by) => {
      const note: Deliver = async (envelope) => {
        sent.push({ address: envelope.to[0] as string, by, atMs: performance.now() - began });
        if (sent.length === to.length) for (const worker of workers) void worker.close();
        // Long enough for the others to have a message too.
        await new Promise((resolve) => setTimeout(resolve, 20));
        return allOf(envelope.to, "accepted");
      };
      return queue.work(note, { concurrency: 1, destinationLimits, stopWhenIdle: !all });
    });
    await Promise.all(workers.map((worker) => worker.done));
    const counts = await queues[0]?.statistics();
    await Promise.all(queues.map((queue) => queue.close()));
    return { sent, counts };
  }

  it("is one for all workers", async () => {
    const slow = Array.from({ length: 7 }, (_, i) => `u${i}@slow.example`);
    const { sent, counts } = await deliver(
      [...slow, "bob@Fast.example"],
      { "SLOW.example": { count: 3, perMs: 3_600_000 } },
      false,
    );
    expect(sent.map(({ address }) => address.split("@")[1]).toSorted()).toEqual([
      "Fast.example",
      ...Array.from({ length: 3 }, () => "slow.example"),
    ]);
    expect(counts).toMatchObject({ queued: 4, sent: 4 });
  });

  it("keeps the place of a message that waits, whichever worker takes it then", async () => {
    const to = Array.from({ length: 8 }, (_, i) => `u${i}@slow.example`);
    const { sent, counts } = await deliver(to, { "*": { count: 2, perMs: 400 } }, true);
    expect(counts).toMatchObject({ queued: 0, sent: 8 });
    expect(sent.map(({ address }) => address).toSorted()).toEqual(to);
    // Two at once, then one each 200 ms: never more than the limit, whoever sends.
    const times = sent.map(({ atMs }) => atMs).toSorted((one, other) => one - other);
    for (const [index, atMs] of times.entries()) {
      expect(atMs).toBeGreaterThanOrEqual((index - 1) * 200 - 50);
    }
  });
});
