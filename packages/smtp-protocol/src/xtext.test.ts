import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeUtf8AddressXtext, decodeXtext, encodeUtf8AddressXtext, encodeXtext } from "./xtext.js";

describe("xtext", () => {
  it.each([
    ["plain@example.com", "plain@example.com"],
    ["a+b=c d", "a+2Bb+3Dc+20d"],
    ["ü\r\n\0", "+C3+BC+0D+0A+00"],
    ["", ""],
  ])("%j is %s", (text, encoded) => {
    expect(encodeXtext(text)).toBe(encoded);
    expect(decodeXtext(encoded)).toBe(text);
  });

  it.each(["a b", "a=b", "a+2", "a+", "a+GG", "ü", "a\r"])("%j is not xtext", (text) => {
    expect(() => decodeXtext(text)).toThrow(expect.objectContaining({ code: "ERR_SMTP_PARAMETER_SYNTAX" }));
  });

  it("takes small hexadecimal digits", () => expect(decodeXtext("+2b")).toBe("+"));
});

describe("utf-8 address", () => {
  it.each([
    ["jane@example.com", "jane@example.com"],
    ["j\\ä+=", "j\\x{5C}\\x{E4}\\x{2B}\\x{3D}"],
    ["\u{1f600}\t", "\\x{1F600}\\x{09}"],
  ])("%j is %s", (text, encoded) => {
    expect(encodeUtf8AddressXtext(text)).toBe(encoded);
    expect(decodeUtf8AddressXtext(encoded)).toBe(text);
  });

  it("reads unitext and xtext's escapes as well", () =>
    expect(decodeUtf8AddressXtext("jä+C3+A4+2Bx")).toBe("jää+x"));

  it.each(["\\", "\\x{}", "\\x{110000}", "\\x{D800}", "\\x{1234567}", "\\u{41}", "a b", "a=b", "+"])(
    "%j is refused",
    (text) => {
      expect(() => decodeUtf8AddressXtext(text)).toThrow(
        expect.objectContaining({ code: "ERR_SMTP_PARAMETER_SYNTAX" }),
      );
    },
  );

  it("half a surrogate pair is refused", () => expect(() => encodeUtf8AddressXtext("\ud800")).toThrow());
});

describe("law", () => {
  it("both encodings come back, and are visible ASCII", () => {
    fc.assert(
      fc.property(
        fc.string({
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
        }),
        (text) => {
          for (const [encode, decode] of [
            [encodeXtext, decodeXtext],
            [encodeUtf8AddressXtext, decodeUtf8AddressXtext],
          ] as const) {
            expect(encode(text)).toMatch(/^[!-<>-~]*$/);
            expect(decode(encode(text))).toBe(text);
          }
        },
      ),
    );
  });
});
