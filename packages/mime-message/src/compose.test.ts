import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { ComposeOptions } from "./compose-options.js";
import {
  type ComposedMessage,
  composeMessage,
  EmailMessage,
  type MessageInput,
  messageEnvelope,
} from "./index.js";

const DATE = new Date("2026-11-22T10:00:00Z");
const BASE: MessageInput = { from: "ann@example.com", to: "bob@example.org", date: DATE, messageId: "a@b" };
const HEAD =
  "From: ann@example.com\r\nTo: bob@example.org\r\nMessage-ID: <a@b>\r\n" +
  "Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n";
const RANDOM = (target: Uint8Array): void => void target.fill(0xab);
const TOKEN = "ab".repeat(12);

function text(composed: ComposedMessage | Promise<ComposedMessage>): string {
  if (composed instanceof Promise) throw new Error("composed later");
  if (!(composed.content instanceof Uint8Array)) throw new Error("composed to a source");
  return new TextDecoder().decode(composed.content);
}

async function read(composed: ComposedMessage): Promise<string> {
  if (composed.content instanceof Uint8Array) return new TextDecoder().decode(composed.content);
  const blocks: Uint8Array[] = [];
  for await (const block of composed.content.open()) blocks.push(block);
  const whole = Buffer.concat(blocks);
  if (composed.sizeBytes !== undefined) expect(whole.length).toBe(composed.sizeBytes);
  return whole.toString();
}

function compose(more: MessageInput, options: ComposeOptions = {}): string {
  return text(composeMessage({ ...BASE, ...more }, { random: RANDOM, ...options }));
}

describe("the structure follows from what is there", () => {
  it("text alone", () => {
    expect(compose({ text: "Hello\nBob" })).toBe(
      `${HEAD}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello\r\nBob\r\n`,
    );
  });

  it("nothing: an empty text", () => {
    expect(compose({})).toBe(
      `${HEAD}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n`,
    );
  });

  it("text and html: alternative", () => {
    expect(compose({ text: "Hello", html: "<b>Hello</b>" })).toBe(
      `${HEAD}Content-Type: multipart/alternative;\r\n boundary="=_1_${TOKEN}"\r\n\r\n` +
        `--=_1_${TOKEN}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\nHello\r\n` +
        `--=_1_${TOKEN}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n<b>Hello</b>\r\n` +
        `--=_1_${TOKEN}--\r\n`,
    );
  });

  const shape = (message: MessageInput): string =>
    [...compose(message).matchAll(/^Content-Type: ([a-z]+\/[a-z-]+)/gm)].map((match) => match[1]).join(" ");
  const attachment = { filename: "a.bin", content: "x" };
  const inline = { ...attachment, cid: "i@x" };
  it.each([
    ["html", { html: "x" }, "text/html"],
    [
      "text, attachment",
      { text: "x", attachments: [attachment] },
      "multipart/mixed text/plain application/octet-stream",
    ],
    ["attachment alone", { attachments: [attachment] }, "application/octet-stream"],
    [
      "html with a linked part",
      { html: "x", attachments: [inline] },
      "multipart/related text/html application/octet-stream",
    ],
    [
      "everything",
      { text: "x", html: "x", attachments: [attachment, inline] },
      "multipart/mixed multipart/alternative text/plain multipart/related text/html application/octet-stream application/octet-stream",
    ],
    [
      "a linked part without html",
      { text: "x", attachments: [inline] },
      "multipart/mixed text/plain application/octet-stream",
    ],
    [
      "all kinds of text",
      { html: "h", amp: "a", watchHtml: "w", enriched: "e", text: "t" },
      "multipart/alternative text/plain text/enriched text/watch-html text/x-amp-html text/html",
    ],
    [
      "an invitation",
      { text: "t", calendar: { method: "request", content: "BEGIN:VCALENDAR" } },
      "multipart/mixed multipart/alternative text/plain text/calendar application/ics",
    ],
  ] as [string, MessageInput, string][])("%s", (_, message, expected) => {
    expect(shape(message)).toBe(expected);
  });
});

