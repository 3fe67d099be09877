// One group per row of the list of known attacks and faults: M1 to M15, and A1 to A8 as far as a message is concerned.
// Each row is tried in every place that takes such input: past advisories were about the one place left unchecked.
import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { ComposeOptions } from "../src/compose-options.js";
import {
  type AttachmentInput,
  composeMessage,
  EmailMessage,
  type MessageInput,
  messageEnvelope,
} from "../src/index.js";
import { fromFile } from "../src/node.js";
import { BASE, compose, faultsOf, readBack } from "./read-back.js";

/** The code with which a message is refused, or what it was composed to. */
async function outcome(fields: MessageInput, options?: ComposeOptions): Promise<string> {
  try {
    return (await compose(fields, options)).toString("latin1");
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** Milliseconds that a call takes. */
async function timed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

describe("M1 header injection", () => {
  const PAYLOADS = {
    CRLF: "a\r\nBcc: evil@example.net",
    LF: "a\nBcc: evil@example.net",
    CR: "a\rBcc: evil@example.net",
    "CRLF TAB": "a\r\n\tb",
    "CRLF CRLF": "a\r\n\r\nbody",
    VT: "a\u000bBcc: x",
    FF: "a\u000cBcc: x",
    NUL: "a\0b",
    "U+2028": "a\u2028Bcc: x",
    "U+2029": "a\u2029Bcc: x",
    "U+0085": "a\u0085Bcc: x",
    "CR LF by truncation": "a\u010d\u010aBcc: evil@example.net",
  };
  const PLACES: Record<string, (text: string) => MessageInput> = {
    subject: (text) => ({ subject: text }),
    "display name": (text) => ({ to: { name: text, address: "bob@example.org" } }),
    "display name in text": (text) => ({ to: `"${text}" <bob@example.org>` }),
    "sender name": (text) => ({ from: { name: text, address: "ann@example.com" } }),
    "reply-to name": (text) => ({ replyTo: { name: text, address: "ann@example.com" } }),
    "group name": (text) => ({ to: { name: text, group: ["bob@example.org"] } }),
    address: (text) => ({ to: `${text}@example.org` }),
    "address object": (text) => ({ to: { address: `${text}@example.org` } }),
    "mailbox local part": (text) => ({ to: { localPart: text, domain: "example.org" } }),
    "mailbox domain": (text) => ({ to: { localPart: "bob", domain: text } }),
    "receipt address": (text) => ({ dispositionNotificationTo: { name: text, address: "ann@example.com" } }),
    "return receipt": (text) => ({ returnReceiptTo: `${text}@example.com` }),
    "custom value": (text) => ({ headers: { "X-Custom": text } }),
    "custom name": (text) => ({ headers: { [`X-${text}`]: "x" } }),
    "custom pair": (text) => ({ headers: [{ key: text, value: "x" }] }),
    "message id": (text) => ({ messageId: `<${text}@example.com>` }),
    "in-reply-to": (text) => ({ inReplyTo: `<${text}@example.com>` }),
    references: (text) => ({ references: [`<${text}@example.com>`] }),
    "list url": (text) => ({ list: { unsubscribe: `https://example.com/${text}` } }),
    "list address": (text) => ({ list: { help: `help@example.com?subject=${text}` } }),
    "list comment": (text) => ({ list: { help: { url: "https://example.com/", comment: text } } }),
    "list id": (text) => ({ list: { id: text } }),
    "list id description": (text) => ({ list: { id: { url: "list.example.com", comment: text } } }),
    filename: (text) => ({ attachments: [{ filename: text, content: "x" }] }),
    "filename, RFC 2047": (text) => ({
      attachments: [{ filename: text, content: "x" }],
      filenameEncoding: "rfc2047",
    }),
    "calendar filename": (text) => ({ calendar: { content: "x", filename: text } }),
    "calendar method": (text) => ({ calendar: { content: "x", method: text } }),
    "content type": (text) => ({ attachments: [{ contentType: `text/${text}`, content: "x" }] }),
    "content type parameter": (text) => ({
      attachments: [{ contentType: `text/plain; x="${text}"`, content: "x" }],
    }),
    "alternative type": (text) => ({ text: "x", alternatives: [{ contentType: text, content: "x" }] }),
    cid: (text) => ({ html: "x", attachments: [{ cid: text, content: "x" }] }),
    description: (text) => ({ attachments: [{ description: text, content: "x" }] }),
    "part header value": (text) => ({ attachments: [{ headers: { "X-Part": text }, content: "x" }] }),
    "part header name": (text) => ({ attachments: [{ headers: { [text]: "x" }, content: "x" }] }),
    disposition: (text) => ({ attachments: [{ disposition: text as "inline", content: "x" }] }),
    "transfer encoding": (text) => ({
      attachments: [{ contentTransferEncoding: text as "base64", content: "x" }],
    }),
    "text encoding": (text) => ({ text: "x", textEncoding: text as "base64" }),
    charset: (text) => ({ text: "x", charset: text }),
    priority: (text) => ({ priority: text as "high" }),
    sensitivity: (text) => ({ sensitivity: text as "private" }),
    "data URI type": (text) => ({
      html: `<img src="data:image/png${text};base64,AAAA">`,
      attachDataUrls: true,
    }),
  };

  describe.each(Object.entries(PLACES))("%s", (place, make) => {
    it.each(Object.entries(PAYLOADS))("%s", async (_, payload) => {
      const fields = { text: "x", ...make(payload) };
      let octets: Buffer;
      try {
        octets = await compose(fields);
      } catch (error) {
        expect((error as { code: string }).code).toMatch(/^ERR_MIME_/);
        return;
      }
      // Not refused: then it is one field still, and stays one when it is decoded.
      const header = octets.subarray(0, octets.indexOf("\r\n\r\n")).toString("latin1");
      expect(header).not.toMatch(/^Bcc/im);
      if (place === "data URI type") return; // that is in the body
      expect(octets.toString("latin1")).not.toMatch(/^Bcc/im);
      expect(faultsOf(octets)).toEqual([]);
      const { postal } = await readBack(fields);
      for (const field of postal.headers) expect(field.key).not.toBe("bcc");
      const decoded = [postal.subject, ...(postal.to ?? []).map((entry) => entry.name), postal.from?.name];
      for (const text of decoded) expect(text ?? "").not.toMatch(/[\r\n]/);
    });
  });

  it("refuses line breaks and controls in every place of free text", async () => {
    for (const [name, payload] of Object.entries(PAYLOADS)) {
      if (name === "CR LF by truncation") continue; // harmless: U+010D U+010A are letters
      expect(await outcome({ subject: payload })).toBe("ERR_MIME_INVALID_FIELD_VALUE");
      expect(await outcome({ attachments: [{ filename: payload, content: "x" }] })).toBe(
        "ERR_MIME_INVALID_FIELD_VALUE",
      );
    }
  });

  it("refuses addresses that smuggle, in the envelope too", () => {
    for (const payload of Object.values(PAYLOADS).slice(0, 8)) {
      for (const envelope of [
        { to: `${payload}@example.org` },
        { from: `${payload}@example.org`, to: "b@example.org" },
      ]) {
        expect(() => messageEnvelope({ ...BASE, envelope })).toThrow(
          expect.objectContaining({ code: "ERR_MIME_INVALID_ADDRESS" }),
        );
      }
    }
  });

  it("decodes nothing to a line break when a message is read", async () => {
    const raw =
      "From: =?utf-8?Q?Ann=0D=0ABcc:_evil=40example.net?= <ann@example.com>\r\n" +
      "Subject: =?utf-8?B?YQ0KQmNjOiB4?=\r\n\r\nx";
    const message = await EmailMessage.parse(raw);
    expect(JSON.stringify([message.from, message.subject])).not.toMatch(/\\r|\\n/);
    expect((await readBack({ ...message, to: "bob@example.org" })).header).not.toMatch(/^Bcc/im);
  });
});

describe("M2 field names", () => {
  it.each(["X:Y", "X Y", "X-Ü", "X\r\nBcc", "", "X\0", "__proto__", "X\t", "x".repeat(77)])(
    "refuses %j",
    async (name) => {
      expect(await outcome({ headers: [{ key: name, value: "x" }] })).toBe("ERR_MIME_INVALID_FIELD_NAME");
      expect(await outcome({ attachments: [{ content: "x", headers: [{ key: name, value: "x" }] }] })).toBe(
        "ERR_MIME_INVALID_FIELD_NAME",
      );
    },
  );

  it("refuses __proto__ from JSON wherever names are read", async () => {
    const poisoned = JSON.parse('{"__proto__": "x"}');
    expect(await outcome({ headers: poisoned })).toBe("ERR_MIME_INVALID_FIELD_NAME");
    expect(
      await outcome(JSON.parse('{"text": "x", "attachments": [{"content": "x", "__proto__": {}}]}')),
    ).toBe("ERR_MIME_UNKNOWN_OPTION");
    expect(() =>
      composeMessage(JSON.parse('{"from": "a@example.com", "__proto__": {"to": "b@example.com"}}')),
    ).toThrow(expect.objectContaining({ code: "ERR_MIME_UNKNOWN_OPTION" }));
  });
});

describe("M3 duplicates", () => {
  it.each([
    "From",
    "sender",
    "TO",
    "Cc",
    "Bcc",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
    "Content-Disposition",
    "Resent-Bcc",
  ])("refuses a custom %s", async (name) => {
    expect(await outcome({ headers: { [name]: "x" } })).toBe("ERR_MIME_RESERVED_FIELD");
  });

  it("refuses a custom field that an option makes, and one-time fields given twice", async () => {
    expect(await outcome({ priority: "high", headers: { "x-priority": "1" } })).toBe(
      "ERR_MIME_DUPLICATE_FIELD",
    );
    expect(await outcome({ list: { help: "https://example.com/" }, headers: { "List-Help": "<x:y>" } })).toBe(
      "ERR_MIME_DUPLICATE_FIELD",
    );
    expect(
      await outcome({
        headers: [
          ["List-Id", "<a>"],
          ["list-id", "<b>"],
        ],
      }),
    ).toBe("ERR_MIME_DUPLICATE_FIELD");
    expect(await outcome({ attachments: [{ content: "x", headers: { "content-type": "x/y" } }] })).toBe(
      "ERR_MIME_RESERVED_FIELD",
    );
    expect(
      await outcome({ attachments: [{ content: "x", cid: "a@b", headers: { "Content-ID": "<c@d>" } }] }),
    ).toBe("ERR_MIME_RESERVED_FIELD");
  });

  it("keeps repeated fields that may repeat, in order", async () => {
    const { header } = await readBack({ headers: { "X-Tag": ["one", "two"] } });
    expect(header.match(/^X-Tag: .*/gm)).toEqual(["X-Tag: one", "X-Tag: two"]);
  });

  it("never writes Bcc, from fields or from raw, unless asked", async () => {
    const bcc = "secret@example.net";
    const raw =
      "From: ann@example.com\r\nbcc: secret@example.net,\r\n other@example.net\r\nTo: bob@example.org\r\n" +
      "Resent-Bcc : secret@example.net\r\n\r\nx\r\n";
    expect(await outcome({ bcc, text: "x" })).not.toContain("secret");
    expect((await compose({ raw })).toString()).toBe(
      "From: ann@example.com\r\nTo: bob@example.org\r\n\r\nx\r\n",
    );
    expect(messageEnvelope({ raw }).to).toHaveLength(3);
    expect(await outcome({ bcc, text: "x" }, { keepBcc: true })).toContain("Bcc: secret@example.net\r\n");
  });
});

describe("M4 line length", () => {
  it.each([78, 500, 996, 997, 998, 1100, 3000])("a token of %i characters", async (length) => {
    const token = "x".repeat(length);
    const { octets, postal, mailparser, header } = await readBack({
      subject: `a ${token} b`,
      headers: { "X-Custom": token },
      to: { name: token, address: "bob@example.org" },
      attachments: [{ filename: token, content: "x" }],
    });
    expect(faultsOf(octets)).toEqual([]);
    expect(postal.subject).toBe(`a ${token} b`);
    expect(mailparser.subject).toBe(`a ${token} b`);
    expect(postal.to![0]!.name).toBe(token);
    expect(postal.attachments[0]!.filename).toBe(token);
    for (const line of header.split("\r\n")) {
      if (line.length > 78) expect(line.trim().replace(/^X-Custom: /, "")).not.toContain(" ");
    }
  });

  it.each([5000, 100_000, 4_000_000])("a body line of %i characters", async (length) => {
    const text = "x".repeat(length);
    const { octets, postal } = await readBack({ text, html: text });
    expect(faultsOf(octets)).toEqual([]);
    expect(postal.text!.trimEnd() === text).toBe(true);
    expect(postal.html!.trimEnd() === text).toBe(true);
  });

  it("folds at 78 where there is a place to fold", async () => {
    const { header } = await readBack({
      to: Array.from(
        { length: 40 },
        (_, index) => `Recipient Number ${index} <recipient${index}@example.org>`,
      ),
      references: Array.from({ length: 30 }, (_, index) => `<${index}.reference@mail.example.com>`),
      subject: "many words ".repeat(40).trim(),
    });
    for (const line of header.split("\r\n")) expect(line.length).toBeLessThanOrEqual(78);
  });

  it("refuses an identifier that no line can hold", async () => {
    expect(await outcome({ messageId: `${"x".repeat(1000)}@example.com` })).toBe(
      "ERR_MIME_INVALID_MESSAGE_ID",
    );
  });
});

describe("M5 folding", () => {
  it.each([
    " ".repeat(1200),
    `a${" ".repeat(1200)}b`,
    `${" ".repeat(1200)}b`,
    `a${" ".repeat(1200)}`,
    "   ",
    "\t\t",
  ])("never makes a line of blanks (%#)", async (value) => {
    const { octets, header } = await readBack({ subject: value, headers: { "X-Blanks": value } });
    expect(faultsOf(octets)).toEqual([]);
    expect(header.split("\r\n").filter((line) => /^\s+$/.test(line))).toEqual([]);
  });
});

describe("M6 encoded words", () => {
  const SUBJECTS = [
    "😀".repeat(100),
    ...Array.from({ length: 8 }, (_, offset) => `${"a".repeat(offset)}${"😀".repeat(40)}`),
    "日本語の件名がとても長いとき、どこで切っても文字は壊れない。".repeat(6),
    "ä  ö   ü",
    "plain ü plain",
    "a  b",
    "👩‍👩‍👧‍👦 family and ❤️ and 👍🏽".repeat(8),
    "é".normalize("NFD").repeat(120),
  ];
  it.each(SUBJECTS)("%s", async (subject) => {
    const { header, postal, mailparser } = await readBack({
      subject,
      to: { name: subject, address: "bob@example.org" },
    });
    const words = header.match(/=\?[^?]+\?[BQ]\?[^?]*\?=/g) ?? [];
    for (const word of words) {
      expect(word.length).toBeLessThanOrEqual(75);
      const alone = await readBackWord(word);
      expect(alone).not.toContain("\ufffd");
    }
    expect(postal.subject).toBe(subject);
    expect(mailparser.subject).toBe(subject);
    expect(postal.to![0]!.name).toBe(subject);
  });

  async function readBackWord(word: string): Promise<string> {
    return (await EmailMessage.parse(`Subject: ${word}\r\n\r\n`)).subject!;
  }

  it("keeps lines with encoded words within 76 columns", async () => {
    const { header } = await readBack({
      subject: "ü".repeat(300),
      headers: { "X-A-Rather-Long-Field-Name": "ü".repeat(50) },
    });
    for (const line of header.split("\r\n")) expect(line.length).toBeLessThanOrEqual(76);
  });
});

describe("M7 text that looks encoded", () => {
  const TEXT = "=?utf-8?Q?Evil?=";
  it.each([TEXT, `a ${TEXT} b`, `${TEXT}.txt`, "=?", "?=", "=?x?=", `é ${TEXT}`, `=?utf-8?Q?Evil`])(
    "%s",
    async (text) => {
      const { postal, mailparser } = await readBack({
        subject: text,
        to: { name: text, address: "bob@example.org" },
        attachments: [{ filename: text, content: "x" }],
      });
      expect(postal.subject).toBe(text);
      expect(mailparser.subject).toBe(text);
      expect(postal.to![0]!.name).toBe(text);
      expect(postal.attachments[0]!.filename).toBe(text);
      expect(mailparser.attachments[0]!.filename).toBe(text);
    },
  );
});

describe("M8 lone surrogates, controls, bidi, BOM", () => {
  it("lone surrogates become U+FFFD", async () => {
    const { postal, mailparser } = await readBack({
      subject: "a\ud800b",
      text: "c\udc00d",
      to: { name: "e\ud800f", address: "bob@example.org" },
      attachments: [{ filename: "g\ud800h", content: "i\ud800j" }],
    });
    expect(postal.subject).toBe("a\ufffdb");
    expect(mailparser.subject).toBe("a\ufffdb");
    expect(postal.text!.trimEnd()).toBe("c\ufffdd");
    expect(postal.to![0]!.name).toBe("e\ufffdf");
    expect(postal.attachments[0]!.filename).toBe("g\ufffdh");
    expect(new TextDecoder().decode(postal.attachments[0]!.content as Uint8Array)).toBe("i\ufffdj");
  });

  it("every C0, C1 control and DEL is refused in headers", async () => {
    for (let code = 0; code < 0xa0; code += 1) {
      if (code === 9 || (code >= 32 && code < 127)) continue;
      const text = `a${String.fromCharCode(code)}b`;
      expect(await outcome({ subject: text }), `${code}`).toBe("ERR_MIME_INVALID_FIELD_VALUE");
    }
  });

  it("bidirectional controls and a BOM never stand raw, not even in UTF-8 headers", async () => {
    for (const text of ["a\u202eb", "\u2066x", "\ufeffx"]) {
      const options = { transport: "8bit", smtpUtf8: true, utf8Headers: true } as const;
      const fields = { subject: text, to: { name: text, address: "bob@example.org" } };
      expect((await compose(fields, options)).toString()).not.toMatch(/[\u202e\u2066\ufeff]/);
      expect((await EmailMessage.parse(await compose(fields, options))).subject).toBe(text);
    }
  });
});

describe("M9 file names", () => {
  const NAMES = [
    "report.pdf",
    "größe.txt",
    `${"日本".repeat(75)}.txt`,
    'quo"te.txt',
    "semi;colon.txt",
    "%25'x'",
    `${"x".repeat(300)}.txt`,
    "../../etc/passwd",
    "back\\slash.txt",
    "  blanks  .txt",
    "single'quote",
    "100%",
    "(paren)",
    "a,b",
    "tab\tx",
    `${"word ".repeat(30)}.txt`,
    "CON",
    "a=b",
    "utf-8''x",
    ".",
  ];
  it.each(["both", "rfc2231", "rfc2047"] as const)("exact round trip: %s", async (filenameEncoding) => {
    for (const filename of NAMES) {
      const { octets, postal, mailparser } = await readBack({
        filenameEncoding,
        attachments: [{ filename, content: "x" }],
      });
      expect(postal.attachments[0]!.filename).toBe(filename);
      expect(mailparser.attachments[0]!.filename).toBe(filename);
      expect(faultsOf(octets)).toEqual([]);
    }
  });

  it("refuses NUL", async () => {
    expect(await outcome({ attachments: [{ filename: "a\0b", content: "x" }] })).toBe(
      "ERR_MIME_INVALID_FIELD_VALUE",
    );
  });

  it("gives old readers a plain name beside the standard one", async () => {
    const text = (await compose({ attachments: [{ filename: "größe.txt", content: "x" }] })).toString();
    expect(text).toMatch(/name="=\?utf-8\?[QB]\?[^?]+\?="/);
    expect(text).toContain("filename*=utf-8''gr%C3%B6%C3%9Fe.txt");
  });
});

describe("M10 attachments", () => {
  const ALL = Uint8Array.from({ length: 256 }, (_, octet) => octet);
  const CONTENTS: Record<string, Uint8Array> = {
    "256 octet values": ALL,
    empty: new Uint8Array(0),
    "CR and LF": Buffer.from("\r\n\n\r\r\n\n"),
    dots: Buffer.from(".\r\n..\r\n.\r\n"),
    "boundary lookalikes": Buffer.from("--=_1_ab\r\n--=_1_ab--\r\n--\r\n"),
    "57 octets": ALL.subarray(0, 57),
    "58 octets": ALL.subarray(0, 58),
    large: Uint8Array.from({ length: 200_000 }, (_, at) => (at * 7919) >> 3),
  };
  it.each(Object.entries(CONTENTS))("%s", async (_, content) => {
    for (const contentTransferEncoding of [undefined, "base64", "quoted-printable"] as const) {
      const { octets, postal, mailparser } = await readBack({
        text: "x",
        attachments: [{ content, contentTransferEncoding }],
      });
      // postal-mime ends each line of quoted-printable with a line feed, the last one too.
      if (contentTransferEncoding !== "quoted-printable") {
        expect(Buffer.from(postal.attachments[0]!.content as Uint8Array).equals(content)).toBe(true);
      }
      expect(mailparser.attachments[0]!.content.equals(content)).toBe(true);
      expect(faultsOf(octets)).toEqual([]);
    }
  });

  it("150 parts", async () => {
    const attachments = Array.from({ length: 150 }, (_, index) => ({
      filename: `${index}`,
      content: `content ${index}`,
    }));
    const { mailparser } = await readBack({ attachments });
    expect(mailparser.attachments.map((part) => part.content.toString())).toEqual(
      attachments.map((part) => part.content),
    );
  });

  it("never encodes message/rfc822, and embeds it whole", async () => {
    const inner = "Subject: inner\nFrom: x@example.com\n\n.\nbody\n";
    const { octets, mailparser } = await readBack({
      text: "x",
      attachments: [{ filename: "f.eml", content: inner }],
    });
    const text = octets.toString();
    expect(text).toMatch(
      /Content-Type: message\/rfc822[\s\S]*Content-Transfer-Encoding: 7bit\r\n\r\nSubject: inner\r\n/,
    );
    expect(mailparser.attachments[0]!.content.toString()).toContain(inner.replaceAll("\n", "\r\n"));
    for (const contentTransferEncoding of ["base64", "quoted-printable"] as const) {
      expect(
        await outcome({ attachments: [{ filename: "f.eml", content: inner, contentTransferEncoding }] }),
      ).toBe("ERR_MIME_ENCODING_UNSUITABLE");
    }
  });

  it("encodes the 8-bit parts inside an embedded message for a 7-bit transport, and leaves it alone for others", async () => {
    const inner = Buffer.from(
      "Subject: inner\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nGrüße\r\n",
    );
    const attachments = [{ contentType: "message/rfc822", content: inner }];
    const seven = await compose({ text: "x", attachments });
    expect(faultsOf(seven)).toEqual([]);
    const parsed = await EmailMessage.parse(seven);
    const attachment = parsed.attachments![0] as AttachmentInput;
    const embedded = await EmailMessage.parse(attachment.content as Uint8Array);
    expect(embedded.text!.toString().trimEnd()).toBe("Grüße");
    expect((await compose({ text: "x", attachments }, { transport: "8bit" })).includes(inner)).toBe(true);
  });

  it("chooses another boundary when the content holds it", async () => {
    let calls = 0;
    const random = (target: Uint8Array): void => void target.fill(calls++ < 1 ? 0xaa : 0xbb);
    const octets = await compose(
      { messageId: "a@b", text: `--=_1_${"aa".repeat(12)}`, html: "x" },
      { random },
    );
    expect(octets.toString()).toContain(`boundary="=_1_${"bb".repeat(12)}"`);
    const stubborn = (target: Uint8Array): void => void target.fill(0xaa);
    expect(
      await outcome({ messageId: "a@b", text: `--=_1_${"aa".repeat(12)}`, html: "x" }, { random: stubborn }),
    ).toBe("ERR_MIME_INVALID_BOUNDARY");
  });
});

describe("M11 bodies", () => {
  const lines = (text: string): string => text.replace(/\r\n?|\n/g, "\n");
  const BODIES = [
    "bare\rCR",
    "bare\nLF",
    "mixed\r\n\r\n\r\n\n\r",
    "NUL\0inside",
    "trailing \t \nblanks ",
    "=3D",
    "=\n=",
    "U+2028\u2028x",
    "",
    "no final line end",
    "final\n",
    ".\n..\n",
    "From here\n",
    "ä".repeat(200),
    "tab\t\n",
    `${" ".repeat(100)}\n`,
    ...Array.from({ length: 15 }, (_, index) => `${"x".repeat(65 + index)}é${"y".repeat(20)}`),
    ...Array.from({ length: 15 }, (_, index) => `${"x".repeat(65 + index)} \nz`),
  ];
  it.each(["automatic", "quoted-printable", "base64", "8bit"] as const)("text identical: %s", async (way) => {
    for (const text of BODIES) {
      const textEncoding = way === "automatic" || way === "8bit" ? undefined : way;
      const transport = way === "8bit" ? "8bit" : "7bit";
      const { octets, mailparser } = await readBack({ text, html: text, textEncoding }, { transport });
      expect(faultsOf(octets, transport)).toEqual([]);
      expect(lines(mailparser.text ?? "")).toBe(lines(text));
      // The parser says false for html without a character.
      expect(lines(mailparser.html === false ? "" : mailparser.html)).toBe(lines(text));
      for (const line of octets.toString("latin1").split("\r\n")) {
        if (textEncoding !== undefined) expect(line.length).toBeLessThanOrEqual(76);
        if (textEncoding !== undefined) expect(line).not.toMatch(/[ \t]$/);
      }
    }
  });
});

describe("M12 file and URL access", () => {
  const folder = mkdtempSync(join(tmpdir(), "wirepost-files-"));
  const secret = mkdtempSync(join(tmpdir(), "wirepost-secret-"));
  writeFileSync(join(folder, "inside.txt"), "inside");
  writeFileSync(join(secret, "secret.txt"), "secret");
  symlinkSync(join(secret, "secret.txt"), join(folder, "link.txt"));
  symlinkSync(secret, join(folder, "linked"));

  const PLACES: Record<string, (reference: object) => MessageInput> = {
    attachment: (reference) => ({ attachments: [{ ...reference }] }),
    text: (reference) => ({ text: reference as never }),
    html: (reference) => ({ html: reference as never }),
    amp: (reference) => ({ amp: reference as never }),
    enriched: (reference) => ({ enriched: reference as never }),
    watchHtml: (reference) => ({ watchHtml: reference as never }),
    alternative: (reference) => ({ alternatives: [{ ...reference }] }),
    calendar: (reference) => ({ calendar: { ...reference } as never }),
    icalEvent: (reference) => ({ icalEvent: { ...reference } as never }),
    raw: (reference) => ({ raw: reference as never }),
    "raw attachment": (reference) => ({ attachments: [{ raw: reference as never }] }),
    "raw alternative": (reference) => ({ alternatives: [{ raw: reference as never }] }),
    "html with data URIs": (reference) => ({ html: reference as never, attachDataUrls: true }),
    "text in a charset": (reference) => ({ text: reference as never, charset: "windows-1252" }),
  };
  describe.each(Object.entries(PLACES))("%s", (_, make) => {
    it("is refused without leave, and the error names both ways", async () => {
      for (const reference of [
        { path: "/etc/passwd" },
        { path: join(folder, "inside.txt") },
        { href: "file:///etc/passwd" },
      ]) {
        await expect(compose(make(reference))).rejects.toMatchObject({
          code: "ERR_MIME_FILE_ACCESS",
          message: expect.stringMatching(/baseDir.*fromFile/),
        });
      }
    });

    it("is refused outside the folder, by dots and by links", async () => {
      const files = { baseDir: folder };
      for (const path of [
        "../x",
        join(secret, "secret.txt"),
        "link.txt",
        "linked/secret.txt",
        "/etc/passwd",
        "..",
        ".",
      ]) {
        await expect(compose(make({ path }), { files })).rejects.toMatchObject({
          code: expect.stringMatching(/^ERR_MIME_FILE_(?:OUTSIDE_BASE|UNREADABLE)$/),
        });
      }
    });

    it("never fetches", async () => {
      for (const href of [
        "http://127.0.0.1:1/x",
        "https://example.com/",
        "ftp://example.com/x",
        "HTTP://x",
      ]) {
        await expect(compose(make({ href }))).rejects.toMatchObject({ code: "ERR_MIME_FILE_ACCESS" });
        await expect(compose(make({ href }), { files: { baseDir: folder } })).rejects.toMatchObject({
          code: "ERR_MIME_FILE_ACCESS",
        });
      }
    });
  });

  it("reads below the folder, and what fromFile() gave leave for", async () => {
    const files = { baseDir: folder };
    for (const reference of [
      { path: "inside.txt" },
      { path: join(folder, "inside.txt") },
      { href: `file://${folder}/inside.txt` },
    ]) {
      const { postal } = await readBack({ text: "x", attachments: [reference] }, { files });
      expect(postal.attachments[0]).toMatchObject({ filename: "inside.txt" });
      expect(Buffer.from(postal.attachments[0]!.content as Uint8Array).toString()).toBe("inside");
    }
    const { postal } = await readBack({
      text: fromFile(join(folder, "inside.txt")),
      attachments: [fromFile(join(secret, "secret.txt"))],
    });
    expect(postal.text!.trimEnd()).toBe("inside");
    expect(Buffer.from(postal.attachments[0]!.content as Uint8Array).toString()).toBe("secret");
  });

  it("the leave of fromFile() does not survive JSON", async () => {
    const attachment = JSON.parse(JSON.stringify(fromFile(join(secret, "secret.txt"))));
    expect(await outcome({ attachments: [attachment] })).toBe("ERR_MIME_SOURCE_INVALID");
    expect(await outcome({ attachments: [{ content: attachment }] })).toBe("ERR_MIME_SOURCE_INVALID");
  });

  it("data: URIs are content and need no leave", async () => {
    const { postal } = await readBack({
      attachments: [{ filename: "a.txt", href: "data:text/plain,gr%C3%BC%C3%9Fe" }],
    });
    expect(Buffer.from(postal.attachments[0]!.content as Uint8Array).toString()).toBe("grüße");
    expect(postal.attachments[0]!.mimeType).toBe("text/plain");
  });

  it("names an unreadable file before anything is sent", async () => {
    await expect(compose({ attachments: [fromFile(join(folder, "missing.pdf"))] })).rejects.toMatchObject({
      code: "ERR_MIME_FILE_UNREADABLE",
      subject: 'attachment "missing.pdf"',
    });
    await expect(compose({ attachments: [fromFile(folder)] })).rejects.toMatchObject({
      code: "ERR_MIME_FILE_UNREADABLE",
    });
  });
});

describe("M13 linear time", () => {
  // Generous bounds: quadratic work on these inputs takes minutes.
  const CASES: Record<string, () => MessageInput> = {
    "30,000 unfinished images": () => ({ html: '<img src="data:'.repeat(30_000), attachDataUrls: true }),
    "30,000 unclosed images": () => ({
      html: "url(data:image/png;base64,".repeat(30_000),
      attachDataUrls: true,
    }),
    "30,000 images": () => ({
      html: '<img src="data:image/png;base64,AAAA">'.repeat(30_000),
      attachDataUrls: true,
    }),
    "a subject of 1 MB": () => ({ subject: "x".repeat(1_000_000) }),
    "a subject of 1 MB with blanks": () => ({ subject: "x ".repeat(500_000) }),
    "a subject of 1 MB of emoji": () => ({ subject: "😀".repeat(250_000) }),
    "a subject of 1 MB of =?": () => ({ subject: "=?".repeat(500_000) }),
    "a display name of 1 MB": () => ({ to: { name: '"\\'.repeat(500_000), address: "b@example.org" } }),
    "a filename of 1 MB": () => ({ attachments: [{ filename: "ü".repeat(500_000), content: "x" }] }),
    "a line of 4 MB": () => ({ text: "x".repeat(4_000_000) }),
    "1 MB of blanks": () => ({ text: " ".repeat(1_000_000) }),
    "1 MB of CR": () => ({ text: "\r".repeat(1_000_000) }),
    "1 MB flowed": () => ({ text: "x ".repeat(500_000), textFormat: "flowed" }),
    "10,000 headers": () => ({
      headers: Array.from({ length: 10_000 }, (_, index) => [`X-${index}`, "x"] as const),
    }),
    "20,000 recipients": () => ({
      to: Array.from({ length: 20_000 }, (_, index) => `r${index}@example.org`),
    }),
    "references of 1 MB": () => ({ references: "<a@b> ".repeat(160_000) }),
    "a content type of 1 MB": () => ({
      attachments: [{ contentType: `text/plain; a="${"\\".repeat(1_000_000)}`, content: "x" }],
    }),
    "a list URL of 1 MB": () => ({ list: { help: `https://example.com/${"<".repeat(1_000_000)}` } }),
    "a raw header of 1 MB": () => ({
      raw: `Subject: ${"x\r\n ".repeat(250_000)}y\r\n\r\n`,
      to: undefined,
      from: undefined,
      date: undefined,
    }),
  };
  it.each(Object.entries(CASES))("%s", async (_, make) => {
    const fields = make();
    expect(await timed(() => outcome(fields))).toBeLessThan(4000);
  });
});

describe("M14 outgoing smuggling", () => {
  const PAYLOADS = ["\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n", "\r\n\0.\r\n", "\r\n.\r\n"];
  it.each(PAYLOADS)("%j in text, html, raw messages and raw parts", async (payload) => {
    const body = `a${payload}MAIL FROM:<evil@example.net>`;
    const raw = `From: ann@example.com\r\nSubject: x\r\n\r\n${body}`;
    const part = `Content-Type: text/plain\r\n\r\n${body}`;
    for (const fields of [
      { text: body },
      { text: body, html: body },
      { text: "x", attachments: [{ raw: part }] },
      { text: "x", attachments: [{ contentType: "message/rfc822", content: raw }] },
      { raw },
      {
        raw: () => Readable.from([raw.slice(0, 50), raw.slice(50)]),
        to: undefined,
        from: undefined,
        date: undefined,
      },
    ] as MessageInput[]) {
      for (const options of [{}, { inlineLimitBytes: 0 }, { transport: "8bit" as const }]) {
        const result = await compose(fields, options).catch((error) => error.code as string);
        // A stream is not re-encoded: there, a NUL is refused.
        if (typeof result === "string") expect(result).toBe("ERR_MIME_NUL");
        else expect(faultsOf(result, "8bit")).toEqual([]);
      }
    }
  });

  it("a ready message that has to be encoded says that it is MIME, a ready part does not", async () => {
    const raw = "From: ann@example.com\r\nSubject: x\r\n\r\na\0b";
    expect((await compose({ raw })).toString()).toMatch(
      /^From: .*\r\nSubject: x\r\nMIME-Version: 1\.0\r\nContent-Transfer-Encoding: [\w-]+\r\n\r\n/,
    );
    const mime = raw.replace("\r\n\r\n", "\r\nmime-version: 1.0\r\n\r\n");
    expect((await compose({ raw: mime })).toString().match(/^mime-version/gim)).toHaveLength(1);
    const part = "Content-Type: text/plain\r\n\r\na\0b";
    expect(
      (await compose({ text: "x", attachments: [{ raw: part }] })).toString().match(/^mime-version/gim),
    ).toHaveLength(1);
  });

  it("a first line of a dot stays the first line: stuffing is the transport's", async () => {
    expect((await compose({ text: ".\n" })).toString()).toMatch(/\r\n\r\n\.\r\n$/);
  });
});

describe("M15 conversion order", () => {
  it("line ends are normalised across every cut", async () => {
    const raw = "From: a@example.com\r\n\r\na\rb\nc\r\nd\r\r\n\n.\r\n";
    const expected = "From: a@example.com\r\n\r\na\r\nb\r\nc\r\nd\r\n\r\n\r\n.\r\n";
    for (let cut = 0; cut <= raw.length; cut += 1) {
      const content = (): Readable =>
        Readable.from([raw.slice(0, cut), raw.slice(cut)].filter((piece) => piece !== ""));
      for (const inlineLimitBytes of [0, 65_536]) {
        const octets = await compose({ raw: content }, { inlineLimitBytes });
        expect(octets.toString()).toBe(expected);
      }
    }
  });
});

describe("A1 to A3: one address, one reading", () => {
  it.each([
    ['"a@gmail.com x"@internal.example', "internal.example"],
    ["u@good.example(x)", "good.example"],
    ["u@evil@good.example", undefined],
    ["Joe <j@good.example> <e@evil.example>", undefined],
    ["<j@good.example>e@evil.example", undefined],
    ["u@good.example(x)evil.example", undefined],
  ])("%s", async (address, domain) => {
    const result = await outcome({ to: address });
    if (domain === undefined) expect(result).toBe("ERR_MIME_INVALID_ADDRESS");
    else {
      expect(messageEnvelope({ ...BASE, to: address }).to.map((mailbox) => mailbox.domain)).toEqual([domain]);
      const { postal } = await readBack({ to: address });
      expect(postal.to![0]!.address!.endsWith(`@${domain}`)).toBe(true);
    }
  });
});

describe("A4 encoded words in addresses", () => {
  it("are never decoded", async () => {
    const address = "=?utf-8?q?x=40evil.example=3e=00?=foo@good.example";
    const result = await outcome({ to: address });
    if (!result.startsWith("ERR_")) {
      expect(result).toContain("@good.example");
      expect(messageEnvelope({ ...BASE, to: address }).to[0]!.domain).toBe("good.example");
    }
  });
});

describe("A5 internationalised domains", () => {
  it.each([
    ["bücher.example", "xn--bcher-kva.example"],
    ["faß.example", "xn--fa-hia.example"],
    ["аррӏе.example", "xn--80ak6aa92e.example"],
    ["ｅｘａｍｐｌｅ.com", "example.com"],
    ["example。com", "example.com"],
  ])("%s: header and envelope agree", async (domain, ascii) => {
    const { header } = await readBack({ to: `bob@${domain}` });
    expect(header).toContain(`To: bob@${ascii}\r\n`);
    const { header: utf8 } = await readBack({ to: `bob@${domain}` }, { smtpUtf8: true, utf8Headers: true });
    expect(utf8).toContain(`To: bob@${ascii}\r\n`);
  });

  it.each(["xn--a.example", "a\u200b.example", "a\u00ad.example"])("refuses %j", async (domain) => {
    expect(await outcome({ to: `bob@${domain}` })).toBe("ERR_MIME_INVALID_ADDRESS");
  });
});

describe("A6 length", () => {
  it("refuses local parts over 64 and addresses over 254 octets, unless the limit is lifted", async () => {
    const long = `${"a".repeat(65)}@example.org`;
    expect(await outcome({ to: long })).toBe("ERR_MIME_INVALID_ADDRESS");
    expect(await outcome({ to: { address: long } })).toBe("ERR_MIME_INVALID_ADDRESS");
    expect(await outcome({ to: long }, { maxLocalPartBytes: 100 })).toContain(long);
    expect(messageEnvelope({ ...BASE, to: long }, { maxLocalPartBytes: 100 }).to).toHaveLength(1);
    expect(await outcome({ to: `a@${"b.".repeat(600)}example` })).toBe("ERR_MIME_INVALID_ADDRESS");
  });
});

describe("A7 time and stack", () => {
  it.each([
    "g:".repeat(20_000),
    "a:".repeat(60_000),
    "a@".repeat(60_000),
    "<".repeat(100_000),
    "(".repeat(100_000),
    '"'.repeat(100_000),
    "\\".repeat(100_000),
    "(x)".repeat(50_000),
    " ".repeat(200_000),
    "=?utf-8?Q?".repeat(50_000),
  ])("%#", async (text) => {
    expect(
      await timed(() => outcome({ to: text, cc: { name: text, address: "a@example.org" } })),
    ).toBeLessThan(4000);
  });
});

describe("A8 groups, lists, empty", () => {
  it("writes and reads groups", async () => {
    const { postal, header } = await readBack({
      to: "Team: ann@example.org, bob@example.org;",
      cc: "undisclosed-recipients:;",
    });
    expect(header).toContain("To: Team: ann@example.org, bob@example.org;\r\n");
    expect(header).toContain("Cc: undisclosed-recipients:;\r\n");
    expect(postal.to![0]).toMatchObject({
      name: "Team",
      group: [{ address: "ann@example.org" }, { address: "bob@example.org" }],
    });
    expect(
      messageEnvelope({ ...BASE, to: "Team: a@example.org, b@example.org;", cc: "undisclosed-recipients:;" })
        .to,
    ).toHaveLength(2);
  });

  it("encodes group names so that readers find the group", async () => {
    const { postal, mailparser } = await readBack({
      to: { name: "Größe, und mehr", group: ["ann@example.org"] },
    });
    expect(postal.to![0]).toMatchObject({ name: "Größe, und mehr" });
    expect(JSON.stringify(mailparser.to)).toContain("Größe, und mehr");
  });

  it("folds 1,000 addresses and leaves out empty fields", async () => {
    const to = Array.from({ length: 1000 }, (_, index) => `Person ${index} <person${index}@example.org>`);
    const { header, mailparser } = await readBack({ to, cc: [], replyTo: "" });
    for (const line of header.split("\r\n")) expect(line.length).toBeLessThanOrEqual(78);
    expect(header).not.toMatch(/^(?:Cc|Reply-To)/m);
    expect((mailparser.to as { value: unknown[] }).value).toHaveLength(1000);
  });
});
