import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeLine, escapeText } from "./escape.js";

describe("text for a terminal", () => {
  it.each([
    ["plain ünïcode 見本 ✉", "plain ünïcode 見本 ✉"],
    ["\x1b[2J", "\\x1b[2J"],
    ["a\r\nb\tc", "a\\r\\nb\\tc"],
    ["\x9b31m", "\\x9b31m"],
    ["\u202egpj.exe", "\\u202egpj.exe"],
    ["a\u2028b", "a\\u2028b"],
    ["\ud800", "\\ud800"],
    ["🙂", "🙂"],
  ])("%j is shown as %j", (given, shown) => {
    expect(escapeLine(given)).toBe(shown);
  });

  it("keeps the lines of a text, and its tabs", () => {
    expect(escapeText("a\r\nb\n\tc\rd\x07")).toBe("a\nb\n\tc\\rd\\x07");
  });

  it("holds nothing a terminal obeys, whatever was given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(escapeLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(escapeText(text)).not.toMatch(
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
        );
      }),
    );
  });
});
