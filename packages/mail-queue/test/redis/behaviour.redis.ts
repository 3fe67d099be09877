import { afterAll, beforeAll } from "vitest";
import { randomWord } from "../../src/message-id.js";
import { RedisStore } from "../../src/redis.js";
import { describeBehaviour } from "../behaviour.js";
import { RedisServer } from "./server.js";

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server.stop());

describeBehaviour("Redis", async () => {
  const name = `mail-${randomWord(8)}`;
  return {
    open: () => new RedisStore({ url: server.url, name, pollIntervalMs: 20 }),
    remove: async () => {},
  };
});
