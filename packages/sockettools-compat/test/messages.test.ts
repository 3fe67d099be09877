// S8-S10, S13: messages, ready and step by step, and notices of delivery.
import {
  clientContent,
  client as clientSays,
  cuts,
  ends,
  type RecordingServer,
  recordingServer,
  replay,
  scriptedServer,
  server as serverSays,
} from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  mailNotifySuccess,
  mailOptionNotify,
  type SmtpClient,
  smtpNotifyDelay,
  smtpNotifyFailure,
  smtpNotifyNever,
  smtpNotifySuccess,
  smtpOptionExtended,
  smtpReturnHeaders,
  smtpReturnMessage,
  stErrorCommandNotSupported,
  stErrorConnectionReset,
  stErrorInvalidAddress,
  stErrorInvalidBuffer,
  stErrorInvalidCommand,
  stErrorInvalidOption,
  stErrorInvalidParameter,
  stErrorMessageRefused,
  stErrorMessageTooLarge,
  stErrorNotConnected,
  stErrorRecipientRefused,
  stErrorSenderRefused,
} from "../src/index.js";
import { clientFor, LETTER } from "./recorder.js";

let server: RecordingServer;
beforeAll(async () => {
  server = await recordingServer();
});
afterAll(() => server.close());
beforeEach(() => server.clear());

async function connected(target: { readonly port: number } = server): Promise<SmtpClient> {
  const client = clientFor(target);
  await client.Connect({ Options: smtpOptionExtended });
  return client;
}

/** A conversation up to where MAIL can come. */
const START = [
  serverSays("220 mx.example.test ready\r\n"),
  clientSays(/^EHLO /),
  serverSays("250-mx.example.test\r\n250 SIZE 1000\r\n"),
];
const MAIL_AND_RCPT = [
  clientSays(/^MAIL FROM:<ann@example.com>/),
  serverSays("250 ok\r\n"),
  clientSays("RCPT TO:<bob@example.org>\r\n"),
  serverSays("250 ok\r\n"),
];

