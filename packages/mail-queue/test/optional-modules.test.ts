// Packages that only the Redis store needs are loaded when it is opened, and not before.
import { expect, it, vi } from "vitest";

const asked = vi.hoisted(() => [] as string[]);
vi.mock("bullmq", () => {
  asked.push("bullmq");
  throw new Error("Cannot find package 'bullmq'");
});
vi.mock("ioredis", () => {
  asked.push("ioredis");
  throw new Error("Cannot find package 'ioredis'");
});

it("a queue without bullmq and ioredis works, and its Redis store says what is missing", async () => {
  const { openQueue } = await import("../src/index.js");
  const { RedisStore } = await import("../src/redis.js");
  const store = new RedisStore({ url: "redis://127.0.0.1:1" });
  expect(asked).toEqual([]);
  await expect(openQueue({ store })).rejects.toMatchObject({ code: "ERR_QUEUE_MODULE_MISSING" });
  expect(asked).toContain("bullmq");
});
