// S11, S16: Command, ResultCode, and results that go into holders.
import {
  client as clientSays,
  recordingServer,
  replay,
  type ScriptedServer,
  type Step,
  server as serverSays,
  testIdentities,
} from "@wirepost/test-server";
import { describe, expect, it } from "vitest";
import {
  ByRef,
  configureClient,
  SmtpClient,
  smtpOptionExtended,
  stErrorCommandNotSupported,
  stErrorCommandRefused,
  stErrorInvalidCommand,
  stErrorInvalidParameter,
  stErrorMessageRefused,
  stErrorOperationNotSupported,
  stErrorRecipientRefused,
  stErrorUnknownCommand,
} from "../src/index.js";
import { clientFor, LETTER } from "./recorder.js";

const START: readonly Step[] = [
  serverSays("220 mx.example.test ready\r\n"),
  clientSays(/^EHLO /),
  serverSays("250-mx.example.test\r\n250 HELP\r\n"),
];

async function connected(...steps: readonly Step[]): Promise<{ target: ScriptedServer; client: SmtpClient }> {
  const target = await replay([...START, ...steps]);
  const client = clientFor(target);
  expect(await client.Connect({ Options: smtpOptionExtended })).toBe(0);
  return { target, client };
}

async function finish(target: ScriptedServer, client: SmtpClient): Promise<void> {
  await target.finished();
  client.Uninitialize();
  await target.close();
}