describe("S8: SendMessage", () => {
  it("sends the ready text to everybody in the list", async () => {
    const client = await connected();
    const to = "bob@example.org, Cy <cy@example.net>,dan@example.org,";
    expect(await client.SendMessage("Ann <ann@example.com>", to, LETTER)).toBe(0);
    await client.Disconnect();
    const [message] = server.messages;
    expect(message?.from.address).toBe("ann@example.com");
    expect(message?.to.map(({ address }) => address)).toEqual([
      "bob@example.org",
      "cy@example.net",
      "dan@example.org",
    ]);
    expect(message?.text).toBe(LETTER);
  });

  it("one refused recipient fails the call, and nobody gets it", async () => {
    const client = await connected();
    const to = "bob@example.org,reject550@example.org,cy@example.org";
    expect(await client.SendMessage("ann@example.com", to, LETTER)).toBe(stErrorRecipientRefused);
    expect(client.LastErrorString).toContain("reject550");
    expect(server.messages).toEqual([]);
    // The session goes on.
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(0);
    await client.Disconnect();
    expect(server.messages).toHaveLength(1);
  });

  it.each([
    ["a sender who is refused", "reject550@example.com", "bob@example.org", LETTER, stErrorSenderRefused],
    ["text that is refused", "ann@example.com", "dataReject554@example.org", LETTER, stErrorMessageRefused],
    ["an empty sender", "", "bob@example.org", LETTER, stErrorInvalidAddress],
    ["a sender of blanks", "  ", "bob@example.org", LETTER, stErrorInvalidAddress],
    ["no recipient", "ann@example.com", " , ", LETTER, stErrorInvalidAddress],
    ["an address that is none", "ann@example.com", "bob", LETTER, stErrorInvalidAddress],
    ["two senders", "ann@example.com, al@example.com", "bob@example.org", LETTER, stErrorInvalidAddress],
    ["an address with a command in it", "ann@example.com", "b@x.org>\r\nDATA", LETTER, stErrorInvalidAddress],
    ["an empty text", "ann@example.com", "bob@example.org", "", stErrorInvalidBuffer],
    ["what is no text", "ann@example.com", "bob@example.org", 5 as unknown as string, stErrorInvalidBuffer],
    ["an option that does not exist", "ann@example.com", "bob@example.org", LETTER, stErrorInvalidOption],
  ])("%s", async (name, sender, recipient, text, code) => {
    const client = await connected();
    const options = name.startsWith("an option") ? 1 << 30 : undefined;
    expect(await client.SendMessage(sender, recipient, text, options)).toBe(code);
    expect([client.LastError, client.IsConnected, server.messages]).toEqual([code, true, []]);
    await client.Disconnect();
  });

  it("the null sender has to be named, also step by step", async () => {
    const client = await connected();
    expect(await client.CreateMessage("")).toBe(stErrorInvalidAddress);
    expect(await client.SendMessage("<>", "bob@example.org", LETTER)).toBe(0);
    await client.Disconnect();
    expect(server.messages.map(({ from }) => from.address)).toEqual([""]);
  });

  it("octets go out as they are, bare line ends mended", async () => {
    const client = await connected();
    const octets = new TextEncoder().encode("Subject: x\n\n.one\n..two\rthree");
    expect(await client.SendMessage("ann@example.com", "bob@example.org", octets)).toBe(0);
    await client.Disconnect();
    expect(server.messages[0]?.text).toBe("Subject: x\r\n\r\n.one\r\n..two\r\nthree\r\n");
  });

  it("text of any script goes as UTF-8 to a server that takes 8 bits, and is refused by name elsewhere", async () => {
    const text = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\ngrün\r\n";
    const client = await connected();
    expect(await client.SendMessage("ann@example.com", "bob@example.org", text)).toBe(0);
    await client.Disconnect();
    expect(Buffer.from(server.messages[0]?.content ?? []).toString("utf8")).toContain("grün");
    await using old = await recordingServer({ without: ["8BITMIME", "SMTPUTF8"] });
    const other = await connected(old);
    const code = await other.SendMessage("ann@example.com", "bob@example.org", text);
    // Re-encoded by the core, or refused before MAIL: never sent as it is.
    if (code === 0) expect(old.messages[0]?.text).not.toContain("\xc3\xbc");
    else expect([code, old.messages]).toEqual([stErrorCommandNotSupported, []]);
    await other.Disconnect();
  });

  it("addresses of any script need a server that knows them", async () => {
    const client = await connected();
    expect(await client.SendMessage("grün@example.com", "bücher@example.org", LETTER)).toBe(0);
    await client.Disconnect();
    expect(server.messages[0]?.from.parameters).toMatchObject({ SMTPUTF8: true });
    await using old = await recordingServer({ without: ["SMTPUTF8"] });
    const other = await connected(old);
    expect(await other.SendMessage("ann@example.com", "grün@example.org", LETTER)).toBe(
      stErrorCommandNotSupported,
    );
    expect(await other.SendMessage("ann@example.com", "bob@bücher.example", LETTER)).toBe(0);
    expect(await other.CreateMessage("grün@example.com")).toBe(stErrorCommandNotSupported);
    expect(await other.CreateMessage("ann@example.com")).toBe(0);
    expect(await other.AddRecipient("grün@example.org")).toBe(stErrorInvalidAddress);
    expect(await other.AddRecipient("bob@example.org")).toBe(0);
    await other.Reset();
    await other.Disconnect();
    expect(old.messages).toHaveLength(1);
  });

  it("a message that is larger than the server takes is refused before MAIL", async () => {
    const target = await replay([...START, clientSays("QUIT\r\n"), serverSays("221 bye\r\n"), ends()]);
    const client = await connected(target);
    const text = `Subject: x\r\n\r\n${"x".repeat(70)}\r\n`.padEnd(1200, "y\r\n");
    expect(await client.SendMessage("ann@example.com", "bob@example.org", text)).toBe(stErrorMessageTooLarge);
    await client.Disconnect();
    await target.finished();
    await target.close();
  });

  it("a connection that breaks behind the text leaves the message in doubt, and says so", async () => {
    const target = await replay([
      ...START,
      ...MAIL_AND_RCPT,
      clientSays("DATA\r\n"),
      serverSays("354 go on\r\n"),
      clientContent(),
      cuts(),
    ]);
    const client = await connected(target);
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(
      stErrorConnectionReset,
    );
    expect(client.LastErrorString).toContain("the server may have taken the message");
    expect(client.IsConnected).toBe(false);
    await target.close();
  });
});

