// X25-X29: what arrives.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RecordingServer, recordingServer } from "@wirepost/test-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  EmailAttachment,
  EmailMessage,
  FolderItem,
  InternetHeaders,
  IOException,
  RuntimeException,
  SMTPSocket,
  XojoArray,
} from "../src/index.js";
import { mailTo, record, sendAll } from "./recorder.js";

let target: RecordingServer;
let folder: string;
beforeAll(async () => {
  target = await recordingServer();
  folder = mkdtempSync(join(tmpdir(), "xojo-compat-"));
});
beforeEach(() => target.clear());
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await target.close();
});

/** Sends one message; what arrived, and the events. */
async function deliver(
  mail: EmailMessage,
): Promise<{ text: string; from: string; to: string[]; log: readonly (readonly unknown[])[] }> {
  const socket = new SMTPSocket();
  socket.Address = "127.0.0.1";
  socket.Port = target.port;
  socket.Messages.Add(mail);
  const log = record(socket);
  await sendAll(socket);
  const message = target.messages[0];
  return {
    text: message?.text ?? "",
    from: message?.from.address ?? "",
    to: message?.to.map((recipient) => recipient.address) ?? [],
    log,
  };
}

function header(text: string, name: string): string | undefined {
  const fields = text.slice(0, text.indexOf("\r\n\r\n")).split(/\r\n(?![ \t])/);
  const found = fields.filter((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return found.length === 0
    ? undefined
    : found.map((field) => field.slice(name.length + 1).trim()).join(" | ");
}

function attachment(members: Partial<EmailAttachment>): EmailAttachment {
  return Object.assign(new EmailAttachment(), members);
}

describe("X25: addresses", () => {
  it("FromAddress is From and MAIL FROM; Bcc is in the envelope alone", async () => {
    const mail = mailTo("bob@example.org");
    mail.AddRecipient("Bert <bert@example.org>");
    mail.AddCCRecipient("carl@example.org");
    mail.AddBCCRecipient("dora@example.org");
    const { text, from, to } = await deliver(mail);
    expect(from).toBe("ann@example.com");
    expect(to).toEqual(["bob@example.org", "bert@example.org", "carl@example.org", "dora@example.org"]);
    expect(header(text, "From")).toBe("ann@example.com");
    expect(header(text, "To")).toBe("bob@example.org, Bert <bert@example.org>");
    expect(header(text, "Cc")).toBe("carl@example.org");
    expect(text).not.toMatch(/bcc|dora/i);
  });

  it("the lists can be read and assigned as text", async () => {
    const mail = mailTo("bob@example.org");
    mail.AddRecipient("carl@example.org");
    expect(mail.ToAddress).toBe("bob@example.org, carl@example.org");
    mail.ToAddress = "x@example.org, y@example.org";
    mail.CCAddress = "z@example.org";
    mail.BCCAddress = "hidden@example.org";
    mail.AddRecipient("w@example.org");
    expect([mail.ToAddress, mail.CCAddress, mail.BCCAddress]).toEqual([
      "x@example.org, y@example.org, w@example.org",
      "z@example.org",
      "hidden@example.org",
    ]);
    expect((await deliver(mail)).to).toEqual([
      "x@example.org",
      "y@example.org",
      "w@example.org",
      "z@example.org",
      "hidden@example.org",
    ]);
  });

  it("FromName, and names in FromAddress", async () => {
    const named = mailTo("bob@example.org");
    named.FromName = "Ann Müller";
    expect(header((await deliver(named)).text, "From")).toMatch(/^=\?utf-8\?.*\?= <ann@example\.com>$/i);
    target.clear();
    const inline = mailTo("bob@example.org");
    inline.FromAddress = "Ann <ann@example.com>";
    const { text, from } = await deliver(inline);
    expect([header(text, "From"), from]).toEqual(["Ann <ann@example.com>", "ann@example.com"]);
  });

  it("a local part outside ASCII goes to servers that take it, and is refused by name for others", async () => {
    expect((await deliver(mailTo("grüße@example.org"))).to).toEqual(["grüße@example.org"]);
    await using old = await recordingServer({ without: ["SMTPUTF8"] });
    const socket = new SMTPSocket();
    socket.Address = "127.0.0.1";
    socket.Port = old.port;
    socket.Messages.Add(mailTo("grüße@example.org"));
    const log = record(socket);
    await sendAll(socket);
    expect(log[1]?.slice(0, 3)).toEqual(["ServerError", 0, expect.stringContaining("SMTPUTF8")]);
  });

  it("a message above the server's size is refused here, by its sizes", async () => {
    await using small = await recordingServer({ sizeBytes: 200 });
    const socket = new SMTPSocket();
    socket.Address = "127.0.0.1";
    socket.Port = small.port;
    socket.Messages.Add(mailTo("bob@example.org"));
    const log = record(socket);
    await sendAll(socket);
    expect(log[1]?.slice(0, 3)).toEqual(["ServerError", 0, expect.stringContaining("the server takes 200")]);
    expect(small.messages).toEqual([]);
  });

  it("an address cannot add a command or a field", async () => {
    const mail = mailTo("bob@example.org");
    mail.AddRecipient("x@example.org>\r\nRSET\r\n<y@example.org");
    const { log } = await deliver(mail);
    expect(log[1]?.slice(0, 2)).toEqual(["ServerError", 0]);
    expect(target.messages).toHaveLength(0);
  });
});

describe("X26: bodies", () => {
  function bodies(members: Partial<EmailMessage>): EmailMessage {
    const mail = mailTo("bob@example.org");
    mail.BodyPlainText = "";
    return Object.assign(mail, members);
  }
  const types = (text: string): string[] =>
    [...text.matchAll(/^Content-Type: ([^;\r]*)/gm)].map((match) => match[1] as string);

  const cases: [string, Partial<EmailMessage>, string[]][] = [
    ["plain only", { BodyPlainText: "a" }, ["text/plain"]],
    ["html only", { BodyHTML: "<p>a" }, ["text/html"]],
    ["enriched only", { BodyEnriched: "<bold>a</bold>" }, ["text/enriched"]],
    [
      "plain and html",
      { BodyPlainText: "a", BodyHTML: "<p>a" },
      ["multipart/alternative", "text/plain", "text/html"],
    ],
    [
      "all three",
      { BodyPlainText: "a", BodyHTML: "<p>a", BodyEnriched: "<bold>a</bold>" },
      ["multipart/alternative", "text/plain", "text/enriched", "text/html"],
    ],
    ["none", {}, ["text/plain"]],
  ];
  it.each(cases)("%s", async (_name, members, wanted) => {
    expect(types((await deliver(bodies(members))).text)).toEqual(wanted);
  });

  it("attachments: multipart/mixed around it", async () => {
    const mail = bodies({ BodyPlainText: "a", BodyHTML: "<p>a" });
    mail.Attachments.Add(attachment({ Name: "a.txt", Data: "attached" }));
    expect(types((await deliver(mail)).text)).toEqual([
      "multipart/mixed",
      "multipart/alternative",
      "text/plain",
      "text/html",
      "text/plain",
    ]);
  });
});

describe("X27: attachments", () => {
  /** The header and the body of the last part. */
  function lastPart(text: string): { head: string; body: string } {
    const parts = text.split(/\r\n--=_[^\r]*\r\n/);
    const part = parts.at(-2) as string;
    const end = part.indexOf("\r\n\r\n");
    return { head: part.slice(0, end), body: part.slice(end + 4) };
  }

  it("Data goes out as it is under ContentEncoding, and is not encoded again", async () => {
    const data = Buffer.from("the very content").toString("base64");
    const mail = mailTo("bob@example.org");
    mail.Attachments.Append(
      attachment({ Name: "report.pdf", MIMEType: "application/pdf", Data: data, ContentEncoding: "BASE64" }),
    );
    const { head, body } = lastPart((await deliver(mail)).text);
    expect(head).toContain("Content-Transfer-Encoding: BASE64");
    expect(head).toMatch(/^Content-Type: application\/pdf/);
    expect(head).toMatch(/filename="?report\.pdf/);
    expect(body).toBe(data);
  });

  it("base64 on one endless line is wrapped, its content unchanged", async () => {
    const octets = Buffer.alloc(3000, 7);
    const mail = mailTo("bob@example.org");
    mail.Attachments.Add(
      attachment({ Name: "a.bin", Data: octets.toString("base64"), ContentEncoding: "base64" }),
    );
    const { body } = lastPart((await deliver(mail)).text);
    expect(Math.max(...body.split("\r\n").map((line) => line.length))).toBe(76);
    expect(Buffer.from(body, "base64").equals(octets)).toBe(true);
  });

  const encodings: [string, string | Uint8Array, string, string][] = [
    ["", "grüße", "base64", Buffer.from("grüße").toString("base64")],
    ["", new Uint8Array([0, 255, 1]), "base64", "AP8B"],
    ["7bit", "plain\r\n.dots\r\n", "7bit", "plain\r\n.dots\r\n"],
    ["7bit", "grüße", "base64", Buffer.from("grüße").toString("base64")],
    ["8bit", "plain", "8bit", "plain"],
    ["quoted-printable", "a=3Db", "quoted-printable", "a=3Db"],
    ["x-uuencode", "begin 644 a\r\nend", "x-uuencode", "begin 644 a\r\nend"],
  ];
  it.each(encodings)("ContentEncoding %j with %j", async (given, data, encoding, wanted) => {
    const mail = mailTo("bob@example.org");
    const one = attachment({ Name: "a.bin", ContentEncoding: given });
    one.Data = data;
    mail.Attachments.Add(one);
    const { head, body } = lastPart((await deliver(mail)).text);
    expect(head).toContain(`Content-Transfer-Encoding: ${encoding}`);
    expect(body).toBe(wanted);
  });

  it("a ContentEncoding cannot add a field", async () => {
    const mail = mailTo("bob@example.org");
    mail.Attachments.Add(attachment({ Name: "a", Data: "x", ContentEncoding: "base64\r\nX-Evil: 1" }));
    const { log } = await deliver(mail);
    expect(log[1]?.slice(0, 2)).toEqual(["ServerError", 0]);
  });

  it("a name in any script, inline, and without name and type", async () => {
    const mail = mailTo("bob@example.org");
    mail.Attachments.Add(attachment({ Name: "größe.txt", Data: "x", InlineContent: true }));
    mail.Attachments.Add(attachment({ Data: "y" }));
    const { text } = await deliver(mail);
    expect(text).toContain("Content-Disposition: inline; filename*=utf-8''gr%C3%B6%C3%9Fe.txt");
    expect(text).toMatch(/Content-Type: application\/octet-stream\r\nContent-Disposition: attachment\r\n/);
  });

  it.each([
    ["small", 10],
    ["large", 300_000],
  ])("LoadFromFile of a %s file fills Name, MIMEType, Data and ContentEncoding", async (_name, size) => {
    const octets = Buffer.alloc(size, "0123456789");
    const path = join(folder, "picture.png");
    writeFileSync(path, octets);
    const loaded = new EmailAttachment();
    const loading = loaded.LoadFromFile(new FolderItem(path));
    expect([loaded.Name, loaded.MIMEType, loaded.ContentEncoding]).toEqual([
      "picture.png",
      "image/png",
      "base64",
    ]);
    await loading;
    expect(Buffer.from(loaded.Data, "base64").equals(octets)).toBe(true);
    const mail = mailTo("bob@example.org");
    mail.Attachments.Add(loaded);
    const { body } = lastPart((await deliver(mail)).text);
    expect(body).toBe(loaded.Data);
  });

  it("a send waits for LoadFromFile; Source asks for an await", async () => {
    const path = join(folder, "waited.txt");
    writeFileSync(path, "waited for");
    const loaded = new EmailAttachment();
    void loaded.LoadFromFile(new FolderItem(path));
    loaded.MIMEType = "text/x-own";
    const mail = mailTo("bob@example.org");
    mail.Attachments.Add(loaded);
    expect(() => mail.Source).toThrow(/await LoadFromFile/);
    const { text } = await deliver(mail);
    expect(lastPart(text).body).toBe(Buffer.from("waited for").toString("base64"));
    expect(text).toContain("Content-Type: text/x-own");
  });

  it("a file that is not there: IOException, and ServerError when it was not awaited", async () => {
    const missing = new FolderItem(join(folder, "missing.txt"));
    expect(await missing.Exists).toBe(false);
    const loaded = new EmailAttachment();
    await expect(loaded.LoadFromFile(missing)).rejects.toBeInstanceOf(IOException);
    const mail = mailTo("bob@example.org");
    mail.Attachments.Add(loaded);
    const { log } = await deliver(mail);
    expect(log[1]).toEqual(["ServerError", 0, expect.stringContaining("missing.txt"), mail]);
    loaded.Data = "mended";
    loaded.ContentEncoding = "";
    expect((await deliver(mail)).text).toContain(Buffer.from("mended").toString("base64"));
  });

  it("FolderItem names its file", async () => {
    const item = new FolderItem(join(folder, "picture.png"));
    expect([item.Name, await item.Exists, await new FolderItem(folder).Exists]).toEqual([
      "picture.png",
      true,
      true,
    ]);
    item.Name = "other.png";
    expect(item.NativePath).toBe(join(folder, "other.png"));
    expect(() => FolderItem.ShowOpenFileDialog("text/plain")).toThrow(RuntimeException);
    expect(() => FolderItem.ShowSaveFileDialog("text/plain", "a")).toThrow(RuntimeException);
  });
});

describe("X28: headers", () => {
  it("AddHeader adds a line each time, SetHeader replaces", async () => {
    const mail = mailTo("bob@example.org");
    mail.Headers.AddHeader("X-Mailer", "one");
    mail.Headers.AddHeader("X-Mailer", "two");
    mail.Headers.AddHeader("X-Other", "a");
    mail.Headers.SetHeader("x-other", "b");
    mail.Headers.SetHeader("X-New", "c");
    const { text } = await deliver(mail);
    expect(header(text, "X-Mailer")).toBe("one | two");
    expect([header(text, "X-Other"), header(text, "X-New")]).toEqual(["b", "c"]);
  });

  it.each([
    ["Subject", "Their own", "Their own"],
    ["From", "Other <other@example.com>", "Other <other@example.com>"],
    ["To", "list@example.org", "list@example.org"],
    ["Reply-To", "reply@example.com", "reply@example.com"],
    ["Date", "Tue, 01 Oct 2024 12:00:00 +0000", "Tue, 01 Oct 2024 12:00:00 +0000"],
    ["Message-ID", "<own@example.com>", "<own@example.com>"],
    ["References", "<a@example.com> <b@example.com>", "<a@example.com> <b@example.com>"],
  ])("a header %s of the program wins over the generated one", async (name, value, wanted) => {
    const mail = mailTo("bob@example.org");
    mail.Headers.SetHeader(name, value);
    const { text, from, to } = await deliver(mail);
    expect(header(text, name)).toBe(wanted);
    expect([from, to]).toEqual(["ann@example.com", ["bob@example.org"]]);
  });

  it("Content-Type says what the one body is; how it is encoded is not the program's", async () => {
    const mail = mailTo("bob@example.org");
    mail.BodyPlainText = "<p>really html";
    mail.Headers.SetHeader("Content-Type", "text/html; charset=iso-8859-1");
    mail.Headers.SetHeader("MIME-Version", "1.1");
    mail.Headers.SetHeader("Content-Transfer-Encoding", "base64");
    const { text } = await deliver(mail);
    expect(header(text, "Content-Type")).toMatch(/^text\/html; charset=utf-8$/i);
    expect(header(text, "MIME-Version")).toBe("1.0");
    expect(header(text, "Content-Transfer-Encoding")).toBe("base64");
    expect(text).toContain(Buffer.from("<p>really html").toString("base64"));
  });

  it("a Bcc header is not written", async () => {
    const mail = mailTo("bob@example.org");
    mail.Headers.AddHeader("Bcc", "dora@example.org");
    const { text, to } = await deliver(mail);
    expect(text).not.toMatch(/bcc|dora/i);
    expect(to).toEqual(["bob@example.org"]);
  });

  it("can be looked through", () => {
    const headers = new InternetHeaders();
    headers.AddHeader("X-A", "1");
    headers.AddHeader("X-B", "2");
    headers.AddHeader("x-a", "3");
    expect([
      headers.Count(),
      headers.NameCount("X-a"),
      headers.Value("X-A"),
      headers.Value("X-A", 1),
      headers.Value("none"),
    ]).toEqual([3, 2, "1", "3", ""]);
    expect([headers.Value(1), headers.ValueAt(2), headers.CommaSeparatedValues("X-A")]).toEqual([
      "2",
      "3",
      "1, 3",
    ]);
    expect(headers.Source()).toBe("X-A: 1\r\nX-B: 2\r\nx-a: 3\r\n");
    expect(() => headers.NameAt(3)).toThrow(RuntimeException);
    headers.RemoveAllHeaders();
    headers.DeleteAllHeaders();
    expect(headers.Count()).toBe(0);
  });
});

describe("X29: Source", () => {
  it.each([
    ["a simple message", (): EmailMessage => mailTo("bob@example.org", "Grüße")],
    [
      "one with bodies and attachments",
      (): EmailMessage => {
        const mail = mailTo("bob@example.org");
        mail.BodyHTML = "<p>häßlich";
        mail.Attachments.Add(attachment({ Name: "a.bin", Data: "x".repeat(100_000) }));
        return mail;
      },
    ],
  ])("is what arrives, octet for octet: %s", async (_name, make) => {
    const mail = make();
    const before = mail.Source;
    expect(before).toMatch(/\r\n\r\n/);
    expect(before).not.toMatch(/(?<!\r)\n|\r(?!\n)/);
    const { text } = await deliver(mail);
    expect(text).toBe(before);
    expect(mail.Source).toBe(before);
  });

  it("sent once more, a message gets another Message-ID", async () => {
    const mail = mailTo("bob@example.org");
    const first = (await deliver(mail)).text;
    target.clear();
    const second = (await deliver(mail)).text;
    expect(header(first, "Message-ID")).not.toBe(header(second, "Message-ID"));
  });

  it("is empty while there is no sender", () => {
    const mail = new EmailMessage();
    mail.Subject = "draft";
    expect(mail.Source).toBe("");
  });

  it("assigned, or given to the constructor, goes out as it is, without Bcc", async () => {
    const source =
      "From: Ann <ann@example.com>\nTo: bob@example.org\nCc: carl@example.org\nBcc: dora@example.org\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nX-Own: kept\n\nthe text\n";
    const mail = new EmailMessage(source);
    expect([mail.Subject, mail.FromAddress, mail.ToAddress, mail.BodyPlainText]).toEqual([
      "Grüße",
      "Ann <ann@example.com>",
      "bob@example.org",
      "the text\r\n",
    ]);
    expect(mail.Headers.Value("X-Own")).toBe("kept");
    const { text, from, to } = await deliver(mail);
    expect([from, to]).toEqual([
      "ann@example.com",
      ["bob@example.org", "carl@example.org", "dora@example.org"],
    ]);
    expect(text).toBe(
      "From: Ann <ann@example.com>\r\nTo: bob@example.org\r\nCc: carl@example.org\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nX-Own: kept\r\n\r\nthe text\r\n",
    );
    mail.Source = "";
    expect(mail.Source).toContain("MIME-Version: 1.0");
  });
});

describe("XojoArray", () => {
  it("keeps to its bounds", () => {
    const array = new XojoArray<number>();
    expect(() => array.Pop()).toThrow(RuntimeException);
    expect(() => array.RemoveAt(0)).toThrow(RuntimeException);
    expect(() => array.AddAt(1, 5)).toThrow(RuntimeException);
    for (const item of [1, 2, 3, 4]) array.Add(item);
    expect([array.Pop(), array.IndexOf(3), array.IndexOf(9), array.LastIndex()]).toEqual([4, 2, -1, 2]);
    array.ResizeTo(0);
    expect([...array]).toEqual([1]);
    expect(() => array.ResizeTo(5)).toThrow(RuntimeException);
    array.RemoveAll();
    expect([array.Count(), array.Ubound()]).toEqual([0, -1]);
    expect(array.map((item) => item)).not.toBeInstanceOf(XojoArray);
  });
});
