import { connect } from "@wirepost/socket-core";
import {
  eachConnection,
  ends,
  client as heard,
  server as says,
  scriptedServer,
  stalls,
} from "@wirepost/test-server";
import { describe, expect, it } from "vitest";
import {
  type ConnectionOptions,
  SendError,
  type SendOptions,
  SmtpClient,
  SmtpConnection,
} from "../src/index.js";
import { connectTo, type PeerScript } from "./scripted-peer.js";
import { type TruthOptions, truthServer } from "./truth-server.js";
import { wire } from "./wire.js";

const MESSAGE = { from: "ann@example.com", to: ["bob@example.org"], subject: "x", text: "Hello\n" };

const ENVELOPE = "MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n";

function ehlo(...words: string[]): string {
  const all = ["mail.example", "PIPELINING", "8BITMIME", ...words];
  return all.map((word, i) => `250${i === all.length - 1 ? " " : "-"}${word}\r\n`).join("");
}

/** The verbs and arguments that were written, without EHLO and QUIT. */
async function commands(
  script: PeerScript,
  work: (connection: SmtpConnection) => Promise<unknown>,
  options: Partial<ConnectionOptions> = {},
): Promise<string[]> {
  const { connection, seen } = await connectTo(script, options);
  await work(connection);
  await connection.close();
  return seen.commands.filter((line) => !/^(EHLO|LHLO|QUIT)/.test(line));
}

async function truth(options: TruthOptions, client: Partial<ConnectionOptions> = {}) {
  const ends = wire();
  const segments: string[] = [];
  ends.server.on("data", (piece: Buffer) => segments.push(piece.toString("latin1")));
  const server = truthServer(ends.server, options);
  const connection = await SmtpConnection.connect({
    host: "mail.example",
    socket: await connect({ socket: ends.client }),
    tls: "none",
    clientName: "client.example",
    ...client,
  });
  return { connection, server, segments };
}

describe("what travels together", () => {
  const two = async (connection: SmtpConnection): Promise<void> => {
    await Promise.all([connection.send(MESSAGE), connection.send({ ...MESSAGE, subject: "y" })]);
    await connection.close();
  };
  const shape = (segments: readonly string[]): string[] =>
    segments.map((segment) =>
      segment
        .replace(
          /(?:Date|Message-ID|From|To|Subject|MIME-Version|Content-[\w-]+):[\s\S]*?Hello\r\n/g,
          "CONTENT\n",
        )
        .split(/\r?\n/)
        .filter((line) => line !== "")
        .map((line) => line.split(/[ :]/)[0])
        .join(" "),
    );

  it("the envelope, and the next one behind the end of data (RFC 2920 3.1)", async () => {
    const { connection, segments } = await truth({ extensions: ["PIPELINING"] });
    await two(connection);
    expect(shape(segments)).toEqual([
      "EHLO",
      "MAIL RCPT DATA",
      "CONTENT . RSET MAIL RCPT DATA",
      "CONTENT .",
      "QUIT",
    ]);
  });

  it("only within a message with pipelining: envelope", async () => {
    const { connection, segments } = await truth({ extensions: ["PIPELINING"] }, { pipelining: "envelope" });
    await two(connection);
    expect(shape(segments)).toEqual([
      "EHLO",
      "MAIL RCPT DATA",
      "CONTENT .",
      "RSET MAIL RCPT DATA",
      "CONTENT .",
      "QUIT",
    ]);
  });

  it.each([
    { name: "without the announcement", extensions: [], options: {} },
    { name: "with pipelining: off", extensions: ["PIPELINING"], options: { pipelining: "off" as const } },
  ])("nothing $name", async ({ extensions, options }) => {
    const { connection, segments } = await truth({ extensions }, options);
    await two(connection);
    expect(shape(segments)).toEqual([
      "EHLO",
      "MAIL",
      "RCPT",
      "DATA",
      "CONTENT .",
      "MAIL",
      "RCPT",
      "DATA",
      "CONTENT .",
      "QUIT",
    ]);
  });

  it("a chunk and the next envelope (RFC 3030)", async () => {
    const { connection, segments } = await truth({ extensions: ["PIPELINING", "CHUNKING"] });
    await two(connection);
    expect(shape(segments)).toEqual([
      "EHLO",
      "MAIL RCPT",
      "BDAT CONTENT RSET MAIL RCPT",
      "BDAT CONTENT",
      "QUIT",
    ]);
  });

  it("whole messages in a window", async () => {
    const { connection, segments } = await truth(
      { extensions: ["PIPELINING", "CHUNKING"] },
      { window: { maxMessages: 8 } },
    );
    const sends = Array.from({ length: 5 }, () => connection.send(MESSAGE));
    await Promise.all(sends);
    await connection.close();
    // The first send finds the connection idle and leaves at once; the others wait for no reply either.
    expect(segments.length).toBeLessThanOrEqual(7);
    expect(segments.join("").match(/BDAT/g)?.length).toBe(5);
  });
});

