import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { ConnectionOptions, Observer, TranscriptEntry } from "../src/index.js";
import { failure, settled, told } from "./outcomes.js";
import { connectTo, type PeerScript } from "./scripted-peer.js";
import { connectToTruth } from "./truth-connection.js";

const MESSAGE = { from: "ann@example.com", to: ["bob@example.org"], subject: "x", text: "Hello\n" };

function thrown(): never {
  throw new Error("mine");
}

/** Throws at the command, the reply or the transcript of one verb. */
const AT: { name: string; observer: (verb: string) => Observer }[] = [
  {
    name: "onCommand",
    observer: (verb) => ({
      onCommand: (command) => (command.verb === verb ? thrown() : undefined),
    }),
  },
  {
    name: "onReply",
    observer: (verb) => ({ onReply: (answered) => (answered === verb ? thrown() : undefined) }),
  },
  {
    name: "onTranscript",
    observer: (verb) => ({
      onTranscript: ({ from, text }) => (from === "client" && text.startsWith(verb) ? thrown() : undefined),
    }),
  },
];

describe("an observer that throws", () => {
  it.each(AT)("in $name while the connection is made: connect() says so", async ({ observer }) => {
    const error = await failure(connectTo({}, { observer: observer("EHLO") }));
    expect(error).toMatchObject({
      code: "ERR_CLIENT_CALLBACK",
      state: "not-sent",
      retryable: false,
      message: "mine",
    });
  });

  it("in onReply at the greeting: connect() says so", async () => {
    const error = await failure(
      connectTo({}, { observer: { onReply: (verb) => (verb === "" ? thrown() : undefined) } }),
    );
    expect(error).toMatchObject({ code: "ERR_CLIENT_CALLBACK", phase: "greeting" });
  });

  it("in onTranscript at a reply: connect() says so", async () => {
    const onTranscript = ({ text }: TranscriptEntry) => (text === "250 SIZE 0" ? thrown() : undefined);
    const error = await failure(connectTo({}, { observer: { onTranscript } }));
    expect(error).toMatchObject({ code: "ERR_CLIENT_CALLBACK", phase: "ehlo" });
  });

  it.each([
    {
      name: "onReply",
      observer: (): Observer => {
        let replies = 0;
        // Greeting, EHLO, MAIL, RCPT, DATA, and the end of data.
        return { onReply: () => (++replies === 6 ? thrown() : undefined) };
      },
    },
    {
      name: "onTranscript",
      observer: (): Observer => ({
        onTranscript: ({ text }) => (text.includes("queued") ? thrown() : undefined),
      }),
    },
  ])("in $name at the reply that accepts a message: the message stays accepted", async ({ observer }) => {
    const { connection, server } = await connectToTruth({}, { observer: observer() });
    expect(told(await connection.send(MESSAGE))).toEqual(["bob@example.org accepted 250"]);
    expect([...server.delivered]).toEqual([["bob@example.org x", 1]]);
    expect(connection.failure).toMatchObject({ code: "ERR_CLIENT_CALLBACK", message: "mine" });
  });

  it.each(
    AT.flatMap(({ name, observer }) => ["MAIL", "RCPT", "DATA"].map((verb) => ({ name, observer, verb })))
      // The 354 has been heard by then, and content may follow it.
      .filter(({ name, verb }) => name !== "onReply" || verb !== "DATA"),
  )("in $name at $verb: the message is not sent, and no promise stays open", async ({ observer, verb }) => {
    const { connection, server } = await connectToTruth({}, { observer: observer(verb) });
    const results = await Promise.all([
      settled(connection.send(MESSAGE)),
      settled(connection.send({ ...MESSAGE, subject: "next" })),
    ]);
    expect(results[0]).toMatchObject({ code: "ERR_CLIENT_CALLBACK", state: "not-sent" });
    expect(results[1]).toMatchObject({ state: "not-sent", retryable: true });
    expect(connection.closed).toBe(true);
    expect(server.delivered.size).toBe(0);
  });
});

describe("a callback of one send that throws", () => {
  it("acceptance: the message is sent to nobody, the next is for another connection", async () => {
    const { connection, server } = await connectToTruth();
    const results = await Promise.all([
      settled(connection.send(MESSAGE, { acceptance: thrown })),
      settled(connection.send({ ...MESSAGE, subject: "next" })),
    ]);
    expect(results.map(told)).toEqual([
      ["ERR_CLIENT_CALLBACK not-sent", "bob@example.org not-sent ERR_CLIENT_CALLBACK"],
      ["ERR_CLIENT_CONNECTION_LOST not-sent", "bob@example.org not-sent ERR_CLIENT_CONNECTION_LOST"],
    ]);
    expect(results[1]).toMatchObject({ retryable: true });
    expect(server.delivered.size).toBe(0);
    await connection.close();
  });

  it("onTransfer: the content has no end", async () => {
    const { connection, server } = await connectToTruth({}, { observer: { onTransfer: thrown } });
    const results = await Promise.all([
      settled(connection.send(MESSAGE)),
      settled(connection.send({ ...MESSAGE, subject: "next" })),
    ]);
    expect(results[0]).toMatchObject({ state: "not-sent" });
    expect(results[1]).toMatchObject({ state: "not-sent", retryable: true });
    expect(server.delivered.size).toBe(0);
    expect(connection.closed).toBe(true);
  });

  it("onProgress that aborts its own send: the message is not sent, the next is for another connection", async () => {
    const { connection, seen } = await connectTo({ end: undefined }, { timeouts: undefined });
    const abort = new AbortController();
    const text = `${"x".repeat(70)}\n`.repeat(20_000);
    const results = await Promise.all([
      settled(
        connection.send({ ...MESSAGE, text }, { signal: abort.signal, onProgress: () => abort.abort() }),
      ),
      settled(connection.send({ ...MESSAGE, subject: "next" })),
    ]);
    expect(results.map(told)).toEqual([
      ["ERR_CLIENT_ABORTED not-sent", "bob@example.org not-sent ERR_CLIENT_ABORTED"],
      ["ERR_CLIENT_CONNECTION_LOST not-sent", "bob@example.org not-sent ERR_CLIENT_CONNECTION_LOST"],
    ]);
    expect(results[1]).toMatchObject({ retryable: true });
    expect(seen.content).not.toContain("\r\n.\r\n");
  });
});

