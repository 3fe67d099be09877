import { appendFileSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import {
  type AttachmentInput,
  type ComposedMessage,
  composeMessage,
  EmailMessage,
  type MessageInput,
  type MessageSource,
  MimeError,
  messageEnvelope,
  needsSmtpUtf8,
} from "../src/index.js";
import { fromFile } from "../src/node.js";
import { BASE, compose, faultsOf, octetsOf, readBack } from "./read-back.js";

const field = (header: string, name: string): string | undefined =>
  new RegExp(`^${name}: (.*(?:\r\n[ \t].*)*)`, "m").exec(header)?.[1]?.replace(/\r\n/g, "");

async function header(fields: MessageInput): Promise<string> {
  return (await readBack(fields)).header;
}

describe("list fields", () => {
  it.each([
    [{ help: "help@example.com?subject=help" }, "List-Help", "<mailto:help@example.com?subject=help>"],
    [{ unsubscribe: "https://example.com/u" }, "List-Unsubscribe", "<https://example.com/u>"],
    [
      { unsubscribe: ["https://example.com/u", "u@example.com"] },
      "List-Unsubscribe",
      "<https://example.com/u>, <mailto:u@example.com>",
    ],
    [
      { archive: { url: "https://example.com/a,b", comment: "the (old) ones" } },
      "List-Archive",
      "<https://example.com/a%2Cb> (the \\(old\\) ones)",
    ],
    [
      { owner: { url: "o@example.com", comment: "Größe" } },
      "List-Owner",
      "<mailto:o@example.com> (=?utf-8?B?R3LDtsOfZQ==?=)",
    ],
    [{ subscribe: "https://bücher.example/ä" }, "List-Subscribe", "<https://xn--bcher-kva.example/%C3%A4>"],
    [{ post: false }, "List-Post", "NO"],
    [{ id: "news.example.com" }, "List-Id", "<news.example.com>"],
    [
      { id: { url: "news.example.com", comment: "Our news, weekly" } },
      "List-Id",
      '"Our news, weekly" <news.example.com>',
    ],
  ] as [MessageInput["list"] & object, string, string][])("%j", async (list, name, expected) => {
    expect(field(await header({ list }), name)).toBe(expected);
  });

  it("one-click unsubscribe (RFC 8058)", async () => {
    const text = await header({
      list: { unsubscribe: ["u@example.com", "https://example.com/u?id=1"], oneClick: true },
    });
    expect(field(text, "List-Unsubscribe-Post")).toBe("List-Unsubscribe=One-Click");
    await expect(compose({ list: { unsubscribe: "u@example.com", oneClick: true } })).rejects.toMatchObject({
      code: "ERR_MIME_ONE_CLICK",
    });
  });

  it.each([
    { help: "not a url" },
    { help: "" },
    { help: "https://" },
    { help: "<x" },
    { id: "a b" },
    { help: false as never },
  ])("refuses %j", async (list) => {
    await expect(compose({ list })).rejects.toMatchObject({ code: "ERR_MIME_INVALID_URL" });
  });
});

describe("priority, importance, sensitivity, receipts, threads", () => {
  it("writes what each option stands for", async () => {
    const high = await header({ priority: "high" });
    expect(["X-Priority", "X-MSMail-Priority", "Importance"].map((name) => field(high, name))).toEqual([
      "1 (Highest)",
      "High",
      "High",
    ]);
    expect(await header({ priority: "normal" })).not.toMatch(/Priority|Importance/);
    const mixed = await header({ priority: "low", importance: "high" });
    expect(mixed.match(/^Importance: .*/gm)).toEqual(["Importance: High"]);
    expect(field(await header({ sensitivity: "company-confidential" }), "Sensitivity")).toBe(
      "Company-Confidential",
    );
    const receipts = await header({
      dispositionNotificationTo: "ann@example.com",
      returnReceiptTo: "ann@example.com",
    });
    expect(field(receipts, "Disposition-Notification-To")).toBe("ann@example.com");
    expect(field(receipts, "Return-Receipt-To")).toBe("ann@example.com");
    const thread = await header({ inReplyTo: "a@b", references: "<c@d> e@f,<g@h><i@j>" });
    expect(field(thread, "In-Reply-To")).toBe("<a@b>");
    expect(field(thread, "References")).toBe("<c@d> <e@f> <g@h> <i@j>");
  });

  it.each([
    { priority: "urgent" },
    { importance: "constructor" },
    { sensitivity: "__proto__" },
    { textFormat: "x" },
    { filenameEncoding: "x" },
  ])("refuses %j", async (fields) => {
    await expect(compose({ text: "x", ...fields } as MessageInput)).rejects.toMatchObject({
      code: "ERR_MIME_INVALID_OPTION",
    });
  });

  it("refuses a date that is none", async () => {
    for (const date of ["yesterday-ish", Number.NaN, new Date(Number.NaN), new Date(-1e14), new Date(8e15)]) {
      await expect(compose({ date })).rejects.toMatchObject({ code: "ERR_MIME_INVALID_DATE" });
    }
  });
});

describe("unknown names", () => {
  it.each([
    [{ sujet: "x" }],
    [{ attachments: [{ content: "x", fileName: "y" }] }],
    [{ alternatives: [{ content: "x", type: "y" }] }],
    [{ calendar: { content: "x", methode: "y" } }],
    [{ to: { address: "a@example.org", nam: "x" } }],
    [{ to: { name: "x", group: [], x: 1 } }],
    [{ list: { unsub: "x" } }],
    [{ list: { help: { url: "https://example.com", text: "x" } } }],
    [{ text: { content: "x", charset: "y" } }],
    [{ raw: { content: "x", name: "y" } }],
  ])("%j", async (fields) => {
    await expect(compose(fields as unknown as MessageInput)).rejects.toMatchObject({
      code: "ERR_MIME_UNKNOWN_OPTION",
    });
  });

  it("in options, the envelope, files and fromFile", () => {
    const unknown = expect.objectContaining({ code: "ERR_MIME_UNKNOWN_OPTION" });
    expect(() => composeMessage(BASE, { transports: "8bit" } as object)).toThrow(unknown);
    expect(() => composeMessage(BASE, { files: { baseDir: "/", root: "/" } as never })).toThrow(unknown);
    expect(() => messageEnvelope({ ...BASE, envelope: { sender: "a@example.org" } as never })).toThrow(
      unknown,
    );
    expect(() => fromFile("x", { name: "y" } as never)).toThrow(unknown);
  });

  it("the error is recognised across copies of the package", () => {
    expect(MimeError.is(new MimeError("ERR_MIME_NUL", "x"))).toBe(true);
    expect(MimeError.is(new Error("x"))).toBe(false);
  });
});

describe("other charsets", () => {
  it.each([
    ["windows-1252", "Grüße — “quoted” €", "Grüße"],
    ["iso-8859-2", "Žluťoučký kůň", "Žluťoučký"],
    ["koi8-r", "Привет, мир", "Привет"],
    ["shift_jis", "日本語のテキスト", "日本語"],
    ["gb18030", "简体中文", "中文"],
    [
      "iso-2022-jp",
      "日本語のテキスト mixed with ASCII\n二行目",
      "日本語の件名がとても長いときの試験、折り返しが必要な長さ",
    ],
  ])("%s", async (charset, text, subject) => {
    const {
      octets,
      header: head,
      mailparser,
      postal,
    } = await readBack({ charset, text, subject, html: `<p>${text}</p>` });
    expect(faultsOf(octets)).toEqual([]);
    expect(head).toContain(`=?${charset}?`);
    for (const word of head.match(/=\?[^?]+\?.\?[^?]*\?=/g)!) expect(word.length).toBeLessThanOrEqual(75);
    expect(mailparser.subject).toBe(subject);
    expect(postal.subject).toBe(subject);
    expect(mailparser.text!.trimEnd()).toBe(text);
    expect(octets.toString()).toContain(`charset=${charset}`);
  });

  it("ISO-2022-JP stays in 7 bits and ends each line in ASCII", async () => {
    const octets = await compose({ charset: "iso-2022-jp", text: "日本\n語ｶﾞ" });
    expect(octets.toString("latin1")).toContain("\r\n\r\n\x1b$BF|K\\\x1b(B\r\n\x1b$B8l%,\x1b(B\r\n");
  });

  it("UTF-16 text travels as base64 with CRLF inside", async () => {
    const octets = await compose({ charset: "utf-16le", text: "a\nb" });
    const body = octets.toString().split("\r\n\r\n")[1]!;
    expect(iconv.decode(Buffer.from(body, "base64"), "utf-16le")).toBe("a\r\nb");
  });

  it("refuses text that the charset cannot express, and charsets that are none", async () => {
    await expect(compose({ charset: "iso-8859-1", text: "日本" })).rejects.toMatchObject({
      code: "ERR_MIME_UNENCODABLE",
    });
    await expect(compose({ charset: "iso-2022-jp", text: "한국" })).rejects.toMatchObject({
      code: "ERR_MIME_UNENCODABLE",
    });
    for (const charset of ["utf-7", "x-nothing", "base64", "hex", ""]) {
      await expect(compose({ charset, text: "x" })).rejects.toMatchObject({
        code: "ERR_MIME_UNKNOWN_CHARSET",
      });
    }
  });

  it("composes at once when the charset was loaded before", async () => {
    await compose({ charset: "windows-1252", text: "x" });
    expect(composeMessage({ ...BASE, charset: "windows-1252", text: "x" })).not.toBeInstanceOf(Promise);
  });

  it("reads a stream of text whole", async () => {
    const { mailparser } = await readBack({
      charset: "windows-1252",
      text: Readable.from([Buffer.from("Grü"), Buffer.from("ße")]),
    });
    expect(mailparser.text!.trimEnd()).toBe("Grüße");
  });
});

describe("invitations", () => {
  const INVITE = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nSUMMARY:Größe\nEND:VCALENDAR\n";
  it("is an alternative with its method, and a file", async () => {
    const { octets, mailparser } = await readBack({
      text: "x",
      calendar: { method: "request", content: INVITE },
    });
    expect(octets.toString()).toContain("Content-Type: text/calendar; charset=utf-8; method=REQUEST\r\n");
    const file = mailparser.attachments.find((part) => part.filename === "invite.ics")!;
    expect(file.contentType).toBe("application/ics");
    expect(file.content.toString()).toBe(INVITE);
  });

  it("comes from a stream too, and comes back", async () => {
    const octets = await compose({
      text: "x",
      icalEvent: { content: Readable.from([Buffer.from(INVITE)]), filename: false },
    });
    const parsed = await EmailMessage.parse(octets);
    expect(parsed.calendar).toMatchObject({ method: "REQUEST" });
    expect((parsed.calendar as { content: string }).content.replaceAll("\r\n", "\n")).toContain(
      "SUMMARY:Größe",
    );
  });
});

describe("data: URIs to parts beside the html", () => {
  const PNG = "data:image/png;base64,iVBORw0KGgo=";
  it("moves each image once and links to it", async () => {
    const html = `<img src="${PNG}"><img src='${PNG}'><b style="background:url(${PNG})">x</b><a href="data:text/html,x">y</a>`;
    const { postal, mailparser } = await readBack({ html, attachDataUrls: true });
    expect(mailparser.attachments).toHaveLength(1);
    expect(mailparser.attachments[0]).toMatchObject({
      contentType: "image/png",
      related: true,
      filename: "image-1.png",
    });
    const cid = postal.attachments[0]!.contentId!.slice(1, -1);
    expect((mailparser.html as string).trimEnd()).toBe(html.replaceAll(PNG, `cid:${cid}`));
  });

  it("leaves the html alone unless asked, and what is no image always", async () => {
    const html = `<img src="${PNG}">`;
    expect((await readBack({ html })).mailparser.html).toContain(PNG);
    for (const odd of [
      '<img src="data:image/png;x y,AA">',
      "data:image/png;base64,AA",
      '<img src="data:image/png">',
      '<img src="data:image/',
    ]) {
      const { mailparser } = await readBack({ html: odd, attachDataUrls: true });
      expect(mailparser.html).toContain(odd);
      expect(mailparser.attachments).toHaveLength(0);
    }
  });

  it("reads html that is a stream first", async () => {
    const { mailparser } = await readBack({
      html: Readable.from([`<img src="${PNG.slice(0, 20)}`, `${PNG.slice(20)}">`]),
      attachDataUrls: true,
    });
    expect(mailparser.attachments).toHaveLength(1);
  });
});

describe("format=flowed", () => {
  it("is said in the type and readable by one who does not know it", async () => {
    const text = `${"word ".repeat(40).trim()}\n\n-- \nAnn`;
    const octets = await compose({ text, textFormat: "flowed" });
    expect(octets.toString()).toContain("Content-Type: text/plain; charset=utf-8; format=flowed\r\n");
    for (const line of octets.toString().split("\r\n")) expect(line.length).toBeLessThanOrEqual(78);
    expect(octets.toString()).toContain("\r\n-- \r\nAnn");
  });
});

describe("SMTPUTF8", () => {
  const fields: MessageInput = { to: "Jörg <jörg@bücher.example>", subject: "Grüße", text: "x" };
  it("is needed for a local part outside ASCII, and refused by name without it", async () => {
    expect(needsSmtpUtf8({ ...BASE, ...fields })).toBe(true);
    expect(needsSmtpUtf8({ ...BASE, bcc: "ü@example.org" })).toBe(true);
    expect(needsSmtpUtf8({ ...BASE, to: "Jörg <joerg@bücher.example>", subject: "Grüße" })).toBe(false);
    await expect(compose(fields)).rejects.toMatchObject({
      code: "ERR_MIME_SMTPUTF8_REQUIRED",
      subject: "To",
    });
  });

  it("writes the header in UTF-8 where it is needed, and only there", async () => {
    const composed = (await composeMessage(
      { ...BASE, ...fields },
      { transport: "8bit", smtpUtf8: true },
    )) as ComposedMessage;
    expect(composed.smtpUtf8).toBe(true);
    const octets = await octetsOf(composed);
    expect(octets.toString()).toContain("To: Jörg <jörg@xn--bcher-kva.example>\r\nSubject: Grüße\r\n");
    expect(octets.length).toBe(composed.sizeBytes);
    const plain = composeMessage({ ...BASE, subject: "Grüße" }, { smtpUtf8: true }) as ComposedMessage;
    expect(plain.smtpUtf8).toBe(false);
    expect(() => composeMessage(BASE, { utf8Headers: true })).toThrow(
      expect.objectContaining({ code: "ERR_MIME_SMTPUTF8_REQUIRED" }),
    );
  });

  it("counts octets when it folds", async () => {
    const octets = await compose(
      { subject: "ü".repeat(700) },
      { smtpUtf8: true, utf8Headers: true, transport: "8bit" },
    );
    expect(faultsOf(octets, "8bit")).toEqual([]);
    expect((await EmailMessage.parse(octets)).subject).toBe("ü".repeat(700));
  });
});

describe("ready messages", () => {
  const RAW =
    "From: Ann <ann@example.com>\nTo: bob@example.org\nCc: carol@example.org\nMessage-ID: <x@y>\nSubject: raw\n\nbody";
  it("take their envelope from their own header", () => {
    expect(messageEnvelope({ raw: RAW })).toEqual({
      from: { localPart: "ann", domain: "example.com" },
      to: [
        { localPart: "bob", domain: "example.org" },
        { localPart: "carol", domain: "example.org" },
      ],
    });
    expect(
      messageEnvelope({ raw: RAW, envelope: { from: "x@example.net", to: "y@example.net" } }).to,
    ).toHaveLength(1);
    expect(
      messageEnvelope({ raw: `Resent-From: eve@example.net\nResent-To: dave@example.net\n${RAW}` }),
    ).toEqual({
      from: { localPart: "eve", domain: "example.net" },
      to: [{ localPart: "dave", domain: "example.net" }],
    });
    expect(() => messageEnvelope({ raw: Readable.from([RAW]) })).toThrow(
      expect.objectContaining({ code: "ERR_MIME_NO_SENDER" }),
    );
  });

  it("report their own identifier and pass with normalised lines", async () => {
    for (const inlineLimitBytes of [0, 65_536]) {
      for (const raw of [RAW, () => Readable.from([RAW]), Buffer.from(RAW)]) {
        const composed = await composeMessage({ raw }, { inlineLimitBytes });
        expect(composed.messageId).toBe("<x@y>");
        expect(composed.body).toBe("7BIT");
        expect((await octetsOf(composed)).toString()).toBe(`${RAW.replaceAll("\n", "\r\n")}\r\n`);
      }
    }
  });

  it("exclude fields that would make a header or body", async () => {
    await expect(compose({ raw: RAW, subject: "x" })).rejects.toMatchObject({
      code: "ERR_MIME_INVALID_OPTION",
      subject: "subject",
    });
    await expect(compose({ text: "x", attachments: [{ raw: "x", filename: "y" }] })).rejects.toMatchObject({
      code: "ERR_MIME_INVALID_OPTION",
    });
  });

  const EIGHT =
    "From: a@example.com\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n";
  it("keep their octets on an 8-bit transport and are encoded anew on a 7-bit one", async () => {
    expect((await compose({ raw: EIGHT }, { transport: "8bit" })).toString()).toBe(EIGHT);
    const seven = await compose({ raw: EIGHT });
    expect(faultsOf(seven)).toEqual([]);
    expect((await EmailMessage.parse(seven)).text!.toString().trimEnd()).toBe("Grüße");
  });

  it("are encoded anew part by part", async () => {
    const part = (type: string, body: string): string =>
      `Content-Type: ${type}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${body}`;
    const inner = `Content-Type: multipart/alternative; boundary="in"\r\n\r\n--in\r\n${part("text/plain; charset=utf-8", "Grüße")}\r\n--in\r\n${part("text/html; charset=utf-8", `<p>${"ü".repeat(600)}</p>`)}\r\n--in--`;
    const raw = `From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=out\r\nContent-Transfer-Encoding: 8bit\r\n\r\npreämble\r\n--out\r\n${inner}\r\n--out\r\n${part("application/x-thing", "\u0000ü")}\r\n--out\r\nContent-Type: message/rfc822\r\n\r\n${EIGHT}\r\n--out--\r\nepilögue`;
    const octets = await compose({ raw });
    expect(faultsOf(octets)).toEqual([]);
    const parsed = await EmailMessage.parse(octets);
    expect(parsed.text!.toString().trimEnd()).toBe("Grüße");
    expect(parsed.html).toContain("ü".repeat(600));
    const contents = (parsed.attachments as AttachmentInput[]).map(({ content }) =>
      Buffer.from(content as Uint8Array),
    );
    expect(contents[0]!.toString()).toBe("\u0000ü");
    expect((await EmailMessage.parse(contents[1]!)).text!.toString().trimEnd()).toBe("Grüße");
  });

  it.each([
    ["signed by DKIM", `DKIM-Signature: v=1\r\n${EIGHT}`, "ERR_MIME_8BIT_REQUIRED"],
    [
      "multipart/signed",
      EIGHT.replace("text/plain; charset=utf-8", "multipart/signed; boundary=x"),
      "ERR_MIME_8BIT_REQUIRED",
    ],
    ["base64 with 8-bit octets", EIGHT.replace("8bit", "base64"), "ERR_MIME_8BIT_REQUIRED"],
    ["UTF-8 in the header", `Subject: ü\r\n${EIGHT}`, "ERR_MIME_SMTPUTF8_REQUIRED"],
    ["latin1 in the header", Buffer.from("Subject: \u00fc\r\n\r\nx", "latin1"), "ERR_MIME_INVALID_HEADER"],
  ])("are refused by name: %s", async (_, raw, code) => {
    await expect(compose({ raw })).rejects.toMatchObject({ code });
  });

  it("are refused when nested without end", async () => {
    let raw = "Content-Type: text/plain\r\n\r\nü";
    for (let depth = 0; depth < 120; depth += 1) raw = `Content-Type: message/rfc822\r\n\r\n${raw}`;
    await expect(compose({ raw })).rejects.toMatchObject({ code: "ERR_MIME_TOO_DEEP" });
  });

  it("50 deep is no trouble", async () => {
    let raw =
      "From: a@example.com\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nü";
    for (let depth = 0; depth < 50; depth += 1) {
      raw = `Content-Type: multipart/mixed; boundary=b${depth}x\r\n\r\n--b${depth}x\r\n${raw}\r\n--b${depth}x--\r\n`;
    }
    expect((await EmailMessage.parse(await compose({ raw }))).text!.toString().trim()).toBe("ü");
  });

  it("that are large files are looked into before anything is sent", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wirepost-raw-"));
    const body = "line of text\n".repeat(20_000);
    writeFileSync(
      join(folder, "plain.eml"),
      `From: a@example.com\nBcc: secret@example.net\nMessage-ID: <x@y>\n\n${body}`,
    );
    writeFileSync(join(folder, "eight.eml"), `From: a@example.com\n\n${body}ü\n`);
    const composed = await composeMessage({ raw: fromFile(join(folder, "plain.eml")) });
    expect(composed.messageId).toBe("<x@y>");
    const octets = await octetsOf(composed);
    expect(faultsOf(octets)).toEqual([]);
    expect(octets.toString()).toBe(
      `From: a@example.com\r\nMessage-ID: <x@y>\r\n\r\n${body.replaceAll("\n", "\r\n")}`,
    );
    await expect(compose({ raw: fromFile(join(folder, "eight.eml")) })).rejects.toMatchObject({
      code: "ERR_MIME_8BIT_REQUIRED",
    });
    const eight = await composeMessage({ raw: fromFile(join(folder, "eight.eml")) }, { transport: "8bit" });
    expect(eight.body).toBe("8BITMIME");
  });
});