describe("a session that is known to take EHLO early (PIPECONNECT)", () => {
  it("says it in its first segment, from the second connection on", async () => {
    const smtp = await scriptedServer(
      eachConnection([
        [
          says("220 x\r\n"),
          heard(/^EHLO /),
          says("250-x\r\n250-PIPELINING\r\n250 PIPECONNECT\r\n"),
          heard(ENVELOPE),
          says("550 no\r\n503 no\r\n503 no\r\n"),
          heard("QUIT\r\n"),
          says("221 bye\r\n"),
          ends(),
        ],
        [
          heard(/^EHLO /),
          says("220 x\r\n250-x\r\n250-PIPELINING\r\n250 PIPECONNECT\r\n"),
          heard(ENVELOPE),
          says("550 no\r\n503 no\r\n503 no\r\n"),
          stalls(),
        ],
      ]),
    );
    const client = new SmtpClient({
      host: "127.0.0.1",
      port: smtp.port,
      maxConnections: 1,
      maxMessagesPerConnection: 1,
      timeouts: { quitMs: 100 },
    });
    for (let i = 0; i < 2; i++)
      await expect(client.send(MESSAGE)).rejects.toMatchObject({ state: "rejected" });
    await client.close();
    expect(smtp.failures).toEqual([]);
    await smtp.close();
  });
});

describe("recipients", () => {
  it("are split by RCPTMAX (RFC 9422 4.2)", async () => {
    const to = ["a@one.example", "b@one.example", "c@two.example", "d@one.example"];
    const byCount = await commands({ ehlo: ehlo("LIMITS RCPTMAX=3") }, (c) => c.send({ ...MESSAGE, to }));
    expect(byCount.map((line) => line.split(" ")[0])).toEqual([
      "MAIL",
      "RCPT",
      "RCPT",
      "RCPT",
      "DATA",
      "RSET",
      "MAIL",
      "RCPT",
      "DATA",
    ]);
  });

  it.each([452, 552])(
    "refused with %i after accepted ones go into a further transaction (RFC 5321 4.5.3.1.10)",
    async (code) => {
      const { connection, server } = await truth({
        reply: (() => {
          let inTransaction = 0;
          return (what) => {
            if (what === "MAIL") inTransaction = 0;
            if (what === "RCPT" && ++inTransaction > 2) return `${code} too many`;
            return undefined;
          };
        })(),
      });
      const to = ["a", "b", "c", "d", "e"].map((name) => `${name}@example.org`);
      const receipt = await connection.send({ ...MESSAGE, to });
      expect(receipt.accepted.map((r) => r.address)).toEqual(to);
      expect([...server.delivered.values()]).toEqual([1, 1, 1, 1, 1]);
      await connection.close();
    },
  );

  it("may be many: the envelope never waits in memory as a whole", async () => {
    const { connection, server } = await truth({});
    const to = Array.from({ length: 3000 }, (_, i) => `user${i}@example.org`);
    const receipt = await connection.send(
      { ...MESSAGE, to: "x@example.org" },
      { envelope: { from: "ann@example.com", to } },
    );
    expect(receipt.accepted.length).toBe(3000);
    expect(server.delivered.size).toBe(3000);
    await connection.close();
  });

  it("acceptance: all sends to none when one is refused, and RSET follows", async () => {
    const refuse = (address: string): string => (address.startsWith("no") ? "550 no\r\n" : "250 ok\r\n");
    const seen = await commands({ rcpt: refuse }, async (c) => {
      const error = await c
        .send({ ...MESSAGE, to: ["yes@example.org", "no@example.org"] }, { acceptance: "all" })
        .catch((e: SendError) => e);
      expect(error).toMatchObject({ code: "ERR_CLIENT_RECIPIENTS_REFUSED", state: "rejected" });
      expect((error as SendError).recipients.map((r) => r.outcome)).toEqual(["not-sent", "rejected"]);
      await c.send(MESSAGE);
    });
    expect(seen.map((line) => line.split(/[ :]/)[0])).toEqual([
      "MAIL",
      "RCPT",
      "RCPT",
      "RSET",
      "MAIL",
      "RCPT",
      "DATA",
    ]);
  });

  it("acceptance: a function decides", async () => {
    const refuse = (address: string): string => (address.startsWith("no") ? "550 no\r\n" : "250 ok\r\n");
    const { connection } = await connectTo({ rcpt: refuse });
    const to = ["yes@example.org", "no@example.org"];
    const receipt = await connection.send(
      { ...MESSAGE, to },
      { acceptance: (all) => all[0]?.outcome === "accepted" },
    );
    expect(receipt.accepted.length).toBe(1);
    await connection.close();
  });
});

