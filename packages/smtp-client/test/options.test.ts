import { once } from "node:events";
import { createReadStream, mkdtempSync, type ReadStream, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ClientOptions, type SendError, type SendOptions, SmtpClient, withRetry } from "../src/index.js";
import { failure, told } from "./outcomes.js";
import { connectToTruth, loopbackServer } from "./truth-connection.js";
import { truthServer } from "./truth-server.js";

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
function track<T extends { close(): Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}

const MESSAGE = { from: "ann@example.com", to: ["bob@example.org"], subject: "x", text: "Hello\n" };
const SECRET = "hunter2";

/** A value of the wrong kind for each option, and the option as the error names it. */
const OF_A_CLIENT: [string, object][] = [
  ["host", { host: 5 }],
  ["host must not hold a port", { host: "127.0.0.1:25" }],
  ["host must not hold a port", { host: "[::1]:25" }],
  ["port", { port: "25" }],
  ["path", { path: 5 }],
  ["protocol", { protocol: "uucp" }],
  ["tls", { tls: true }],
  ["tls", { tls: false }],
  ["tls", { tls: null }],
  ["tls", { tls: "yes" }],
  ["tls.policy", { tls: { policy: "mandatory" } }],
  ["tls.verify", { tls: { verify: false } }],
  ["tls.ca", { tls: { ca: 5 } }],
  ["each of tls.pins", { tls: { pins: [5] } }],
  ["tls.pins", { tls: { pins: SECRET } }],
  ["tls.minVersion", { tls: { minVersion: "1.3" } }],
  ["tls.passphrase", { tls: { passphrase: 5 } }],
  ["auth", { auth: SECRET }],
  ["auth.password", { auth: { username: "ann", password: 5 } }],
  ["auth.mechanisms", { auth: { username: "ann", password: SECRET, mechanisms: "PLAIN" } }],
  ["auth.token", { auth: { username: "ann", token: 5 } }],
  ["auth.allowClearText", { auth: { username: "ann", password: SECRET, allowClearText: "yes" } }],
  ["clientName", { clientName: 5 }],
  ["extended", { extended: "no" }],
  ["timeouts", { timeouts: 5 }],
  ["timeouts.mailMs", { timeouts: { mailMs: "5" } }],
  ["pipelining", { pipelining: true }],
  ["chunking", { chunking: false }],
  ["window", { window: 5 }],
  ["window.maxMessages", { window: { maxBytes: 5 } }],
  ["proxy", { proxy: 5 }],
  ["family", { family: 5 }],
  ["preferFamily", { preferFamily: 0 }],
  ["localAddress", { localAddress: 5 }],
  ["localPort", { localPort: -1 }],
  ["lookup", { lookup: 5 }],
  ["observer", { observer: 5 }],
  ["observer.onReply", { observer: { onReply: true } }],
  ["transcript", { transcript: "yes" }],
  ["strictLineEnd", { strictLineEnd: 1 }],
  ["replyLimits.maxLines", { replyLimits: { maxLines: 0 } }],
  ["signal", { signal: {} }],
  ["closeTimeoutMs", { closeTimeoutMs: 0 }],
  ["maxConnections", { maxConnections: 0 }],
  ["maxMessagesPerConnection", { maxMessagesPerConnection: 1.5 }],
  ["idleTimeoutMs", { idleTimeoutMs: "5" }],
  ["rateLimit", { rateLimit: 5 }],
  ["rateLimit.messages", { rateLimit: { messages: 5 } }],
  ["rateLimit.messages.perMs", { rateLimit: { messages: { count: 1 } } }],
  ["rateLimit.recipients.count", { rateLimit: { recipients: { count: Number.NaN, perMs: 1 } } }],
];

