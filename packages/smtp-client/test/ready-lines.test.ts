// Ready messages between 16 and 128 KiB are looked at once and kept as they were then; nothing of it may show.
import { loadVectorUnit, ReadyLines } from "@wirepost/octet-scan";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { SmtpClient } from "../src/index.js";
import { failure } from "./outcomes.js";
import { connectToTruth, loopbackServer } from "./truth-connection.js";
import { type Truth, truthServer } from "./truth-server.js";

const ENVELOPE = { from: "ann@example.com", to: "bob@example.org" };
const LINE = `${"x".repeat(74)}\r\n`;
const ready = (subject: string, lines = 1200): string => `Subject: ${subject}\r\n\r\n${LINE.repeat(lines)}`;
const WAYS = [
  { name: "DATA", extensions: ["PIPELINING"] },
  { name: "DATA without PIPELINING", extensions: [] },
  { name: "BDAT", extensions: ["PIPELINING", "CHUNKING"] },
  { name: "BDAT without PIPELINING", extensions: ["CHUNKING"] },
  { name: "a window", extensions: ["PIPELINING", "CHUNKING"], options: { window: { maxMessages: 8 } } },
];

beforeAll(async () => {
  expect(await loadVectorUnit()).toBe(true);
});

describe.each(WAYS)("large ready messages by $name", ({ extensions, options }) => {
  it.each([
    { name: "that are ready as they are", texts: [1, 2, 3].map((i) => ready(`m${i}`)) },
    { name: "of the least and the largest size", texts: [ready("least", 216), ready("largest", 1724)] },
    {
      name: "with dots and odd line ends",
      texts: [ready("a"), `${ready("b")}.\r\n..x\r\n`, `${ready("c")}x\ny\rz\r\n`],
    },
    { name: "with no line end at the end", texts: [`${ready("a")}x`, ready("b")] },
  ])("$name arrive as they are", async ({ texts }) => {
    const { connection, server } = await connectToTruth({ extensions }, options ?? {});
    await Promise.all(texts.map((raw) => connection.send({ raw: Buffer.from(raw), envelope: ENVELOPE })));
    await connection.close();
    const expected = texts.map((text) => text.replace(/\r\n|\r|\n/g, "\r\n").replace(/([^\n])$/, "$1\r\n"));
    expect(server.contents).toEqual(expected);
  });

  it("arrive as they were planned, whatever their memory holds by then", async () => {
    const raw = Buffer.from(ready("first"));
    const { connection, server } = await connectToTruth(
      {
        extensions,
        reply: (what) => {
          // The caller breaks the rule and uses its memory again before the promise has settled.
          if (what === "RCPT") raw.write("\r\n.\r\nMAIL FROM:<eve@example.net>\r\n", 2_000);
          return undefined;
        },
      },
      options ?? {},
    );
    await connection.send({ raw, envelope: ENVELOPE });
    await connection.close();
    expect(server.contents).toEqual([ready("first")]);
    expect(server.commands.join()).not.toContain("eve");
  });

  it("give their copy back when it was written", async () => {
    const { connection } = await connectToTruth({ extensions }, options ?? {});
    const messages = Array.from({ length: 40 }, (_, i) => ({
      raw: Buffer.from(ready(`m${i}`)),
      envelope: ENVELOPE,
    }));
    await Promise.all(messages.map((message) => connection.send(message)));
    await connection.close();
    expect(placesLeft()).toBe(16);
  });
});

/** Sixteen when every copy was given back. */
function placesLeft(): number {
  const taken = Array.from({ length: 17 }, () => ReadyLines.of(Buffer.from(ready("x"))));
  for (const lines of taken) lines?.release();
  return taken.filter((lines) => lines !== undefined).length;
}

it("a message whose first connection broke before its content goes out whole on the second", async () => {
  const servers: Truth[] = [];
  const server = await loopbackServer((socket) =>
    servers.push(
      truthServer(socket, {
        reply: (what) => {
          // The second message of the first connection: its envelope is lost.
          if (what === "MAIL" && servers.length === 1 && servers[0]?.contents.length === 1) socket.destroy();
          return undefined;
        },
      }),
    ),
  );
  const client = new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none" });
  for (const subject of ["one", "two"]) {
    await client.send({ raw: Buffer.from(ready(subject)), envelope: ENVELOPE });
  }
  await client.close();
  await server.close();
  expect(placesLeft()).toBe(16);
  expect(servers.map(({ contents }) => contents)).toEqual([[ready("one")], [ready("two")]]);
});

it("a message that nobody wanted leaves the next one alone", async () => {
  const { connection, server } = await connectToTruth({
    reply: (what, argument) => (what === "RCPT" && argument.includes("nobody") ? "550 5.1.1 no" : undefined),
  });
  const [refused, taken] = await Promise.all([
    failure(
      connection.send({ raw: Buffer.from(ready("no")), envelope: { ...ENVELOPE, to: "nobody@example.org" } }),
    ),
    connection.send({ raw: Buffer.from(ready("yes")), envelope: ENVELOPE }),
  ]);
  await connection.close();
  expect(refused.code).toBe("ERR_CLIENT_RECIPIENTS_REFUSED");
  expect(taken.accepted.length).toBe(1);
  expect(placesLeft()).toBe(16);
  expect(server.contents.filter((content) => content !== "")).toEqual([ready("yes")]);
});

it.each([
  { name: "is cancelled while it waits for the server", silent: "RCPT" },
  { name: "is cancelled while its content is on its way", silent: "END" },
])("a message that $name gives its copy back", async ({ silent }) => {
  const stop = new AbortController();
  const { connection } = await connectToTruth({
    reply: (what) => {
      if (what === silent) setImmediate(() => stop.abort());
      return undefined;
    },
  });
  const sent = connection.send({ raw: Buffer.from(ready("x")), envelope: ENVELOPE }, { signal: stop.signal });
  await sent.catch(() => undefined);
  await connection.close();
  await vi.waitFor(() => expect(placesLeft()).toBe(16));
});

it("a connection that is destroyed under a large message gives its copy back", async () => {
  const server = await loopbackServer((socket) => {
    truthServer(socket, {
      reply: (what) => {
        // Stops reading, so that the content stays where it is.
        if (what === "DATA") socket.pause();
        return undefined;
      },
    });
  });
  const client = new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none", maxConnections: 3 });
  const sends = Array.from({ length: 6 }, () =>
    client.send({ raw: Buffer.from(ready("x", 1700)), envelope: ENVELOPE }),
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  client.destroy();
  await Promise.allSettled(sends);
  await server.close();
  await vi.waitFor(() => expect(placesLeft()).toBe(16));
});
