import type { MessageSource } from "@wirepost/mime-message";
import { describe, expect, it } from "vitest";
import type { ManualTransaction } from "../src/index.js";
import { failure, settled, told } from "./outcomes.js";
import { connectTo, type PeerScript } from "./scripted-peer.js";
import { connectToTruth } from "./truth-connection.js";

const FIRST = Buffer.from("Subject: x\r\n\r\nfirst\r\n");
const LAST = Buffer.from("last\r\n");
const MIDDLE = new TextEncoder().encode("MIDDLE\r\n");
const LARGE = Buffer.from(`Subject: x\r\n\r\n${`${"y".repeat(70)}\r\n`.repeat(20_000)}`);
const mine = new Error("mine");

const NO_OCTETS: { name: string; value: unknown }[] = [
  { name: "an ArrayBuffer", value: MIDDLE.buffer },
  { name: "a DataView", value: new DataView(MIDDLE.buffer) },
  { name: "16-bit numbers", value: new Uint16Array([0x4d4d]) },
  { name: "a text", value: "MIDDLE\r\n" },
  { name: "an empty text", value: "" },
  { name: "a number", value: 5 },
  { name: "numbers", value: [77, 13, 10] },
  { name: "an empty object", value: {} },
  { name: "what looks like octets", value: { BYTES_PER_ELEMENT: 1, length: 2, 0: 77, 1: 77 } },
  { name: "null", value: null },
  { name: "undefined", value: undefined },
];
const octetsOf = (value: unknown): Uint8Array => value as Uint8Array;

async function* pieces(...all: unknown[]): AsyncGenerator<Uint8Array> {
  for (const one of all) yield octetsOf(one);
}
const sourceOf = (open: MessageSource["open"]): MessageSource => ({
  sizeBytes: undefined,
  repeatable: false,
  open,
});

/** A transaction with a recipient, on a server that knows what it accepted. */
async function begin(extensions = ["PIPELINING", "CHUNKING"]) {
  const { connection, server } = await connectToTruth({ extensions });
  const transaction = await connection.transaction("ann@example.com");
  await transaction.recipient("bob@example.org");
  return { connection, server, transaction };
}

const WAYS: { way: string; run: (transaction: ManualTransaction, value: unknown) => Promise<unknown> }[] = [
  {
    way: "write()",
    run: async (transaction, value) => {
      await transaction.data();
      await transaction.write(FIRST);
      await transaction.write(octetsOf(value));
    },
  },
  {
    way: "a source for send()",
    run: (transaction, value) => transaction.send(sourceOf(() => pieces(FIRST, value, LAST))),
  },
  {
    way: "chunk()",
    run: async (transaction, value) => {
      await transaction.chunk(FIRST, false);
      await transaction.chunk(octetsOf(value), false);
    },
  },
];

describe.each(WAYS)("$way", ({ run }) => {
  it.each(NO_OCTETS)(
    "given $name ends the connection: a message without it must not count",
    async ({ value }) => {
      const { connection, server, transaction } = await begin();
      const error = await failure(run(transaction, value));
      expect(error).toMatchObject({ code: "ERR_SMTP_ARGUMENT", state: "not-sent", phase: "data" });
      expect(connection.failure).toBe(error);
      await failure(transaction.end());
      await failure(transaction.chunk(LAST, true));
      expect(server.delivered.size).toBe(0);
    },
  );

  it.each([
    { name: "Uint8Array", value: MIDDLE },
    { name: "Buffer", value: Buffer.from(MIDDLE) },
    { name: "Uint8ClampedArray", value: new Uint8ClampedArray(MIDDLE) },
    { name: "Int8Array", value: new Int8Array(MIDDLE.buffer) },
  ])("takes octets as $name", async ({ value }) => {
    const { connection, server, transaction } = await begin();
    await run(transaction, value);
    if (server.delivered.size === 0) {
      const chunked = server.commands.some((line) => line.startsWith("BDAT"));
      await (chunked ? transaction.chunk(LAST, true) : transaction.write(LAST).then(() => transaction.end()));
    }
    await connection.close();
    expect(server.contents).toEqual(["Subject: x\r\n\r\nfirst\r\nMIDDLE\r\nlast\r\n"]);
  });
});

