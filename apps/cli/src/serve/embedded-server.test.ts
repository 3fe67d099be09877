import { afterEach, describe, expect, it } from "vitest";
import { Conversation } from "../../test/conversation.js";
import { CliError } from "../errors.js";
import { generateCertificate } from "./certificate.js";
import type { EmbeddedServer } from "./embedded-server.js";
import { startEmbeddedServer } from "./embedded-server.js";
import { openMessageStore } from "./message-store.js";
import type { EmbeddedServerOptions } from "./options.js";

const MESSAGE =
  "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nFrom: Ann <ann@example.com>\r\n\r\nHello\r\n.dot\r\n";

const running: { close(): unknown }[] = [];
async function start(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ tls: "none", ...options });
  running.push(server);
  return server;
}
async function talk(server: EmbeddedServer, ca?: string): Promise<Conversation> {
  const conversation = await Conversation.open(server.port, { ca });
  running.push(conversation);
  await conversation.say("EHLO client.example");
  return conversation;
}
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.close();
});

describe("embedded server: catching", () => {
  it("keeps the envelope, the octets and what an independent parser reads", async () => {
    const server = await start();
    const client = await talk(server);
    expect(await client.deliver("ann@example.com", ["bob@example.org", "eve@example.net"], MESSAGE)).toMatch(
      /^250 2\.6\.0 Ok: caught/,
    );
    const [message] = server.messages;
    expect(message?.envelope).toMatchObject({
      from: "ann@example.com",
      to: [{ address: "bob@example.org" }, { address: "eve@example.net" }],
    });
    expect(Buffer.from(message!.content).toString()).toBe(`${MESSAGE}\r\n`);
    expect(message?.parsed).toMatchObject({
      subject: "Grüße",
      from: [{ name: "Ann", address: "ann@example.com" }],
    });
    expect(message?.session).toMatchObject({ clientName: "client.example", tls: null, login: null });
  });

  it.each<{ name: string; mail?: string; to: string[]; from?: string; shown?: string[] }>([
    { name: "twice, and in another case", to: ["x@y.example", "x@y.example", "X@Y.example"] },
    { name: "in two orders", to: ["b@y.example", "a@y.example", "B@y.example"] },
    { name: "with A-labels", to: ["bob@xn--bcher-kva.example"] },
    {
      name: "with U-labels",
      mail: "MAIL FROM:<ann@bücher.example> SMTPUTF8",
      from: "ann@bücher.example",
      to: ["bob@bücher.example", "bob@xn--bcher-kva.example"],
    },
    { name: "with an address literal", to: ["bob@[IPv6:2001:DB8:0:0:0:0:0:1]"] },
    { name: "with a source route", to: ["@relay.example:bob@y.example"], shown: ["bob@y.example"] },
    { name: "as the postmaster", to: ["Postmaster"] },
  ])("shows recipients as RCPT said them: $name", async (row) => {
    const { mail = "MAIL FROM:<ann@xn--bcher-kva.example>", from = "ann@xn--bcher-kva.example", to } = row;
    const server = await start();
    const client = await talk(server);
    // What was refused, or given up by RSET, is no recipient.
    await client.say(mail);
    await client.say("RCPT TO:<earlier@y.example>");
    await client.say("RSET");
    expect(await client.say(mail)).toMatch(/^250/);
    for (const address of to) {
      expect(await client.say(`RCPT TO:<${address}>`)).toMatch(/^250/);
      expect(await client.say("RCPT TO:<not an address>")).toMatch(/^501/);
    }
    await client.say("DATA");
    await client.say("Subject: x\r\n\r\n.");
    const { envelope } = server.messages[0]!;
    expect(envelope.from).toBe(from);
    expect(envelope.to.map(({ address }) => address)).toEqual(row.shown ?? to);
  });

  it("counts a recipient who is given twice as two", async () => {
    const server = await start({ maxRecipients: 2 });
    const client = await talk(server);
    await client.say("MAIL FROM:<a@example.com>");
    const replies: string[] = [];
    for (let i = 0; i < 3; i++) replies.push(await client.say("RCPT TO:<b@example.org>"));
    expect(replies.map((reply) => reply.slice(0, 3))).toEqual(["250", "250", "452"]);
  });

  it("has no login over TLS when nobody logged in", async () => {
    const server = await start({ tls: "starttls" });
    const client = await talk(server);
    await client.startTls(server.ca!);
    await client.say("EHLO client.example");
    await client.deliver("a@example.com", ["b@example.org"], MESSAGE);
    expect(server.messages[0]?.session).toMatchObject({ login: null, tls: { protocol: "TLSv1.3" } });
  });

  it("has the DSN parameters of RFC 3461", async () => {
    const server = await start();
    const client = await talk(server);
    await client.say("MAIL FROM:<a@example.com> RET=HDRS ENVID=QQ314159");
    await client.say("RCPT TO:<b@example.org> NOTIFY=FAILURE,DELAY ORCPT=rfc822;b@example.org");
    await client.say("DATA");
    await client.say("Subject: x\r\n\r\n.");
    expect(server.messages[0]?.envelope).toMatchObject({
      dsnReturn: "HDRS",
      envelopeId: "QQ314159",
      to: [{ notify: ["failure", "delay"], originalRecipient: "rfc822;b@example.org" }],
    });
  });

  it("does not take a message whose sender went away in the middle of it", async () => {
    const server = await start();
    const client = await talk(server);
    await client.say("MAIL FROM:<a@example.com>");
    await client.say("RCPT TO:<b@example.org>");
    await client.say("DATA");
    client.write("Subject: half\r\n\r\nhalf a mess");
    client.close();
    const other = await talk(server);
    await other.deliver("a@example.com", ["b@example.org"], MESSAGE);
    expect(server.messages.map(({ parsed }) => parsed?.subject)).toEqual(["Grüße"]);
  });

  it("keeps the newest messages and counts all", async () => {
    const server = await start({ keepMessages: 2 });
    const client = await talk(server);
    for (const name of ["one", "two", "three"])
      await client.deliver("a@example.com", ["b@example.org"], `Subject: ${name}\n\nx`);
    expect(server.messages.map(({ parsed }) => parsed?.subject)).toEqual(["two", "three"]);
    expect(server.messageCount).toBe(3);
  });

  it("wakes those who wait for messages", async () => {
    const server = await start();
    const waiting = server.waitForMessages(1);
    await (await talk(server)).deliver("a@example.com", ["b@example.org"], MESSAGE);
    expect(await waiting).toHaveLength(1);
    await expect(server.waitForMessages(2, { timeoutMs: 5 })).rejects.toMatchObject({
      code: "ERR_CLI_TIMEOUT",
    });
    const never = server.waitForMessages(2);
    await Promise.all([server.close(), expect(never).rejects.toMatchObject({ code: "ERR_CLI_CLOSED" })]);
  });
});

