// Connections that were idle, and are dead without an end that would tell.
import { afterEach, expect, it } from "vitest";
import { SmtpClient } from "../src/index.js";
import { settled, told } from "./outcomes.js";
import { type LoopbackServer, loopbackServer } from "./truth-connection.js";
import { type Truth, truthServer } from "./truth-server.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

const MESSAGE = { from: "ann@example.com", to: "bob@example.org", subject: "x", text: "Hello\n" };
const WAYS = [
  { way: "DATA", extensions: ["PIPELINING"], options: {} },
  {
    way: "BDAT in a window",
    extensions: ["PIPELINING", "CHUNKING"],
    options: { window: { maxMessages: 8 } },
  },
];

/** The first connection falls silent after its first message; the others answer. */
async function silentAfterOne(extensions: readonly string[], silent: (connection: number) => boolean) {
  const truths: Truth[] = [];
  const server: LoopbackServer = await loopbackServer((socket, index) => {
    const truth = truthServer(socket, {
      extensions,
      reply: () => {
        if (silent(index) && (truths[index]?.delivered.size ?? 0) > 0) socket.write = () => true;
        return undefined;
      },
    });
    truths[index] = truth;
  });
  open.push(server);
  return { server, truths };
}

it.each(WAYS)(
  "a message meets none: it goes out by a fresh one, once ($way)",
  async ({ extensions, options }) => {
    const { server, truths } = await silentAfterOne(extensions, (index) => index === 0);
    const client = new SmtpClient({
      host: "127.0.0.1",
      port: server.port,
      tls: "none",
      maxConnections: 1,
      livenessTimeoutMs: 60,
      ...options,
    });
    open.push(client);
    await client.send(MESSAGE);
    const result = await settled(client.send({ ...MESSAGE, subject: "second" }));
    expect(told(result)).toEqual(["bob@example.org accepted 250"]);
    expect(server.count).toBe(2);
    expect([...(truths[0] as Truth).delivered]).toEqual([["bob@example.org x", 1]]);
    expect([...(truths[1] as Truth).delivered]).toEqual([["bob@example.org second", 1]]);
  },
);

it("a connection that answers in time keeps its usual times", async () => {
  const { server } = await silentAfterOne(["PIPELINING"], () => false);
  const client = new SmtpClient({
    host: "127.0.0.1",
    port: server.port,
    tls: "none",
    livenessTimeoutMs: 5_000,
  });
  open.push(client);
  for (let i = 0; i < 3; i++) await client.send(MESSAGE);
  expect(server.count).toBe(1);
});

it("several idle connections that are dead together cost one wait, not the message", async () => {
  let dead = false;
  const server = await loopbackServer((socket) => {
    const bornDead = dead;
    truthServer(socket, {
      extensions: ["PIPELINING"],
      reply: () => {
        if (dead && !bornDead) socket.write = () => true;
        return undefined;
      },
    });
  });
  open.push(server);
  const client = new SmtpClient({
    host: "127.0.0.1",
    port: server.port,
    tls: "none",
    maxConnections: 3,
    livenessTimeoutMs: 60,
  });
  open.push(client);
  await Promise.all(Array.from({ length: 12 }, () => client.send(MESSAGE)));
  expect(client.statistics.connections).toBeGreaterThan(1);
  const before = server.count;
  dead = true;
  expect(told(await settled(client.send(MESSAGE)))).toEqual(["bob@example.org accepted 250"]);
  expect(server.count).toBe(before + 1);
});

it("a connection that was idle from the start is no exception", async () => {
  let dead = false;
  const server = await loopbackServer((socket, index) => {
    const write = socket.write.bind(socket);
    // The second comes up when there is nothing left to do.
    if (index === 1) {
      const late: string[] = [];
      socket.write = ((octets: string) => {
        late.push(octets);
        return true;
      }) as typeof socket.write;
      setTimeout(() => {
        socket.write = write;
        for (const octets of late) write(octets);
      }, 60);
    }
    const bornDead = dead;
    truthServer(socket, {
      extensions: ["PIPELINING"],
      reply: () => {
        if (dead && !bornDead) socket.write = () => true;
        return undefined;
      },
    });
  });
  open.push(server);
  const client = new SmtpClient({
    host: "127.0.0.1",
    port: server.port,
    tls: "none",
    maxConnections: 2,
    maxMessagesPerConnection: 2,
    livenessTimeoutMs: 60,
  });
  open.push(client);
  await Promise.all([client.send(MESSAGE), client.send(MESSAGE)]);
  await expect.poll(() => client.statistics, { timeout: 5_000 }).toMatchObject({ connections: 1, idle: 1 });
  dead = true;
  expect(told(await settled(client.send(MESSAGE)))).toEqual(["bob@example.org accepted 250"]);
});