describe("send() by hand", () => {
  it.each(NO_OCTETS)("of $name writes nothing, and the transaction goes on", async ({ value }) => {
    const { connection, server, transaction } = await begin();
    expect(await failure(transaction.send(octetsOf(value)))).toMatchObject({ code: "ERR_SMTP_ARGUMENT" });
    expect(server.commands.at(-1)).toBe("RCPT TO:<bob@example.org>");
    await transaction.send(FIRST);
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org x", 1]]);
  });

  it.each([
    {
      name: "fails before its first piece",
      open: async function* (): AsyncGenerator<Uint8Array> {
        yield* pieces();
        throw mine;
      },
    },
    {
      name: "fails behind some pieces",
      open: async function* (): AsyncGenerator<Uint8Array> {
        yield FIRST;
        throw mine;
      },
    },
    {
      name: "cannot be opened",
      open: (): AsyncIterable<Uint8Array> => {
        throw mine;
      },
    },
    { name: "is no sequence", open: () => 5 as unknown as AsyncIterable<Uint8Array> },
  ])("from a source that $name ends the connection, and nothing is delivered", async ({ open }) => {
    const { connection, server, transaction } = await begin();
    const error = await failure(transaction.send(sourceOf(open)));
    expect(error).toMatchObject({ code: "ERR_CLIENT_CONTENT_SOURCE", state: "not-sent", phase: "data" });
    if (error.message === "mine") expect(error.cause).toBe(mine);
    expect(error.cause).toBeInstanceOf(Error);
    expect(connection.failure).toBe(error);
    expect(await failure(transaction.end())).toBe(error);
    expect(server.delivered.size).toBe(0);
  });

  it("from a source with a NUL says so", async () => {
    const { connection, server, transaction } = await begin();
    const error = await failure(transaction.send(sourceOf(() => pieces(FIRST, Buffer.from("\0")))));
    expect(error).toMatchObject({ code: "ERR_SMTP_NUL", state: "not-sent" });
    expect(connection.closed).toBe(true);
    expect(server.delivered.size).toBe(0);
  });

  const stuck = (onWait: () => void): MessageSource =>
    sourceOf(async function* () {
      yield FIRST;
      onWait();
      await new Promise(() => undefined);
    });

  it("from a source that does not get on ends with its signal", async () => {
    const { connection, server, transaction } = await begin();
    const abort = new AbortController();
    const error = await failure(
      transaction.send(
        stuck(() => abort.abort()),
        abort.signal,
      ),
    );
    expect(error).toMatchObject({ code: "ERR_CLIENT_ABORTED", state: "not-sent" });
    expect(connection.closed).toBe(true);
    expect(server.delivered.size).toBe(0);
  });

  it("from a source that does not get on ends with the connection", async () => {
    const { connection, server, transaction } = await begin();
    const error = await failure(transaction.send(stuck(() => connection.destroy())));
    expect(error).toMatchObject({ code: "ERR_CLIENT_CLOSED", state: "not-sent" });
    expect(server.delivered.size).toBe(0);
  });

  it("that is abandoned stops, and the socket stays open", async () => {
    const { connection, server, transaction } = await begin();
    const source = sourceOf(async function* () {
      yield FIRST;
      transaction.abandon();
      yield LAST;
    });
    expect(await failure(transaction.send(source))).toMatchObject({ code: "ERR_CLIENT_WRONG_STATE" });
    expect(connection.closed).toBe(false);
    await connection.close();
    expect(server.delivered.size).toBe(0);
  });
});