describe("files", () => {
  const folder = mkdtempSync(join(tmpdir(), "wirepost-send-"));
  const content = Buffer.from(Uint8Array.from({ length: 1_500_000 }, (_, at) => (at * 7919) >> 3));
  writeFileSync(join(folder, "große Datei.bin"), content);

  it("are streamed, can be sent again, and have a known size", async () => {
    const composed = await composeMessage({
      ...BASE,
      text: "x",
      attachments: [fromFile(join(folder, "große Datei.bin"))],
    });
    expect(composed.content).toMatchObject({ repeatable: true });
    const octets = await octetsOf(composed);
    expect(octets.length).toBe(composed.sizeBytes);
    expect((await octetsOf(composed)).equals(octets)).toBe(true);
    const parsed = await EmailMessage.parse(octets);
    const part = parsed.attachments![0] as AttachmentInput;
    expect(part.filename).toBe("große Datei.bin");
    expect(Buffer.from(part.content as Uint8Array).equals(content)).toBe(true);
  });

  it("under BINARYMIME too", async () => {
    const octets = await compose(
      { text: "x", attachments: [fromFile(join(folder, "große Datei.bin"))] },
      { transport: "binary" },
    );
    expect(octets.indexOf(content)).toBeGreaterThan(0);
  });

  it("that grew since the message was composed are an error, not another message", async () => {
    const path = join(folder, "grows.log");
    writeFileSync(path, "x".repeat(100_000));
    const composed = await composeMessage({ ...BASE, attachments: [fromFile(path)] });
    appendFileSync(path, "y");
    await expect(octetsOf(composed)).rejects.toMatchObject({
      code: "ERR_MIME_SOURCE_CHANGED",
      subject: 'attachment "grows.log"',
    });
  });

  it("take the name, type and identifier of fromFile()", async () => {
    const source = fromFile(join(folder, "große Datei.bin"), {
      filename: "a.png",
      contentType: "image/png",
      cid: "i@x",
    });
    const { mailparser } = await readBack({ html: "x", attachments: [source] });
    expect(mailparser.attachments[0]).toMatchObject({
      filename: "a.png",
      contentType: "image/png",
      cid: "i@x",
      related: true,
    });
    const overridden = await readBack({
      attachments: [{ content: fromFile(join(folder, "grows.log")), filename: "b.txt" }],
    });
    expect(overridden.mailparser.attachments[0]).toMatchObject({
      filename: "b.txt",
      contentType: "text/plain",
    });
  });
});