describe("embedded server: refusing", () => {
  it("answers 552 to what is larger than its limit", async () => {
    const server = await start({ maxMessageBytes: 1_000 });
    const client = await talk(server);
    expect(
      await client.deliver("a@example.com", ["b@example.org"], `Subject: x\n\n${"y".repeat(2_000)}`),
    ).toMatch(/^552 5\.3\.4/);
    expect(await client.say("MAIL FROM:<a@example.com> SIZE=2000")).toMatch(/^552/);
    expect(server.messageCount).toBe(0);
  });

  it("answers 451 when the message cannot be kept, and says why to its owner", async () => {
    const problems: string[] = [];
    const server = await start({
      store: { save: () => Promise.reject(new Error("disk full")) },
      onProblem: ({ at, error }) => problems.push(`${at}: ${error.message}`),
    });
    expect(await (await talk(server)).deliver("a@example.com", ["b@example.org"], MESSAGE)).toMatch(/^451/);
    expect(problems).toEqual(["store: disk full"]);
    expect(server.messageCount).toBe(0);
  });

  const SIMULATED = [
    { from: "mail-451@example.com", to: ["b@example.org"], reply: /^451 / },
    { from: "a@example.com", to: ["rcpt-550@example.org"], reply: /^550 5\.1\.1 / },
    { from: "a@example.com", to: ["data-554@example.org"], reply: /^554 / },
    { from: "a@example.com", to: ["rcpt-drop@example.org"], reply: /^$/ },
    { from: "a@example.com", to: ["data-drop@example.org"], reply: /^$/ },
    { from: "a@example.com", to: ["data-delay-5@example.org"], reply: /^250 / },
    { from: "rcpt-550@example.com", to: ["b@example.org"], reply: /^250 / },
  ];
  it.each(SIMULATED)("simulates, when asked to: $from $to", async ({ from, to, reply }) => {
    const server = await start({ simulate: true });
    expect(await (await talk(server)).deliver(from, to, MESSAGE)).toMatch(reply);
  });

  it("does not simulate unless asked to", async () => {
    const server = await start();
    expect(
      await (await talk(server)).deliver("mail-451@example.com", ["rcpt-550@example.org"], MESSAGE),
    ).toMatch(/^250/);
  });
});

