import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DkimError } from "./errors.js";
import { canonicalField, selectFields, splitHeader } from "./header-fields.js";
import { headerList } from "./header-list.js";

const relaxed = (text: string) => splitHeader(text).map((field) => canonicalField("relaxed", field));
const simple = (text: string) => splitHeader(text).map((field) => canonicalField("simple", field));

describe("relaxed header", () => {
  it.each([
    ["Subject: a\r\n", "subject:a"],
    ["SUBJECT:a\r\n", "subject:a"],
    ["Subject : \t a \t \r\n", "subject:a"],
    ["Subject:\r\n", "subject:"],
    ["Subject: \t\r\n \r\n", "subject:"],
    ["Subject: a\r\n b\r\n\tc\r\n", "subject:a b c"],
    ["Subject: a: b\r\n", "subject:a: b"],
    ["Subject: \u00c3\u00bc\u00a0\r\n", "subject:\u00c3\u00bc\u00a0"],
  ])("%j is %j", (text, canonical) => {
    expect(relaxed(text)).toEqual([canonical]);
  });
});

describe("simple header", () => {
  it.each(["Subject: a", "SUBJECT :a ", "Subject: a\r\n\tb  "])("%j stays", (text) => {
    expect(simple(`${text}\r\n`)).toEqual([text]);
  });
});

describe("splitHeader", () => {
  it("keeps order and repeated fields", () => {
    expect(splitHeader("A: 1\r\nB: 2\r\n x\r\nA: 3\r\n").map((field) => field.name)).toEqual(["a", "b", "a"]);
  });
  it.each([
    " a: b\r\n",
    "\ta: b\r\n",
    "a\r\n",
    ": b\r\n",
    "a b: c\r\n",
    "a: b\r\nc\r\n",
    "a: b",
    "a: b\r\nc: d",
    "\u00fc: a\r\n",
  ])("refuses %j", (text) => {
    expect(() => splitHeader(text)).toThrow(expect.objectContaining({ code: "ERR_DKIM_HEADER_SYNTAX" }));
  });
  it("joins to what it was given, or throws its own error", () => {
    const part = fc.constantFrom("A: b", "From:", "\r\n", "\r\n", " ", "\t", "x", ":", "é");
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const text = parts.join("");
        try {
          expect(
            splitHeader(text)
              .map((field) => field.text)
              .join(""),
          ).toBe(text);
        } catch (error) {
          if (!DkimError.is(error)) throw error;
        }
      }),
    );
  });
  it("is linear in lines, continuations and blanks", () => {
    for (const build of [
      (n: number) => "A: b\r\n".repeat(n),
      (n: number) => `A: b${"\r\n c".repeat(n)}\r\n`,
      (n: number) => `A: b${" ".repeat(5 * n)}c\r\n`,
      (n: number) => `A${" ".repeat(5 * n)}: c\r\n`,
    ]) {
      const times = [20_000, 80_000].map((n) => {
        const text = build(n);
        const before = performance.now();
        relaxed(text);
        return performance.now() - before;
      });
      expect(times[1]!).toBeLessThan(Math.max(10 * times[0]!, 150));
    }
  });
});

describe("selectFields (RFC 6376 5.4.2)", () => {
  const fields = splitHeader("X: 1\r\nY: 2\r\nX: 3\r\n");
  it("takes repeated fields from the bottom, and nothing where none is left", () => {
    expect(selectFields(fields, ["x", "X", "x", "z", "y"]).map((field) => field.text)).toEqual([
      "X: 3\r\n",
      "X: 1\r\n",
      "Y: 2\r\n",
    ]);
  });
});

describe("headerList", () => {
  const fields = splitHeader("From: a\r\nDate: b\r\nList-Id: c\r\nX: d\r\nX: e\r\n");
  it("names each field as often as it is there", () => {
    expect(headerList(fields, ["From", "x", "Absent", "FROM"], [])).toEqual(["From", "x", "x"]);
  });
  it("names oversigned fields once more, and adds those not named otherwise", () => {
    expect(headerList(fields, ["From"], ["from", "To", "X"])).toEqual(["From", "From", "To", "X", "X", "X"]);
  });
  it("oversigns by default what it signs and what a reader relies on, but does not forbid what a server may add", () => {
    expect(headerList(fields, ["From", "Date", "Message-ID", "To", "List-Id"], undefined)).toEqual([
      "From",
      "From",
      "Date",
      "Date",
      "To",
      "List-Id",
    ]);
  });
});
