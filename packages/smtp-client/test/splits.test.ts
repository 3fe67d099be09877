import { connect } from "@wirepost/socket-core";
import { describe, expect, it } from "vitest";
import { type Acceptance, SmtpClient, SmtpConnection } from "../src/index.js";
import { failure, told } from "./outcomes.js";
import { connectTo } from "./scripted-peer.js";
import { connectToTruth, loopbackServer } from "./truth-connection.js";
import { truthServer } from "./truth-server.js";
import { wire } from "./wire.js";

const TWO = {
  from: "ann@example.com",
  to: ["ann@example.org", "bob@example.org"],
  subject: "x",
  text: "Hello\n",
};
const EHLO = "250-mail.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n";
const bobWaits = (address: string): string =>
  address.startsWith("bob") ? "452 4.5.3 too many\r\n" : "250 2.1.5 ok\r\n";

const ALL_OR_NONE: { name: string; acceptance: Acceptance }[] = [
  { name: "all", acceptance: "all" },
  {
    name: "a function that wants all",
    acceptance: (recipients) => recipients.every(({ outcome }) => outcome === "accepted"),
  },
];

describe("acceptance", () => {
  it.each(ALL_OR_NONE)(
    "$name: 452 is a refusal like any other, and nobody gets the message",
    async ({ acceptance }) => {
      let asked = 0;
      const { connection, server } = await connectToTruth({
        reply: (what, argument) =>
          what === "RCPT" && argument.includes("bob") && asked++ === 0 ? "452 4.5.3 too many" : undefined,
      });
      const error = await failure(connection.send(TWO, { acceptance }));
      await connection.close();
      expect(told(error)).toEqual([
        "ERR_CLIENT_RECIPIENTS_REFUSED rejected",
        "ann@example.org not-sent ERR_CLIENT_ACCEPTANCE",
        "bob@example.org rejected 452",
      ]);
      expect(asked).toBe(1);
      expect(server.delivered.size).toBe(0);
    },
  );

  it.each(ALL_OR_NONE)(
    "$name: recipients that limits would split are refused before MAIL",
    async ({ acceptance }) => {
      const { connection, server } = await connectToTruth({
        extensions: ["PIPELINING", "8BITMIME", "LIMITS RCPTMAX=1"],
      });
      const error = await failure(connection.send(TWO, { acceptance }));
      expect(told(error)).toEqual([
        "ERR_CLIENT_ACCEPTANCE not-sent",
        "ann@example.org not-sent ERR_CLIENT_ACCEPTANCE",
        "bob@example.org not-sent ERR_CLIENT_ACCEPTANCE",
      ]);
      expect(server.commands).toEqual(["EHLO client.example"]);
      await connection.close();
    },
  );

  const GIVES_UP: [
    string,
    () => { end(connection: SmtpConnection): void; options: { signal?: AbortSignal } },
    string,
  ][] = [
    [
      "aborts the send",
      () => {
        const controller = new AbortController();
        return { end: () => controller.abort(), options: { signal: controller.signal } };
      },
      "ERR_CLIENT_ABORTED not-sent",
    ],
    [
      "ends the connection",
      () => ({ end: (connection) => connection.destroy(), options: {} }),
      "ERR_CLIENT_CLOSED not-sent",
    ],
  ];
  it.each(GIVES_UP)(
    "a function that %s: nobody gets the message, and it ends",
    async (_name, make, outcome) => {
      for (const answer of [true, false]) {
        const { connection, server } = await connectToTruth();
        const { end, options } = make();
        const acceptance: Acceptance = () => {
          end(connection);
          return answer;
        };
        const error = await failure(connection.send(TWO, { ...options, acceptance }));
        expect(told(error)[0]).toBe(outcome);
        expect(error.recipients.map((recipient) => recipient.outcome)).toEqual(["not-sent", "not-sent"]);
        await connection.close();
        expect(server.delivered.size).toBe(0);
      }
    },
  );

  it("a function sees the recipients as accepted, and cannot change them", async () => {
    const { connection } = await connectToTruth({
      reply: (what, argument) => (what === "RCPT" && argument.includes("bob") ? "550 5.1.1 no" : undefined),
    });
    const seen: string[] = [];
    const receipt = await connection.send(TWO, {
      acceptance: (recipients) => {
        for (const one of recipients) {
          seen.push(`${one.address} ${one.outcome} ${one.reply?.code}`);
          (one as { outcome: string }).outcome = "unknown";
        }
        return true;
      },
    });
    expect(seen).toEqual(["ann@example.org accepted undefined", "bob@example.org rejected 550"]);
    expect(told(receipt)).toEqual(["ann@example.org accepted 250", "bob@example.org rejected 550"]);
    await connection.close();
  });

  it("any: a recipient put off with 452 gets the message in a transaction of its own", async () => {
    let asked = 0;
    const { connection, server } = await connectToTruth({
      reply: (what, argument) =>
        what === "RCPT" && argument.includes("bob") && asked++ === 0 ? "452 4.5.3 too many" : undefined,
    });
    const receipt = await connection.send(TWO);
    await connection.close();
    expect(told(receipt)).toEqual(["ann@example.org accepted 250", "bob@example.org accepted 250"]);
    expect([...server.delivered]).toEqual([
      ["ann@example.org x", 1],
      ["bob@example.org x", 1],
    ]);
  });
});