describe("embedded server: TLS and login", () => {
  const users = [{ username: "ann", password: "s3cret" }];
  const plain = (password: string) => `AUTH PLAIN ${Buffer.from(`\0ann\0${password}`).toString("base64")}`;

  it("is verified by its own authority over STARTTLS, and asks for the login", async () => {
    const server = await start({ tls: "starttls", users });
    const client = await talk(server);
    expect(await client.say(plain("s3cret"))).toMatch(/^538/);
    await client.startTls(server.ca!);
    await client.say("EHLO client.example");
    expect(await client.say("MAIL FROM:<a@example.com>")).toMatch(/^530/);
    expect(await client.say(plain("wrong"))).toMatch(/^535/);
    expect(await client.say(plain("s3cret"))).toMatch(/^235/);
    expect(await client.deliver("a@example.com", ["b@example.org"], MESSAGE)).toMatch(/^250/);
    expect(server.messages[0]?.session).toMatchObject({
      protocol: "ESMTPSA",
      login: { username: "ann", mechanism: "PLAIN" },
      tls: { protocol: "TLSv1.3" },
    });
  });

  it("is verified over implicit TLS", async () => {
    const server = await start({ tls: "implicit" });
    expect(server.url).toBe(`smtps://127.0.0.1:${server.port}`);
    const client = await talk(server, server.ca);
    expect(await client.deliver("a@example.com", ["b@example.org"], MESSAGE)).toMatch(/^250/);
  });

  it("announces what it is told to, no more", async () => {
    const server = await start({ hide: ["PIPELINING", "DSN"] });
    const conversation = await Conversation.open(server.port);
    running.push(conversation);
    expect((await conversation.say("EHLO client.example")).split("\n").slice(1)).toEqual([
      "250-8BITMIME",
      "250-SMTPUTF8",
      "250-ENHANCEDSTATUSCODES",
      "250 SIZE 67108864",
    ]);
  });
});