const PASSWORD = "correct horse battery";
const PLAIN = { username: "ann", password: PASSWORD, allowClearText: true, mechanisms: ["PLAIN"] };
const BLOB = Buffer.from(`\0ann\0${PASSWORD}`).toString("base64");
const TOKEN = "token-ABCDEFGH123";
const OFFERS = (mechanism: string): string => `250-mail.example\r\n250 AUTH ${mechanism}\r\n`;

function expectNoSecret(shown: unknown): void {
  const text = `${inspect(shown, { depth: 12, showHidden: true })} ${JSON.stringify(shown)}`;
  for (const secret of [PASSWORD, BLOB, BLOB.slice(0, 12), BLOB.replace(/=+$/, ""), TOKEN]) {
    expect(text).not.toContain(secret);
  }
}

describe("what a login shows", () => {
  it("to onCommand is the mechanism without its initial response", async () => {
    const commands: unknown[] = [];
    const { connection } = await connectTo(
      { ehlo: OFFERS("PLAIN"), other: () => "235 ok\r\n" },
      { auth: PLAIN, observer: { onCommand: (command) => void commands.push(command) } },
    );
    expect(commands).toEqual([
      { verb: "EHLO", domain: "client.example" },
      { verb: "AUTH", mechanism: "PLAIN" },
    ]);
    await connection.close();
  });

  const ECHOES: { name: string; other: (line: string) => string }[] = [
    { name: "a reply that is none of AUTH's", other: () => `250 your password is ${PASSWORD}\r\n` },
    { name: "what is no reply", other: () => `what? ${PASSWORD}\r\n` },
    {
      name: "what is no reply, cut in the middle of the blob",
      other: (line) => `echo: unknown command received by this machine: ${line}\r\n`,
    },
    { name: "a challenge that is not base64", other: () => `334 ${PASSWORD}\r\n` },
    { name: "a refusal", other: (line) => `535 5.7.8 no: ${line} ${PASSWORD}\r\n` },
    { name: "a 421", other: (line) => `421 4.7.0 no: ${line} ${PASSWORD}\r\n` },
  ];

  it.each(ECHOES)("is no secret when the server repeats it in $name", async ({ other }) => {
    const entries: TranscriptEntry[] = [];
    const replies: unknown[] = [];
    const options: Partial<ConnectionOptions> = {
      auth: PLAIN,
      transcript: true,
      observer: {
        onTranscript: (entry) => void entries.push(entry),
        onReply: (_verb, reply) => void replies.push(reply),
      },
    };
    const error = await failure(connectTo({ ehlo: OFFERS("PLAIN"), other }, options));
    expect(error.phase).toBe("auth");
    expectNoSecret([error, error.cause, error.message, error.stack, error.transcript]);
    expectNoSecret(entries);
    expectNoSecret(replies);
  });

  it.each(ECHOES)("by connection.authenticate() is none either: $name", async ({ other }) => {
    const { connection } = await connectTo({ ehlo: OFFERS("PLAIN"), other }, { transcript: true });
    const error = await failure(connection.authenticate(PLAIN));
    expectNoSecret([error, error.cause, error.message, error.stack, error.transcript]);
    expectNoSecret(connection.transcript);
    expectNoSecret(connection.failure);
    connection.destroy();
  });

  it("with a token function is no token", async () => {
    const script: PeerScript = {
      ehlo: OFFERS("XOAUTH2"),
      other: () => `535 5.7.8 bad token ${TOKEN}\r\n`,
    };
    const auth = { username: "ann", token: async () => TOKEN, allowClearText: true };
    const error = await failure(connectTo(script, { transcript: true, auth }));
    expect(error).toMatchObject({ code: "ERR_SASL_TOKEN_REFUSED", phase: "auth" });
    expect(error.transcript?.length).toBeGreaterThan(0);
    expectNoSecret([error, error.message, error.transcript]);
  });

  it("with a token function that throws is the reason", async () => {
    const token = async (): Promise<string> => {
      throw new Error("the vault is closed");
    };
    const auth = { username: "ann", token, allowClearText: true };
    const error = await failure(connectTo({ ehlo: OFFERS("XOAUTH2") }, { auth }));
    expect(error).toMatchObject({ phase: "auth", state: "not-sent" });
    expect(inspect(error)).toContain("the vault is closed");
  });
});