describe("recipients that wait for a second transaction", () => {
  it("are not sent when the server refuses the content of the first early", async () => {
    const { connection, seen } = await connectTo(
      { ehlo: EHLO, rcpt: bobWaits, contentBegins: "552 too big\r\n", end: undefined },
      { timeouts: undefined },
    );
    const text = `${"x".repeat(70)}\n`.repeat(20_000);
    const error = await failure(connection.send({ ...TWO, text }));
    expect(told(error)).toEqual([
      "ERR_CLIENT_CONTENT_REFUSED rejected",
      "ann@example.org rejected 552",
      "bob@example.org not-sent ERR_CLIENT_CONNECTION_LOST",
    ]);
    expect(seen.commands.filter((line) => line.startsWith("MAIL")).length).toBe(1);
  });

  it("are not sent when the outcome of the first is not known", async () => {
    const { connection } = await connectTo(
      { ehlo: EHLO, rcpt: bobWaits, end: (peer) => peer.reset() },
      { timeouts: undefined },
    );
    const error = await failure(connection.send(TWO));
    expect(error.state).toBe("unknown");
    expect(error.recipients.map(({ address, outcome }) => `${address} ${outcome}`)).toEqual([
      "ann@example.org unknown",
      "bob@example.org not-sent",
    ]);
  });

  it("are not sent when the server refuses the last chunk of the first and closes", async () => {
    const { client, server } = wire();
    let ended = false;
    truthServer(server, {
      extensions: ["PIPELINING", "CHUNKING", "8BITMIME"],
      reply: (what, argument) => {
        if (what === "RCPT" && argument.includes("bob")) return "452 4.5.3 too many";
        if (what !== "END") return undefined;
        if (!ended) setImmediate(() => server.end());
        ended = true;
        return "552 5.3.4 no";
      },
    });
    const connection = await SmtpConnection.connect({
      host: "mail.example",
      socket: await connect({ socket: client }),
      tls: "none",
    });
    const text = `${"x".repeat(70)}\n`.repeat(1_200);
    const error = await failure(connection.send({ ...TWO, text }, { onProgress: () => undefined }));
    expect(error.recipients.map(({ address, outcome }) => `${address} ${outcome}`)).toEqual([
      "ann@example.org rejected",
      "bob@example.org not-sent",
    ]);
    connection.destroy();
  });

  it("are not sent when the caller gives up on the first", async () => {
    const abort = new AbortController();
    const { connection } = await connectTo(
      { ehlo: EHLO, rcpt: bobWaits, end: () => abort.abort() },
      { timeouts: undefined, closeTimeoutMs: 50 },
    );
    const error = await failure(connection.send(TWO, { signal: abort.signal }));
    expect(told(error)).toEqual([
      "ERR_CLIENT_ABORTED unknown",
      "ann@example.org unknown ERR_CLIENT_ABORTED",
      "bob@example.org not-sent ERR_CLIENT_ABORTED",
    ]);
    await connection.close();
    expect(connection.closed).toBe(true);
  });

  it("are not sent when an observer abandons the first", async () => {
    const server = await loopbackServer((socket) => {
      truthServer(socket, { extensions: ["PIPELINING", "8BITMIME", "LIMITS RCPTMAX=1"] });
    });
    let transfers = 0;
    const client = new SmtpClient({
      host: "127.0.0.1",
      port: server.port,
      tls: "none",
      observer: { onTransfer: () => ++transfers > 1 },
    });
    const error = await failure(client.send(TWO));
    client.destroy();
    await server.close();
    expect(told(error)).toEqual([
      "ERR_CLIENT_ABANDONED not-sent",
      "ann@example.org not-sent ERR_CLIENT_ABANDONED",
      "bob@example.org not-sent ERR_CLIENT_ABANDONED",
    ]);
    expect(transfers).toBe(1);
  });
});

