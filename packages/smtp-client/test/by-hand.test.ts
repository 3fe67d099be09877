import { describe, expect, it } from "vitest";
import type { ManualTransaction, SmtpConnection } from "../src/index.js";
import { failure, fates, settled, told } from "./outcomes.js";
import { connectTo } from "./scripted-peer.js";
import { connectToTruth } from "./truth-connection.js";

const MESSAGE = { from: "ann@example.com", to: ["bob@example.org"], subject: "x", text: "Hello\n" };
const STRANGER = "eve@example.test";
const SERVERS = [
  { server: "PIPELINING and CHUNKING", extensions: ["PIPELINING", "CHUNKING"] },
  { server: "PIPELINING", extensions: ["PIPELINING"] },
  { server: "no extension", extensions: [] },
];
const SETTINGS = SERVERS.flatMap((one) => [0, 1].map((before) => ({ ...one, before })));
const REFUSED = { code: "ERR_CLIENT_WRONG_STATE", state: "not-sent" };

/** A connection on which so many messages went out before; `commands()` are those since. */
async function connectBehind(
  before: number,
  extensions: readonly string[],
  reply?: (what: string, argument: string) => string | undefined,
) {
  const { connection, server } = await connectToTruth({
    extensions,
    ...(reply === undefined ? {} : { reply }),
  });
  for (let i = 0; i < before; i++) await connection.send({ ...MESSAGE, subject: "before" });
  server.delivered.clear();
  const from = server.commands.length;
  return { connection, server, commands: () => server.commands.slice(from) };
}

describe.each(SETTINGS)("by $server, behind $before messages", ({ extensions, before }) => {
  it("send() is refused from the call of transaction() on, and the recipients stay apart", async () => {
    const { connection, server, commands } = await connectBehind(before, extensions);
    const begun = connection.transaction("ann@example.com");
    const sent = failure(connection.send(MESSAGE));
    const transaction = await begun;
    await transaction.recipient(STRANGER);
    expect(await sent).toMatchObject(REFUSED);
    await transaction.send(Buffer.from("Subject: by hand\r\n\r\nHello\r\n"));
    await connection.send(MESSAGE);
    await connection.close();
    expect([...server.delivered]).toEqual([
      [`${STRANGER} by hand`, 1],
      ["bob@example.org x", 1],
    ]);
    expect(commands().slice(0, 2)).toEqual(["MAIL FROM:<ann@example.com>", `RCPT TO:<${STRANGER}>`]);
  });

  it("a handle that reset() has ended adds nobody to the next message", async () => {
    const { connection, server } = await connectBehind(before, extensions);
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("carl@example.org");
    await connection.reset();
    const sent = connection.send(MESSAGE);
    expect(await failure(transaction.recipient(STRANGER))).toMatchObject(REFUSED);
    await sent;
    expect(await failure(transaction.recipient(STRANGER))).toMatchObject(REFUSED);
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org x", 1]]);
    expect(server.commands.join("\n")).not.toContain(STRANGER);
  });

  it("send() is refused until the final reply, and loses nothing of what goes before", async () => {
    const { connection, server } = await connectBehind(before, extensions);
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("carl@example.org");
    await transaction.data();
    await transaction.write(Buffer.from("Subject: by hand\r\n\r\n"));
    const ended = transaction.end();
    expect(await failure(connection.send(MESSAGE))).toMatchObject(REFUSED);
    expect((await ended).map(({ code }) => code)).toEqual([250]);
    await connection.send(MESSAGE);
    await connection.close();
    expect([...server.delivered.keys()]).toEqual(["carl@example.org by hand", "bob@example.org x"]);
  });

  it.each([
    { name: "whose sender is refused", from: "no@example.com", content: undefined },
    { name: "whose sender cannot be read", from: "not an address", content: undefined },
    {
      name: "whose content the server does not take",
      from: "ann@example.com",
      content: { sizeBytes: 1, body: "BINARYMIME", smtpUtf8: false } as const,
    },
  ])("a transaction $name leaves the connection to send()", async ({ from, content }) => {
    const { connection, server } = await connectBehind(before, extensions, (what, argument) =>
      what === "MAIL" && argument.includes("no@") ? "550 no" : undefined,
    );
    await failure(connection.transaction(from, { content }));
    await connection.send(MESSAGE);
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org x", 1]]);
  });

  it("send() behind reset() that is under way waits for it", async () => {
    const { connection, server } = await connectBehind(before, extensions);
    await connection.transaction("ann@example.com");
    const [, receipt] = await Promise.all([connection.reset(), connection.send(MESSAGE)]);
    expect(fates(receipt)).toEqual(["bob@example.org accepted 250"]);
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org x", 1]]);
  });

  it("transaction() is refused while a message is sent, or waits for a call", async () => {
    const { connection, server } = await connectBehind(before, extensions);
    const sent = connection.send(MESSAGE);
    expect(await failure(connection.transaction("ann@example.com"))).toMatchObject(REFUSED);
    await sent;
    const asked = connection.noop();
    const second = connection.send({ ...MESSAGE, subject: "y" });
    expect(await failure(connection.transaction("ann@example.com"))).toMatchObject(REFUSED);
    await Promise.all([asked, second]);
    await connection.close();
    expect([...server.delivered.keys()]).toEqual(["bob@example.org x", "bob@example.org y"]);
  });

  it("another transaction() is refused, and the first goes on", async () => {
    const { connection, server } = await connectBehind(before, extensions);
    const begun = connection.transaction("ann@example.com");
    expect(await failure(connection.transaction("carl@example.com"))).toMatchObject(REFUSED);
    const transaction = await begun;
    expect(await failure(connection.transaction("carl@example.com"))).toMatchObject(REFUSED);
    await transaction.recipient("bob@example.org");
    await transaction.send(Buffer.from("Subject: first\r\n\r\n"));
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org first", 1]]);
  });
});