describe("content that is being written", () => {
  const OTHERS: { name: string; run: (transaction: ManualTransaction) => Promise<unknown> }[] = [
    { name: "end()", run: (transaction) => transaction.end() },
    { name: "write()", run: (transaction) => transaction.write(LAST) },
  ];

  it("waits for the socket: end() meanwhile is refused, and nothing is lost", async () => {
    const { connection, server, transaction } = await begin();
    await transaction.data();
    const written = transaction.write(LARGE);
    expect(await failure(transaction.end())).toMatchObject({ code: "ERR_CLIENT_WRONG_STATE" });
    await written;
    await transaction.end();
    await connection.close();
    expect(server.contents.map(({ length }) => length)).toEqual([LARGE.length]);
  });

  it("waits for the socket: what write() gets meanwhile comes behind it, in order", async () => {
    const { connection, server, transaction } = await begin();
    await transaction.data();
    const all = [LARGE, MIDDLE, LARGE, LAST];
    const written = all.map((octets) => transaction.write(octets));
    await written[0];
    // Not before the last of them, even of those that nobody waits for.
    expect(await failure(transaction.end())).toMatchObject({ code: "ERR_CLIENT_WRONG_STATE" });
    await written[3];
    await transaction.write(LAST);
    await transaction.end();
    await connection.close();
    expect(server.contents.map((one) => one === Buffer.concat([...all, LAST]).toString())).toEqual([true]);
  });

  it("ends the connection when a piece that waits cannot be sent", async () => {
    const { connection, server, transaction } = await begin();
    await transaction.data();
    const written = [LARGE, "MIDDLE", LAST].map((octets) => settled(transaction.write(octetsOf(octets))));
    expect(await Promise.all(written)).toMatchObject([
      undefined,
      { code: "ERR_SMTP_ARGUMENT" },
      { code: "ERR_SMTP_ARGUMENT" },
    ]);
    expect(await failure(transaction.end())).toMatchObject({ code: "ERR_SMTP_ARGUMENT" });
    expect(connection.closed).toBe(true);
    expect(server.delivered.size).toBe(0);
  });

  it.each(OTHERS)("waits for a source: $name meanwhile is refused, and nothing is lost", async ({ run }) => {
    const { connection, server, transaction } = await begin();
    const source = sourceOf(async function* () {
      yield FIRST;
      expect(await failure(run(transaction))).toMatchObject({ code: "ERR_CLIENT_WRONG_STATE" });
      yield LAST;
    });
    await transaction.send(source);
    await connection.close();
    expect(server.contents).toEqual(["Subject: x\r\n\r\nfirst\r\nlast\r\n"]);
  });

  it.each([
    { name: "octets", content: LARGE },
    { name: "a source", content: sourceOf(() => pieces(LARGE, LARGE)) },
  ])("by send(), as $name larger than the socket takes, arrives whole", async ({ content }) => {
    const { connection, server, transaction } = await begin();
    expect((await transaction.send(content)).map(({ code }) => code)).toEqual([250]);
    await connection.close();
    const length = content === LARGE ? LARGE.length : 2 * LARGE.length;
    expect(server.contents.map((one) => one.length)).toEqual([length]);
  });

  it("in small pieces need not be waited for", async () => {
    const { connection, server, transaction } = await begin();
    await transaction.data();
    await Promise.all([transaction.write(FIRST), transaction.write(LAST), transaction.end()]);
    await connection.close();
    expect(server.contents).toEqual(["Subject: x\r\n\r\nfirst\r\nlast\r\n"]);
  });
});

describe("a chunk by hand that cannot be sent", () => {
  it("before a recipient was accepted is refused, and the transaction goes on", async () => {
    const { connection, server } = await connectToTruth({ extensions: ["PIPELINING", "CHUNKING"] });
    const transaction = await connection.transaction("ann@example.com");
    expect(await failure(transaction.chunk(FIRST, true))).toMatchObject({ code: "ERR_SMTP_WRONG_STATE" });
    await transaction.recipient("bob@example.org");
    await transaction.chunk(FIRST, true);
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org x", 1]]);
  });

  it.each([true, false])("behind pieces that can ends the connection; last: %s", async (last) => {
    const { connection, server, transaction } = await begin();
    const content = Buffer.concat([LARGE, Buffer.from([0])]);
    const error = await failure(transaction.chunk(content, last));
    expect(error).toMatchObject({ code: "ERR_SMTP_NUL", state: "not-sent" });
    expect(connection.failure).toBe(error);
    expect(server.delivered.size).toBe(0);
  });

  it("as its URL breaks the line leaves everything as it was", async () => {
    const { connection, server, transaction } = await begin();
    expect(await failure(transaction.burl("x\r\nRSET", true))).toMatchObject({ code: "ERR_SMTP_ARGUMENT" });
    await transaction.chunk(FIRST, true);
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org x", 1]]);
  });
});

const EARLY: { name: string; script: PeerScript; late?: string; reply: number }[] = [
  { name: "552", script: {}, late: "552 5.3.4 too big\r\n", reply: 552 },
  { name: "451", script: {}, late: "451 4.3.0 later\r\n", reply: 451 },
  { name: "552 in one segment with 354", script: { data: "354 go\r\n552 5.3.4 too big\r\n" }, reply: 552 },
];
const FINS = [{ fin: "" }, { fin: ", and closes" }];

