// MailMessage.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recordingServer } from "@wirepost/test-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  MailMessage,
  SocketToolsError,
  stErrorFileNotFound,
  stErrorInvalidAddress,
  stErrorInvalidBuffer,
  stErrorInvalidFileName,
  stErrorOperationInProgress,
  stErrorOperationNotSupported,
} from "../src/index.js";
import { clientFor } from "./recorder.js";

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sockettools-mail-"));
  file = join(folder, "rapport-é.bin");
  writeFileSync(file, new Uint8Array([0, 1, 2, 255]));
});
afterAll(() => rmSync(folder, { recursive: true }));

function letter(): MailMessage {
  const mail = new MailMessage();
  mail.From = "Ann Äpfel <ann@example.com>";
  mail.To = "bob@example.org, Cy <cy@example.org>";
  mail.Cc = "dan@example.org";
  mail.Bcc = "eve@example.org";
  mail.Subject = "Grüße";
  mail.Text = "Hällo";
  return mail;
}

describe("MailMessage", () => {
  it("composes its properties, in 7 bits and without Bcc", () => {
    const mail = letter();
    const text = mail.Message;
    expect(text).toMatch(/^[\r\n -~]*$/);
    for (const line of [
      /^From: =\?utf-8\?.*<ann@example\.com>\r$/im,
      /^To: bob@example\.org, Cy <cy@example\.org>\r$/m,
      /^Cc: dan@example\.org\r$/m,
      /^Subject: =\?utf-8\?/im,
      /^Date: /m,
      /^Message-ID: </im,
      /^Content-Type: text\/plain; charset=utf-8\r$/im,
    ]) {
      expect(text).toMatch(line);
    }
    expect(text).not.toMatch(/eve@example\.org/);
    // It is one message, however often it is read.
    expect(mail.Message).toBe(text);
    mail.Subject = "Another";
    expect(mail.Message).toContain("Subject: Another\r\n");
  });

  it("is empty without From", () => {
    const mail = new MailMessage();
    expect(mail.Message).toBe("");
    mail.To = "bob@example.org";
    expect(mail.Message).toBe("");
  });

  it.each([
    ["text/html", "", /^Content-Type: text\/html/im],
    ["text/calendar; method=REQUEST", "", /^Content-Type: text\/calendar;.*method=REQUEST/im],
    ["", "base64", /^Content-Transfer-Encoding: base64\r$/im],
    ["", "quoted-printable", /^Content-Transfer-Encoding: quoted-printable\r$/im],
  ])("ContentType %j and Encoding %j", (contentType, encoding, expected) => {
    const mail = letter();
    mail.ContentType = contentType;
    mail.Encoding = encoding;
    expect(mail.Message).toMatch(expected);
  });

  it("Date is taken", () => {
    const mail = letter();
    mail.Date = "Sun, 22 Nov 2026 10:00:00 +0100";
    expect(mail.Message).toMatch(/^Date: Sun, 22 Nov 2026 (?:09:00:00 \+0000|10:00:00 \+0100)\r$/m);
  });

  it("ComposeMessage begins a new message, by place and by name", () => {
    const mail = letter();
    const { From, To } = mail;
    expect(mail.ComposeMessage(From, To, undefined, undefined, "One", "plain", "<p>html</p>")).toBe(0);
    expect([mail.Subject, mail.Cc, mail.Bcc, mail.Text]).toEqual(["One", "", "", "plain"]);
    expect(mail.Message).toContain("multipart/alternative");
    expect(mail.ComposeMessage(From, To, { Subject: "Two", MessageText: "plain" })).toBe(0);
    expect(mail.Message).toContain("Subject: Two\r\n");
    expect(mail.Message).not.toContain("multipart/alternative");
  });

  it("what cannot be written is a code", () => {
    const mail = new MailMessage();
    expect(mail.ComposeMessage("no address", "bob@example.org")).toBe(stErrorInvalidAddress);
    expect(mail.LastErrorString).not.toBe("");
    expect(
      mail.ComposeMessage("ann@example.com", "bob@example.org", { Subject: "x\r\nBcc: eve@example.org" }),
    ).toBeGreaterThan(0);
  });

  it.each([
    [
      "a subject of two lines",
      (mail: MailMessage) => {
        mail.Subject = "hi\r\nBcc: eve@example.org";
      },
      stErrorInvalidBuffer,
    ],
    [
      "an author who has no address",
      (mail: MailMessage) => {
        mail.From = "zz zz";
      },
      stErrorInvalidAddress,
    ],
  ])("S1: %s makes Message empty, with LastError, and nothing is sent", async (_name, spoil, code) => {
    await using server = await recordingServer();
    const mail = letter();
    spoil(mail);
    expect(mail.Message).toBe("");
    expect(mail.LastError).toBe(code);
    expect(mail.LastErrorString).not.toBe("");
    const client = clientFor(server);
    await client.Connect();
    expect(await client.SendMessage(mail.From, mail.To, mail.Message)).toBeGreaterThan(0);
    expect(await client.SendMessage("ann@example.com", mail.To, mail.Message)).toBe(stErrorInvalidBuffer);
    await client.Disconnect();
    expect(server.messages).toEqual([]);
    mail.ThrowError = true;
    expect(() => mail.Message).toThrow(expect.objectContaining({ Number: code }));
    mail.From = "ann@example.com";
    mail.Subject = "hi";
    expect(mail.Message).toContain("Subject: hi\r\n");
    expect([mail.LastError, mail.LastErrorString]).toEqual([0, ""]);
  });

  it("ComposeMessage and Message tell the same number", () => {
    const mail = new MailMessage();
    const fields = { Subject: "hi\r\nBcc: e@example.org", MessageText: "x" };
    expect(mail.ComposeMessage("a@example.com", "b@example.org", fields)).toBe(stErrorInvalidBuffer);
    expect([mail.Message, mail.LastError]).toEqual(["", stErrorInvalidBuffer]);
  });

  it("Nothing empties a property of text", () => {
    const mail = letter();
    mail.Subject = null;
    mail.Cc = null;
    expect([mail.Subject, mail.Cc]).toEqual(["", ""]);
    expect(mail.Message).not.toMatch(/^(?:Subject|Cc):/m);
  });

  it("what cannot be written is an error of this package, also to SendMessage", async () => {
    await using server = await recordingServer();
    const mail = letter();
    mail.To = "no address";
    const client = clientFor(server);
    await client.Connect();
    expect(await client.SendMessage("ann@example.com", "bob@example.org", mail)).toBe(stErrorInvalidAddress);
    await client.Disconnect();
    mail.Message = "Subject: x\r\n\r\nx";
    expect(() => {
      mail.From = "x\r\nBcc: eve@example.org";
    }).toThrow(SocketToolsError);
    expect(mail.Message).toBe("Subject: x\r\n\r\nx");
  });

  it("Reset begins an empty one", () => {
    const mail = letter();
    mail.Reset();
    expect([mail.From, mail.To, mail.Cc, mail.Bcc, mail.Subject, mail.Text, mail.Message]).toEqual(
      Array(7).fill(""),
    );
  });

  it("AttachFile reads a file", async () => {
    const mail = letter();
    expect(await mail.AttachFile(file)).toBe(0);
    expect(mail.Attachment).toBe("rapport-é.bin");
    expect(mail.Message).toContain("multipart/mixed");
    expect(mail.Message).toContain("AAEC/w==\r\n");
    expect(mail.Message).toMatch(/filename\*(?:0\*)?=utf-8''rapport-%C3%A9\.bin/i);
  });

  it.each([
    ["a file that is not there", () => join(folder, "not-there"), stErrorFileNotFound],
    ["a folder", () => folder, stErrorFileNotFound],
    ["no name", () => "", stErrorInvalidFileName],
  ])("AttachFile: %s is a code, and nothing is attached", async (_name, path, code) => {
    const mail = letter();
    expect(await mail.AttachFile(path())).toBe(code);
    expect([mail.LastError, mail.Attachment]).toEqual([code, ""]);
    expect(mail.Message).not.toContain("multipart/mixed");
  });

  it("Attachment = path attaches too, and SendMessage waits for it", async () => {
    await using server = await recordingServer();
    const mail = letter();
    mail.Attachment = file;
    expect([mail.Message, mail.LastError]).toEqual(["", stErrorOperationInProgress]);
    const client = clientFor(server);
    await client.Connect();
    expect(await client.SendMessage(mail.From, `${mail.To},${mail.Cc},${mail.Bcc}`, mail)).toBe(0);
    await client.Disconnect();
    expect(server.messages[0]?.to).toHaveLength(4);
    expect(server.messages[0]?.text).toContain("AAEC/w==\r\n");
    expect(server.messages[0]?.text).toBe(mail.Message);
  });

  it("a file of Attachment that is not there fails SendMessage", async () => {
    await using server = await recordingServer();
    const mail = letter();
    mail.Attachment = join(folder, "not-there");
    const client = clientFor(server);
    await client.Connect();
    expect(await client.SendMessage(mail.From, mail.To, mail)).toBe(stErrorFileNotFound);
    await client.Disconnect();
    expect(server.messages).toEqual([]);
  });
});