describe("S11: Command, ResultCode, ResultString", () => {
  it.each([
    ["a command of the server's own", "XTRA one two", undefined, "XTRA one two\r\n", "250 done\r\n", 0],
    ["its parameters apart", "XTRA", "one two", "XTRA one two\r\n", "250 done\r\n", 0],
    ["NOOP", "noop", undefined, "noop\r\n", "250 done\r\n", 0],
    ["HELP", "HELP", "MAIL", "HELP MAIL\r\n", "214 done\r\n", 0],
    ["a temporary refusal", "XTRA", undefined, "XTRA\r\n", "450 done\r\n", stErrorCommandRefused],
    ["an unknown command", "XTRA", undefined, "XTRA\r\n", "500 done\r\n", stErrorUnknownCommand],
    [
      "a command that the server lacks",
      "XTRA",
      undefined,
      "XTRA\r\n",
      "502 done\r\n",
      stErrorCommandNotSupported,
    ],
    ["the wrong moment", "XTRA", undefined, "XTRA\r\n", "503 done\r\n", stErrorInvalidCommand],
  ])("%s", async (_name, command, parameters, line, reply, result) => {
    const { target, client } = await connected(clientSays(line), serverSays(reply));
    expect(await client.Command(command, parameters)).toBe(result);
    expect([client.ResultCode, client.ResultString]).toEqual([Number(reply.slice(0, 3)), "done"]);
    await finish(target, client);
  });

  it("several lines have CRLF between them", async () => {
    const { target, client } = await connected(clientSays("HELP\r\n"), serverSays("214-one\r\n214 two\r\n"));
    expect(await client.Command("HELP")).toBe(0);
    expect(client.ResultString).toBe("one\r\ntwo");
    await finish(target, client);
  });

  it("every method leaves its reply", async () => {
    await using server = await recordingServer();
    const client = clientFor(server);
    await client.Connect({ Options: smtpOptionExtended });
    expect(client.ResultCode).toBe(250);
    await client.CreateMessage("ann@example.com");
    expect([client.ResultCode, client.ResultString]).toEqual([250, "2.1.0 Accepted"]);
    await client.AddRecipient("reject551@example.org");
    expect(client.ResultCode).toBe(551);
    await client.Reset();
    expect(client.ResultCode).toBe(250);
    await client.Disconnect();
    expect(client.ResultCode).toBe(221);
  });

  it("MAIL, RCPT, DATA, RSET go together with the methods", async () => {
    await using server = await recordingServer();
    const client = clientFor(server);
    await client.Connect({ Options: smtpOptionExtended });
    expect(await client.Command("MAIL FROM:<ann@example.com>")).toBe(0);
    expect(await client.Command("RSET")).toBe(0);
    expect(await client.Command("mail from:<ann@example.com> SIZE=100")).toBe(0);
    expect(await client.Command("RCPT TO:<reject550@example.org>")).toBe(stErrorRecipientRefused);
    expect(await client.Command("RCPT TO:<bob@example.org> NOTIFY=NEVER")).toBe(0);
    expect(await client.AddRecipient("cy@example.org")).toBe(0);
    expect(await client.Command("DATA")).toBe(0);
    expect(client.ResultCode).toBe(354);
    // Here a line would be text.
    expect(await client.Command("QUIT")).toBe(stErrorInvalidCommand);
    await client.Write(LETTER);
    expect(await client.CloseMessage()).toBe(0);
    expect(await client.Command("QUIT")).toBe(0);
    expect(client.IsConnected).toBe(false);
    expect(server.messages[0]?.from.parameters).toEqual({ SIZE: "100" });
    expect(server.messages[0]?.to.map(({ address, parameters }) => [address, parameters])).toEqual([
      ["bob@example.org", { NOTIFY: "NEVER" }],
      ["cy@example.org", {}],
    ]);
  });

  it("EHLO and STARTTLS move the session", async () => {
    const { good } = await testIdentities();
    await using server = await recordingServer({ host: "localhost", tls: good });
    const client = new SmtpClient();
    configureClient(client, { tls: { extraCa: good.ca } });
    expect(await client.Connect("localhost", server.port)).toBe(0);
    expect(client.Extended).toBe(false);
    expect(await client.Command("EHLO", "client.example")).toBe(0);
    expect(client.Extended).toBe(true);
    expect(await client.Command("HELO client.example")).toBe(0);
    expect(client.Extended).toBe(false);
    await client.Disconnect();
    expect(await client.Connect("localhost", server.port, { Options: smtpOptionExtended })).toBe(0);
    expect(await client.Command("STARTTLS")).toBe(0);
    expect(client.SecureProtocol).toBeGreaterThan(0);
    expect(await client.Command("STARTTLS")).toBe(stErrorInvalidCommand);
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(0);
    await client.Disconnect();
    expect(server.messages[0]?.secure).toBe(true);
  });

  it.each([
    ["a line break", "NOOP\r\nMAIL FROM:<x@y>", stErrorInvalidParameter],
    ["a bare line feed", "NOOP\nRSET", stErrorInvalidParameter],
    ["NUL", "NOOP\0", stErrorInvalidParameter],
    ["a login", "AUTH PLAIN AGFubgBzZWNyZXQ=", stErrorInvalidCommand],
    ["content by BDAT", "BDAT 5 LAST", stErrorInvalidCommand],
    ["nothing", "", stErrorInvalidParameter],
    ["MAIL without an address", "MAIL me", stErrorInvalidCommand],
    ["RCPT with a second address in it", "RCPT TO:<a@x.org> <b@y.org>", stErrorInvalidCommand],
    ["RSET with an argument", "RSET now", stErrorInvalidCommand],
  ])("%s is refused, and nothing is sent", async (_name, command, code) => {
    const { target, client } = await connected(clientSays("NOOP\r\n"), serverSays("250 ok\r\n"));
    const result = await client.Command(command);
    expect([stErrorInvalidCommand, stErrorInvalidParameter]).toContain(code);
    expect(result).toBe(code);
    expect(await client.Command("NOOP")).toBe(0);
    await finish(target, client);
  });

  it("DATA without a recipient is refused, and nothing is sent", async () => {
    await using server = await recordingServer();
    const client = clientFor(server);
    await client.Connect({ Options: smtpOptionExtended });
    expect(await client.Command("DATA")).toBe(stErrorInvalidCommand);
    await client.Command("MAIL FROM:<ann@example.com>");
    expect(await client.Command("DATA")).toBe(stErrorInvalidCommand);
    await client.Command("RCPT TO:<dataReject554@example.org>");
    expect(await client.Command("DATA")).toBe(0);
    expect(await client.CloseMessage()).toBe(stErrorMessageRefused);
    await client.Disconnect();
  });
});