describe.each(FINS.flatMap((fin) => EARLY.map((early) => ({ ...early, ...fin }))))(
  "R14 a server that says $name before the first octet of content$fin",
  ({ script, late, reply, fin }) => {
    const refusal = { code: "ERR_CLIENT_CONTENT_REFUSED", state: "rejected", reply: { code: reply } };

    it("is heard by a transaction by hand", async () => {
      const { connection, seen } = await connectTo(script);
      const transaction = await connection.transaction("ann@example.com");
      await transaction.recipient("bob@example.org");
      const begun = settled(transaction.data());
      await expect.poll(() => seen.commands.includes("DATA")).toBe(true);
      if (late !== undefined) {
        await begun;
        seen.stream.write(late);
      }
      if (fin !== "") seen.stream.end();
      await expect.poll(() => connection.closed).toBe(true);
      expect(connection.failure).toMatchObject(refusal);
      expect(await failure(transaction.write(FIRST))).toMatchObject(refusal);
      expect(await failure(transaction.end())).toMatchObject(refusal);
      expect(seen.content).toBe("");
    });

    it("is heard by a message whose beforeContent has not ended", async () => {
      const { connection, seen } = await connectTo(script);
      const beforeContent = async (): Promise<void> => {
        if (late !== undefined) seen.stream.write(late);
        if (fin !== "") seen.stream.end();
        await expect.poll(() => connection.closed).toBe(true);
      };
      const message = { from: "ann@example.com", to: ["bob@example.org"], text: "Hello\n" };
      const result = await settled(connection.send(message, { beforeContent }));
      expect(told(result)).toEqual([
        "ERR_CLIENT_CONTENT_REFUSED rejected",
        `bob@example.org rejected ${reply}`,
      ]);
      expect(result).toMatchObject({ retryable: reply < 500 });
      expect(seen.content).toBe("");
    });
  },
);

it("R14 a refusal between two chunks by hand is heard", async () => {
  const { connection, seen } = await connectTo({ ehlo: "250-x\r\n250 CHUNKING\r\n" });
  const transaction = await connection.transaction("ann@example.com");
  await transaction.recipient("bob@example.org");
  await transaction.burl("imap://example.com/;UID=1", false);
  seen.stream.write("552 5.3.4 too big\r\n");
  await expect.poll(() => connection.closed).toBe(true);
  expect(await failure(transaction.chunk(LAST, true))).toMatchObject({
    code: "ERR_CLIENT_CONTENT_REFUSED",
    reply: { code: 552 },
  });
});

describe("a callback that throws while content goes out", () => {
  const thrown = (): never => {
    throw mine;
  };
  const CALLBACKS = [
    { callback: "onProgress", observer: {}, options: { onProgress: thrown } },
    { callback: "onTransfer", observer: { onTransfer: thrown }, options: {} },
  ];
  const SIZES = [
    { size: "small", text: "Hello\n" },
    { size: "large", text: `${"x".repeat(70)}\n`.repeat(20_000) },
  ];
  const SERVERS = [
    { server: "DATA", extensions: ["PIPELINING"] },
    { server: "BDAT", extensions: ["PIPELINING", "CHUNKING"] },
    { server: "BDAT without PIPELINING", extensions: ["CHUNKING"] },
  ];
  const ALL = CALLBACKS.flatMap((one) =>
    SIZES.flatMap((size) =>
      SERVERS.flatMap((server) => [false, true].map((asked) => ({ ...one, ...size, ...server, asked }))),
    ),
  );

  it.each(ALL)("$callback, $size content, $server, behind beforeContent: $asked", async (setting) => {
    const { observer, options, text, extensions, asked } = setting;
    const { connection, server } = await connectToTruth({ extensions }, { observer });
    const message = { from: "ann@example.com", to: ["bob@example.org"], subject: "x", text };
    const before = asked ? { beforeContent: async () => undefined } : {};
    const error = await failure(connection.send(message, { ...options, ...before }));
    expect(told(error)).toEqual([
      "ERR_CLIENT_CALLBACK not-sent",
      "bob@example.org not-sent ERR_CLIENT_CALLBACK",
    ]);
    expect(error).toMatchObject({ message: "mine", cause: mine, retryable: false });
    expect(connection.closed).toBe(true);
    expect(server.delivered.size).toBe(0);
  });

  it("is not blamed when it gave up its own send before", async () => {
    const { connection, server } = await connectToTruth();
    const abort = new AbortController();
    const onProgress = (): void => {
      abort.abort();
      throw mine;
    };
    const message = { from: "ann@example.com", to: ["bob@example.org"], text: "Hello\n" };
    const error = await failure(connection.send(message, { onProgress, signal: abort.signal }));
    expect(error).toMatchObject({ code: "ERR_CLIENT_ABORTED", state: "not-sent" });
    expect(server.delivered.size).toBe(0);
  });
});