describe("S9: CreateMessage, AddRecipient, Write, CloseMessage", () => {
  it("say one command each, and the server has the message behind CloseMessage alone", async () => {
    const target = await replay([
      ...START,
      clientSays("MAIL FROM:<ann@example.com> SIZE=30\r\n"),
      serverSays("250 ok\r\n"),
      clientSays("RCPT TO:<bob@example.org>\r\n"),
      serverSays("250 ok\r\n"),
      clientSays("RCPT TO:<cy@example.org>\r\n"),
      serverSays("250 ok\r\n"),
      clientSays("DATA\r\n"),
      serverSays("354 go on\r\n"),
      clientSays("Subject: x\r\n\r\nHello\r\n..\r\n.\r\n"),
      serverSays("250 2.0.0 queued as 7\r\n"),
      clientSays("QUIT\r\n"),
      serverSays("221 bye\r\n"),
      ends(),
    ]);
    const client = await connected(target);
    const results = [
      await client.CreateMessage("ann@example.com", 30),
      await client.AddRecipient("bob@example.org"),
      await client.AddRecipient("<cy@example.org>"),
      await client.Write("Subject: x\r\n\r\n"),
      await client.AppendMessage("Hello\n.\n"),
      await client.CloseMessage(),
    ];
    expect(results).toEqual([0, 0, 0, 14, 0, 0]);
    expect([client.ResultCode, client.ResultString]).toEqual([250, "2.0.0 queued as 7"]);
    await client.Disconnect();
    await target.finished();
    await target.close();
  });

  it("a size above the limit fails at CreateMessage, and nothing is sent", async () => {
    const target = await replay([...START, clientSays("QUIT\r\n"), serverSays("221 bye\r\n"), ends()]);
    const client = await connected(target);
    expect(client.MessageSize).toBe(1000);
    expect(await client.CreateMessage("ann@example.com", 1001)).toBe(stErrorMessageTooLarge);
    expect(await client.AddRecipient("bob@example.org")).toBe(stErrorInvalidCommand);
    await client.Disconnect();
    await target.finished();
    await target.close();
  });

  it("without ESMTP the size is not told", async () => {
    const target = await replay([
      serverSays("220 mx\r\n"),
      clientSays(/^HELO /),
      serverSays("250 mx\r\n"),
      clientSays("MAIL FROM:<ann@example.com>\r\n"),
      serverSays("250 ok\r\n"),
      clientSays("QUIT\r\n"),
      serverSays("221 bye\r\n"),
      ends(),
    ]);
    const client = clientFor(target);
    await client.Connect();
    expect(await client.CreateMessage("ann@example.com", 123_456)).toBe(0);
    await client.Disconnect();
    await target.finished();
    await target.close();
  });

  const wrongOrder: [string, (client: SmtpClient) => Promise<number>][] = [
    ["AddRecipient first", (client) => client.AddRecipient("bob@example.org")],
    ["AppendMessage first", (client) => client.AppendMessage("x")],
    ["CloseMessage first", (client) => client.CloseMessage()],
  ];
  it.each(wrongOrder)("wrong order sends nothing: %s", async (_name, call) => {
    const target = await replay([...START, clientSays("QUIT\r\n"), serverSays("221 bye\r\n"), ends()]);
    const client = await connected(target);
    expect(await call(client)).toBe(stErrorInvalidCommand);
    await client.Disconnect();
    await target.finished();
    await target.close();
  });

  const wrongInside: [string, (client: SmtpClient) => Promise<number>][] = [
    [
      "Write without a recipient",
      (client) => client.Write("x").then((result) => (result === -1 ? client.LastError : 0)),
    ],
    ["CloseMessage without a recipient", (client) => client.CloseMessage()],
    ["CreateMessage twice", (client) => client.CreateMessage("ann@example.com")],
    ["SendMessage", (client) => client.SendMessage("ann@example.com", "bob@example.org", LETTER)],
  ];
  it.each(wrongInside)("wrong order inside a message sends nothing: %s", async (_name, call) => {
    const target = await replay([
      ...START,
      clientSays("MAIL FROM:<ann@example.com>\r\n"),
      serverSays("250 ok\r\n"),
      clientSays("QUIT\r\n"),
      serverSays("221 bye\r\n"),
      ends(),
    ]);
    const client = await connected(target);
    expect(await client.CreateMessage("ann@example.com")).toBe(0);
    expect(await call(client)).toBe(stErrorInvalidCommand);
    await client.Disconnect();
    await target.finished();
    await target.close();
  });

  it("an empty message is none", async () => {
    const client = await connected();
    await client.CreateMessage("ann@example.com");
    await client.AddRecipient("bob@example.org");
    expect(await client.CloseMessage()).toBe(stErrorInvalidCommand);
    expect(await client.Reset()).toBe(0);
    await client.Disconnect();
    expect(server.messages).toEqual([]);
  });

  it("a refused recipient fails its call alone", async () => {
    const client = await connected();
    await client.CreateMessage("ann@example.com");
    expect(await client.AddRecipient("reject550@example.org")).toBe(stErrorRecipientRefused);
    expect(await client.AddRecipient("bob@example.org")).toBe(0);
    expect(await client.AddRecipient("a@x.org, b@x.org")).toBe(stErrorInvalidAddress);
    await client.Write(LETTER);
    expect(await client.CloseMessage()).toBe(0);
    await client.Disconnect();
    expect(server.messages[0]?.to.map(({ address }) => address)).toEqual(["bob@example.org"]);
  });

  it("a refused message is a code, and the next one goes", async () => {
    const client = await connected();
    for (const [to, code] of [
      ["dataReject554@example.org", stErrorMessageRefused],
      ["bob@example.org", 0],
    ] as const) {
      await client.CreateMessage("ann@example.com");
      await client.AddRecipient(to);
      await client.Write(LETTER);
      expect(await client.CloseMessage()).toBe(code);
    }
    await client.Disconnect();
    expect(server.messages).toHaveLength(1);
  });

  it("postmaster needs no domain", async () => {
    const target = await replay([
      ...START,
      clientSays(/^MAIL/),
      serverSays("250 ok\r\n"),
      clientSays("RCPT TO:<postmaster>\r\n"),
      serverSays("250 ok\r\n"),
    ]);
    const client = await connected(target);
    await client.CreateMessage("ann@example.com");
    expect(await client.AddRecipient("Postmaster")).toBe(0);
    await target.finished();
    client.Uninitialize();
    await target.close();
  });

  it("Reset between MAIL and the text forgets the message", async () => {
    const client = await connected();
    await client.CreateMessage("ann@example.com");
    await client.AddRecipient("bob@example.org");
    expect(await client.Reset()).toBe(0);
    expect(await client.Write("x")).toBe(-1);
    expect(await client.SendMessage("ann@example.com", "cy@example.org", LETTER)).toBe(0);
    await client.Disconnect();
    expect(server.messages.map(({ to }) => to[0]?.address)).toEqual(["cy@example.org"]);
  });

  it("Reset inside the text closes the connection, so that half a message counts for none", async () => {
    const client = await connected();
    await client.CreateMessage("ann@example.com");
    await client.AddRecipient("bob@example.org");
    await client.Write("Subject: half\r\n\r\nHel");
    expect(await client.Reset()).toBe(0);
    expect(client.IsConnected).toBe(false);
    await client.Connect({ Options: smtpOptionExtended });
    expect(await client.SendMessage("ann@example.com", "cy@example.org", LETTER)).toBe(0);
    await client.Disconnect();
    expect(server.messages).toHaveLength(1);
  });

  it("Disconnect inside the text does not deliver half a message either", async () => {
    const client = await connected();
    await client.CreateMessage("ann@example.com");
    await client.AddRecipient("bob@example.org");
    await client.Write("Subject: half\r\n\r\nHel");
    expect(await client.Disconnect()).toBe(0);
    expect([client.IsConnected, server.messages]).toEqual([false, []]);
  });

  it("an early refusal of the text is reported", async () => {
    const target = await scriptedServer(async (peer) => {
      await peer.send("220 mx\r\n");
      await peer.line();
      await peer.send("250 mx\r\n");
      for (let at = 0; at < 2; at++) {
        await peer.line();
        await peer.send("250 ok\r\n");
      }
      await peer.line();
      await peer.send("354 go on\r\n");
      await peer.line();
      await peer.send("552 too much\r\n");
      await peer.stall();
    });
    const client = await connected(target);
    await client.CreateMessage("ann@example.com");
    await client.AddRecipient("bob@example.org");
    const ended = new Promise<void>((resolve) => client.on("OnDisconnect", resolve));
    await client.Write("Subject: x\r\n\r\n");
    await ended;
    expect(await client.Write("more\r\n")).toBe(-1);
    expect([client.LastError, client.ResultCode]).toEqual([stErrorMessageRefused, 552]);
    expect(await client.CloseMessage()).toBe(stErrorNotConnected);
    expect(client.IsConnected).toBe(false);
    await target.close();
  });
});

