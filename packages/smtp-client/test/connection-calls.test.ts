import { describe, expect, it } from "vitest";
import { SmtpConnection } from "../src/index.js";
import { failure, settled, told } from "./outcomes.js";
import { connectTo, type PeerScript } from "./scripted-peer.js";
import { connectToTruth, loopbackServer } from "./truth-connection.js";

const MESSAGE = { from: "ann@example.com", to: ["bob@example.org"], subject: "x", text: "Hello\n" };
const SECOND = { ...MESSAGE, subject: "y" };
const NOT_BEGUN = [
  "ERR_CLIENT_CONNECTION_LOST not-sent",
  "bob@example.org not-sent ERR_CLIENT_CONNECTION_LOST",
];

describe("send()", () => {
  it("behind MAILMAX fails at once, for another connection to take", async () => {
    const { connection, server } = await connectToTruth({
      extensions: ["PIPELINING", "8BITMIME", "LIMITS MAILMAX=1"],
    });
    const [first, second] = await Promise.all([
      settled(connection.send(MESSAGE)),
      settled(connection.send(SECOND)),
    ]);
    const third = await settled(connection.send({ ...MESSAGE, subject: "z" }));
    expect(told(first)).toEqual(["bob@example.org accepted 250"]);
    for (const refusal of [second, third]) {
      expect(refusal).toMatchObject({
        code: "ERR_CLIENT_CONNECTION_LOST",
        state: "not-sent",
        retryable: true,
      });
    }
    await connection.close();
    expect([...server.delivered.keys()]).toEqual(["bob@example.org x"]);
    expect(server.commands.at(-1)).toBe("QUIT");
  });

  it.each(["noop", "help", "reset"] as const)("during %s() waits for its reply", async (call) => {
    const { connection, server } = await connectToTruth();
    const [reply, receipt] = await Promise.all([connection[call](), connection.send(MESSAGE)]);
    expect(reply.code).toBe(250);
    expect(told(receipt)).toEqual(["bob@example.org accepted 250"]);
    await connection.close();
    expect(server.delivered.size).toBe(1);
  });

  it("during a transaction by hand is refused, and goes out when that has ended", async () => {
    const { connection, server } = await connectToTruth();
    const transaction = await connection.transaction("ann@example.com");
    const refusal = await failure(connection.send(MESSAGE));
    expect(refusal).toMatchObject({ code: "ERR_CLIENT_WRONG_STATE", state: "not-sent" });
    await transaction.recipient("carl@example.org");
    await transaction.send(Buffer.from("Subject: by hand\r\n\r\nHello\r\n"));
    await connection.send(MESSAGE);
    await connection.close();
    expect([...server.delivered.keys()]).toEqual(["carl@example.org by hand", "bob@example.org x"]);
  });

  it.each([
    { end: "reset()", run: (connection: SmtpConnection) => connection.reset() },
    { end: "RSET by command()", run: (connection: SmtpConnection) => connection.command("RSET") },
  ])("goes out when $end has ended a transaction by hand", async ({ run }) => {
    const { connection, server } = await connectToTruth();
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("eve@example.test");
    await run(connection);
    await connection.send(MESSAGE);
    await connection.close();
    expect([...server.delivered.keys()]).toEqual(["bob@example.org x"]);
  });

  it("before hello() is refused, and goes out after it", async () => {
    const { connection, seen } = await connectTo({}, { setup: "greeting" } as object);
    const refusal = await failure(connection.send(MESSAGE));
    expect(refusal).toMatchObject({ code: "ERR_CLIENT_WRONG_STATE", state: "not-sent" });
    expect(seen.commands).toEqual([]);
    await connection.hello();
    await connection.send(MESSAGE);
    await connection.close();
    expect(seen.commands[0]).toBe("EHLO client.example");
  });

  it("goes by what hello() heard last", async () => {
    const answers = ["250-x\r\n250-8BITMIME\r\n250 SIZE 100000000\r\n", "250-x\r\n250 SIZE 10\r\n"];
    const { connection, seen } = await connectTo({ ehlo: (peer) => peer.send(answers.shift() ?? "") });
    await connection.send(MESSAGE);
    await connection.hello();
    const error = await failure(connection.send(MESSAGE));
    expect(error).toMatchObject({ code: "ERR_CLIENT_TOO_LARGE", state: "not-sent" });
    expect(seen.commands.at(-1)).toBe("EHLO client.example");
    await connection.close();
  });

  it("ends with quit(), which does not wait for messages", async () => {
    const { connection, server } = await connectToTruth();
    const sent = settled(connection.send(MESSAGE));
    await connection.quit();
    expect(told(await sent)[0]).toBe("ERR_CLIENT_CLOSED not-sent");
    expect(server.delivered.size).toBe(0);
  });

  it("behind an abandoned message fails, for another connection to take", async () => {
    const { connection } = await connectToTruth({}, { observer: { onTransfer: () => false } });
    const results = await Promise.all([settled(connection.send(MESSAGE)), settled(connection.send(SECOND))]);
    expect(results.map(told)).toEqual([
      ["ERR_CLIENT_ABANDONED not-sent", "bob@example.org not-sent ERR_CLIENT_ABANDONED"],
      NOT_BEGUN,
    ]);
    await connection.close();
  });
});

