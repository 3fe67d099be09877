import { afterEach, describe, expect, it } from "vitest";
import { Conversation } from "../../test/conversation.js";
import { CliError } from "../errors.js";
import type { EmbeddedServer } from "./embedded-server.js";
import { startEmbeddedServer } from "./embedded-server.js";
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
  it.each([
    [{ prot: 25 } as EmbeddedServerOptions, "ERR_CLI_UNKNOWN_OPTION"],
    [{ tls: "ssl" } as unknown as EmbeddedServerOptions, "ERR_CLI_INVALID_OPTION"],
    [{ tls: "implicit", certificate: { certificate: "no", key: "no" } }, "ERR_CLI_CERTIFICATE"],
    [{ host: "192.0.2.1" }, "ERR_CLI_LISTEN"],
  ] as [EmbeddedServerOptions, string][])("%o is refused", async (options, code) => {
    const error = await startEmbeddedServer(options).catch((reason: unknown) => reason);
    expect(CliError.is(error) && error.code).toBe(code);
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
});