describe("LMTP (RFC 2033)", () => {
  it("has a final reply for each recipient", async () => {
    const { connection } = await truth(
      {
        lmtp: true,
        reply: (what, recipient) =>
          what === "END" && recipient.startsWith("full") ? "452 4.2.2 full" : undefined,
      },
      { protocol: "lmtp" },
    );
    const receipt = await connection.send({ ...MESSAGE, to: ["bob@example.org", "full@example.org"] });
    expect(receipt.recipients.map((r) => [r.outcome, r.reply?.code])).toEqual([
      ["accepted", 250],
      ["rejected", 452],
    ]);
    await connection.close();
  });

  it("ends the connection on 354 without a recipient", async () => {
    const { connection } = await connectTo(
      { rcpt: () => "550 no\r\n", other: () => ehlo() },
      { protocol: "lmtp" },
    );
    await expect(connection.send(MESSAGE)).rejects.toMatchObject({ state: "rejected" });
    expect(connection.closed).toBe(true);
  });
});

describe("parameters", () => {
  const CASES: readonly {
    name: string;
    ehlo: string;
    message?: object;
    options?: SendOptions;
    lines: RegExp[];
  }[] = [
    {
      name: "SIZE from the true size",
      ehlo: ehlo("SIZE 0"),
      lines: [/^MAIL FROM:<ann@example\.com> SIZE=\d+$/, /^RCPT/],
    },
    {
      name: "BODY=8BITMIME when the content needs it",
      ehlo: ehlo(),
      message: { text: "é\n" },
      lines: [/^MAIL FROM:<ann@example\.com>( BODY=8BITMIME)?$/, /^RCPT/],
    },
    {
      name: "SMTPUTF8 for a local part",
      ehlo: ehlo("SMTPUTF8"),
      message: { to: "jürgen@example.org" },
      lines: [/ SMTPUTF8/, /^RCPT TO:<j/],
    },
    {
      name: "no SMTPUTF8 for a domain",
      ehlo: ehlo("SMTPUTF8"),
      message: { to: "bob@bücher.example" },
      lines: [/^MAIL FROM:<ann@example\.com>$/, /<bob@xn--bcher-kva\.example>/],
    },
    {
      name: "DSN (RFC 3461)",
      ehlo: ehlo("DSN"),
      options: {
        dsn: { return: "headers", envelopeId: "a+b", notify: ["failure", "delay"], originalRecipient: true },
      },
      lines: [/ RET=HDRS ENVID=a\+2Bb$/, / NOTIFY=FAILURE,DELAY ORCPT=rfc822;bob@example\.org$/],
    },
    {
      name: "optional DSN where there is none",
      ehlo: ehlo(),
      options: { dsn: { notify: "never", optional: true } },
      lines: [/^MAIL FROM:<ann@example\.com>$/, /^RCPT TO:<bob@example\.org>$/],
    },
    {
      name: "MT-PRIORITY",
      ehlo: ehlo("MT-PRIORITY"),
      options: { priority: 3 },
      lines: [/ MT-PRIORITY=3$/, /^RCPT/],
    },
    {
      name: "DELIVERBY",
      ehlo: ehlo("DELIVERBY"),
      options: { deliverBy: { seconds: 120, mode: "return" } },
      lines: [/ BY=120;R$/, /^RCPT/],
    },
    {
      name: "FUTURERELEASE",
      ehlo: ehlo("FUTURERELEASE 86400 2030-01-01T00:00:00Z"),
      options: { holdForSeconds: 60 },
      lines: [/ HOLDFOR=60$/, /^RCPT/],
    },
    {
      name: "parameters of the caller's own",
      ehlo: ehlo(),
      options: { mailParameters: { "X-A": "b", XC: true } },
      lines: [/ X-A=b XC$/, /^RCPT/],
    },
    {
      name: "the null sender",
      ehlo: ehlo(),
      options: { envelope: { from: "", to: "bob@example.org" } },
      lines: [/^MAIL FROM:<>$/, /^RCPT/],
    },
  ];
  it.each(CASES)("$name", async ({ ehlo: announced, message, options, lines }) => {
    const seen = await commands({ ehlo: announced }, (c) => c.send({ ...MESSAGE, ...message }, options));
    for (const [i, line] of lines.entries()) expect(seen[i]).toMatch(line);
  });

  const REFUSED: readonly {
    name: string;
    ehlo: string;
    message?: object;
    options?: SendOptions;
    code: string | RegExp;
  }[] = [
    {
      name: "SMTPUTF8 is needed and not announced",
      ehlo: ehlo(),
      message: { to: "jürgen@example.org" },
      code: /SMTPUTF8|UTF8/,
    },
    {
      name: "DSN is asked for and not announced",
      ehlo: ehlo(),
      options: { dsn: { notify: "never" } },
      code: "ERR_CLIENT_EXTENSION_NEEDED",
    },
    {
      name: "REQUIRETLS without the extension",
      ehlo: ehlo(),
      options: { requireTls: true },
      code: "ERR_CLIENT_EXTENSION_NEEDED",
    },
    {
      name: "REQUIRETLS without verified TLS",
      ehlo: ehlo("REQUIRETLS"),
      options: { requireTls: true },
      code: "ERR_CLIENT_EXTENSION_NEEDED",
    },
    {
      name: "I4 a line break in ENVID",
      ehlo: ehlo("DSN"),
      options: { dsn: { envelopeId: "a\r\nRCPT TO:<evil@y.example>" } },
      code: /^ERR_SMTP_/,
    },
    {
      name: "I4 a line break in a parameter",
      ehlo: ehlo(),
      options: { mailParameters: { X: "a\r\nDATA" } },
      code: /^ERR_SMTP_/,
    },
    {
      name: "an unknown send option",
      ehlo: ehlo(),
      options: { notify: "never" } as never,
      code: "ERR_CLIENT_UNKNOWN_OPTION",
    },
  ];
  it.each(REFUSED)("$name: refused before MAIL", async ({ ehlo: announced, message, options, code }) => {
    const seen = await commands({ ehlo: announced }, async (c) => {
      const error = await c.send({ ...MESSAGE, ...message }, options).catch((e: SendError) => e);
      expect(SendError.is(error) ? error.code : error).toMatch(code);
      expect(error).toMatchObject({ state: "not-sent" });
    });
    expect(seen).toEqual([]);
  });
});

