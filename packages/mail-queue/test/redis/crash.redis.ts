import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openQueue } from "../../src/index.js";
import { randomWord } from "../../src/message-id.js";
import { RedisStore } from "../../src/redis.js";
import { CrashLab } from "../crash/harness.js";
import { describeKills, labels } from "../crash/kills.js";
import { allOf, LETTER, readAll } from "../stores.js";
import { RedisServer } from "./server.js";

describe("Redis and workers that are killed", () => {
  let server: RedisServer;
  let name: string;
  const labs: CrashLab[] = [];
  beforeAll(async () => {
    server = await RedisServer.start();
  });
  afterAll(async () => {
    await Promise.all(labs.map((lab) => lab.close()));
    await server.stop();
  });

  const store = (options = {}) =>
    new RedisStore({ url: server.url, name, pollIntervalMs: 10, leaseMs: 600, ...options });

  async function newLab(): Promise<CrashLab> {
    name = `mail-${randomWord(8)}`;
    const lab = await CrashLab.open({ url: `${server.url}#${name}`, store });
    labs.push(lab);
    return lab;
  }

  describeKills("Redis", newLab, async (lab) => {
    const { Redis } = await import("ioredis");
    const client = new Redis(server.url);
    const [id] = [...(await lab.messages()).values()].map((message) => message.id);
    const [open, content] = await client.hmget(`wirepost:${name}:${id}`, "wp:open", "wp:content");
    client.disconnect();
    expect(open).toBe("1");
    return content !== null;
  });

  it("loses nothing and sends nothing twice when workers are killed", async () => {
    const lab = await newLab();
    for (let round = 0; round < 4; round++) {
      await Promise.all(
        [0, 1].map((worker) =>
          lab.run(
            { queue: labels(`r${round}w${worker}`, 8), drain: true },
            { killAfterMs: Math.random() * 400 },
          ),
        ),
      );
    }
    await lab.settleAndCheck();
    expect(lab.accepted.length).toBeGreaterThan(0);
  });

  it("and when the server is killed and started again", async () => {
    const lab = await newLab();
    const workers = [0, 1].map((worker) =>
      lab.run({ queue: labels(`w${worker}`, 40), drain: true, concurrency: 2 }),
    );
    for (let round = 0; round < 2; round++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      await server.kill();
      await server.begin();
    }
    await Promise.all(workers);
    await lab.settleAndCheck();
  });

  it("Q14 holds a message in doubt whose worker stalled with content begun, and fences the stalled worker off", async () => {
    name = `mail-${randomWord(8)}`;
    const slow = await openQueue({ store: store() });
    const other = await openQueue({ store: store() });
    const { id } = await slow.enqueue(undefined, LETTER);
    let begun = () => {};
    const content = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let release = () => {};
    const stalled = new Promise<void>((resolve) => {
      release = resolve;
    });
    const worker = slow.work(
      async (envelope, source) => {
        await readAll(source);
        // What a process that hangs does: its lock is not renewed.
        const { Redis } = await import("ioredis");
        const client = new Redis(server.url);
        const taking = setInterval(() => void client.del(`wirepost:${name}:${id}:lock`), 20);
        begun();
        await stalled;
        clearInterval(taking);
        client.disconnect();
        return allOf(envelope.to, "accepted");
      },
      { concurrency: 1, recoverIntervalMs: 3_600_000 },
    );
    await content;
    const sentAgain: string[] = [];
    const second = other.work(async (envelope) => {
      sentAgain.push(envelope.id);
      return allOf(envelope.to, "accepted");
    });
    for (let i = 0; i < 400 && (await other.get(id)).state !== "in-doubt"; i++) {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect((await other.get(id)).state).toBe("in-doubt");
    release();
    await worker.close();
    await second.close();
    expect(sentAgain).toEqual([]);
    expect((await other.get(id)).state).toBe("in-doubt");
    await Promise.all([slow.close(), other.close()]);
  });

  it.each([
    { flags: ["--appendonly", "no"], why: "appendonly" },
    {
      flags: ["--appendonly", "yes", "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru"],
      why: "maxmemory-policy",
    },
  ])("refuses a server that may forget: $why", async ({ flags, why }) => {
    const unsafe = await RedisServer.start(flags);
    try {
      await expect(openQueue({ store: new RedisStore({ url: unsafe.url }) })).rejects.toMatchObject({
        code: "ERR_QUEUE_STORE_UNSAFE",
        message: expect.stringContaining(why),
      });
      const queue = await openQueue({ store: new RedisStore({ url: unsafe.url, allowVolatile: true }) });
      await queue.close();
    } finally {
      await unsafe.stop();
    }
  });

  it("says when nobody answers", async () => {
    await expect(openQueue({ store: new RedisStore({ url: "redis://127.0.0.1:1" }) })).rejects.toMatchObject({
      code: "ERR_QUEUE_STORAGE",
      errno: "ECONNREFUSED",
    });
  });
});
