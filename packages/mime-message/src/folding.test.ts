import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeWords, encodeWords } from "./encoded-word.js";
import { foldUnstructured, toWellFormed } from "./folding.js";

const unfold = (folded: string): string => folded.replaceAll("\r\n", "").slice(1);

/** Printable Unicode: what a header may hold, with blanks, lookalikes and long words made likely. */
const printable = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
      {
        weight: 2,
        arbitrary: fc.constantFrom(" ", "  ", "=?", "?=", "=?utf-8?Q?x?=", "ü", "日本語", "😀", "a"),
      },
      { weight: 1, arbitrary: fc.integer({ min: 60, max: 1200 }).map((length) => "x".repeat(length)) },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 6 }) },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join("").replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, ""));

describe("F5: folding and encoding of headers", () => {
  it("comes back whole, in lines that fit, in ASCII", () => {
    fc.assert(
      fc.property(printable, (value) => {
        const folded = foldUnstructured("Subject", value);
        expect(decodeWords(unfold(folded))).toBe(toWellFormed(value));
        expect(folded).toMatch(/^[\x20-\x7e\r\n]*$/);
        const lines = `Subject:${folded}`.split("\r\n");
        for (const line of lines) {
          expect(line.length).toBeLessThanOrEqual(998);
          expect(line).toMatch(/[^ ]/);
          // A longer line is one that has no place to fold.
          if (line.length > 78) expect(line.trim().replace(/^Subject: /, "")).not.toMatch(/[^ ] [^ ]/);
        }
        for (const line of lines.slice(1)) expect(line).toMatch(/^ [^ ]/);
      }),
      { numRuns: 300 },
    );
  });

  it("each encoded word is at most 75 characters and decodes by itself", () => {
    fc.assert(
      fc.property(printable, (value) => {
        const text = toWellFormed(value);
        for (const firstRoom of [undefined, 30, 50]) {
          const words = encodeWords(text, { firstRoom });
          for (const word of words) expect(word.length).toBeLessThanOrEqual(75);
          expect(words.map((word) => decodeWords(word)).join("")).toBe(text);
          expect(decodeWords(words.join(" "))).toBe(text);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["plain", " plain"],
    ["", " "],
    ["a ", " =?utf-8?Q?a_?="],
    [" a b", " =?utf-8?Q?_a?= b"],
    [`${"x".repeat(60)} `, ` =?utf-8?Q?${"x".repeat(55)}?=\r\n =?utf-8?Q?${"x".repeat(5)}_?=`],
    ["Grüße", " =?utf-8?B?R3LDvMOfZQ==?="],
    ["from Köln to Rome", " from =?utf-8?Q?K=C3=B6ln?= to Rome"],
    ["日本", " =?utf-8?B?5pel5pys?="],
  ])("%j is written %j", (value, expected) => {
    expect(foldUnstructured("Subject", value)).toBe(expected);
  });
});

describe("encoded words as others write them", () => {
  it.each([
    ["=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"],
    ["=?ISO-8859-1?Q?a?= b", "a b"],
    ["=?iso-8859-1?q?=E4=f6?=", "äö"],
    ["=?utf-8?B?w6Q?=", "ä"],
    ["=?utf-8*en?Q?x?=", "x"],
    ["=?unknown-8bit?Q?x=E4?=", "xä"],
    ["=?utf-8?X?x?=", "=?utf-8?X?x?="],
    ["=?utf-8?Q?a b?=", "=?utf-8?Q?a b?="],
    ["(=?utf-8?Q?a?=)", "(a)"],
    ["=?utf-8?Q?=ZZ?=", "=ZZ"],
    ["=?utf-8?Q?a=0D=0ABcc:x=00?=", "a  Bcc:x "],
  ])("%s", (value, expected) => {
    expect(decodeWords(value)).toBe(expected);
  });

  it("joins a character that was cut in two words", () => {
    expect(decodeWords("=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=")).toBe("ä");
  });

  it("never throws and is linear", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void decodeWords(text)));
    const start = performance.now();
    decodeWords("=?utf-8?Q?a?= ".repeat(50_000));
    decodeWords("=?a?Q?".repeat(100_000));
    expect(performance.now() - start).toBeLessThan(4000);
  });
});