describe("stopping", () => {
  it("before MAIL: nothing is written", async () => {
    const seen = await commands({}, async (c) => {
      await expect(c.send(MESSAGE, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: "ERR_CLIENT_ABORTED",
        state: "not-sent",
      });
    });
    expect(seen).toEqual([]);
  });

  it("while content goes out: the connection is closed without an end of data", async () => {
    const { connection, seen } = await connectTo({});
    const controller = new AbortController();
    const error = await connection
      .send(
        { ...MESSAGE, attachments: [{ filename: "a", content: Buffer.alloc(8 * 1024 * 1024) }] },
        { signal: controller.signal, onProgress: () => controller.abort() },
      )
      .catch((e: SendError) => e);
    expect(error).toMatchObject({ code: "ERR_CLIENT_ABORTED", state: "not-sent", phase: "data" });
    expect(seen.content).not.toContain("\r\n.\r\n");
    expect(connection.closed).toBe(true);
  });

  it("after the end of data: nobody knows", async () => {
    const controller = new AbortController();
    const { connection } = await connectTo({ end: () => controller.abort() });
    const error = await connection.send(MESSAGE, { signal: controller.signal }).catch((e: SendError) => e);
    expect(error).toMatchObject({ code: "ERR_CLIENT_ABORTED", state: "unknown", retryable: false });
    connection.destroy();
  });

  it("by a deadline for the whole send", async () => {
    const { connection } = await connectTo(
      { mail: undefined, rcpt: () => undefined, data: undefined },
      { timeouts: {} },
    );
    const error = await connection.send(MESSAGE, { sendTimeoutMs: 50 }).catch((e: SendError) => e);
    expect(error).toMatchObject({ code: "ERR_CLIENT_SEND_TIMEOUT", state: "not-sent" });
    connection.destroy();
  });

  it.each([
    { name: "DATA", extensions: ["PIPELINING"] },
    { name: "BDAT", extensions: ["PIPELINING", "CHUNKING"] },
  ])("abandoning a small message by $name never ends its content either", async ({ extensions }) => {
    const { connection, server } = await truth({ extensions }, { observer: { onTransfer: () => false } });
    await expect(connection.send(MESSAGE)).rejects.toMatchObject({
      code: "ERR_CLIENT_ABANDONED",
      state: "not-sent",
    });
    await connection.close();
    expect(server.delivered.size).toBe(0);
  });

  it("abandoning leaves the socket open and never ends the content", async () => {
    const { connection, seen } = await connectTo({}, { observer: { onTransfer: () => false } });
    const error = await connection
      .send({ ...MESSAGE, attachments: [{ filename: "a", content: Buffer.alloc(2 * 1024 * 1024) }] })
      .catch((e: SendError) => e);
    expect(error).toMatchObject({ code: "ERR_CLIENT_ABANDONED", state: "not-sent" });
    expect(connection.closed).toBe(false);
    await connection.close();
    expect(seen.content).not.toContain("\r\n.\r\n");
    expect(seen.commands).not.toContain("QUIT");
  });

  it("a source that fails while it is read: the connection is closed without an end of data", async () => {
    const { connection, seen } = await connectTo({});
    async function* broken() {
      yield Buffer.alloc(300_000);
      throw new Error("disk gone");
    }
    const error = await connection
      .send({ ...MESSAGE, attachments: [{ filename: "a", content: broken() }] })
      .catch((e: SendError) => e);
    expect(error).toMatchObject({ state: "not-sent" });
    expect(seen.content).not.toContain("\r\n.\r\n");
  });
});