describe("an option of a wrong kind", () => {
  it.each(OF_A_CLIENT)("is refused by its name when a client is made: %s", (name, options) => {
    const given = { host: "mail.example", ...options } as ClientOptions;
    let error: SendError | undefined;
    try {
      track(new SmtpClient(given));
    } catch (thrown) {
      error = thrown as SendError;
    }
    expect(error).toMatchObject({ code: "ERR_CLIENT_OPTION", phase: "compose" });
    expect(error?.message.startsWith(name)).toBe(true);
    expect(inspect(error, { depth: 9 })).not.toContain(SECRET);
  });

  it.each([undefined, null, 5, []])("is refused in the place of all options: %s", (given) => {
    expect(() => new SmtpClient(given as never)).toThrow(
      expect.objectContaining({ code: "ERR_CLIENT_OPTION" }),
    );
  });

  const OF_A_SEND: [string, object | null][] = [
    ["send", null],
    ["signal", { signal: 5 }],
    ["sendTimeoutMs", { sendTimeoutMs: "5" }],
    ["envelope", { envelope: "bob@example.org" }],
    ["acceptance", { acceptance: "some" }],
    ["onProgress", { onProgress: 5 }],
    ["beforeContent", { beforeContent: true }],
    ["dsn", { dsn: true }],
    ["dsn.return", { dsn: { return: "hdrs" } }],
    ["dsn.notify", { dsn: { notify: "failure" } }],
    ["dsn.notify", { dsn: { notify: ["failed"] } }],
    ["requireTls", { requireTls: "yes" }],
    ["requireTls", { requireTls: 1 }],
    ["deliverBy", { deliverBy: 5 }],
    ["priority", { priority: "high" }],
    ["holdForSeconds", { holdForSeconds: "5" }],
    ["holdUntil", { holdUntil: "2030-01-01" }],
    ["submitter", { submitter: "ann@example.com" }],
    ["mailParameters", { mailParameters: 5 }],
    ["rcptParameters", { rcptParameters: "NOTIFY=NEVER" }],
    ["encoding", { encoding: "8bit" }],
    ["files", { files: true }],
    ["files.baseDir", { files: {} }],
    ["transcript", { transcript: "yes" }],
    ["maxRecipients", { maxRecipients: 0 }],
    ["maxLocalPartBytes", { maxLocalPartBytes: "200" }],
  ];
  it.each(OF_A_SEND)("is refused by its name before MAIL: %s", async (name, options) => {
    const { connection, server } = await connectToTruth();
    const error = await failure(connection.send(MESSAGE, options as SendOptions));
    expect(error).toMatchObject({ code: "ERR_CLIENT_OPTION", phase: "compose", state: "not-sent" });
    expect(error.message.startsWith(name)).toBe(true);
    await connection.close();
    expect(server.commands).not.toContainEqual(expect.stringContaining("MAIL"));
  });

  it.each(OF_A_SEND)(
    "is refused by a client that has not loaded what sends yet: %s",
    async (_name, options) => {
      const client = track(new SmtpClient({ host: "127.0.0.1", port: 9 }));
      const error = await failure(client.send(MESSAGE, options as SendOptions));
      expect(error).toMatchObject({ code: "ERR_CLIENT_OPTION", phase: "compose" });
    },
  );

  const OF_A_RETRY: [string, object | null][] = [
    ["retry", null],
    ["attempts", { attempts: Number.NaN }],
    ["attempts", { attempts: 0 }],
    ["firstDelayMs", { firstDelayMs: 5e9 }],
    ["maxDelayMs", { maxDelayMs: 2 ** 31 }],
    ["factor", { factor: 0.5 }],
    ["onRetry", { onRetry: 5 }],
    ["random", { random: 0.5 }],
  ];
  it.each(OF_A_RETRY)("is refused before the first try: %s", async (name, options) => {
    let tries = 0;
    const error = await failure(withRetry(async () => tries++, options as never));
    expect(error).toMatchObject({ code: "ERR_CLIENT_OPTION" });
    expect(error.message.startsWith(name)).toBe(true);
    expect(tries).toBe(0);
  });

  it.each([null, 5, { signal: 5 }])("is refused by verify(): %s", async (options) => {
    const client = track(new SmtpClient({ host: "127.0.0.1", port: 9 }));
    expect(await failure(client.verify(options as never))).toMatchObject({ code: "ERR_CLIENT_OPTION" });
  });

  it("of a prototype is none", () => {
    class Options {
      get host(): string {
        return "mail.example";
      }
    }
    expect(() => new SmtpClient(new Options())).toThrow(
      expect.objectContaining({ code: "ERR_CLIENT_OPTION" }),
    );
  });

  it("is not what undefined is", () => {
    const undefineds = Object.fromEntries(
      OF_A_CLIENT.flatMap(([, given]) => Object.keys(given)).map((k) => [k, undefined]),
    );
    track(new SmtpClient({ ...undefineds, host: "mail.example" }));
  });

  it("is none of these", () => {
    track(
      new SmtpClient({
        host: "::1",
        port: 2525,
        tls: { policy: "required", ca: ["x", new Uint8Array(1)], pins: ["aa"], handshakeTimeoutMs: 0 },
        auth: {
          username: "ann",
          token: async () => SECRET,
          mechanisms: ["XOAUTH2"],
          allowClearText: ["XOAUTH2"],
        },
        timeouts: { mailMs: 5 },
        window: { maxMessages: 4, maxBytes: undefined },
        proxy: "socks5://127.0.0.1:1080",
        maxConnections: Number.POSITIVE_INFINITY,
        rateLimit: { messages: { count: 0.5, perMs: 1000 } },
        localPort: 0,
      }),
    );
  });
});

