// I12 to I18: headers, text, streams.
import { Readable } from "node:stream";
import { parseAddressList } from "@wirepost/mail-address";
import {
  client,
  clientContent,
  type RecordingServer,
  recordingServer,
  replay,
  server,
} from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SMTP, SMTPImportances, SMTPPriorities, SMTPSensitivities } from "../src/dotnet.js";
import { dotnetSmtp, type Entry, javaSmtp, names, numberOf } from "./doors.js";

let target: RecordingServer;
beforeAll(async () => {
  target = await recordingServer();
});
beforeEach(() => target.clear());
afterAll(() => target.close());

const received = (at = 0): string => Buffer.from(target.messages[at]?.content ?? []).toString("utf8");
const headerOf = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}: ((?:.|\\r\\n[ \\t])*)\\r$`, "m").exec(
    text.slice(0, text.indexOf("\r\n\r\n") + 2),
  )?.[1];

describe("I12: MessageDate and MessageId", () => {
  it("`*`: a Date of the moment, and another Message-Id for every message", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const before = Math.floor(Date.now() / 1000) * 1000;
    await smtp.Connect();
    await smtp.Send();
    await smtp.Send();
    await smtp.Disconnect();
    const date = Date.parse(headerOf(received(), "Date") as string);
    expect(date).toBeGreaterThanOrEqual(before);
    expect(date).toBeLessThanOrEqual(Date.now());
    const [one, two] = [0, 1].map((at) => headerOf(received(at), "Message-Id"));
    expect(one).toMatch(/^<[0-9a-f]{40}@example\.com>$/);
    expect(two).not.toBe(one);
  });

  it.each([
    ["MD5", 32],
    ["SHA1", 40],
    ["SHA256", 64],
  ])("MessageIdAlgorithm %s", (name, digits) => {
    const { smtp } = dotnetSmtp(1);
    smtp.Config(`MessageIdAlgorithm=${name}`);
    expect(headerOf(smtp.MessageHeadersString, "Message-Id")).toMatch(new RegExp(`^<[0-9a-f]{${digits}}@`));
    expect(() => smtp.Config("MessageIdAlgorithm=CRC")).toThrow(/10022/);
  });

  it("empty: no such header; else as given", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.MessageDate = "";
    smtp.MessageId = "";
    await smtp.Send();
    expect(received()).not.toMatch(/^(?:Date|Message-Id):/im);
    smtp.MessageDate = "Fri, 1 Mar 96 21:24:52 EST";
    smtp.MessageId = "<one@example.com>";
    await smtp.Send();
    expect(headerOf(received(1), "Date")).toBe("Fri, 1 Mar 96 21:24:52 EST");
    expect(headerOf(received(1), "Message-Id")).toBe("<one@example.com>");
  });
});

describe("I13: OtherHeaders", () => {
  it("is appended behind the others", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.OtherHeaders = "HeaderName: HeaderValue\r\nX-Folded: one\r\n two";
    expect(smtp.Config("OtherHeaders")).toBe(smtp.OtherHeaders);
    await smtp.Send();
    expect(received()).toMatch(
      /Subject: Hello\r\n[\s\S]*HeaderName: HeaderValue\r\nX-Folded: one\r\n two\r\n\r\nHello/,
    );
  });

  it("beginning with an empty line it takes the place of all of them; the envelope stays", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.Cc = "cora@example.org";
    smtp.BCc = "bea@example.org";
    smtp.OtherHeaders = "\r\nFrom: other@example.com\r\nSubject: Mine";
    await smtp.Send();
    expect(received()).toBe("From: other@example.com\r\nSubject: Mine\r\n\r\nHello, World!\r\n");
    expect(target.messages[0]?.from.address).toBe("ann@example.com");
    expect(target.messages[0]?.to.map(({ address }) => address)).toEqual([
      "bob@example.org",
      "cora@example.org",
      "bea@example.org",
    ]);
  });

  it.each(["no header", "X-One: 1\r\n\r\nbody of my own", "X-One: 1\r\n.\r\nQUIT", "X\u0000: 1"])(
    "%j is refused before any traffic",
    async (headers) => {
      const { smtp, log } = dotnetSmtp(target.port);
      smtp.OtherHeaders = headers;
      expect(await numberOf(smtp.Send())).toBe(10_022);
      expect(log).toEqual([]);
    },
  );

  it("an empty line alone replaces them by none", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.OtherHeaders = "\r\n";
    await smtp.Send();
    expect(received()).toBe("\r\nHello, World!\r\n");
    expect(smtp.Config("MessageHeadersString") + smtp.Config("TransferText")).toBe(received());
  });

  it("a Bcc line in it is not shown to anybody", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.OtherHeaders = "Bcc: bea@example.org\r\nX-One: 1";
    await smtp.Send();
    expect(received()).not.toContain("bea@");
    expect(received()).toContain("X-One: 1\r\n");
  });
});

describe("I14: headers of properties", () => {
  it("0 writes nothing", () => {
    const { smtp } = dotnetSmtp(1);
    expect(smtp.MessageHeadersString).not.toMatch(/^(?:Importance|Priority|Sensitivity):/m);
  });

  it.each([
    ["Importance", SMTPImportances.miHigh, "high"],
    ["Importance", SMTPImportances.miNormal, "normal"],
    ["Importance", SMTPImportances.miLow, "low"],
    ["Priority", SMTPPriorities.epNormal, "normal"],
    ["Priority", SMTPPriorities.epUrgent, "urgent"],
    ["Priority", SMTPPriorities.epNonUrgent, "non-urgent"],
    ["Sensitivity", SMTPSensitivities.esPersonal, "Personal"],
    ["Sensitivity", SMTPSensitivities.esPrivate, "Private"],
    ["Sensitivity", SMTPSensitivities.esCompanyConfidential, "Company-Confidential"],
  ] as const)("%s %d", (property, value, text) => {
    const { smtp } = dotnetSmtp(1);
    smtp[property] = value as never;
    expect(headerOf(smtp.MessageHeadersString, property)).toBe(text);
  });

  it("receipts and replies", () => {
    const { smtp } = dotnetSmtp(1);
    smtp.DeliveryNotificationTo = "dsn@example.com";
    smtp.ReadReceiptTo = "mdn@example.com";
    smtp.ReplyTo = "reply@example.com";
    const text = smtp.MessageHeadersString;
    expect(headerOf(text, "Return-Receipt-To")).toBe("dsn@example.com");
    expect(headerOf(text, "Disposition-Notification-To")).toBe("mdn@example.com");
    expect(headerOf(text, "Reply-To")).toBe("reply@example.com");
  });

  it.each([
    "From",
    "Subject",
    "ReplyTo",
    "ReadReceiptTo",
    "DeliveryNotificationTo",
    "MessageId",
    "MessageDate",
  ] as const)("%s cannot add a header or a body", async (property) => {
    for (const evil of [
      "a@example.com\r\nBcc: eve@example.net",
      "a@example.com\n\nbody",
      "a@example.com\u0000",
    ]) {
      const { smtp, log } = dotnetSmtp(target.port);
      smtp[property] = evil;
      expect(await numberOf(smtp.Send())).toBeGreaterThan(160);
      expect(log).toEqual([]);
    }
  });

  it.each(["Bob, the Builder", "Ü, eve@example.net", 'Bob "B" \\', "J. Doe", "Plain Name"])(
    "the name %j stays one recipient",
    (name) => {
      for (const charset of ["", "utf-8"]) {
        const { smtp } = dotnetSmtp(1);
        smtp.Config(`Charset=${charset}`);
        smtp.MessageRecipients.Item(0).Name = name;
        const to = headerOf(smtp.MessageHeadersString, "To") as string;
        expect(parseAddressList(to)).toHaveLength(1);
        if (charset === "") expect(parseAddressList(to)[0]).toMatchObject({ name });
      }
    },
  );

  it("a recipient cannot either", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.MessageRecipients.Item(0).Name = "Bob\r\nX-Evil: 1";
    expect(await numberOf(smtp.Send())).toBe(10_022);
    smtp.MessageRecipients.Item(0).Name = "";
    smtp.MessageRecipients.Item(0).Address = "bob@example.org>\r\nDATA";
    expect(await numberOf(smtp.Send())).toBe(10_022);
    expect(target.messages).toHaveLength(0);
  });
});

describe("I15: folding and Charset", () => {
  const long = `${"word ".repeat(40)}end`;

  it("headers longer than MaxHeaderLength are folded, and mean the same", () => {
    const { smtp } = dotnetSmtp(1);
    smtp.Subject = long;
    // One word is not taken apart.
    smtp.MessageId = "<one@example.com>";
    for (const limit of [80, 60]) {
      smtp.Config(`MaxHeaderLength=${limit}`);
      const text = smtp.MessageHeadersString;
      for (const line of text.split("\r\n")) expect(line.length).toBeLessThanOrEqual(limit);
      expect(headerOf(text, "Subject")?.replaceAll("\r\n", "")).toBe(long);
    }
  });

  it("FoldHeaders false leaves them", () => {
    const { smtp } = dotnetSmtp(1);
    smtp.Subject = long;
    smtp.Config("FoldHeaders=False");
    expect(smtp.MessageHeadersString).toContain(`Subject: ${long}\r\n`);
  });

  it("a list of recipients is folded between addresses", () => {
    const { smtp } = dotnetSmtp(1);
    smtp.SendTo = Array.from({ length: 12 }, (_, at) => `recipient${at}@example.org`).join(",");
    expect(headerOf(smtp.MessageHeadersString, "To")).toMatch(/@example\.org,\r\n /);
  });

  it("Charset empty: header text is not encoded; a server without SMTPUTF8 is not asked", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.Subject = "Grüße";
    expect(smtp.MessageHeadersString).toContain("Subject: Grüße\r\n");
    await smtp.Send();
    expect(received()).toContain("Subject: Grüße\r\n");
    await using old = await recordingServer({ without: ["SMTPUTF8"] });
    const other = dotnetSmtp(old.port).smtp;
    other.Subject = "Grüße";
    expect(await numberOf(other.Send())).toBe(434);
    expect(old.messages).toHaveLength(0);
    await other.Disconnect();
  });

  it.each([
    ["utf-8", "=?utf-8?B?R3LDvMOfZQ==?="],
    ["iso-8859-1", "=?iso-8859-1?B?R3L832U=?="],
    ["windows-1252", "=?windows-1252?B?R3L832U=?="],
  ])("Charset %s: RFC 2047 words", async (charset, word) => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.Config(`Charset=${charset}`);
    smtp.Subject = "Grüße";
    smtp.From = '"Änne" <ann@example.com>';
    await smtp.Send();
    expect(headerOf(received(), "Subject")).toBe(word);
    expect(headerOf(received(), "From")).toMatch(/^=\?.*\?= <ann@example\.com>$/);
    expect(smtp.From).toBe('"Änne" <ann@example.com>');
  });

  it("text that the Charset cannot express, or a Charset that nobody knows: 434", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.Subject = "日本";
    for (const charset of ["iso-8859-1", "us-ascii", "x-unknown"]) {
      smtp.Config(`Charset=${charset}`);
      expect(await numberOf(smtp.Send())).toBe(434);
    }
    expect(log).toEqual([]);
  });
});

describe("I16: the headers that were or will be sent", () => {
  it("before: what will be sent is what is sent", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const shown = smtp.MessageHeadersString;
    await smtp.Send();
    expect(received().startsWith(shown)).toBe(true);
    expect(smtp.MessageHeadersString).toBe(shown);
  });

  it("after: headers and text are the message on the wire, dots unstuffed", async () => {
    const { smtp } = javaSmtp(target.port);
    smtp.setMessageText(".one\n..two\r\nlast line without an end");
    smtp.setCc("cora@example.org");
    await smtp.send();
    const raw = smtp.config("MessageHeadersString") + smtp.config("TransferText");
    expect(raw).toBe(received());
    expect(smtp.getMessageHeadersString()).toBe(smtp.config("MessageHeadersString"));
  });

  it("also where the text had to be encoded for the server", async () => {
    await using old = await recordingServer({ without: ["8BITMIME"] });
    const { smtp } = dotnetSmtp(old.port);
    smtp.MessageText = "Grüße\r\n";
    await smtp.Send();
    const wire = old.messages[0]?.text as string;
    expect(wire).toMatch(/Content-Transfer-Encoding: base64\r\n/);
    expect(smtp.Config("MessageHeadersString") + smtp.Config("TransferText")).toBe(wire);
  });

  it("MessageHeaders has them one by one", () => {
    const { smtp } = javaSmtp(1);
    smtp.setOtherHeaders("X-Folded: one\r\n two");
    const rows = [...smtp.getMessageHeaders()].map((header) => [header.getField(), header.getValue()]);
    expect(rows).toContainEqual(["Subject", "Hello"]);
    expect(rows.at(-1)).toEqual(["X-Folded", "one two"]);
    expect(smtp.getMessageHeaders().size()).toBe(rows.length);
  });

  it("nothing yet: empty", () => {
    const smtp = new SMTP();
    expect(smtp.MessageHeadersString).toBe("");
    expect(smtp.MessageHeaders.Count).toBe(0);
    expect(smtp.Config("TransferText")).toBe("");
  });
});

describe("I17: MessageText and Message", () => {
  it("lines beginning with a dot are doubled on the wire", async () => {
    const content: string[] = [];
    await using mx = await replay([
      server("220 mx ESMTP\r\n"),
      client(/^EHLO/),
      server("250 mx\r\n"),
      client(/^MAIL/),
      server("250 ok\r\n"),
      client(/^RCPT/),
      server("250 ok\r\n"),
      client("DATA\r\n"),
      server("354 go\r\n"),
      clientContent(),
      server("250 ok\r\n"),
      client("QUIT\r\n"),
      server("221 bye\r\n"),
    ]);
    const { smtp } = dotnetSmtp(mx.port);
    smtp.MessageText = ".\r\n.QUIT\r\nplain\r\n";
    await smtp.Send();
    await mx.finished();
    content.push(mx.connections[0]?.receivedText as string);
    expect(content[0]).toContain("\r\n\r\n..\r\n..QUIT\r\nplain\r\n.\r\nQUIT\r\n");
  });

  it("Message takes the place of MessageText and is not encoded", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.Message = Uint8Array.of(0x47, 0x72, 0xfc, 0xdf, 0x65, 13, 10);
    await smtp.Send();
    expect(target.messages[0]?.text).toContain("\r\n\r\nGr\xfc\xdfe\r\n");
  });

  it("Message cannot end DATA early", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.Message = "one\r\n.\r\nMAIL FROM:<eve@example.net>\n.\nlast";
    await smtp.Send();
    expect(target.messages).toHaveLength(1);
    expect(received()).toContain("\r\n\r\none\r\n.\r\nMAIL FROM:<eve@example.net>\r\n.\r\nlast\r\n");
  });

  it("a Message that cannot go as it is is refused before MAIL", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    smtp.Message = "x".repeat(1200);
    expect(await numberOf(smtp.Send())).toBe(10_022);
    expect(log).toEqual([]);
    await using old = await recordingServer({ without: ["8BITMIME"] });
    const other = dotnetSmtp(old.port);
    other.smtp.Message = Uint8Array.of(0xfc);
    expect(await numberOf(other.smtp.Send())).toBe(161);
    expect(other.log.filter(([, , line]) => String(line).startsWith("MAIL"))).toEqual([]);
    await other.smtp.Disconnect();
  });

  it("MessageText with a line that is too long is encoded", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.MessageText = "x".repeat(1200);
    await smtp.Send();
    expect(received()).toContain("Content-Transfer-Encoding: quoted-printable");
  });
});

describe("I13: the domain of Message-Id", () => {
  it.each([
    ["<>", "example.com"],
    ["", "example.com"],
    ["bounces@example.org", "example.org"],
  ])("ReturnPath %j: %s", (returnPath, domain) => {
    const { smtp } = javaSmtp(target.port);
    smtp.setReturnPath(returnPath);
    expect(headerOf(smtp.getMessageHeadersString(), "Message-Id")).toMatch(new RegExp(`@${domain}>$`));
  });
});

describe("I18: SetMessageStream", () => {
  it("is read from where it stands to its end, then closed", async () => {
    const { smtp, log } = javaSmtp(target.port);
    const stream = Readable.from([Buffer.from("skipped "), Buffer.from("one\n"), Buffer.from(".two")]);
    for await (const piece of stream.iterator({ destroyOnReturn: false })) {
      expect(String(piece)).toBe("skipped ");
      break;
    }
    smtp.setMessageStream(stream);
    await smtp.send();
    expect(received()).toMatch(/\r\n\r\none\r\n\.two\r\n$/);
    expect(stream.destroyed).toBe(true);
    expect(smtp.config("MessageHeadersString") + smtp.config("TransferText")).toBe(received());
    expect(log.filter(([event]) => event === "Transfer").map(([, sent, percent]) => [sent, percent])).toEqual(
      [
        [4, -1],
        [8, -1],
      ],
    );
  });

  it("a stream that was sent has to be given again: an older text does not go in its place", async () => {
    const { smtp, log } = javaSmtp(target.port);
    smtp.setMessageText("OLD");
    smtp.setMessageStream(Readable.from(["new"]));
    await smtp.send();
    log.length = 0;
    expect(await numberOf(smtp.send())).toBe(302);
    expect(await numberOf(smtp.queue("*"))).toBe(302);
    expect(log).toEqual([]);
    expect(target.messages).toHaveLength(1);
    smtp.setMessageStream(Readable.from(["newer"]));
    await smtp.send();
    expect(received(1)).toMatch(/\r\n\r\nnewer\r\n$/);
    smtp.setMessageText("text");
    await smtp.send();
    expect(received(2)).toMatch(/\r\n\r\ntext\r\n$/);
  });

  it.each([
    [
      "Message",
      (smtp: SMTP) => {
        smtp.Message = "other";
      },
    ],
    [
      "MessageText",
      (smtp: SMTP) => {
        smtp.MessageText = "other";
      },
    ],
    ["a new stream", (smtp: SMTP) => smtp.SetMessageStream(Buffer.from("other"))],
  ])("after one that was sent goes %s", async (_, set) => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.SetMessageStream(Readable.from(["new"]));
    await smtp.Send();
    set(smtp);
    await smtp.Send();
    expect(received(1)).toMatch(/\r\n\r\nother\r\n$/);
  });

  it("CloseStreamAfterTransfer false: it is left open, and stays set", async () => {
    const { smtp } = dotnetSmtp(target.port);
    smtp.Config("CloseStreamAfterTransfer=False");
    const stream = new Readable({ read() {}, autoDestroy: false });
    stream.push("text\r\n");
    stream.push(null);
    smtp.SetMessageStream(stream);
    await smtp.Send();
    expect(stream.destroyed).toBe(false);
    expect(received()).toMatch(/\r\n\r\ntext\r\n$/);
    smtp.SetMessageStream(null);
    await smtp.Send();
    expect(received(1)).toMatch(/Hello, World!\r\n$/);
  });

  it("a stream that is closed already, or breaks: 302, and nothing is delivered", async () => {
    const closed = Readable.from(["text"]);
    closed.destroy();
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new Error("disk gone");
    }
    async function* numbers(): AsyncGenerator<Uint8Array> {
      yield 7 as never;
    }
    for (const stream of [closed, breaking(), numbers()]) {
      const { smtp } = dotnetSmtp(target.port);
      smtp.SetMessageStream(stream);
      expect(await numberOf(smtp.Send())).toBe(302);
      await smtp.Disconnect();
    }
    expect(target.messages).toHaveLength(0);
  });

  it("a stream that never goes on can be interrupted", async () => {
    const { smtp } = dotnetSmtp(target.port);
    const stream = new Readable({ read() {} });
    stream.push("begun");
    smtp.SetMessageStream(stream);
    smtp.OnTransfer.add(() => setImmediate(() => smtp.Interrupt()));
    expect(await numberOf(smtp.Send())).toBe(301);
    expect(target.messages).toHaveLength(0);
  });

  it("a stream of 8-bit octets, to a server that takes 7", async () => {
    await using old = await recordingServer({ without: ["8BITMIME"] });
    const { smtp } = dotnetSmtp(old.port);
    smtp.SetMessageStream(Uint8Array.of(0xfc));
    expect(await numberOf(smtp.Send())).toBe(161);
    expect(old.messages).toHaveLength(0);
    smtp.SetMessageStream(Buffer.from("seven bits"));
    await smtp.Send();
    expect(old.messages).toHaveLength(1);
  });

  it("a large one is not remembered", async () => {
    const { smtp, log } = dotnetSmtp(target.port);
    const line = Buffer.from(`${"x".repeat(76)}\r\n`);
    const block = Buffer.concat(Array(1000).fill(line) as Buffer[]);
    function* blocks(): Generator<Uint8Array> {
      for (let at = 0; at < 20; at++) yield block;
    }
    smtp.SetMessageStream(blocks());
    await smtp.Send();
    expect(target.messages[0]?.content.length).toBeGreaterThan(20 * block.length);
    expect(smtp.Config("TransferText")).toBe("");
    const pieces = log.filter(([event]: Entry) => event === "Transfer");
    expect(pieces.at(-1)?.[1]).toBe(20 * block.length);
    expect(names(log)).toContain("EndTransfer");
  });
});