describe("a 421 in one segment with another reply", () => {
  it("behind a final 250: the message is accepted, the next is not begun", async () => {
    const { connection } = await connectTo({
      ehlo: "250-x\r\n250 8BITMIME\r\n",
      end: "250 ok\r\n421 4.3.2 bye\r\n",
    });
    const results = await Promise.all([settled(connection.send(MESSAGE)), settled(connection.send(SECOND))]);
    expect(results.map(told)).toEqual([["bob@example.org accepted 250"], NOT_BEGUN]);
    expect(results[1]).toMatchObject({ retryable: true });
    expect(connection.closed).toBe(true);
  });

  it("behind 354: no content is written", async () => {
    const { connection, seen } = await connectTo({
      ehlo: "250-x\r\n250 8BITMIME\r\n",
      data: "354 go\r\n421 4.3.2 bye\r\n",
    });
    const error = await failure(connection.send(MESSAGE));
    expect(error.state).toBe("not-sent");
    expect(seen.content).toBe("");
    expect(connection.closed).toBe(true);
  });

  it("behind the reply to EHLO: connect() fails", async () => {
    const error = await failure(connectTo({ ehlo: "250 x\r\n421 4.3.2 busy\r\n" }));
    expect(error).toMatchObject({
      code: "ERR_CLIENT_CONNECTION_LOST",
      retryable: true,
      reply: { code: 421 },
    });
  });

  it("as the reply to noop(): the connection is closed", async () => {
    const { connection } = await connectTo({ other: () => "421 4.3.2 bye\r\n" });
    expect(await failure(connection.noop())).toMatchObject({ reply: { code: 421 } });
    expect(connection.closed).toBe(true);
  });
});

describe("a message that was given up while it waited for a call", () => {
  async function givenUp() {
    const { connection } = await connectTo(
      { ehlo: "250-mail.example\r\n250 AUTH XOAUTH2\r\n" },
      { timeouts: undefined, closeTimeoutMs: 60_000 },
    );
    const caller = new AbortController();
    const token = (): Promise<string> => new Promise(() => undefined);
    const login = settled(connection.authenticate({ username: "ann", token, allowClearText: true }));
    const sent = failure(connection.send(MESSAGE, { signal: caller.signal }));
    return { connection, login, sent, abort: () => caller.abort() };
  }

  it("refuses no further call", async () => {
    const { connection, login, sent, abort } = await givenUp();
    abort();
    expect(await sent).toMatchObject({ code: "ERR_CLIENT_ABORTED" });
    expect((await connection.noop()).code).toBe(250);
    await connection.close();
    expect(await login).toMatchObject({ code: "ERR_CLIENT_CLOSED" });
  });

  it.each(["before", "after"])("is not waited for, given up %s close()", async (when) => {
    const { connection, login, sent, abort } = await givenUp();
    if (when === "before") abort();
    const closed = connection.close();
    abort();
    await closed;
    expect(await Promise.all([sent, login])).toMatchObject([
      { code: "ERR_CLIENT_ABORTED" },
      { code: "ERR_CLIENT_CLOSED" },
    ]);
  });
});

describe("close()", () => {
  it("gives a server that never answers closeTimeoutMs, and no more", async () => {
    const { connection } = await connectTo({ end: undefined }, { timeouts: undefined, closeTimeoutMs: 50 });
    const sent = settled(connection.send(MESSAGE));
    await connection.close();
    expect(connection.closed).toBe(true);
    expect(await sent).toMatchObject({ code: "ERR_CLIENT_CLOSED" });
  });

  it("takes no new messages", async () => {
    const { connection } = await connectToTruth();
    const sent = connection.send(MESSAGE);
    const closed = connection.close();
    expect(await failure(connection.send(SECOND))).toMatchObject({
      code: "ERR_CLIENT_CLOSED",
      state: "not-sent",
    });
    expect(told(await sent)).toEqual(["bob@example.org accepted 250"]);
    await closed;
  });
});

