import { describe, expect, it } from "vitest";
import { SmtpClient } from "../src/index.js";
import { failure, told } from "./outcomes.js";
import { connectToTruth, loopbackServer } from "./truth-connection.js";
import { truthServer } from "./truth-server.js";

const MESSAGE = { from: "ann@example.com", to: ["bob@example.org"], subject: "x", text: "Hello\n" };

/** A message whose attachment is never there, and when its source was asked for it. */
function hanging(): { message: typeof MESSAGE & { attachments: object[] }; asked: Promise<void> } {
  let begun = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    begun = resolve;
  });
  async function* source(): AsyncGenerator<Uint8Array> {
    begun();
    await new Promise<never>(() => undefined);
  }
  const attachments = [{ filename: "a.txt", content: source() }];
  return { message: { ...MESSAGE, subject: "never", attachments }, asked };
}

/** A message whose attachment comes when `give` is called. */
function slow(): { message: typeof MESSAGE & { attachments: object[] }; asked: Promise<void>; give(): void } {
  let begun = (): void => undefined;
  let give = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  async function* source(): AsyncGenerator<Uint8Array> {
    begun();
    await given;
    yield new TextEncoder().encode("hi");
  }
  const attachments = [{ filename: "a.txt", content: source() }];
  return { message: { ...MESSAGE, subject: "slow", attachments }, asked, give };
}

describe("a message whose source hangs", () => {
  it("ends with sendTimeoutMs, and the next message goes out", async () => {
    const { connection, server } = await connectToTruth();
    const error = await failure(connection.send(hanging().message, { sendTimeoutMs: 50 }));
    expect(error).toMatchObject({ code: "ERR_CLIENT_SEND_TIMEOUT", state: "not-sent", phase: "compose" });
    expect(told(error).slice(1)).toEqual(["bob@example.org not-sent ERR_CLIENT_SEND_TIMEOUT"]);
    expect(told(await connection.send(MESSAGE))).toEqual(["bob@example.org accepted 250"]);
    await connection.close();
    expect([...server.delivered.keys()]).toEqual(["bob@example.org x"]);
    expect(server.commands.at(-1)).toBe("QUIT");
  });

  it("ends with the caller's signal, and messages that wait behind it go out", async () => {
    const { connection, server } = await connectToTruth();
    const abort = new AbortController();
    const { message, asked } = hanging();
    const stopped = failure(connection.send(message, { signal: abort.signal }));
    const behind = [connection.send(MESSAGE), connection.send({ ...MESSAGE, subject: "y" })];
    await asked;
    abort.abort();
    expect(told(await stopped)).toEqual([
      "ERR_CLIENT_ABORTED not-sent",
      "bob@example.org not-sent ERR_CLIENT_ABORTED",
    ]);
    await Promise.all(behind);
    await connection.close();
    expect([...server.delivered.keys()]).toEqual(["bob@example.org x", "bob@example.org y"]);
  });

  it("ends with destroy()", async () => {
    const { connection } = await connectToTruth();
    const { message, asked } = hanging();
    const stopped = failure(connection.send(message));
    const behind = failure(connection.send(MESSAGE));
    await asked;
    connection.destroy();
    expect(told(await stopped)).toEqual([
      "ERR_CLIENT_CONNECTION_LOST not-sent",
      "bob@example.org not-sent ERR_CLIENT_CONNECTION_LOST",
    ]);
    expect(await behind).toMatchObject({ state: "not-sent", retryable: true });
  });

  it("ends with close() when closeTimeoutMs is over", async () => {
    const { connection } = await connectToTruth({}, { closeTimeoutMs: 50 });
    const { message, asked } = hanging();
    const stopped = failure(connection.send(message));
    await asked;
    await connection.close();
    expect(await stopped).toMatchObject({ state: "not-sent" });
    expect(connection.closed).toBe(true);
  });

  it("ends with quit()", async () => {
    const { connection, server } = await connectToTruth();
    const { message, asked } = hanging();
    const stopped = failure(connection.send(message));
    await asked;
    await connection.quit();
    expect(await stopped).toMatchObject({ state: "not-sent" });
    expect(server.delivered.size).toBe(0);
  });
});

describe("a message whose source is slow", () => {
  it("goes out when it is there", async () => {
    const { connection, server } = await connectToTruth();
    const { message, asked, give } = slow();
    const sent = connection.send(message);
    await asked;
    give();
    expect(told(await sent)).toEqual(["bob@example.org accepted 250"]);
    await connection.close();
    expect([...server.delivered.keys()]).toEqual(["bob@example.org slow"]);
  });

  it("is waited for by close()", async () => {
    const { connection, server } = await connectToTruth();
    const { message, asked, give } = slow();
    const sent = connection.send(message);
    await asked;
    const closed = connection.close();
    give();
    expect(told(await sent)).toEqual(["bob@example.org accepted 250"]);
    await closed;
    expect([...server.delivered.keys()]).toEqual(["bob@example.org slow"]);
  });

  it("is not sent when it comes after its deadline", async () => {
    const { connection, server } = await connectToTruth();
    const { message, give } = slow();
    const stopped = failure(connection.send(message, { sendTimeoutMs: 50 }));
    expect((await stopped).code).toBe("ERR_CLIENT_SEND_TIMEOUT");
    give();
    await connection.send(MESSAGE);
    await connection.close();
    expect([...server.delivered.keys()]).toEqual(["bob@example.org x"]);
  });
});

describe("a pool whose message was given up while it was prepared", () => {
  it.each([
    { name: "comes late", late: true },
    { name: "never comes", late: false },
  ])("takes further messages and is idle again, though the source $name", async ({ late }) => {
    const server = await loopbackServer((socket) => void truthServer(socket));
    const client = new SmtpClient({
      host: "127.0.0.1",
      port: server.port,
      tls: "none",
      maxConnections: 1,
      idleTimeoutMs: 50,
    });
    await client.send(MESSAGE);
    const one = slow();
    const error = await failure(client.send(one.message, { sendTimeoutMs: 50 }));
    expect(error.code).toBe("ERR_CLIENT_SEND_TIMEOUT");
    if (late) one.give();
    await client.send(MESSAGE);
    await expect
      .poll(() => client.statistics, { timeout: 10_000 })
      .toEqual({ connections: 0, idle: 0, queued: 0, active: 0 });
    await client.close();
    await server.close();
  });

  it("closes in order", async () => {
    const server = await loopbackServer((socket) => void truthServer(socket));
    const client = new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none" });
    const error = await failure(client.send(hanging().message, { sendTimeoutMs: 200 }));
    expect(error.state).toBe("not-sent");
    await client.close();
    await expect.poll(() => server.open, { timeout: 10_000 }).toBe(0);
    await server.close();
  });
});