describe("encodings follow from content and transport", () => {
  const encoding = (message: MessageInput, options?: ComposeOptions): string =>
    /Content-Transfer-Encoding: (\S+)/.exec(compose(message, options))![1]!;
  it.each([
    ["ASCII", "hello", {}, "7bit"],
    ["some Latin letters", "Grüße aus Köln, und noch mehr Text dazu", {}, "quoted-printable"],
    ["mostly CJK", "日本語日本語日本語", {}, "base64"],
    ["8BITMIME", "Grüße", { transport: "8bit" }, "8bit"],
    ["a long line", "x".repeat(999), {}, "quoted-printable"],
    ["a long line of 998", "x".repeat(998), {}, "7bit"],
    ["a NUL", "a\0b", { transport: "8bit" }, "quoted-printable"],
  ] as [string, string, ComposeOptions, string][])("%s", (_, body, options, expected) => {
    expect(encoding({ text: body }, options)).toBe(expected);
  });

  it("labels multiparts with the widest encoding of their parts", () => {
    const composed = composeMessage(
      { ...BASE, text: "ü", html: "ü" },
      { transport: "8bit" },
    ) as ComposedMessage;
    expect(composed.body).toBe("8BITMIME");
    expect(text(composed)).toMatch(/boundary="[^"]+"\r\nContent-Transfer-Encoding: 8bit\r\n/);
  });

  it("sends attachments as they are under BINARYMIME", () => {
    const octets = Uint8Array.from({ length: 256 }, (_, octet) => octet);
    const composed = composeMessage(
      { ...BASE, text: "x", attachments: [{ filename: "a", content: octets }] },
      { transport: "binary" },
    ) as ComposedMessage;
    expect(composed.body).toBe("BINARYMIME");
    expect(Buffer.from(composed.content as Uint8Array).indexOf(Buffer.from(octets))).toBeGreaterThan(0);
  });
});

describe("small messages come at once, larger ones as a source", () => {
  it("composes in the same turn what is in memory", () => {
    expect(composeMessage({ ...BASE, text: "x" })).not.toBeInstanceOf(Promise);
    const large = composeMessage({
      ...BASE,
      attachments: [{ content: new Uint8Array(100_000) }],
    }) as ComposedMessage;
    expect(large.content).not.toBeInstanceOf(Uint8Array);
    expect(large.sizeBytes).toBeGreaterThan(133_333);
  });

  it("gives the same octets whatever the limit and however often it is opened", async () => {
    const message: MessageInput = {
      ...BASE,
      text: "Grüße\n".repeat(20_000),
      html: "<p>x</p>",
      attachments: [
        { filename: "a", content: Uint8Array.from({ length: 300_001 }, (_, i) => i % 251) },
        { filename: "b", content: "small" },
      ],
    };
    const small = (await composeMessage(message, { random: RANDOM, inlineLimitBytes: 0 })) as ComposedMessage;
    const big = (await composeMessage(message, { random: RANDOM, inlineLimitBytes: 1e8 })) as ComposedMessage;
    const first = await read(small);
    expect(await read(small)).toBe(first);
    expect(await read(big)).toBe(first);
  });

  it("may reuse its blocks for readers that ask for it", async () => {
    const content = Uint8Array.from({ length: 200_000 }, (_, i) => i % 251);
    const composed = composeMessage({ ...BASE, attachments: [{ content }] }) as ComposedMessage;
    if (composed.content instanceof Uint8Array) throw new Error("a source was expected");
    const copies: Buffer[] = [];
    for await (const block of composed.content.open(undefined, { reuseBlocks: true }))
      copies.push(Buffer.from(block));
    expect(Buffer.concat(copies).toString()).toBe(await read(composed));
  });

  const content = "0123456789".repeat(12_345);
  const pieces = function* (): Generator<Buffer> {
    for (let at = 0; at < content.length; at += 1000) yield Buffer.from(content.slice(at, at + 1000));
  };
  it.each([
    ["a string", () => content, true],
    ["octets", () => Buffer.from(content), true],
    ["an ArrayBuffer", () => new TextEncoder().encode(content).buffer, true],
    ["a Blob", () => new Blob([content]), true],
    ["a Node stream", () => Readable.from(pieces()), false],
    ["a web stream", () => Readable.toWeb(Readable.from(pieces())), false],
    [
      "an async iterable",
      async function* () {
        yield* pieces();
      },
      false,
    ],
    ["a function of a stream", () => () => Readable.from(pieces()), true],
    ["a function of a promise", () => async () => Buffer.from(content), true],
  ] as [string, () => never, boolean][])("reads %s", async (_, make, repeatable) => {
    const value: unknown = (make as () => unknown)();
    const source =
      typeof value === "object" && value !== null && Symbol.asyncIterator in value ? value : value;
    const composed = await composeMessage({
      ...BASE,
      attachments: [{ filename: "a.txt", content: source as never }],
    });
    const message = await read(composed);
    const body = message.slice(message.indexOf("\r\n\r\n"));
    expect(Buffer.from(body, "base64").toString()).toBe(content);
    if (composed.content instanceof Uint8Array) throw new Error("a source was expected");
    expect(composed.content.repeatable).toBe(repeatable);
    if (repeatable) expect(await read(composed)).toBe(message);
    else await expect(read(composed)).rejects.toMatchObject({ code: "ERR_MIME_SOURCE_CONSUMED" });
  });

  it("names a content that fails before there is anything to send", async () => {
    const broken = Readable.from(
      (async function* () {
        yield "begin";
        throw new Error("disk on fire");
      })(),
    );
    await expect(
      composeMessage({ ...BASE, attachments: [{ filename: "report.pdf", content: broken }] }),
    ).rejects.toMatchObject({ code: "ERR_MIME_SOURCE_FAILED", subject: 'attachment "report.pdf"' });
  });
});