describe("a transaction by hand", () => {
  it("waits for each reply, and sends what it is given", async () => {
    const { connection, seen } = await connectTo({
      rcpt: (a) => (a.startsWith("no") ? "550 no\r\n" : "250 ok\r\n"),
    });
    const transaction = await connection.transaction("ann@example.com", { parameters: { sizeBytes: 9 } });
    expect((await transaction.recipient("no@example.org")).code).toBe(550);
    await transaction.recipient("bob@example.org");
    await transaction.data();
    await transaction.write(Buffer.from("a\n.b"));
    expect((await transaction.end()).map((reply) => reply.code)).toEqual([250]);
    expect(seen.content).toBe("a\r\n..b\r\n.\r\n");
    await connection.close();
  });

  it("sends chunks, and URLs for the server to fetch", async () => {
    const { connection, server } = await truth({ extensions: ["PIPELINING", "CHUNKING"] });
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("bob@example.org");
    expect((await transaction.chunk(Buffer.from("Subject: by hand\r\n\r\n"), false))[0]?.code).toBe(250);
    expect((await transaction.chunk(Buffer.from("Hello\r\n"), true))[0]?.code).toBe(250);
    expect([...server.delivered.keys()]).toEqual(["bob@example.org by hand"]);
    const second = await connection.transaction("ann@example.com");
    await second.recipient("bob@example.org");
    await second.burl("imap://example.com/;UID=1", true);
    expect(server.commands.at(-1)).toBe("BURL imap://example.com/;UID=1 LAST");
    await connection.etrn("example.com");
    await connection.close();
  });

  const octets = (body: "7BIT" | "8BITMIME" | "BINARYMIME", smtpUtf8 = false) =>
    ({ sizeBytes: 99, body, smtpUtf8 }) as const;
  const all = ["PIPELINING", "SIZE 1000", "8BITMIME", "SMTPUTF8", "CHUNKING", "BINARYMIME"];

  it.each([
    ["nothing that is not announced", ["PIPELINING"], octets("7BIT"), ""],
    ["the size where SIZE is announced", ["SIZE 1000"], octets("7BIT"), " SIZE=99"],
    ["the size where SIZE has no limit", ["SIZE"], octets("7BIT"), " SIZE=99"],
    ["BODY for 8-bit content", all, octets("8BITMIME"), " SIZE=99 BODY=8BITMIME"],
    ["BODY for binary content", all, octets("BINARYMIME"), " SIZE=99 BODY=BINARYMIME"],
    ["SMTPUTF8 where the message needs it", all, octets("7BIT", true), " SIZE=99 SMTPUTF8"],
  ])("plans for its content: %s", async (_, extensions, content, line) => {
    const { connection, server } = await truth({ extensions });
    await connection.transaction("ann@example.com", { content });
    await connection.close();
    expect(server.commands).toContain(`MAIL FROM:<ann@example.com>${line}`);
  });

  it.each([
    ["ERR_CLIENT_TOO_LARGE", ["SIZE 98"], octets("7BIT")],
    ["ERR_CLIENT_EXTENSION_NEEDED", ["SIZE"], octets("8BITMIME")],
    ["ERR_CLIENT_BINARYMIME_NEEDED", ["BINARYMIME"], octets("BINARYMIME")],
    ["ERR_CLIENT_SMTPUTF8_NEEDED", ["8BITMIME"], octets("7BIT", true)],
  ])("refuses content that the server does not take, before MAIL: %s", async (code, extensions, content) => {
    const { connection, server } = await truth({ extensions });
    const refusal = connection.transaction("ann@example.com", { content });
    await expect(refusal).rejects.toMatchObject({ code, state: "not-sent" });
    expect(connection.closed).toBe(false);
    await connection.close();
    expect(server.commands.some((line) => line.startsWith("MAIL"))).toBe(false);
  });

  it("takes binary content by chunk() alone", async () => {
    const { connection, server } = await truth({ extensions: all });
    const transaction = await connection.transaction("ann@example.com", { content: octets("BINARYMIME") });
    await transaction.recipient("bob@example.org");
    await expect(transaction.data()).rejects.toMatchObject({ code: "ERR_CLIENT_WRONG_STATE" });
    const content = Buffer.from("Subject: raw\r\n\r\n\0x\ny\r");
    await transaction.chunk(content, true);
    await connection.close();
    expect([...server.delivered.keys()]).toEqual(["bob@example.org raw"]);
    expect(server.commands).not.toContain("DATA");
    // Not an octet more or less.
    expect(server.commands).toContain(`BDAT ${content.length} LAST`);
  });

  it("stops content without an end of data when it is abandoned", async () => {
    const { connection, seen } = await connectTo({});
    const transaction = await connection.transaction("ann@example.com");
    await transaction.recipient("bob@example.org");
    await transaction.data();
    await transaction.write(Buffer.from("half\r\n"));
    transaction.abandon();
    expect(connection.closed).toBe(false);
    await connection.close();
    expect(seen.content).not.toContain("\r\n.\r\n");
  });

  it("asks VRFY, EXPN, HELP and commands of the caller's own", async () => {
    const { connection, seen } = await connectTo({ other: (line) => `250 ${line}\r\n` });
    expect((await connection.verify("ann")).lines).toEqual(["VRFY ann"]);
    expect((await connection.expand("staff")).lines).toEqual(["EXPN staff"]);
    expect((await connection.help()).code).toBe(250);
    expect((await connection.command("XHELLO you")).lines).toEqual(["XHELLO you"]);
    await expect(connection.command("NOOP\r\nQUIT")).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_SMTP_/),
    });
    expect(connection.closed).toBe(false);
    await connection.close();
    expect(seen.commands.at(-1)).toBe("QUIT");
  });
});