describe("abort and release", () => {
  it("ends composing and reading with the caller's reason", async () => {
    const controller = new AbortController();
    const make = (): Readable => Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(10_000)));
    const composed = await composeMessage({ ...BASE, attachments: [{ content: make }] });
    if (composed.content instanceof Uint8Array) throw new Error("a source was expected");
    const iterator = composed.content.open(controller.signal)[Symbol.asyncIterator]();
    await iterator.next();
    controller.abort(new Error("enough"));
    await expect(
      (async () => {
        for (;;) if ((await iterator.next()).done) return;
      })(),
    ).rejects.toMatchObject({
      code: "ERR_MIME_ABORTED",
      cause: expect.objectContaining({ message: "enough" }),
    });
  });

  it("closes streams that are not sent after all", async () => {
    const stream = Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(10_000)));
    const composed = await composeMessage({ ...BASE, attachments: [{ content: stream }] });
    if (composed.content instanceof Uint8Array) throw new Error("a source was expected");
    await composed.content.close!();
    expect(stream.destroyed).toBe(true);
  });

  it("closes the other streams when one content fails", async () => {
    const stream = Readable.from(Array.from({ length: 50 }, () => Buffer.alloc(10_000)));
    await expect(
      compose({ attachments: [{ content: stream }, { content: () => Promise.reject(new Error("no")) }] }),
    ).rejects.toMatchObject({ code: "ERR_MIME_SOURCE_FAILED", subject: "attachment 2" });
    expect(stream.destroyed).toBe(true);
  });

  it.each([
    ["a number", 5],
    ["null", null],
    ["a plain object", {}],
    ["a stream of numbers", Readable.from([1, 2])],
    ["a function of a function", () => () => "x"],
  ])("refuses %s as a content", async (_, content) => {
    await expect(compose({ attachments: [{ content: content as never }] })).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_MIME_SOURCE_(?:INVALID|FAILED)$/),
    });
  });

  it("composes a message with a stream twice without losing what was read ahead", async () => {
    for (const size of [1000, 500_000]) {
      const content = Readable.from(Array.from({ length: 10 }, () => Buffer.alloc(size / 10, 7)));
      const message: MessageInput = { ...BASE, attachments: [{ content }] };
      const first = await composeMessage(message);
      const second = await composeMessage(message, { transport: "8bit" });
      const parsed = await EmailMessage.parse(await octetsOf(second));
      expect(((parsed.attachments as AttachmentInput[])[0]!.content as Uint8Array).length).toBe(size);
      if (size === 1000) await octetsOf(first);
      else {
        await expect(octetsOf(first)).rejects.toMatchObject({ code: "ERR_MIME_SOURCE_CONSUMED" });
        await expect(compose(message)).rejects.toMatchObject({ code: "ERR_MIME_SOURCE_CONSUMED" });
      }
    }
  });

  it("ends when a content gives nothing and the caller gives up", async () => {
    const hanging = (): Readable => new Readable({ read() {} });
    const started = (): Readable => {
      const stream = hanging();
      stream.push(Buffer.alloc(100_000));
      return stream;
    };
    for (const content of [hanging(), hanging, () => new Promise<never>(() => undefined)]) {
      const controller = new AbortController();
      const composing = compose({ attachments: [{ content }] }, { signal: controller.signal });
      setTimeout(() => controller.abort(), 5);
      await expect(composing).rejects.toMatchObject({ code: "ERR_MIME_ABORTED" });
      if (content instanceof Readable) expect(content.destroyed).toBe(true);
    }
    const stream = started();
    const composed = await composeMessage({ ...BASE, attachments: [{ content: stream }] });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 5);
    await expect(
      (async () => {
        for await (const _ of (composed.content as MessageSource).open(controller.signal));
      })(),
    ).rejects.toMatchObject({ code: "ERR_MIME_ABORTED" });
    expect(stream.destroyed).toBe(true);
  });

  it("refuses a stream that stands in a message twice, unless it is small", async () => {
    const make = (size: number): Readable => Readable.from([Buffer.alloc(size), Buffer.alloc(size)]);
    const [small, large] = [make(100), make(100_000)];
    expect(
      (await readBack({ attachments: [{ content: small }, { content: small }] })).postal.attachments,
    ).toHaveLength(2);
    await expect(compose({ attachments: [{ content: large }, { content: large }] })).rejects.toMatchObject({
      code: "ERR_MIME_SOURCE_CONSUMED",
    });
  });

  it("refuses a stream that was read already", async () => {
    const stream = Readable.from(["x"]);
    for await (const _ of stream);
    await expect(compose({ attachments: [{ content: stream }] })).rejects.toMatchObject({
      code: "ERR_MIME_SOURCE_CONSUMED",
    });
  });
});