describe("TLS settings by which the server has to prove who it is", () => {
  const PROOFS: [string, object][] = [
    ["ca", { ca: "PEM" }],
    ["extraCa", { extraCa: "PEM" }],
    ["hostNames", { hostNames: ["mail.example"] }],
    ["pins", { pins: ["aa"] }],
    ["trusted", { trusted: ["aa"] }],
    ["denied", { denied: ["aa"] }],
    ["verify", { verify: "full" }],
  ];
  it.each(PROOFS)("are not ignored where no policy is given: %s", async (_name, tls) => {
    // A server without TLS: with the opportunistic default the message would go out in clear.
    const server = track(await loopbackServer((socket) => void truthServer(socket)));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port, tls }));
    const error = await failure(client.send(MESSAGE));
    expect(error).toMatchObject({ code: "ERR_CLIENT_TLS_NOT_OFFERED", state: "not-sent" });
  });

  it.each([
    ["none are given", {}],
    ["they are empty", { ca: [], pins: [], hostNames: [], trusted: [], denied: [] }],
    ["the caller chose", { policy: "opportunistic", ca: "PEM" }],
    ["they are the client's own", { servername: "mail.example", minVersion: "TLSv1.2" }],
  ])("decide nothing where %s", async (_name, tls) => {
    const server = track(await loopbackServer((socket) => void truthServer(socket)));
    const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port, tls: tls as never }));
    expect(told(await client.send(MESSAGE))).toEqual(["bob@example.org accepted 250"]);
  });
});

describe("an envelope", () => {
  const LONG = `reply+${"A".repeat(70)}@example.org`;
  const TAKEN: [string, SendOptions, string[]][] = [
    ["one text", { envelope: { from: "a@example.com", to: "b@example.org" } }, ["b@example.org"]],
    [
      "display names",
      { envelope: { from: "Ann <a@example.com>", to: ['"B, b" <b@example.org>'] } },
      ["b@example.org"],
    ],
    [
      "mailboxes",
      {
        envelope: {
          from: { localPart: "a", domain: "example.com" },
          to: [{ localPart: "b", domain: "example.org" }],
        },
      },
      ["b@example.org"],
    ],
    [
      "objects with names",
      {
        envelope: {
          from: { name: "Ann", address: "a@example.com" } as never,
          to: [{ address: "b@example.org" }],
        },
      },
      ["b@example.org"],
    ],
    [
      "recipients of a receipt",
      {
        envelope: {
          from: null,
          to: [{ address: "b@example.org", mailbox: {}, outcome: "rejected", reply: undefined } as never],
        },
      },
      ["b@example.org"],
    ],
    ["a long local part", { maxLocalPartBytes: 90, envelope: { from: null, to: LONG } }, [LONG]],
  ];
  it.each(TAKEN)("is taken as %s", async (_name, options, recipients) => {
    const { connection } = await connectToTruth();
    const receipt = await connection.send(MESSAGE, options);
    expect(receipt.recipients.map(({ address }) => address)).toEqual(recipients);
    await connection.close();
  });

  it("of the message may have long local parts where the option says so", async () => {
    const { connection } = await connectToTruth();
    expect(told(await connection.send({ ...MESSAGE, to: LONG }, { maxLocalPartBytes: 90 }))).toEqual([
      `${LONG} accepted 250`,
    ]);
    expect(await failure(connection.send({ ...MESSAGE, to: LONG }))).toMatchObject({
      code: "ERR_MIME_INVALID_ADDRESS",
      message: expect.stringContaining("maxLocalPartBytes"),
    });
    await connection.close();
  });

  const REFUSED: [string, object, string][] = [
    [
      "several addresses in one text",
      { from: null, to: "b@example.org, c@example.org" },
      "ERR_CLIENT_OPTION",
    ],
    [
      "several addresses for a sender",
      { from: "a@example.com, b@example.com", to: "b@example.org" },
      "ERR_CLIENT_OPTION",
    ],
    ["a group", { from: null, to: "all: b@example.org, c@example.org;" }, "ERR_ADDRESS_"],
    ["a number", { from: null, to: [5] }, "ERR_CLIENT_OPTION"],
    ["an object without an address", { from: { name: "Ann" }, to: "b@example.org" }, "ERR_CLIENT_OPTION"],
    ["a number for an address", { from: null, to: [{ address: 5 }] }, "ERR_CLIENT_OPTION"],
    [
      "an unknown member",
      { from: null, to: [{ address: "b@example.org", notify: "never" }] },
      "ERR_CLIENT_UNKNOWN_OPTION",
    ],
    [
      "an unknown field",
      { from: null, to: "b@example.org", cc: "c@example.org" },
      "ERR_CLIENT_UNKNOWN_OPTION",
    ],
    ["no sender", { to: "b@example.org" }, "ERR_CLIENT_OPTION"],
    ["a line of its own", { from: null, to: "b@example.org>\r\nRCPT TO:<c@example.org" }, "ERR_ADDRESS_"],
  ];
  it.each(REFUSED)("with %s is refused before MAIL", async (_name, envelope, code) => {
    const { connection, server } = await connectToTruth();
    const error = await failure(connection.send(MESSAGE, { envelope: envelope as never }));
    expect(error.code.startsWith(code)).toBe(true);
    expect(error).toMatchObject({ phase: "compose", state: "not-sent" });
    await connection.close();
    expect(server.commands).not.toContainEqual(expect.stringContaining("MAIL"));
  });
});

