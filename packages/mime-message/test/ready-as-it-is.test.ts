// Octets in memory take a short way, text takes the long one: they must not differ.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { composeMessage, MimeError } from "../src/index.js";

const ENVELOPE = { from: "ann@example.com", to: "bob@example.org" };

function outcome(raw: string | Uint8Array, options: object): object {
  try {
    const composed = composeMessage({ raw, envelope: ENVELOPE }, options);
    if (composed instanceof Promise || !(composed.content instanceof Uint8Array))
      throw new Error("in memory");
    return { ...composed, content: Buffer.from(composed.content).toString("latin1") };
  } catch (error) {
    if (MimeError.is(error)) return { code: error.code };
    throw error;
  }
}

const same = (text: string, options: object = {}): object => {
  const short = outcome(Buffer.from(text), { inlineLimitBytes: 1e9, ...options });
  expect(short).toEqual(outcome(text, { inlineLimitBytes: 1e9, ...options }));
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
});
