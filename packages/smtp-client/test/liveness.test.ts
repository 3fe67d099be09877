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
