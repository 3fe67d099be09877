// Octets in memory take a short way, text takes the long one: they must not differ.

import { loadVectorUnit } from "@wirepost/octet-scan";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { composeMessage, MimeError } from "../src/index.js";

const ENVELOPE = { from: "ann@example.com", to: "bob@example.org" };

function outcome(raw: string | Uint8Array, options: object): object {
  try {
    const composed = composeMessage({ raw, envelope: ENVELOPE }, options);
    if (composed instanceof Promise || !(composed.content instanceof Uint8Array))
      throw new Error("in memory");
    const { readyLines, ...rest } = composed;
    const content = Buffer.from(composed.content).toString("latin1");
    if (readyLines !== undefined) {
      expect(Buffer.from(readyLines.lend().subarray(0, readyLines.length)).toString("latin1")).toBe(content);
      readyLines.returned();
    }
    return { ...rest, content };
  } catch (error) {
    if (MimeError.is(error)) return { code: error.code };
    throw error;
  }
}

beforeAll(async () => {
  expect(await loadVectorUnit()).toBe(true);
});

const same = (text: string, options: object = {}): object => {
  const short = outcome(Buffer.from(text), { inlineLimitBytes: 1e9, ...options });
  expect(short).toEqual(outcome(text, { inlineLimitBytes: 1e9, ...options }));
  expect(outcome(Buffer.from(text), { inlineLimitBytes: 1e9, readyLines: true, ...options })).toEqual(short);
  return short;
};

describe("a ready message in memory", () => {
  it.each([
    ["as it is", "Subject: x\r\nMessage-ID: <a@example.com>\r\n\r\nHello\r\n", "<a@example.com>"],
    ["with a folded identifier", "Message-ID:\r\n <a@example.com>\r\n\r\nHello\r\n", "<a@example.com>"],
    ["with an identifier and more", "Message-ID: <a@example.com> (x)\r\n\r\nHello\r\n", "<a@example.com>"],
    ["with two identifiers", "Message-ID: <a@x>\r\nMessage-ID: <b@x>\r\n\r\nHello\r\n", "<a@x>"],
    ["with an identifier in its text", "Subject: x\r\n\r\nMessage-ID: <a@x>\r\n", ""],
    ["without a line end at its end", "Subject: x\r\n\r\nHello", ""],
    ["without a header", "\r\nHello\r\n", ""],
    ["of a header alone", "Subject: x\r\n", ""],
    ["with bare line ends", "Subject: x\n\nHello\n", ""],
    ["with octets above 127", "Subject: x\r\n\r\nGrüße\r\n", ""],
    ["of nothing", "", ""],
  ])("%s", (_, text, messageId) => {
    expect(same(text)).toMatchObject({ messageId });
    same(text, { transport: "8bit" });
  });

  it.each([
    "Bcc: eve@example.net",
    "bcc : eve@example.net",
    "RESENT-BCC:eve@example.net",
    "Bcc:\r\n eve@example.net",
    "Subject: y\r\nBCC: eve@example.net",
    "Bcc: <eve@example.net>",
    "Resent-Bcc: <eve@example.net>",
    "Message-ID: <a@example.com>\r\nBcc: <eve@example.net>",
    "Bcc: <eve@example.net>\r\nMessage-ID: <a@example.com>",
  ])("loses its blind copies: %j", (field) => {
    const composed = same(`${field}\r\nSubject: x\r\n\r\nHello\r\n`) as { content: string };
    expect(composed.content).not.toContain("eve@");
    same(`${field}\r\nSubject: x\r\n\r\nHello\r\n`, { keepBcc: true });
  });

  it("is the same by either way, whatever it holds", () => {
    const line = fc.constantFrom(
      "Subject: x",
      "Bcc: eve@example.net",
      "Bcc: <eve@example.net>",
      "Resent-Bcc : <eve@example.net>",
      " Bcc: folded",
      "\tfolded",
      "Message-ID: <a@example.com>",
      "Message-ID : <b@example.com>",
      "message-id:c@example.com",
      "no field",
      "Resent-Bcc: x@example.net",
      "X-Bcc: x@example.net",
      "",
      ".",
      "ä",
      "\0",
      "y".repeat(1000),
    );
    const message = fc.array(fc.tuple(line, fc.constantFrom("\r\n", "\r\n", "\r\n", "\n", "\r", "")), {
      maxLength: 12,
    });
    const options = fc.record({
      transport: fc.constantFrom("7bit" as const, "8bit" as const),
      smtpUtf8: fc.boolean(),
      keepBcc: fc.boolean(),
    });
    fc.assert(
      fc.property(message, options, (lines, how) => {
        same(lines.map(([text, end]) => text + end).join(""), how);
      }),
      { numRuns: 500 },
    );
  });

  const LINES = `${"x".repeat(74)}\r\n`.repeat(300);
  it.each([
    { name: "a message of some size", text: `Message-ID: <a@example.com>\r\n\r\n${LINES}`, ready: true },
    { name: "one with a blind copy", text: `Bcc: <eve@example.net>\r\n\r\n${LINES}`, ready: false },
    { name: "one with a line that begins with a dot", text: `Subject: x\r\n\r\n${LINES}.\r\n`, ready: false },
    { name: "one with octets above 127", text: `Subject: x\r\n\r\n${LINES}ä\r\n`, ready: false },
    { name: "a small one", text: "Subject: x\r\n\r\nHello\r\n", ready: false },
  ])("is given as ready lines too where it can be: $name", ({ text, ready }) => {
    same(text);
    const composed = composeMessage(
      { raw: Buffer.from(text), envelope: ENVELOPE },
      { readyLines: true, transport: "8bit", inlineLimitBytes: 1e9 },
    );
    if (composed instanceof Promise) throw new Error("in memory");
    expect(composed.readyLines !== undefined).toBe(ready);
    composed.readyLines?.release();
  });
});