describe("a signal", () => {
  const SILENT: PeerScript = { other: () => undefined, rset: undefined };
  const CALLS: {
    name: string;
    call: (connection: SmtpConnection, signal: AbortSignal) => Promise<unknown>;
  }[] = [
    { name: "noop()", call: (connection, signal) => connection.noop({ signal }) },
    { name: "verify()", call: (connection, signal) => connection.verify("ann", { signal }) },
    { name: "expand()", call: (connection, signal) => connection.expand("list", { signal }) },
    { name: "help()", call: (connection, signal) => connection.help(undefined, { signal }) },
    { name: "etrn()", call: (connection, signal) => connection.etrn("example.com", { signal }) },
    { name: "reset()", call: (connection, signal) => connection.reset({ signal }) },
    { name: "command()", call: (connection, signal) => connection.command("XYZ", { signal }) },
  ];

  it.each(CALLS)("ends $name and the connection", async ({ call }) => {
    const { connection } = await connectTo(SILENT, { timeouts: undefined });
    const abort = new AbortController();
    const waiting = failure(call(connection, abort.signal));
    abort.abort();
    expect(await waiting).toMatchObject({ code: "ERR_CLIENT_ABORTED" });
    expect(connection.closed).toBe(true);
  });

  it.each(CALLS)("that was given before keeps $name from being said", async ({ call }) => {
    const { connection, seen } = await connectTo({});
    const before = seen.commands.length;
    expect(await failure(call(connection, AbortSignal.abort()))).toMatchObject({
      code: "ERR_CLIENT_ABORTED",
    });
    expect(seen.commands.length).toBe(before);
    expect(connection.closed).toBe(false);
    await connection.close();
  });

  it("that comes after the reply does nothing", async () => {
    const { connection } = await connectTo({});
    const abort = new AbortController();
    await connection.noop({ signal: abort.signal });
    abort.abort();
    expect(connection.closed).toBe(false);
    await connection.close();
  });

  it("ends the content of a transaction by hand, of which nobody knows then", async () => {
    const abort = new AbortController();
    const { connection } = await connectTo({ end: () => abort.abort() }, { timeouts: undefined });
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("bob@example.org");
    const sent = failure(transaction.send(Buffer.from("hi\r\n"), abort.signal));
    expect(await sent).toMatchObject({ code: "ERR_CLIENT_ABORTED", state: "unknown" });
  });
});

describe("a connection that reads the greeting only", () => {
  it("closes its socket when the greeting refuses", async () => {
    const server = await loopbackServer((socket) => void socket.write("554 no\r\n"));
    const error = await failure(
      SmtpConnection.connect({
        host: "127.0.0.1",
        port: server.port,
        setup: "greeting",
        timeouts: { quitMs: 100 },
      }),
    );
    expect(error).toMatchObject({ code: "ERR_CLIENT_GREETING_REFUSED", reply: { code: 554 } });
    await expect.poll(() => server.open, { timeout: 10_000 }).toBe(0);
    await server.close();
  });

  it("closes its socket when it is aborted", async () => {
    const abort = new AbortController();
    const server = await loopbackServer(() => undefined);
    const connecting = SmtpConnection.connect({
      host: "127.0.0.1",
      port: server.port,
      setup: "greeting",
      signal: abort.signal,
      // Once the connection stands, the greeting is what is waited for.
      observer: { onTranscript: () => void setImmediate(() => abort.abort()) },
    });
    expect(await failure(connecting)).toMatchObject({
      code: "ERR_CLIENT_ABORTED",
      state: "not-sent",
      phase: "greeting",
    });
    await expect.poll(() => server.open, { timeout: 10_000 }).toBe(0);
    await server.close();
  });
});