describe("content that can be read only once", () => {
  it("is refused before MAIL where limits split the recipients", async () => {
    const { connection, server } = await connectToTruth({
      extensions: ["PIPELINING", "8BITMIME", "LIMITS RCPTMAX=1"],
    });
    async function* source() {
      const line = new TextEncoder().encode("a line that is long enough for content to be streamed\r\n");
      for (let i = 0; i < 4_000; i++) yield line;
    }
    const error = await failure(
      connection.send({ ...TWO, attachments: [{ filename: "a.bin", content: source() }] }),
    );
    expect(told(error)).toEqual([
      "ERR_CLIENT_CONTENT_SOURCE not-sent",
      "ann@example.org not-sent ERR_CLIENT_CONTENT_SOURCE",
      "bob@example.org not-sent ERR_CLIENT_CONTENT_SOURCE",
    ]);
    expect(server.commands).toEqual(["EHLO client.example"]);
    await connection.close();
  });
});

describe("a server that says 452 after so many recipients", () => {
  const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `r${i}@example.org`);

  /** Takes `most` in a transaction, as Postfix does, and hangs up at a client that does not stop (its "hard error limit"). */
  function strict(most: number, patience: number): { reply(what: string): string | undefined } {
    let inTransaction = 0;
    let errors = 0;
    return {
      reply: (what) => {
        if (what === "MAIL") inTransaction = 0;
        if (what !== "RCPT" || ++inTransaction <= most) return undefined;
        return ++errors > patience ? "421 4.7.0 too many errors" : "452 4.5.3 Error: too many recipients";
      },
    };
  }

  it.each([
    { count: 300, most: 20, extensions: ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"] },
    { count: 300, most: 20, extensions: ["PIPELINING", "CHUNKING", "8BITMIME", "ENHANCEDSTATUSCODES"] },
    { count: 60, most: 7, extensions: ["8BITMIME", "ENHANCEDSTATUSCODES"] },
    { count: 1300, most: 1000, extensions: ["PIPELINING", "8BITMIME"] },
  ])(
    "is asked for no more than that again: $count recipients, $most at a time, $extensions",
    async ({ count, most, extensions }) => {
      const { connection, server } = await connectToTruth({ extensions, ...strict(most, 251) });
      const receipt = await connection.send({ ...TWO, to: many(count) });
      await connection.close();
      expect(receipt.accepted).toHaveLength(count);
      expect([...server.delivered.values()].every((times) => times === 1)).toBe(true);
      expect(server.delivered.size).toBe(count);
      const asked = server.commands.filter((line) => line.startsWith("RCPT")).length;
      // Those that were on their way when the second 452 came, and nobody twice after that.
      expect(asked).toBeLessThanOrEqual(count + 251);
      expect(server.commands.filter((line) => line.startsWith("MAIL"))).toHaveLength(Math.ceil(count / most));
    },
  );

  /** Some are refused with 452 the first time they are named; the server has no limit. */
  it.each([
    { name: "one full mailbox", reply: "452 4.2.2 mailbox full", full: [3], transactions: 2 },
    { name: "one full mailbox, without a code", reply: "452 mailbox full", full: [1], transactions: 2 },
    { name: "one full disk", reply: "452 4.3.1 insufficient storage", full: [1], transactions: 2 },
    { name: "two full mailboxes side by side", reply: "452 mailbox full", full: [1, 2], transactions: 4 },
    { name: "two full mailboxes apart", reply: "452 mailbox full", full: [1, 270], transactions: 2 },
  ])("speaks of $name: few further transactions", async ({ reply, full, transactions }) => {
    for (const extensions of [
      ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"],
      ["8BITMIME", "ENHANCEDSTATUSCODES"],
    ]) {
      const named = new Set<string>();
      const { connection, server } = await connectToTruth({
        extensions,
        reply: (what, argument) => {
          if (what !== "RCPT" || !full.some((one) => argument.includes(`<r${one}@`)) || named.has(argument))
            return undefined;
          named.add(argument);
          return reply;
        },
      });
      const receipt = await connection.send({ ...TWO, to: many(300) });
      await connection.close();
      expect(receipt.accepted).toHaveLength(300);
      expect(server.delivered.size).toBe(300);
      expect(server.commands.filter((line) => line.startsWith("MAIL")).length).toBeLessThanOrEqual(
        transactions,
      );
    }
  });
});