describe("MailMessage.Message, assigned", () => {
  const READY = [
    "From: =?utf-8?Q?Ann_=C3=84pfel?= <ann@example.com>",
    "To: bob@example.org",
    "Subject: =?utf-8?B?R3LDvMOfZQ==?=",
    "X-Own: stays",
    "Content-Type: text/plain; charset=iso-8859-1",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "H=E4llo=20",
  ].join("\r\n");

  it("shows its fields and its text", () => {
    const mail = letter();
    mail.Message = READY;
    expect([mail.From, mail.To, mail.Cc, mail.Subject, mail.Text]).toEqual([
      "Ann Äpfel <ann@example.com>",
      "bob@example.org",
      "",
      "Grüße",
      "Hällo ",
    ]);
    expect([mail.ContentType, mail.Encoding]).toEqual(["text/plain; charset=iso-8859-1", "quoted-printable"]);
    expect(mail.Message).toBe(READY);
  });

  it("a field that is assigned takes the place of the old one, the rest stays", () => {
    const mail = new MailMessage();
    mail.Message = READY;
    mail.Subject = "Grüße, neu";
    mail.Cc = "cy@example.org";
    mail.To = "";
    expect(mail.Subject).toBe("Grüße, neu");
    const lines = mail.Message.split("\r\n");
    expect(lines.filter((line) => /^subject:/i.test(line))).toHaveLength(1);
    expect(lines[0]).toBe(READY.split("\r\n")[0]);
    expect(mail.Message).toContain("\r\nX-Own: stays\r\n");
    expect(mail.Message).toContain("\r\nCc: cy@example.org\r\n");
    expect(mail.Message).not.toMatch(/^To:/m);
    expect(mail.Message).toMatch(/\r\n\r\nH=E4llo=20$/);
  });

  it("its content stays as it is", async () => {
    const mail = new MailMessage();
    mail.Message = READY;
    const change: (() => void)[] = [
      () => {
        mail.Text = "other";
      },
      () => {
        mail.ContentType = "text/html";
      },
      () => {
        mail.Attachment = file;
      },
    ];
    for (const act of change) expect(act).toThrow(SocketToolsError);
    expect(await mail.AttachFile(file)).toBe(stErrorOperationNotSupported);
    mail.Reset();
    mail.Text = "other";
    expect(mail.Text).toBe("other");
  });

  it.each([
    ["no body", "Subject: x", "x", ""],
    ["bare line feeds", "Subject: x\n y\n\nbody", "x y", "body"],
    ["a type that is none", "Content-Type: ;;\r\n\r\nbody", "", ""],
    ["base64", "Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nSGFsbG8=", "", "Hallo"],
    ["several parts", 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b--', "", ""],
    [
      "a charset that nobody knows",
      "Content-Type: text/plain; charset=x-y\r\nContent-Transfer-Encoding: base64\r\n\r\nSGk=",
      "",
      "Hi",
    ],
  ])("%s", (_name, text, subject, body) => {
    const mail = new MailMessage();
    mail.Message = text;
    expect([mail.Subject, mail.Text]).toEqual([subject, body]);
  });
});