describe("strings that stand for octets", () => {
  it.each([
    ["base64", "aGVsbG8=", "hello"],
    ["hex", "68656c6c6f", "hello"],
    ["latin1", "h\u00e9", "h\u00e9"],
  ] as const)("%s", async (encoding, content, expected) => {
    const { mailparser } = await readBack({ attachments: [{ content, encoding }] });
    expect(mailparser.attachments[0]!.content.toString("latin1")).toBe(expected);
  });

  it.each([
    ["hex", "6"],
    ["hex", "zz"],
    ["latin1", "日"],
  ] as const)("refuses %s %s", async (encoding, content) => {
    await expect(compose({ attachments: [{ content, encoding }] })).rejects.toMatchObject({
      code: "ERR_MIME_SOURCE_INVALID",
    });
  });
});

describe("forced encodings", () => {
  it.each([
    ["7bit", "plain\r\n", undefined],
    ["7bit", "bare\n", "ERR_MIME_ENCODING_UNSUITABLE"],
    ["7bit", "ü", "ERR_MIME_ENCODING_UNSUITABLE"],
    ["8bit", "ü", "ERR_MIME_ENCODING_UNSUITABLE"],
    ["binary", "x", "ERR_MIME_ENCODING_UNSUITABLE"],
    ["7bit", "x".repeat(999), "ERR_MIME_ENCODING_UNSUITABLE"],
  ] as const)("%s %j", async (contentTransferEncoding, content, code) => {
    const fields = { text: "x", attachments: [{ content, contentTransferEncoding }] };
    if (code === undefined)
      expect((await readBack(fields)).mailparser.attachments[0]!.content.toString()).toBe(content);
    else await expect(compose(fields)).rejects.toMatchObject({ code });
  });
});