const CALLS: { call: string; run: (transaction: ManualTransaction) => Promise<unknown> }[] = [
  { call: "recipient()", run: (transaction) => transaction.recipient(STRANGER) },
  { call: "data()", run: (transaction) => transaction.data() },
  { call: "write()", run: (transaction) => transaction.write(Buffer.from("x")) },
  { call: "end()", run: (transaction) => transaction.end() },
  { call: "send()", run: (transaction) => transaction.send(Buffer.from("x")) },
  { call: "chunk()", run: (transaction) => transaction.chunk(Buffer.from("x"), true) },
  { call: "burl()", run: (transaction) => transaction.burl("imap://example.test/", true) },
];
const text = Buffer.from("Subject: by hand\r\n\r\n");
const ENDS: {
  end: string;
  run: (transaction: ManualTransaction, connection: SmtpConnection) => Promise<unknown>;
}[] = [
  { end: "its content", run: (transaction) => transaction.send(text) },
  { end: "its last chunk", run: (transaction) => transaction.chunk(text, true) },
  { end: "reset()", run: (_, connection) => connection.reset() },
  { end: "RSET by command()", run: (_, connection) => connection.command("rset") },
  {
    end: "another transaction",
    run: async (_, connection) => {
      await connection.reset();
      await connection.transaction("carl@example.com");
    },
  },
  { end: "its content, and hello()", run: async (t, c) => [await t.send(text), await c.hello()] },
];

describe.each(ENDS)("a transaction that was ended by $end", ({ run: end }) => {
  it.each(CALLS)("refuses $call and writes nothing", async ({ run }) => {
    const { connection, commands } = await connectBehind(0, ["PIPELINING", "CHUNKING"]);
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("bob@example.org");
    await end(transaction, connection);
    const before = commands().length;
    expect(await failure(run(transaction))).toMatchObject(REFUSED);
    await connection.noop();
    expect(commands().slice(before)).toEqual(["NOOP"]);
    expect(connection.closed).toBe(false);
    await connection.close();
  });
});

