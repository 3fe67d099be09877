import { setTimeout as sleep } from "node:timers/promises";
import {
  clientContent,
  client as clientSays,
  eachConnection,
  ends,
  recordingServer,
  scriptedServer,
  server,
} from "@wirepost/test-server";
import { afterEach, describe, expect, it } from "vitest";
import { type SendError, SmtpClient, withRetry } from "../src/index.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
function track<T extends { close(): Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

const MESSAGE = { from: "ann@example.com", to: "bob@example.org", subject: "x", text: "Hello\n" };

describe("connections", () => {
  it("are no more than maxConnections, and all of them work", async () => {
    const smtp = track(await recordingServer({ dataReplyDelayMs: 20 }));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port, maxConnections: 3 }));
    await Promise.all(Array.from({ length: 30 }, () => client.send(MESSAGE)));
    expect(smtp.connectionCount).toBe(3);
    expect(new Set(smtp.messages.map(({ connection }) => connection)).size).toBe(3);
  });

  it("are replaced after maxMessagesPerConnection", async () => {
    const smtp = track(await recordingServer({}));
    const client = track(
      new SmtpClient({ host: "127.0.0.1", port: smtp.port, maxConnections: 1, maxMessagesPerConnection: 4 }),
    );
    await Promise.all(Array.from({ length: 10 }, () => client.send(MESSAGE)));
    expect(smtp.connectionCount).toBe(3);
  });

  it("end when they are not used", async () => {
    const smtp = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port, idleTimeoutMs: 30 }));
    await client.send(MESSAGE);
    await expect.poll(() => client.statistics.connections, { timeout: 5_000 }).toBe(0);
  });

  it("R19 that the server closed while idle are replaced, and the message goes out once", async () => {
    const talk = [
      server("220 x\r\n"),
      clientSays(/^EHLO /),
      server("250-x\r\n250 PIPELINING\r\n"),
      clientSays("MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"),
      server("250 ok\r\n250 ok\r\n354 go\r\n"),
    ];
    const first = [...talk, clientContent(), server("250 queued\r\n"), ends()];
    const second = [
      ...talk,
      clientContent(),
      server("250 queued\r\n"),
      clientSays("QUIT\r\n"),
      server("221 bye\r\n"),
      ends(),
    ];
    const smtp = track(await scriptedServer(eachConnection([first, second])));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port, tls: "none" }));
    await client.send(MESSAGE);
    const receipt = await client.send(MESSAGE);
    expect(receipt.accepted.length).toBe(1);
    await client.close();
  });

  it("are retried once when they break behind the envelope of a further message, never more", async () => {
    // Connection 1 takes a message and dies on the next; connection 2 dies on it too.
    const greet = [server("220 x\r\n"), clientSays(/^EHLO /), server("250-x\r\n250 PIPELINING\r\n")];
    const envelope = "MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n";
    const smtp = track(
      await scriptedServer(
        eachConnection([
          [
            ...greet,
            clientSays(envelope),
            server("250 ok\r\n250 ok\r\n354 go\r\n"),
            clientContent(),
            server("250 queued\r\n"),
            clientSays(`RSET\r\n${envelope}`),
            ends(),
          ],
          [...greet, clientSays(envelope), ends()],
          [...greet, clientSays(envelope), ends()],
        ]),
      ),
    );
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port, tls: "none" }));
    await client.send(MESSAGE);
    const error = await client.send(MESSAGE).catch((e: SendError) => e);
    expect(error).toMatchObject({ code: "ERR_CLIENT_CONNECTION_LOST", state: "not-sent", retryable: true });
    expect(smtp.connections.length).toBe(2);
  });

  it("that cannot be made fail what waits, with the reason", async () => {
    const smtp = await recordingServer({});
    const { port } = smtp;
    await smtp.close();
    const client = track(new SmtpClient({ host: "127.0.0.1", port }));
    const results = await Promise.allSettled([client.send(MESSAGE), client.send(MESSAGE)]);
    for (const result of results) {
      expect(result.status === "rejected" && (result.reason as SendError).code).toBe("ERR_SOCKET_REFUSED");
      expect(result.status === "rejected" && (result.reason as SendError).retryable).toBe(true);
    }
  });
});

