import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseHeaders, parseHeadersTolerant } from "./header-parser.js";

describe("strict", () => {
  it("reads fields, unfolds them, and stops at the empty line", () => {
    expect(
      parseHeaders("From: a@example.com\r\nSubject:  two\r\n words\r\n\tmore \r\nX:\r\n\r\nBody: x\r\n"),
    ).toEqual([
      { name: "From", value: "a@example.com" },
      { name: "Subject", value: "two words\tmore" },
      { name: "X", value: "" },
    ]);
    expect(parseHeaders(Buffer.from("Subject: Grüße"))).toEqual([{ name: "Subject", value: "Grüße" }]);
    expect(parseHeaders("")).toEqual([]);
  });

  it.each([
    "X: a\nY: b",
    "X: a\rb",
    "X: a\0b",
    "X: a\u000bb",
    "X : a",
    ": a",
    "junk",
    " fold first",
    "X: a\r\n \r\nY: b",
    `X: ${"x".repeat(996)}`,
    "Ü: x",
    "X: \u007f",
  ])("refuses %j", (block) => {
    expect(() => parseHeaders(block)).toThrow(expect.objectContaining({ code: "ERR_MIME_INVALID_HEADER" }));
  });

  it("refuses octets that are not UTF-8", () => {
    expect(() => parseHeaders(Buffer.from([88, 58, 0xe4]))).toThrow(
      expect.objectContaining({ code: "ERR_MIME_INVALID_HEADER" }),
    );
  });

  it("counts octets, not characters", () => {
    expect(() => parseHeaders(`X: ${"ü".repeat(498)}`)).toThrow();
    expect(parseHeaders(`X: ${"ü".repeat(497)}`)).toHaveLength(1);
  });
});

describe("tolerant", () => {
  it.each([
    ["X: a\nY: b\rZ: c", ["X=a", "Y=b", "Z=c"]],
    ["From someone Sat Jan  1\nX: a", ["X=a"]],
    ["X : a", ["X=a"]],
    ["junk\n more junk\nX: a", ["X=a"]],
    ["X: a\n \nY: b", ["X=a", "Y=b"]],
    ["\ufeffX: a", ["X=a"]],
    ["X: a\0b", ["X=a b"]],
    ["X: a\n\nY: b", ["X=a"]],
  ])("%j", (block, expected) => {
    expect(parseHeadersTolerant(block).map(({ name, value }) => `${name}=${value}`)).toEqual(expected);
  });

  it("reads latin1 where a line is not UTF-8", () => {
    const block = Buffer.concat([Buffer.from("X: ü\r\nY: "), Buffer.from([0xfc])]);
    expect(parseHeadersTolerant(block).map(({ value }) => value)).toEqual(["ü", "ü"]);
  });

  it("never throws, and agrees with the strict parser on what that accepts", () => {
    const line = fc.constantFrom(
      "X: a",
      "Y-Z: b c",
      " fold",
      "\tfold",
      "junk",
      "",
      "A:",
      "B : x",
      "C: \0",
      "Ä: x",
    );
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom("\r\n", "\n"), (lines, end) => {
        const block = lines.join(end);
        const tolerant = parseHeadersTolerant(block);
        let strict: unknown;
        try {
          strict = parseHeaders(block);
        } catch {
          return;
        }
        expect(tolerant).toEqual(strict);
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (octets) => void parseHeadersTolerant(octets)));
  });
});