describe("reading back", () => {
  it("keeps fields, and leaves out what the transport added", async () => {
    const parsed = await EmailMessage.parse(
      "Received: by x\r\nReturn-Path: <a@b>\r\nDKIM-Signature: v=1\r\nFrom: =?utf-8?Q?J=C3=B6rg?= <a@example.com>\r\n" +
        "To: Team: b@example.org;\r\nX-Custom: =?utf-8?Q?=C3=BC?=\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n" +
        "Message-ID: <x@y>\r\nReferences: <a@b> <c@d>\r\n\r\nbody",
    );
    expect(parsed.headers).toEqual([{ key: "X-Custom", value: "ü" }]);
    expect(parsed.from).toEqual([
      { kind: "mailbox", name: "Jörg", mailbox: { localPart: "a", domain: "example.com" } },
    ]);
    expect(parsed.date).toEqual(new Date("2026-11-22T10:00:00Z"));
    expect(parsed.references).toEqual(["<a@b>", "<c@d>"]);
    expect(EmailMessage.is(parsed)).toBe(true);
  });

  it("leaves out an address that has two readings", async () => {
    const parsed = await EmailMessage.parse("From: a@evil@good.example\r\nTo: b@example.org\r\n\r\nx");
    expect(parsed.from).toBeUndefined();
    expect(parsed.to).toBeDefined();
  });

  it("reads streams and files, within a limit", async () => {
    expect((await EmailMessage.parse(Readable.from(["Subject: x\r\n", "\r\ny"]))).subject).toBe("x");
    await expect(EmailMessage.parse("x".repeat(2000), { maxBytes: 1000 })).rejects.toMatchObject({
      code: "ERR_MIME_PARSE",
    });
    await expect(EmailMessage.parse("x", { limit: 1 } as never)).rejects.toMatchObject({
      code: "ERR_MIME_UNKNOWN_OPTION",
    });
  });

  it("refuses nesting without end", async () => {
    let raw = "x";
    for (let depth = 0; depth < 150; depth += 1)
      raw = `Content-Type: multipart/mixed; boundary=b${depth}x\r\n\r\n--b${depth}x\r\n${raw}`;
    await expect(EmailMessage.parse(raw)).rejects.toMatchObject({ code: "ERR_MIME_PARSE" });
  });
});