describe("S10: Write", () => {
  const pieces: [string, string[], string][] = [
    ["bare LF", ["a\nb\n"], "a\r\nb\r\n"],
    ["bare CR", ["a\rb\r"], "a\r\nb\r\n"],
    ["a line end cut in two", ["a\r", "\nb"], "a\r\nb\r\n"],
    ["dots", [".\n", "..\n", "x\n", ".y"], ".\r\n..\r\nx\r\n.y\r\n"],
    ["an end mark that is none", ["a\r\n.\r\nMAIL FROM:<x@y>\r\n"], "a\r\n.\r\nMAIL FROM:<x@y>\r\n"],
    ["the end mark in pieces", ["a\r\n", ".", "\r\n", "b"], "a\r\n.\r\nb\r\n"],
  ];
  it.each(pieces)("%s", async (_name, texts, arrived) => {
    const client = await connected();
    await client.CreateMessage("ann@example.com");
    await client.AddRecipient("bob@example.org");
    await client.Write("Subject: x\n\n");
    for (const text of texts) expect(await client.Write(text)).toBe(text.length);
    expect(await client.CloseMessage()).toBe(0);
    await client.Disconnect();
    expect(server.messages).toHaveLength(1);
    expect(server.messages[0]?.text).toBe(`Subject: x\r\n\r\n${arrived}`);
  });

  it("Length takes the first octets alone", async () => {
    const client = await connected();
    await client.CreateMessage("ann@example.com");
    await client.AddRecipient("bob@example.org");
    expect(await client.Write("Subject: x\r\n\r\nHello, World", 19)).toBe(19);
    expect(await client.Write(new Uint8Array([0x21, 0x0a, 0x41]), 2)).toBe(2);
    expect(await client.Write("abc", 4)).toBe(-1);
    expect(client.LastError).toBe(stErrorInvalidBuffer);
    expect(await client.AppendMessage("xyz", 1)).toBe(0);
    await client.CloseMessage();
    await client.Disconnect();
    expect(server.messages[0]?.text).toBe("Subject: x\r\n\r\nHello!\r\nx\r\n");
  });

  it("8-bit text needs a server that takes it, and a header needs encoding", async () => {
    await using old = await recordingServer({ without: ["8BITMIME", "SMTPUTF8"] });
    const client = await connected(old);
    await client.CreateMessage("ann@example.com");
    await client.AddRecipient("bob@example.org");
    expect(await client.Write("Subject: grün\r\n\r\n")).toBe(-1);
    expect(client.LastError).toBe(stErrorCommandNotSupported);
    expect(await client.Write("Subject: x\r\n\r\n")).toBe(14);
    expect(await client.Write("grün")).toBe(-1);
    expect(await client.Write("gruen")).toBe(5);
    expect(await client.CloseMessage()).toBe(0);
    await client.Disconnect();
    expect(old.messages[0]?.text).toBe("Subject: x\r\n\r\ngruen\r\n");

    const other = await connected();
    await other.CreateMessage("ann@example.com");
    await other.AddRecipient("bob@example.org");
    expect(await other.Write("Subject: grün\r\n")).toBe(-1);
    expect(await other.Write("Subject: x\r")).toBe(11);
    expect(await other.Write("\n\r")).toBe(2);
    expect(await other.Write("\ngrün")).toBe(6);
    expect(await other.CloseMessage()).toBe(0);
    await other.Disconnect();
    expect(server.messages[0]?.from.parameters).toEqual({ BODY: "8BITMIME" });
    expect(Buffer.from(server.messages[0]?.content ?? []).toString("utf8")).toBe(
      "Subject: x\r\n\r\ngrün\r\n",
    );
  });

  it.each([
    ["NUL", "a\0b"],
    ["a line of more than 998 octets", "x".repeat(2000)],
  ])("%s cannot be sent, and cannot be left out", async (_name, text) => {
    const client = await connected();
    await client.CreateMessage("ann@example.com");
    await client.AddRecipient("bob@example.org");
    await client.Write("Subject: x\r\n\r\n");
    const result = await client.Write(`${text}\r\n`);
    if (result === -1) {
      expect(client.LastError).toBe(stErrorInvalidBuffer);
      expect(client.IsConnected).toBe(false);
    } else {
      await client.CloseMessage();
      for (const line of (server.messages[0]?.text ?? "").split("\r\n"))
        expect(line.length).toBeLessThan(999);
      expect(server.messages[0]?.text).not.toContain("\0");
    }
    await client.Disconnect();
  });
});

