import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { SmtpClient } from "../src/index.js";
import { failure, told } from "./outcomes.js";
import { loopbackServer } from "./truth-connection.js";
import { type Truth, truthServer } from "./truth-server.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const one of open.splice(0).reverse()) await one.close();
});
function track<T extends { close(): Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

const MESSAGE = { from: "ann@example.com", to: ["bob@example.org"], subject: "x", text: "Hello\n" };

describe("a server that says yes and 421 in one breath", () => {
  it.each([
    { name: "the greeting", greeting: "220 x\r\n421 4.3.2 busy\r\n", ehlo: "" },
    { name: "EHLO", greeting: "220 x\r\n", ehlo: "250 x\r\n421 4.3.2 busy\r\n" },
    { name: "EHLO in several lines", greeting: "220 x\r\n", ehlo: "250-x\r\n250 SIZE\r\n421 4.3.2 busy\r\n" },
  ])("at $name: what waits fails after one connection", async ({ greeting, ehlo }) => {
    const server = track(
      await loopbackServer((socket) => {
        socket.on("data", () => {
          socket.end(ehlo);
        });
        socket.write(greeting);
      }),
    );
    const client = new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none", maxConnections: 1 });
    const errors = await Promise.all([failure(client.send(MESSAGE)), failure(client.send(MESSAGE))]);
    await client.close();
    for (const error of errors) {
      expect(error).toMatchObject({
        code: "ERR_CLIENT_CONNECTION_LOST",
        state: "not-sent",
        retryable: true,
        reply: { code: 421 },
      });
    }
    expect(server.count).toBe(1);
  });

  it("is asked again by the next send, and not before", async () => {
    const server = track(
      await loopbackServer((socket, index) => {
        if (index > 0) {
          truthServer(socket);
          return;
        }
        socket.on("data", () => {
          socket.end("250 x\r\n421 4.3.2 busy\r\n");
        });
        socket.write("220 x\r\n");
      }),
    );
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none" }));
    await failure(client.send(MESSAGE));
    expect(client.statistics).toMatchObject({ connections: 0, queued: 0 });
    expect(told(await client.send(MESSAGE))).toEqual(["bob@example.org accepted 250"]);
    expect(server.count).toBe(2);
  });
});

describe("a server that once took EHLO before its greeting", () => {
  it("and does so no more gets it behind, and every message goes out", async () => {
    let early = 0;
    const server = track(
      await loopbackServer((socket, index) => {
        if (index === 0) {
          truthServer(socket, { extensions: ["PIPELINING", "PIPECONNECT"] });
          return;
        }
        const tooSoon = (): void => {
          clearTimeout(timer);
          early++;
          socket.end("554 5.5.0 synchronization error\r\n");
        };
        socket.once("data", tooSoon);
        // The one that speaks first is waited for; the others wait for the greeting.
        const timer =
          index === 1
            ? undefined
            : setTimeout(() => {
                socket.off("data", tooSoon);
                truthServer(socket, { extensions: ["PIPELINING"] });
              }, 100);
      }),
    );
    const client = track(
      new SmtpClient({
        host: "127.0.0.1",
        port: server.port,
        tls: "none",
        maxConnections: 1,
        maxMessagesPerConnection: 1,
      }),
    );
    for (let i = 0; i < 3; i++) {
      expect(told(await client.send(MESSAGE))).toEqual(["bob@example.org accepted 250"]);
    }
    expect(early).toBe(1);
    expect(server.count).toBe(4);
  });
});

describe("a rate limit", () => {
  it("sets no timer longer than timers can be, however long the wait", async () => {
    const server = track(await loopbackServer((socket) => void truthServer(socket)));
    const client = new SmtpClient({
      host: "127.0.0.1",
      port: server.port,
      tls: "none",
      rateLimit: { recipients: { count: 10, perMs: 86_400_000 } },
    });
    const to = Array.from({ length: 1_000 }, (_, i) => `r${i}@a.example`);
    expect((await client.send({ ...MESSAGE, to })).accepted.length).toBe(1_000);
    const timers = vi.spyOn(globalThis, "setTimeout");
    const waiting = failure(client.send(MESSAGE));
    const long = (): number[] => timers.mock.calls.map(([, ms]) => ms ?? 0).filter((ms) => ms > 86_400_000);
    await expect.poll(long, { timeout: 10_000 }).not.toEqual([]);
    await sleep(50);
    expect(long()).toEqual([2_147_483_647]);
    expect(client.statistics.queued).toBe(1);
    client.destroy();
    expect(await waiting).toMatchObject({ code: "ERR_CLIENT_CLOSED", state: "not-sent" });
  });

  it("lets go of its timer with the last message that waits", async () => {
    const server = track(await loopbackServer((socket) => void truthServer(socket)));
    const client = new SmtpClient({
      host: "127.0.0.1",
      port: server.port,
      tls: "none",
      rateLimit: { messages: { count: 1, perMs: 86_400_000 } },
    });
    await client.send(MESSAGE);
    const error = await failure(client.send(MESSAGE, { sendTimeoutMs: 50 }));
    expect(error).toMatchObject({ code: "ERR_CLIENT_SEND_TIMEOUT", state: "not-sent" });
    expect(client.statistics.queued).toBe(0);
    await client.close();
  });
});

describe("a batch", () => {
  it("that is aborted while its source hangs ends, after what was begun", async () => {
    const server = track(await loopbackServer((socket) => void truthServer(socket)));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none" }));
    const abort = new AbortController();
    async function* source() {
      yield MESSAGE;
      await new Promise<never>(() => undefined);
    }
    const outcomes: string[] = [];
    const run = (async () => {
      for await (const result of client.sendAll(source(), { signal: abort.signal })) {
        outcomes.push(...(result.receipt === undefined ? [result.error.code] : told(result.receipt)));
        abort.abort();
      }
    })();
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    expect(outcomes).toEqual(["bob@example.org accepted 250"]);
    expect(told(await client.send(MESSAGE))).toEqual(["bob@example.org accepted 250"]);
  });

  it("that was aborted before begins nothing", async () => {
    const server = track(await loopbackServer((socket) => void truthServer(socket)));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none" }));
    const run = (async () => {
      for await (const _ of client.sendAll([MESSAGE], { signal: AbortSignal.abort() })) {
        throw new Error("no result was due");
      }
    })();
    await expect(run).rejects.toMatchObject({ name: "AbortError" });
    expect(server.count).toBe(0);
  });

  it("that its consumer leaves asks its source for nothing more, and lets go of it", async () => {
    const server = track(await loopbackServer((socket) => void truthServer(socket)));
    const client = track(
      new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none", maxConnections: 1 }),
    );
    let produced = 0;
    let returned = false;
    async function* source() {
      try {
        for (;;) {
          produced++;
          yield { ...MESSAGE, subject: `n${produced}` };
        }
      } finally {
        returned = true;
      }
    }
    for await (const _ of client.sendAll(source())) break;
    await expect.poll(() => returned, { timeout: 10_000 }).toBe(true);
    const before = produced;
    await client.close();
    expect(produced).toBe(before);
  });
});

describe("one connection for one message each", () => {
  it("never shows the server two at once", async () => {
    const truths: Truth[] = [];
    const unfinished: number[] = [];
    const server = track(
      await loopbackServer((socket) => {
        unfinished.push(truths.filter(({ commands }) => commands.at(-1) !== "QUIT").length);
        truths.push(truthServer(socket));
      }),
    );
    const client = track(
      new SmtpClient({
        host: "127.0.0.1",
        port: server.port,
        tls: "none",
        maxConnections: 1,
        maxMessagesPerConnection: 1,
      }),
    );
    const receipts = await Promise.all(Array.from({ length: 6 }, () => client.send(MESSAGE)));
    expect(receipts.map(({ accepted }) => accepted.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect(unfinished).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