describe("embedded server: wrong use", () => {
  const pair = { certificate: "no", key: "no" };
  it.each<[string, unknown, string, RegExp?]>([
    ["null", null, "ERR_CLI_INVALID_OPTION"],
    ["a port alone", 25, "ERR_CLI_INVALID_OPTION"],
    ["an unknown name", { prot: 25 }, "ERR_CLI_UNKNOWN_OPTION", /"prot"/],
    ["a host that is none", { host: "a b" }, "ERR_CLI_INVALID_OPTION", /host/],
    ["an empty host", { host: "" }, "ERR_CLI_INVALID_OPTION", /host/],
    ["a port as text", { port: "25" }, "ERR_CLI_INVALID_OPTION", /port/],
    ["a port out of range", { port: 65_536 }, "ERR_CLI_INVALID_OPTION", /65536/],
    ["null as a port", { port: null }, "ERR_CLI_INVALID_OPTION", /port/],
    ["a way of TLS that is none", { tls: "ssl" }, "ERR_CLI_INVALID_OPTION", /ssl/],
    ["TLS as a bigint", { tls: 5n }, "ERR_CLI_INVALID_OPTION", /tls/],
    [
      "a certificate without anything",
      { certificate: {} },
      "ERR_CLI_INVALID_OPTION",
      /certificate\.certificate/,
    ],
    [
      "a certificate without a key",
      { certificate: { certificate: "x" } },
      "ERR_CLI_INVALID_OPTION",
      /certificate\.key/,
    ],
    [
      "a certificate by other names",
      { certificate: { ...pair, cert: "x" } },
      "ERR_CLI_UNKNOWN_OPTION",
      /certificate\.cert/,
    ],
    ["a certificate that is text", { certificate: "x" }, "ERR_CLI_INVALID_OPTION", /certificate/],
    ["a certificate that cannot be read", { tls: "implicit", certificate: pair }, "ERR_CLI_CERTIFICATE"],
    ["users that are no array", { users: {} }, "ERR_CLI_INVALID_OPTION", /users/],
    [
      "users by other names",
      { users: [{ user: "ann", pass: "s3cret" }] },
      "ERR_CLI_UNKNOWN_OPTION",
      /users\[0\]\.user/,
    ],
    [
      "a user without a password",
      { users: [{ username: "ann" }] },
      "ERR_CLI_INVALID_OPTION",
      /users\[0\]\.password/,
    ],
    ["null as a user", { users: [null] }, "ERR_CLI_INVALID_OPTION", /users\[0\]/],
    ["a name of two lines", { name: "a\r\nb" }, "ERR_CLI_INVALID_OPTION", /name/],
    ["a size as text", { maxMessageBytes: "25M" }, "ERR_CLI_INVALID_OPTION", /maxMessageBytes/],
    ["no recipients", { maxRecipients: 0 }, "ERR_CLI_INVALID_OPTION", /maxRecipients/],
    ["a word for true", { simulate: "yes" }, "ERR_CLI_INVALID_OPTION", /simulate/],
    ["an extension that cannot be hidden", { hide: ["FOO"] }, "ERR_CLI_INVALID_OPTION", /FOO/],
    ["one extension as text", { hide: "DSN" }, "ERR_CLI_INVALID_OPTION", /hide/],
    ["a count below 0", { keepMessages: -1 }, "ERR_CLI_INVALID_OPTION", /-1/],
    ["a store that is a path", { store: "out" }, "ERR_CLI_INVALID_OPTION", /store/],
    ["null as a store", { store: null }, "ERR_CLI_INVALID_OPTION", /store/],
    ["a listener that is none", { onMessage: 5 }, "ERR_CLI_INVALID_OPTION", /onMessage/],
    ["null as a listener", { onProblem: null }, "ERR_CLI_INVALID_OPTION", /onProblem/],
    ["a time that is none", { closeTimeoutMs: Number.NaN }, "ERR_CLI_INVALID_OPTION", /closeTimeoutMs/],
    ["an address of somebody else", { host: "192.0.2.1" }, "ERR_CLI_LISTEN"],
  ])("%s is refused", async (_, options, code, says = /./) => {
    const outcome = await startEmbeddedServer(options as EmbeddedServerOptions).then(
      (server) => server.close().then(() => "started"),
      (error: unknown) => ({ ours: CliError.is(error), error }),
    );
    expect(outcome).toMatchObject({ ours: true, error: { code, message: expect.stringMatching(says) } });
    expect(JSON.stringify(outcome)).not.toContain("s3cret");
  });

  it.each<[string, [unknown?, unknown?], string]>([
    ["no count", [], "ERR_CLI_INVALID_OPTION"],
    ["a count as text", ["1"], "ERR_CLI_INVALID_OPTION"],
    ["null as options", [1, null], "ERR_CLI_INVALID_OPTION"],
    ["an unknown name", [1, { timeout: 5 }], "ERR_CLI_UNKNOWN_OPTION"],
    ["a time as text", [1, { timeoutMs: "5" }], "ERR_CLI_INVALID_OPTION"],
  ])("%s is nothing to wait for", async (_, args, code) => {
    const server = await start();
    await expect(server.waitForMessages(...(args as [number]))).rejects.toMatchObject({ code });
  });

  it.each<[string, () => Promise<unknown>]>([
    ["a format that does not exist", () => openMessageStore("/nowhere", "mbox" as never)],
    ["a directory that is none", () => openMessageStore(undefined as never, "eml")],
    ["a host instead of a list", () => generateCertificate("mail.example" as never)],
  ])("%s is refused", async (_, use) => {
    await expect(use()).rejects.toMatchObject({ code: "ERR_CLI_INVALID_OPTION" });
  });

  it("a port in use is named", async () => {
    const { port } = await start();
    await expect(startEmbeddedServer({ port, tls: "none" })).rejects.toMatchObject({
      code: "ERR_CLI_LISTEN",
      errno: "EADDRINUSE",
    });
  });
});

describe("embedded server: closing", () => {
  it("lets a running message end, sends idle clients away and is gone", async () => {
    const server = await start();
    const idle = await talk(server);
    const busy = await talk(server);
    await busy.say("MAIL FROM:<a@example.com>");
    await busy.say("RCPT TO:<b@example.org>");
    await busy.say("DATA");
    const closing = server.close();
    expect(await idle.reply()).toMatch(/^421/);
    expect(await busy.say("Subject: last\r\n\r\n.")).toMatch(/^250/);
    await closing;
    expect(server.messages[0]?.parsed?.subject).toBe("last");
    expect(await (await Conversation.open(server.port)).say("NOOP")).toBe("");
  });

  it("waits for nobody when it is given no time", async () => {
    const server = await start({ closeTimeoutMs: 0 });
    const busy = await talk(server);
    await busy.say("MAIL FROM:<a@example.com>");
    await busy.say("RCPT TO:<b@example.org>");
    await busy.say("DATA");
    await server.close();
    expect(server.messageCount).toBe(0);
  });
});
