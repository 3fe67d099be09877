import { describe, expect, it } from "vitest";
import { SMTP_ERROR_KINDS, SmtpProtocolError } from "./errors.js";
import { describeReply, escapeReplyText, parseEnhancedStatusCode, replyText } from "./reply.js";

describe("enhanced status code", () => {
  it.each([
    ["2.1.0", { class: 2, subject: 1, detail: 0 }],
    ["5.7.999", { class: 5, subject: 7, detail: 999 }],
    ["4.0.0", { class: 4, subject: 0, detail: 0 }],
    ["3.0.0", undefined],
    ["5.1", undefined],
    ["5.1.1 ", undefined],
    ["5.01.1", undefined],
    ["5.1.1000", undefined],
    ["5.1.1.1", undefined],
    ["", undefined],
  ])("%s", (text, parts) => expect(parseEnhancedStatusCode(text)).toEqual(parts));
});

describe("reply text", () => {
  it("joins the lines and takes the enhanced code off", () => {
    expect(replyText({ code: 550, lines: ["5.1.1 No", "5.1.1", "5.1.10 x"], enhanced: "5.1.1" })).toBe(
      "No\n\n5.1.10 x",
    );
    expect(replyText({ code: 250, lines: ["2.1.0 Ok"] })).toBe("2.1.0 Ok");
    expect(replyText({ code: 250, lines: ["a", "b"] })).toBe("a\nb");
  });

  it.each([
    ["plain text", "plain text"],
    ["a\r\n\0\x1b[2J\x7f", "a\\x0d\\x0a\\x00\\x1b[2J\\x7f"],
    ["ü \u202e \u{1f600} \\", "\\xfc \\u{202e} \\u{1f600} \\\\"],
    ["\ud800", "\\u{d800}"],
  ])("%j is shown as %s", (text, shown) => expect(escapeReplyText(text)).toBe(shown));

  it("is cut where it is too long for a message", () => {
    expect(escapeReplyText("\0".repeat(100), 10)).toBe("\\x00\\x00\\x...");
    expect(describeReply({ code: 550, lines: ["5.1.1 No", "user\x07"] })).toBe("550 5.1.1 No user\\x07");
    expect(describeReply({ code: 250, lines: [""] })).toBe("250");
  });
});

describe("error", () => {
  it("has a code, a kind, a cause and a brand that another copy of the class shares", () => {
    const cause = new Error("below");
    const error = new SmtpProtocolError("ERR_SMTP_UNEXPECTED_REPLY", "no", {
      cause,
      reply: { code: 550, lines: ["no"] },
    });
    expect([error.name, error.code, error.kind, error.cause, error.reply?.code]).toEqual([
      "SmtpProtocolError",
      "ERR_SMTP_UNEXPECTED_REPLY",
      "protocol",
      cause,
      550,
    ]);
    expect(SmtpProtocolError.is(error)).toBe(true);
    expect(SmtpProtocolError.is({ [Symbol.for("@wirepost/smtp-protocol.SmtpProtocolError")]: true })).toBe(
      true,
    );
    for (const other of [new Error("x"), null, undefined, "x", {}])
      expect(SmtpProtocolError.is(other)).toBe(false);
    expect("cause" in new SmtpProtocolError("ERR_SMTP_ARGUMENT", "x")).toBe(false);
  });

  it("codes all begin alike", () => {
    for (const code of Object.keys(SMTP_ERROR_KINDS)) expect(code).toMatch(/^ERR_SMTP_[A-Z0-9_]+$/);
  });
});
