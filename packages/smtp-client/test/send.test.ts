import { inspect } from "node:util";
import { recordingServer, testIdentities } from "@wirepost/test-server";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { SendError, SmtpClient, SmtpConnection } from "../src/index.js";

let identities: Awaited<ReturnType<typeof testIdentities>>;
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  identities = await testIdentities();
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

function track<T extends { close(): Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

const MESSAGE = {
  from: "Ann <ann@example.com>",
  to: ["bob@example.org"],
  subject: "Grüße",
  text: "Hello\n.dot\n",
};

async function failure(promise: Promise<unknown>): Promise<SendError> {
  try {
    await promise;
  } catch (error) {
    if (SendError.is(error)) return error;
    throw error;
  }
  throw new Error("it should have failed");
}

describe("the main job", () => {
  it("sends over STARTTLS with a login, and what arrives is what was sent", async () => {
    const server = track(await recordingServer({ tls: identities.good, users: { ann: "secret" } }));
    const client = track(
      new SmtpClient({
        host: "localhost",
        port: server.port,
        tls: { policy: "required", ca: identities.good.ca },
        auth: { username: "ann", password: "secret" },
      }),
    );
    const receipt = await client.send(MESSAGE);
    expect(receipt.accepted.map((recipient) => recipient.address)).toEqual(["bob@example.org"]);
    expect(receipt.reply.code).toBe(250);
    expect(receipt.envelope).toEqual({ from: "ann@example.com", to: ["bob@example.org"] });
    const [message] = await server.arrived(1);
    expect(message?.secure).toBe(true);
    expect(message?.user).toBe("ann");
    expect(message?.text).toContain(`Message-ID: ${receipt.messageId}`);
    expect(message?.text).toContain("\r\n\r\nHello\r\n.dot\r\n");
  });

  it("pipelines several sends over one connection", async () => {
    const server = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port, maxConnections: 1 }));
    const receipts = await Promise.all(
      Array.from({ length: 20 }, (_, i) => client.send({ ...MESSAGE, subject: `number ${i}` })),
    );
    expect(receipts.every((receipt) => receipt.accepted.length === 1)).toBe(true);
    const messages = await server.arrived(20);
    expect(server.connectionCount).toBe(1);
    expect(messages.map(({ text }) => /Subject: (.*)\r\n/.exec(text)?.[1])).toEqual(
      Array.from({ length: 20 }, (_, i) => `number ${i}`),
    );
  });

  it("reports each recipient", async () => {
    const server = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port }));
    const receipt = await client.send({
      ...MESSAGE,
      to: ["bob@example.org", "reject550@example.org", "temp450@example.org"],
    });
    expect(receipt.accepted.map((r) => r.address)).toEqual(["bob@example.org"]);
    expect(receipt.rejected.map((r) => [r.address, r.reply?.code])).toEqual([
      ["reject550@example.org", 550],
      ["temp450@example.org", 450],
    ]);
  });

  it.each([
    { to: "reject550@example.org", code: "ERR_CLIENT_RECIPIENTS_REFUSED", phase: "rcpt", retryable: false },
    { to: "temp450@example.org", code: "ERR_CLIENT_RECIPIENTS_REFUSED", phase: "rcpt", retryable: true },
    {
      to: "datareject554@example.org",
      code: "ERR_CLIENT_CONTENT_REFUSED",
      phase: "end-of-data",
      retryable: false,
    },
    {
      to: "datatemp451@example.org",
      code: "ERR_CLIENT_CONTENT_REFUSED",
      phase: "end-of-data",
      retryable: true,
    },
  ])("rejects when nobody was accepted: $to", async ({ to, code, phase, retryable }) => {
    const server = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port }));
    const error = await failure(client.send({ ...MESSAGE, to }));
    expect([error.code, error.phase, error.state, error.retryable]).toEqual([
      code,
      phase,
      "rejected",
      retryable,
    ]);
    expect(error.recipients[0]?.outcome).toBe("rejected");
    expect(server.messages).toEqual([]);
    // The connection goes on.
    await client.send(MESSAGE);
    expect(server.connectionCount).toBe(1);
  });

  it("shows an error briefly, however many recipients it is about", async () => {
    const server = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port }));
    const to = ["reject550@example.org", "reject551@example.org"];
    const error = await failure(client.send({ ...MESSAGE, to }));
    const shown = inspect(error, { depth: 4 });
    expect(shown).toContain("address: 'reject550@example.org'");
    expect(shown.match(/error: 'ERR_CLIENT_RECIPIENTS_REFUSED'/g)?.length).toBe(2);
    expect(shown.match(/\n {2,}at /g)?.length ?? 0).toBeLessThan(30);
  });

  it("streams a large message", async () => {
    const server = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port }));
    const content = Buffer.alloc(3_000_000, "0123456789\r\n.dots\r\n");
    const seen: number[] = [];
    const receipt = await client.send(
      { ...MESSAGE, attachments: [{ filename: "a.bin", content }] },
      { onProgress: ({ sentBytes }) => seen.push(sentBytes) },
    );
    const [message] = await server.arrived(1);
    expect(message?.content.length).toBe(receipt.sizeBytes);
    expect(seen.at(-1)).toBe(receipt.sizeBytes);
    await client.send(MESSAGE);
    expect(server.connectionCount).toBe(1);
  });

  it("says which connections it has", async () => {
    const server = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port }));
    await client.send(MESSAGE);
    expect(client.statistics).toEqual({ connections: 1, idle: 1, queued: 0, active: 0 });
  });

  it("sends over one SmtpConnection, and asks it things", async () => {
    const server = track(await recordingServer({}));
    const connection = track(
      await SmtpConnection.connect({ host: "127.0.0.1", port: server.port, transcript: true }),
    );
    expect(connection.capabilities.has("PIPELINING")).toBe(true);
    await connection.send(MESSAGE);
    expect((await connection.noop()).code).toBe(250);
    expect((await connection.command("HELP")).code).toBe(214);
    expect(connection.transcript.some((entry) => entry.text.startsWith("MAIL FROM:<ann@example.com>"))).toBe(
      true,
    );
  });

  it("yields every result of a batch", async () => {
    const server = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port }));
    function* messages() {
      for (let i = 0; i < 300; i++)
        yield { ...MESSAGE, to: i % 10 === 3 ? "reject550@example.org" : "bob@example.org" };
    }
    let accepted = 0;
    let failed = 0;
    const indexes = new Set<number>();
    for await (const result of client.sendAll(messages())) {
      indexes.add(result.index);
      if (result.error === undefined) accepted++;
      else failed++;
    }
    expect([accepted, failed, indexes.size]).toEqual([270, 30, 300]);
  });
});