describe("the calls of a transaction", () => {
  it.each(["quit", "close", "destroy"] as const)("are refused behind %s()", async (leave) => {
    const { connection, server } = await connectToTruth();
    const transaction = await connection.transaction("ann@example.com");
    const left = connection[leave]();
    for (const { run } of CALLS) {
      const error = await failure(run(transaction));
      expect(["ERR_CLIENT_WRONG_STATE", "ERR_CLIENT_CLOSED"]).toContain(error.code);
    }
    await left;
    expect(server.commands.join("\n")).not.toMatch(/RCPT|DATA/);
  });

  it.each([
    { call: "hello()", run: (connection: SmtpConnection) => connection.hello() },
    { call: "startTls()", run: (connection: SmtpConnection) => connection.startTls() },
    {
      call: "authenticate()",
      run: (connection: SmtpConnection) =>
        connection.authenticate({
          username: "ann",
          password: "x",
          allowClearText: true,
          mechanisms: ["PLAIN"],
        }),
    },
  ])("go on where $call was refused, as it is within a transaction", async ({ run }) => {
    const extensions = ["PIPELINING", "STARTTLS", "AUTH PLAIN"];
    const { connection, server, commands } = await connectBehind(0, extensions);
    const transaction = await connection.transaction("ann@example.com");
    await failure(run(connection));
    await transaction.recipient("bob@example.org");
    await transaction.send(text);
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org by hand", 1]]);
    expect(commands().map((line) => line.split(/[ :]/)[0])).toEqual(["MAIL", "RCPT", "DATA", "QUIT"]);
  });

  it("go on where reset() could not be written, as within content", async () => {
    const { connection, server } = await connectToTruth();
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("bob@example.org");
    await transaction.data();
    await transaction.write(text);
    await failure(connection.reset());
    expect((await transaction.end()).map(({ code }) => code)).toEqual([250]);
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org by hand", 1]]);
  });

  it("are refused when reset() overtook the reply to MAIL", async () => {
    const { connection, server } = await connectToTruth();
    const begun = failure(connection.transaction("ann@example.com"));
    await connection.reset();
    expect(await begun).toMatchObject(REFUSED);
    await connection.send(MESSAGE);
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org x", 1]]);
  });

  it("are refused when RSET was, and so is everything that follows", async () => {
    const { connection, seen } = await connectTo({ rset: "500 no\r\n" });
    const transaction = await connection.transaction("ann@example.com");
    expect(await failure(connection.reset())).toMatchObject({ code: "ERR_CLIENT_REFUSED" });
    expect(await failure(transaction.recipient("bob@example.org"))).toMatchObject(REFUSED);
    await failure(connection.transaction("carl@example.com"));
    expect(seen.commands.filter((line) => /^(?:MAIL|RCPT)/.test(line))).toHaveLength(1);
    connection.destroy();
  });

  it("reject, and never throw", async () => {
    const { connection } = await connectToTruth();
    const transaction = await connection.transaction("ann@example.com");
    await connection.reset();
    for (const { run } of CALLS) expect(await failure(run(transaction))).toMatchObject(REFUSED);
    await connection.close();
  });
});

describe("close() while the end of a transaction is under way", () => {
  const ENDINGS: {
    ending: string;
    run: (transaction: ManualTransaction) => Promise<unknown>;
    data?: true;
  }[] = [
    { ending: "send()", run: (transaction) => transaction.send(text) },
    { ending: "a last chunk", run: (transaction) => transaction.chunk(text, true) },
    { ending: "end()", run: (transaction) => transaction.end(), data: true },
  ];

  it.each(ENDINGS)("waits for $ending", async ({ run, data }) => {
    const { connection, commands } = await connectBehind(0, ["CHUNKING"]);
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("bob@example.org");
    if (data) await transaction.data();
    const ended = run(transaction);
    await connection.close();
    expect(await ended).toMatchObject([{ code: 250 }]);
    expect(commands().at(-1)).toBe("QUIT");
  });

  it("waits closeTimeoutMs at most", async () => {
    const { connection } = await connectTo({ end: undefined }, { timeouts: undefined, closeTimeoutMs: 50 });
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("bob@example.org");
    const sent = settled(transaction.send(text));
    await connection.close();
    expect(await sent).toMatchObject({ code: "ERR_CLIENT_CLOSED" });
  });
});

describe("an abandoned transaction", () => {
  it("leaves send() to another connection", async () => {
    const { connection, seen } = await connectTo({});
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("bob@example.org");
    await transaction.data();
    await transaction.write(text);
    transaction.abandon();
    expect(await failure(connection.send(MESSAGE))).toMatchObject({
      code: "ERR_CLIENT_CONNECTION_LOST",
      state: "not-sent",
      retryable: true,
    });
    for (const { run } of CALLS) expect(await failure(run(transaction))).toMatchObject(REFUSED);
    await expect.poll(() => seen.content).toBe("Subject: by hand\r\n\r\n");
    await connection.close();
    expect(seen.content).toBe("Subject: by hand\r\n\r\n");
  });
});