describe("closing", () => {
  it("waits for what is in hand, and takes nothing new", async () => {
    const smtp = track(await recordingServer({ dataReplyDelayMs: 50 }));
    const client = new SmtpClient({ host: "127.0.0.1", port: smtp.port, maxConnections: 1 });
    const sends = [client.send(MESSAGE), client.send(MESSAGE)];
    const closing = client.close();
    await expect(client.send(MESSAGE)).rejects.toMatchObject({
      code: "ERR_CLIENT_CLOSED",
      state: "not-sent",
    });
    await closing;
    expect((await Promise.all(sends)).every((receipt) => receipt.accepted.length === 1)).toBe(true);
    await expect.poll(() => smtp.openConnections, { timeout: 5_000 }).toBe(0);
  });

  it("at once leaves no promise open", async () => {
    const smtp = track(await recordingServer({ dataReplyDelayMs: 2_000 }));
    const client = new SmtpClient({ host: "127.0.0.1", port: smtp.port, maxConnections: 1 });
    const sends = Promise.allSettled([client.send(MESSAGE), client.send(MESSAGE), client.send(MESSAGE)]);
    await sleep(300);
    client.destroy();
    const states = (await sends).map((result) =>
      result.status === "rejected" ? (result.reason as SendError).state : "sent",
    );
    expect(states).toEqual(["unknown", "not-sent", "not-sent"]);
  });
});

describe("rates", () => {
  it("are kept, and nothing is lost to them", async () => {
    const smtp = track(await recordingServer({}));
    const client = track(
      new SmtpClient({
        host: "127.0.0.1",
        port: smtp.port,
        rateLimit: { messages: { count: 5, perMs: 250 } },
      }),
    );
    const began = performance.now();
    await Promise.all(Array.from({ length: 15 }, () => client.send(MESSAGE)));
    // Five at once, ten more at five per 250 ms.
    expect(performance.now() - began).toBeGreaterThan(400);
    expect(smtp.messages.length).toBe(15);
  });
});

describe("batches", () => {
  it("share the connection with single messages", async () => {
    const smtp = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port, maxConnections: 1 }));
    const batch = (async () => {
      const messages = Array.from({ length: 200 }, () => ({ ...MESSAGE, subject: "batch" }));
      for await (const { error } of client.sendAll(messages)) expect(error).toBeUndefined();
    })();
    await sleep(150);
    await client.send({ ...MESSAGE, subject: "single" });
    await batch;
    const at = smtp.messages.findIndex(({ text }) => text.includes("Subject: single"));
    expect(at).toBeGreaterThan(-1);
    expect(at).toBeLessThan(190);
  });

  it("read their source no faster than results are taken", async () => {
    const smtp = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port }));
    let read = 0;
    async function* endless() {
      for (;;) {
        read++;
        yield MESSAGE;
      }
    }
    let taken = 0;
    for await (const result of client.sendAll(endless())) {
      expect(result.error).toBeUndefined();
      if (++taken === 100) break;
    }
    expect(read).toBeLessThan(100 + 200);
  });

  it("throw what their source throws, after what was begun", async () => {
    const smtp = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port }));
    function* broken() {
      yield MESSAGE;
      throw new Error("no more rows");
    }
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const { index } of client.sendAll(broken())) seen.push(index);
      })(),
    ).rejects.toThrow("no more rows");
    expect(seen).toEqual([0]);
  });

  it("go on behind a message that cannot be composed", async () => {
    const smtp = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port }));
    const codes: (string | undefined)[] = [];
    for await (const { error } of client.sendAll([MESSAGE, { ...MESSAGE, to: "nobody" }, MESSAGE]))
      codes.push(error?.code);
    expect(codes.filter((code) => code === undefined).length).toBe(2);
  });
});

describe("retrying", () => {
  it("repeats what may be repeated and nothing else", async () => {
    const smtp = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: smtp.port }));
    const delays: number[] = [];
    let tries = 0;
    const receipt = await withRetry(
      () => {
        tries++;
        return client.send({ ...MESSAGE, to: tries < 3 ? "temp450@example.org" : "bob@example.org" });
      },
      { firstDelayMs: 4, random: () => 1, onRetry: (_error, _attempt, delayMs) => delays.push(delayMs) },
    );
    expect(receipt.accepted.length).toBe(1);
    expect(delays).toEqual([4, 8]);
    tries = 0;
    const refused = withRetry(() => {
      tries++;
      return client.send({ ...MESSAGE, to: "reject550@example.org" });
    });
    await expect(refused).rejects.toMatchObject({ state: "rejected" });
    expect(tries).toBe(1);
  });
});