describe("S13: notices of delivery", () => {
  const flags: [string, number, object, object][] = [
    ["success", smtpNotifySuccess, {}, { NOTIFY: "SUCCESS" }],
    [
      "all, headers only",
      smtpNotifySuccess | smtpNotifyFailure | smtpNotifyDelay | smtpReturnHeaders,
      { RET: "HDRS" },
      { NOTIFY: "SUCCESS,FAILURE,DELAY" },
    ],
    ["never", smtpNotifyNever, {}, { NOTIFY: "NEVER" }],
    ["the whole message", smtpNotifyFailure | smtpReturnMessage, { RET: "FULL" }, { NOTIFY: "FAILURE" }],
    ["InternetMail's flag", mailNotifySuccess, {}, { NOTIFY: "SUCCESS" }],
    ["all of InternetMail's", mailOptionNotify, { RET: "HDRS" }, { NOTIFY: "SUCCESS,FAILURE,DELAY" }],
  ];

  it.each(flags)("%s, by the Delivery property", async (_name, delivery, mail, rcpt) => {
    const client = await connected();
    client.Delivery = delivery;
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(0);
    expect(await client.CreateMessage("ann@example.com")).toBe(0);
    expect(await client.AddRecipient("bob@example.org")).toBe(0);
    await client.Write(LETTER);
    expect(await client.CloseMessage()).toBe(0);
    await client.Disconnect();
    for (const message of server.messages) {
      expect(message.from.parameters).toMatchObject(mail);
      expect(message.to[0]?.parameters).toEqual({ ...rcpt, ORCPT: "rfc822;bob@example.org" });
    }
    expect(server.messages).toHaveLength(2);
  });

  it("by the options of SendMessage", async () => {
    const client = await connected();
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER, smtpNotifyFailure)).toBe(0);
    await client.Disconnect();
    expect(server.messages[0]?.to[0]?.parameters).toMatchObject({ NOTIFY: "FAILURE" });
  });

  it.each([
    ["a server without DSN", smtpOptionExtended],
    ["a session without ESMTP", 0],
  ])("%s refuses them by name, before MAIL", async (_name, options) => {
    await using target = await recordingServer({ without: ["DSN"] });
    const client = clientFor(target);
    await client.Connect({ Options: options });
    client.Delivery = smtpNotifySuccess;
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(
      stErrorCommandNotSupported,
    );
    expect(await client.CreateMessage("ann@example.com")).toBe(stErrorCommandNotSupported);
    client.Delivery = 0;
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(0);
    await client.Disconnect();
    expect(target.messages).toHaveLength(1);
  });

  it("a flag that does not exist is an error", async () => {
    const client = await connected();
    client.Delivery = 64;
    expect(await client.SendMessage("ann@example.com", "bob@example.org", LETTER)).toBe(stErrorInvalidOption);
    expect(await client.CreateMessage("ann@example.com", -1)).toBe(stErrorInvalidParameter);
    await client.Disconnect();
  });
});