describe("send() behind a call that is under way", () => {
  it.each(SERVERS)("waits for hello(), by $server", async ({ extensions }) => {
    const { connection, server, commands } = await connectBehind(1, extensions);
    await Promise.all([connection.hello(), connection.send(MESSAGE)]);
    await connection.close();
    expect(commands()[0]).toMatch(/^EHLO/);
    expect([...server.delivered]).toEqual([["bob@example.org x", 1]]);
  });

  it("waits for all steps of startTls(), even when they fail", async () => {
    const { connection, seen } = await connectTo({
      ehlo: "250-x\r\n250-PIPELINING\r\n250 STARTTLS\r\n",
      other: () => "220 go\r\n",
    });
    await connection.send(MESSAGE);
    const secured = failure(connection.startTls());
    const sent = settled(connection.send({ ...MESSAGE, subject: "in clear" }));
    // What the client writes now is a handshake, to which no answer comes that could be read.
    await expect.poll(() => seen.commands.includes("STARTTLS")).toBe(true);
    connection.destroy();
    await secured;
    expect(told(await sent)).toEqual([
      "ERR_CLIENT_CONNECTION_LOST not-sent",
      "bob@example.org not-sent ERR_CLIENT_CONNECTION_LOST",
    ]);
    expect(seen.content).not.toContain("in clear");
  });
});

describe("command()", () => {
  it.each(["MAIL FROM:<a@example.com>", `RCPT TO:<${STRANGER}>`, "DATA", "RSET", "BDAT 0 LAST", "NOOP"])(
    "of %j is refused while messages are sent",
    async (line) => {
      const { connection, server } = await connectToTruth();
      const sent = [connection.send(MESSAGE), connection.send({ ...MESSAGE, subject: "y" })];
      expect(await failure(connection.command(line))).toMatchObject(REFUSED);
      await Promise.all(sent);
      await connection.close();
      expect([...server.delivered]).toEqual([
        ["bob@example.org x", 1],
        ["bob@example.org y", 1],
      ]);
    },
  );

  it.each(SETTINGS)(
    "that began a transaction keeps messages back until reset(): $server, $before",
    async (setting) => {
      const { connection, server } = await connectBehind(setting.before, setting.extensions);
      await connection.command("mail FROM:<ann@example.com>");
      await connection.command(`RCPT TO:<${STRANGER}>`);
      expect(await failure(connection.send(MESSAGE))).toMatchObject(REFUSED);
      expect(await failure(connection.transaction("ann@example.com"))).toMatchObject(REFUSED);
      await connection.reset();
      await connection.send(MESSAGE);
      await connection.close();
      expect([...server.delivered]).toEqual([["bob@example.org x", 1]]);
    },
  );

  it("that the server refused keeps nothing back", async () => {
    const { connection, server } = await connectBehind(0, [], (what) =>
      what === "MAIL" && server.commands.length === 2 ? "550 no" : undefined,
    );
    expect((await connection.command("MAIL FROM:<ann@example.com>")).code).toBe(550);
    await connection.send(MESSAGE);
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org x", 1]]);
  });

  it("that the server answers 3yz leaves no room for messages", async () => {
    const { connection, seen } = await connectTo({ other: () => "354 send binary data\r\n" });
    const asked = connection.command("XEXCH50 4 2");
    const met = failure(connection.send(MESSAGE));
    expect((await asked).code).toBe(354);
    expect(await met).toMatchObject(REFUSED);
    expect(await failure(connection.send(MESSAGE))).toMatchObject(REFUSED);
    expect(await failure(connection.transaction("ann@example.com"))).toMatchObject(REFUSED);
    expect(seen.commands.slice(1)).toEqual(["XEXCH50 4 2"]);
    await connection.close();
  });

  it.each(["DATA", "bdat 5", "BURL x", "STARTTLS", "AUTH LOGIN"])(
    "of %j is not written: it takes more than a line",
    async (line) => {
      const { connection, seen } = await connectTo({});
      expect(await failure(connection.command(line))).toMatchObject({ code: "ERR_SMTP_ARGUMENT" });
      await connection.send(MESSAGE);
      await connection.close();
      expect(seen.commands[1]).toMatch(/^MAIL/);
    },
  );
});