describe("S16: results in holders", () => {
  const LIST = "250-Ann Example <ann@example.org>\r\n250-<bob@example.org>\r\n250 2.1.5 cy@example.org\r\n";
  const ADDRESSES = "ann@example.org, bob@example.org, cy@example.org";

  it("ExpandAddress puts the list into a holder", async () => {
    const { target, client } = await connected(clientSays("EXPN staff\r\n"), serverSays(LIST));
    const holder = { value: "" };
    expect(await client.ExpandAddress("staff", holder)).toBe(0);
    expect(holder.value).toBe(ADDRESSES);
    expect(client.ResultString.split("\r\n")).toHaveLength(3);
    await finish(target, client);
  });

  it("into a ByRef, by name too", async () => {
    const { target, client } = await connected(
      clientSays("EXPN staff\r\n"),
      serverSays(LIST),
      clientSays("EXPN staff\r\n"),
      serverSays(LIST),
    );
    for (const named of [false, true]) {
      const list = new ByRef("");
      expect(
        await (named
          ? client.ExpandAddress({ Address: "staff", Expanded: list })
          : client.ExpandAddress("staff", list)),
      ).toBe(0);
      expect([list.Value, list.value]).toEqual([ADDRESSES, ADDRESSES]);
    }
    await finish(target, client);
  });

  it("without a holder the list is returned", async () => {
    const { target, client } = await connected(
      clientSays("EXPN staff\r\n"),
      serverSays(LIST),
      clientSays("EXPN nobody\r\n"),
      serverSays("550 no such list\r\n"),
    );
    expect(await client.ExpandAddress("staff")).toBe(ADDRESSES);
    expect(await client.ExpandAddress("nobody")).toBe("");
    expect([client.LastError, client.ResultCode]).toEqual([stErrorCommandRefused, 550]);
    await finish(target, client);
  });

  it("a refusal is a code, and leaves the holder", async () => {
    const { target, client } = await connected(
      clientSays("EXPN staff\r\n"),
      serverSays("502 no\r\n"),
      clientSays("VRFY bob\r\n"),
      serverSays("550 who?\r\n"),
    );
    const holder = { value: "before" };
    expect(await client.ExpandAddress("staff", holder)).toBe(stErrorCommandNotSupported);
    expect(await client.VerifyAddress("bob", holder)).toBe(stErrorCommandRefused);
    expect(holder.value).toBe("before");
    await finish(target, client);
  });

  it.each([
    ["250 Bob Example <bob@example.org>", "bob@example.org"],
    ["250 2.1.5 <bob@example.org>", "bob@example.org"],
    ["251 User not local; will forward to <bob@example.net>", "bob@example.net"],
    ["252 2.5.2 cannot say", "cannot say"],
  ])("VerifyAddress: %s", async (reply, address) => {
    const { target, client } = await connected(
      clientSays("VRFY bob\r\n"),
      serverSays(`${reply}\r\n`),
      clientSays("VRFY bob\r\n"),
      serverSays(`${reply}\r\n`),
    );
    const holder = { value: "" };
    expect(await client.VerifyAddress("bob", holder)).toBe(0);
    expect(holder.value).toBe(address);
    // The holder may be left out: then ResultString has the server's words.
    expect(await client.VerifyAddress("bob")).toBe(0);
    expect(client.ResultString).toBe(reply.slice(4));
    await finish(target, client);
  });

  it("what is no holder is an error", async () => {
    const client = new SmtpClient();
    const call = client as unknown as { ExpandAddress(...args: unknown[]): Promise<number | string> };
    await call.ExpandAddress("staff", "list");
    expect(client.LastErrorString).toContain("holder");
  });

  it("Read has nothing to read", async () => {
    const client = new SmtpClient();
    expect(await client.Read({ value: "" }, 10)).toBe(-1);
    expect(client.LastError).toBe(stErrorOperationNotSupported);
  });
});