describe("bad input", () => {
  it.each([
    { name: "no recipient", message: { ...MESSAGE, to: [] }, code: /NO_RECIPIENTS$/ },
    { name: "an address without a domain", message: { ...MESSAGE, to: "bob" }, code: /^ERR_(ADDRESS|MIME)_/ },
    {
      name: "I1 a line break in an address",
      message: { ...MESSAGE, to: "a@x.example>\r\nRCPT TO:<evil@y.example" },
      code: /^ERR_(ADDRESS|MIME)_/,
    },
    {
      name: "a line break in a header",
      message: { ...MESSAGE, headers: { "X-A": "a\r\nBcc: evil@y.example" } },
      code: /^ERR_MIME_/,
    },
    { name: "no sender", message: { ...MESSAGE, from: undefined }, code: /NO_SENDER$/ },
    { name: "a NUL in the subject", message: { ...MESSAGE, subject: "a\0b" }, code: /^ERR_MIME_/ },
    {
      name: "a header name with a colon",
      message: { ...MESSAGE, headers: { "X-A:": "b" } },
      code: /^ERR_MIME_/,
    },
    {
      name: "a line break in a file name",
      message: { ...MESSAGE, attachments: [{ filename: "a\r\nX: y", content: "z" }] },
      code: /^ERR_MIME_/,
    },
    { name: "an unknown field", message: { ...MESSAGE, subjekt: "x" }, code: /^ERR_MIME_/ },
    {
      name: "an unreadable attachment",
      message: { ...MESSAGE, attachments: [{ path: "/nonexistent" }] },
      code: /^ERR_MIME_/,
    },
  ])("$name: nothing is sent", async ({ message, code }) => {
    const server = track(await recordingServer({}));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port }));
    const error = await failure(client.send(message as never));
    expect(error.code).toMatch(code);
    expect([error.phase, error.state]).toEqual(["compose", "not-sent"]);
    expect(server.messages).toEqual([]);
  });

  it.each([
    {
      name: "an unknown option",
      run: () => new SmtpClient({ host: "a.example", prot: 25 } as never),
      code: "ERR_CLIENT_UNKNOWN_OPTION",
    },
    {
      name: "I4 a line break in the client's name",
      run: () => new SmtpClient({ host: "a.example", clientName: "a.example\r\nMAIL FROM:<>" }),
      code: "ERR_CLIENT_OPTION",
    },
    { name: "port 0", run: () => new SmtpClient({ host: "a.example", port: 0 }), code: "ERR_CLIENT_OPTION" },
    {
      name: "a URL of another scheme",
      run: () => new SmtpClient("http://a.example"),
      code: "ERR_CLIENT_URL",
    },
    {
      name: "an unknown URL parameter",
      run: () => new SmtpClient("smtp://a.example?starttls=1"),
      code: "ERR_CLIENT_UNKNOWN_OPTION",
    },
  ])("$name throws at once", ({ run, code }) => {
    expect(run).toThrow(expect.objectContaining({ code }));
  });
});
