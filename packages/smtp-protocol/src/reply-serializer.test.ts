import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Reply } from "./reply.js";
import { type NEED_DATA, ReplyParser } from "./reply-parser.js";
import { createReply, serializeReply } from "./reply-serializer.js";

const parse = (wire: string, readEnhanced = true): Reply | typeof NEED_DATA => {
  const parser = new ReplyParser();
  parser.push(new TextEncoder().encode(wire));
  return parser.next(readEnhanced);
};

describe("reply as octets", () => {
  it.each<[Reply, string]>([
    [{ code: 250, lines: ["OK"] }, "250 OK\r\n"],
    [{ code: 250, lines: [""] }, "250 \r\n"],
    [{ code: 250, lines: ["a", "", "c"] }, "250-a\r\n250-\r\n250 c\r\n"],
    [{ code: 550, lines: ["5.1.1 nö"], enhanced: "5.1.1" }, "550 5.1.1 nö\r\n"],
    [createReply(550, "5.1.1", "No such", "user"), "550-5.1.1 No such\r\n550 5.1.1 user\r\n"],
    [createReply(220, undefined, "mx.example ESMTP"), "220 mx.example ESMTP\r\n"],
    [createReply(250, "2.0.0"), "250 2.0.0\r\n"],
    [createReply(250, undefined), "250 \r\n"],
  ])("%j", (reply, wire) => {
    expect(serializeReply(reply)).toBe(wire);
    expect(parse(wire, reply.enhanced !== undefined)).toEqual(reply);
  });

  it.each<[string, Reply, string]>([
    ["CR", { code: 250, lines: ["a\rb"] }, "ERR_SMTP_ARGUMENT"],
    ["LF", { code: 250, lines: ["a\n250 b"] }, "ERR_SMTP_ARGUMENT"],
    ["NUL", { code: 250, lines: ["\0"] }, "ERR_SMTP_ARGUMENT"],
    ["half a pair", { code: 250, lines: ["\ud800"] }, "ERR_SMTP_ARGUMENT"],
    ["no line", { code: 250, lines: [] }, "ERR_SMTP_ARGUMENT"],
    ["199", { code: 199, lines: ["a"] }, "ERR_SMTP_ARGUMENT"],
    ["600", { code: 600, lines: ["a"] }, "ERR_SMTP_ARGUMENT"],
    ["250.5", { code: 250.5, lines: ["a"] }, "ERR_SMTP_ARGUMENT"],
    [
      "an enhanced code that is not in the text",
      { code: 250, lines: ["a"], enhanced: "2.0.0" },
      "ERR_SMTP_ARGUMENT",
    ],
    ["an enhanced code of another class", createReply(250, "5.0.0", "a"), "ERR_SMTP_ARGUMENT"],
    ["a line too long", { code: 250, lines: ["ä".repeat(2046)] }, "ERR_SMTP_LINE_TOO_LONG"],
  ])("refuses %s", (_, reply, code) => {
    expect(() => serializeReply(reply)).toThrow(expect.objectContaining({ code, kind: "usage" }));
  });

  it("a challenge may be as long as SASL allows", () => {
    expect(serializeReply({ code: 334, lines: ["A".repeat(12_284)] })).toHaveLength(12_290);
    expect(() => serializeReply({ code: 235, lines: ["A".repeat(12_284)] })).toThrow();
  });

  it("comes back from its octets, whatever it says", () => {
    const line = fc
      .string({
        unit: fc.constantFrom(
          "a",
          "Z",
          "7",
          " ",
          "+",
          "=",
          "<",
          ">",
          '"',
          "\\",
          ";",
          "\t",
          "\x7f",
          "\u00e4",
          "\u0131",
          "\u017f",
          "\u4e2d",
          "\u0301",
          "\u{1f600}",
        ),
        maxLength: 60,
      })
      .filter((text) => !/[\r\n\0]/.test(text));
    fc.assert(
      fc.property(
        fc.integer({ min: 200, max: 599 }),
        fc.array(line, { minLength: 1, maxLength: 6 }),
        (code, lines) => {
          expect(parse(serializeReply({ code, lines }), false)).toEqual({ code, lines });
        },
      ),
    );
  });
});