describe("sendAll()", () => {
  const NO_SOURCES: [string, unknown][] = [
    ["one message", MESSAGE],
    ["text", "ab"],
    ["nothing", undefined],
    ["null", null],
    ["a number", 5],
  ];
  it.each(NO_SOURCES)("refuses %s at once", (_name, source) => {
    const client = track(new SmtpClient({ host: "127.0.0.1", port: 9 }));
    expect(() => client.sendAll(source as never)).toThrow(
      expect.objectContaining({ code: "ERR_CLIENT_OPTION" }),
    );
  });

  const BROKEN: [string, object][] = [
    [
      "whose iterator cannot be made",
      {
        [Symbol.asyncIterator]: () => {
          throw new Error("mine");
        },
      },
    ],
    [
      "that throws",
      {
        [Symbol.iterator]: () => ({
          next: () => {
            throw new Error("mine");
          },
        }),
      },
    ],
    [
      "that throws when it is let go of, too",
      {
        [Symbol.iterator]: () => ({
          next: () => {
            throw new Error("mine");
          },
          return: () => {
            throw new Error("yours");
          },
        }),
      },
    ],
  ];
  it.each(BROKEN)("gives its consumer what a source throws %s", async (_name, source) => {
    const client = track(new SmtpClient({ host: "127.0.0.1", port: 9 }));
    const run = (async () => {
      for await (const _ of client.sendAll(source as never)) expect.unreachable();
    })();
    await expect(run).rejects.toThrow("mine");
  });

  it("refuses a misspelt name beside a message, which would send without its options", async () => {
    const client = track(new SmtpClient({ host: "127.0.0.1", port: 9 }));
    const results = [];
    for await (const result of client.sendAll([{ message: MESSAGE, option: {} } as never]))
      results.push(result);
    expect(results).toMatchObject([{ index: 0, error: { code: "ERR_CLIENT_UNKNOWN_OPTION" } }]);
  });

  it("sends every message that it read, though its consumer has left", async () => {
    const truths: ReturnType<typeof truthServer>[] = [];
    const server = track(await loopbackServer((socket) => truths.push(truthServer(socket))));
    const client = new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none", maxConnections: 1 });
    let read = 0;
    async function* source() {
      for (; read < 5000; ) yield { ...MESSAGE, subject: `n${++read}` };
    }
    for await (const _ of client.sendAll(source())) break;
    await client.close();
    expect(read).toBeGreaterThan(1);
    expect(truths.reduce((sum, { contents }) => sum + contents.length, 0)).toBe(read);
  });
});