describe("chunks by hand", () => {
  async function begin(reply?: (what: string) => string | undefined) {
    const { connection, server } = await connectToTruth({
      extensions: ["PIPELINING", "CHUNKING"],
      ...(reply === undefined ? {} : { reply }),
    });
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("bob@example.org");
    return { connection, server, transaction };
  }
  const large = Buffer.from(`Subject: q\r\n\r\n${`${"y".repeat(70)}\r\n`.repeat(3_000)}`);

  it("that are empty have no reply to wait for", async () => {
    const { connection, server, transaction } = await begin();
    expect(await transaction.chunk(new Uint8Array(0), false)).toEqual([]);
    expect(
      (await transaction.chunk(Buffer.from("Subject: q\r\n\r\n"), true)).map(({ code }) => code),
    ).toEqual([250]);
    await connection.close();
    expect([...server.delivered.keys()]).toEqual(["bob@example.org q"]);
  });

  it("above 64 KiB have one final reply", async () => {
    const { connection, server, transaction } = await begin();
    const replies = await transaction.chunk(large, true);
    expect(replies.map(({ lines }) => lines[0])).toEqual(["2.0.0 queued"]);
    await connection.close();
    expect([...server.delivered]).toEqual([["bob@example.org q", 1]]);
    expect(server.commands.filter((line) => line.startsWith("BDAT")).length).toBeGreaterThan(1);
  });

  it.each([
    { name: "the first piece", refused: 1 },
    { name: "a later piece", refused: 2 },
  ])("above 64 KiB resolve with the refusal of $name", async ({ refused }) => {
    let pieces = 0;
    const { connection, server, transaction } = await begin((what) => {
      if (what !== "CHUNK" || ++pieces < refused) return undefined;
      // What follows a refused chunk is refused too (RFC 3030 2).
      return pieces === refused ? "552 5.3.4 too big" : "503 5.5.1 refused already";
    });
    expect((await transaction.chunk(large, false)).map(({ code }) => code)).toEqual([552]);
    expect(pieces).toBeGreaterThan(2);
    await connection.close();
    expect(server.delivered.size).toBe(0);
  });

  it("above 64 KiB of which a piece is refused are not accepted with the last", async () => {
    const { connection, server, transaction } = await begin((what) => {
      if (what === "CHUNK") return "552 5.3.4 too big";
      return what === "END" ? "503 5.5.1 refused already" : undefined;
    });
    expect((await transaction.chunk(large, true)).map(({ code }) => code)).toEqual([503]);
    await connection.close();
    expect(server.delivered.size).toBe(0);
  });

  it("above 64 KiB that are not the last have one reply for all their pieces", async () => {
    const { connection, transaction } = await begin();
    expect((await transaction.chunk(large, false)).map(({ code }) => code)).toEqual([250]);
    expect((await transaction.chunk(new Uint8Array(0), true)).map(({ code }) => code)).toEqual([250]);
    await connection.close();
  });
});

describe("SMTPUTF8 by hand", () => {
  it("allows recipients outside ASCII", async () => {
    const { connection, server } = await connectToTruth({ extensions: ["SMTPUTF8", "8BITMIME"] });
    const transaction = await connection.transaction("ann@example.com", { parameters: { smtpUtf8: true } });
    expect((await transaction.recipient("jürgen@example.org")).code).toBe(250);
    await connection.close();
    expect(server.commands).toContain("RCPT TO:<jürgen@example.org>");
  });

  it("that was not asked for refuses them before they are written", async () => {
    const { connection, server } = await connectToTruth({ extensions: ["SMTPUTF8", "8BITMIME"] });
    const transaction = await connection.transaction("ann@example.com");
    const error = await failure(transaction.recipient("jürgen@example.org"));
    expect(error.state).toBe("not-sent");
    expect(connection.closed).toBe(false);
    await connection.close();
    expect(server.commands.filter((line) => line.startsWith("RCPT"))).toEqual([]);
  });
});

describe("HELO at once", () => {
  const extensions = ["PIPELINING", "AUTH PLAIN", "STARTTLS"];

  it("is said where `extended` is false, and nothing counts as announced", async () => {
    const { connection, server } = await connectToTruth({ extensions }, { extended: false });
    expect(server.commands).toEqual(["HELO client.example"]);
    expect(connection.capabilities.has("PIPELINING")).toBe(false);
    expect((await connection.send(MESSAGE)).accepted).toHaveLength(1);
    await connection.close();
  });

  it.each([
    [{ tls: "required" as const }, "ERR_CLIENT_TLS_NOT_OFFERED"],
    [{ auth: { username: "ann", password: "x", allowClearText: true } }, "ERR_CLIENT_AUTH_NOT_OFFERED"],
  ])("leaves no way for %j", async (options, code) => {
    const error = await failure(connectToTruth({ extensions }, { extended: false, ...options }));
    expect(error).toMatchObject({ code, state: "not-sent" });
  });

  it("may be asked of a single hello()", async () => {
    const { connection, server } = await connectToTruth({ extensions }, { setup: "greeting" } as object);
    await connection.hello({ extended: false });
    await connection.hello();
    expect(server.commands).toEqual(["HELO client.example", "EHLO client.example"]);
    expect(connection.capabilities.has("PIPELINING")).toBe(true);
    await connection.close();
  });
});