describe("the envelope agrees with the header", () => {
  it("takes sender before from, and every recipient once", () => {
    expect(
      messageEnvelope({
        from: ["Ann <ann@example.com>", "eve@example.com"],
        sender: "list@example.com",
        to: "Team: bob@example.org, Carol <carol@bücher.example>;",
        cc: [{ name: "Bob", address: "bob@EXAMPLE.org" }],
        bcc: "dave@example.net",
      }),
    ).toEqual({
      from: { localPart: "list", domain: "example.com" },
      to: [
        { localPart: "bob", domain: "example.org" },
        { localPart: "carol", domain: "bücher.example" },
        { localPart: "dave", domain: "example.net" },
      ],
    });
  });

  it("takes message.envelope where it is given", () => {
    expect(messageEnvelope({ ...BASE, envelope: { from: "", to: "x@example.net" } })).toEqual({
      from: null,
      to: [{ localPart: "x", domain: "example.net" }],
    });
  });

  it.each([
    [{ to: "b@example.org" }, "ERR_MIME_NO_SENDER"],
    [{ from: "a@example.org, b@example.org", to: "b@example.org" }, "ERR_MIME_NO_SENDER"],
    [{ from: "a@example.org" }, "ERR_MIME_NO_RECIPIENTS"],
    [{ from: "a@example.org", to: "nobody" }, "ERR_MIME_INVALID_ADDRESS"],
  ] as [MessageInput, string][])("refuses %j", (message, code) => {
    expect(() => messageEnvelope(message)).toThrow(expect.objectContaining({ code }));
  });
});

it("EmailMessage composes like the plain object and refuses unknown names", () => {
  const message = new EmailMessage({ ...BASE, text: "x" });
  message.subject = "Hi";
  message.attach({ filename: "a.txt", content: "abc" });
  expect(text(composeMessage(message, { random: RANDOM }))).toBe(
    compose({ text: "x", subject: "Hi", attachments: [{ filename: "a.txt", content: "abc" }] }),
  );
  expect(EmailMessage.is(message)).toBe(true);
  expect(() => new EmailMessage({ sujet: "x" } as MessageInput)).toThrow(
    expect.objectContaining({ code: "ERR_MIME_UNKNOWN_OPTION", subject: "sujet" }),
  );
});