describe("a stream of a message that is not sent", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "wirepost-"));
    writeFileSync(join(folder, "a.bin"), Buffer.alloc(300_000, 65));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const withStream = (stream: ReadStream) => ({
    ...MESSAGE,
    attachments: [{ filename: "a.bin", content: stream }],
  });
  const aborted = AbortSignal.abort();
  const WAYS: [string, (stream: ReadStream) => Promise<unknown>][] = [
    ["nobody listens", (stream) => new SmtpClient({ host: "127.0.0.1", port: 9 }).send(withStream(stream))],
    [
      "TLS is not offered",
      async (stream) => {
        const server = track(await loopbackServer((socket) => void truthServer(socket)));
        return new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "required" }).send(
          withStream(stream),
        );
      },
    ],
    [
      "the signal was aborted before",
      (stream) =>
        new SmtpClient({ host: "127.0.0.1", port: 9 }).send(withStream(stream), { signal: aborted }),
    ],
    [
      "the send takes too long",
      async (stream) => {
        const server = track(await loopbackServer(() => undefined));
        const client = track(new SmtpClient({ host: "127.0.0.1", port: server.port, closeTimeoutMs: 50 }));
        return client.send(withStream(stream), { sendTimeoutMs: 50 });
      },
    ],
    [
      "an address is wrong",
      (stream) =>
        new SmtpClient({ host: "127.0.0.1", port: 9 }).send({ ...withStream(stream), to: "nobody" }),
    ],
    [
      "an option is wrong",
      async (stream) => {
        const { connection } = await connectToTruth();
        return connection.send(withStream(stream), { dsn: 5 } as never);
      },
    ],
    [
      "a client that was closed before it sent",
      async (stream) => {
        const client = new SmtpClient({ host: "127.0.0.1", port: 9 });
        await client.close();
        return client.send(withStream(stream));
      },
    ],
    [
      "an option is wrong, and the client has not sent yet",
      (stream) =>
        new SmtpClient({ host: "127.0.0.1", port: 9 }).send(withStream(stream), { dsn: 5 } as never),
    ],
    [
      "the connection is closed",
      async (stream) => {
        const { connection } = await connectToTruth();
        await connection.close();
        return connection.send(withStream(stream));
      },
    ],
    [
      "the recipient is refused",
      async (stream) => {
        const { connection } = await connectToTruth({
          reply: (what) => (what === "RCPT" ? "550 no" : undefined),
        });
        return connection.send(withStream(stream));
      },
    ],
    [
      "the client is closed",
      async (stream) => {
        const server = track(await loopbackServer((socket) => void truthServer(socket)));
        const client = new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none" });
        await client.send(MESSAGE);
        await client.close();
        return client.send(withStream(stream));
      },
    ],
  ];
  it.each(WAYS)("is let go of: %s", async (_name, send) => {
    const stream = createReadStream(join(folder, "a.bin"));
    await once(stream, "open");
    await failure(send(stream));
    await expect.poll(() => stream.closed, { timeout: 5_000 }).toBe(true);
  });

  it("that gives nothing is let go of when the client is destroyed", async () => {
    const server = track(await loopbackServer((socket) => void truthServer(socket)));
    const client = new SmtpClient({ host: "127.0.0.1", port: server.port, tls: "none" });
    await client.send(MESSAGE);
    const stream = new Readable({ read: () => undefined });
    const sending = failure(
      client.send({ ...MESSAGE, attachments: [{ filename: "a.bin", content: stream }] }),
    );
    await expect.poll(() => client.statistics.active).toBe(1);
    client.destroy();
    expect(await sending).toMatchObject({ code: "ERR_CLIENT_CLOSED", state: "not-sent" });
    await expect.poll(() => stream.destroyed).toBe(true);
  });

  it("that another message has too is left to that", async () => {
    const { connection, server } = await connectToTruth();
    const stream = Readable.from([Buffer.from("shared")]);
    const message = { ...MESSAGE, attachments: [{ filename: "a.bin", content: stream }] };
    const controller = new AbortController();
    const first = connection.send(message, { signal: controller.signal });
    const second = connection.send(message);
    controller.abort();
    await failure(first);
    expect(told(await second)).toEqual(["bob@example.org accepted 250"]);
    expect(server.contents[0]).toContain(Buffer.from("shared").toString("base64"));
    await connection.close();
  });

  it("that is sent arrives whole", async () => {
    const { connection, server } = await connectToTruth();
    await connection.send(withStream(createReadStream(join(folder, "a.bin"))));
    expect(server.contents[0]?.replaceAll("\r\n", "")).toContain(
      Buffer.alloc(299_997, 65).toString("base64"),
    );
    await connection.close();
  });
});
