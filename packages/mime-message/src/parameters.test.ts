import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toWellFormed } from "./folding.js";
import {
  parameterSegments,
  parseContentType,
  parseParameters,
  parseParametersTolerant,
} from "./parameters.js";

const name = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 200 })
  .map((text) => text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g, "x"));

describe("F6: parameters", () => {
  it("decode(encode(name)) = name", () => {
    fc.assert(
      fc.property(name, (filename) => {
        const segments = parameterSegments("filename", filename);
        for (const segment of segments) {
          expect(segment.length).toBeLessThanOrEqual(76);
          expect(segment).toMatch(/^[\x20-\x7e]+$/);
        }
        const header = ["attachment", ...segments].join("; ");
        expect(parseParameters(header).parameters.get("filename")).toBe(toWellFormed(filename));
        if (!filename.includes("=?")) {
          expect(parseParametersTolerant(header).parameters.get("filename")).toBe(toWellFormed(filename));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("as encoded words too, for readers who look for them", () => {
    fc.assert(
      fc.property(name, (filename) => {
        const header = ["attachment", ...parameterSegments("filename", filename, "rfc2047")].join("; ");
        expect(parseParametersTolerant(header).parameters.get("filename")).toBe(toWellFormed(filename));
      }),
    );
  });

  it("no line break, quote or NUL escapes", () => {
    for (const bad of ["a\rb", "a\nb", "a\0b"]) {
      expect(() => parameterSegments("filename", bad)).toThrow(
        expect.objectContaining({ code: "ERR_MIME_INVALID_FIELD_VALUE" }),
      );
    }
    expect(parameterSegments("filename", 'a"; x="y').join()).not.toContain('"');
  });
});

describe("strict reading", () => {
  it.each([
    ["text/plain", {}],
    ['text/plain; charset="utf-8"', { charset: "utf-8" }],
    ["text/plain; CHARSET=utf-8; format=flowed", { charset: "utf-8", format: "flowed" }],
    ['x/y; a="q\\"q;=\\\\"', { a: 'q"q;=\\' }],
    ["x/y; a*=utf-8''%C3%A4", { a: "ä" }],
    ["x/y; a*=iso-8859-1'en'%E4", { a: "ä" }],
    ["x/y; a*0*=utf-8''%C3; a*1*=%A4; a*2=\"%20\"", { a: "ä%20" }],
    ["x/y; a*1=b; a*0=a", { a: "ab" }],
    ["x/y; a=plain; a*=utf-8''ext", { a: "ext" }],
  ])("%s", (text, expected) => {
    expect(Object.fromEntries(parseParameters(text).parameters)).toEqual(expected);
  });

  it.each([
    "x/y; a",
    "x/y; a=b; a=c",
    'x/y; a="b',
    'x/y; a="b" c',
    "x/y; a=b c",
    "x/y;; a=b",
    "x/y; ä=b",
    "x/y; a*=b",
    "x/y; a**=b",
  ])("refuses %s", (text) => {
    expect(() => parseParameters(text)).toThrow(
      expect.objectContaining({ code: "ERR_MIME_INVALID_PARAMETER" }),
    );
  });

  it.each(["", "text", "text/", "/plain", "text/pl ain", "text/plain/x", "tëxt/plain", "text/plain; a"])(
    "refuses the content type %j",
    (text) => {
      expect(() => parseContentType(text)).toThrow(
        expect.objectContaining({ code: "ERR_MIME_INVALID_CONTENT_TYPE" }),
      );
    },
  );
});

describe("tolerant reading", () => {
  it.each([
    ["x/y; a; b=c", { b: "c" }],
    ['x/y; a="b', { a: "b" }],
    ["x/y; a=b c; d=e", { a: "b c", d: "e" }],
    ['x/y; a="=?utf-8?Q?=C3=A4?="', { a: "ä" }],
    ["x/y; a*0=a; a*2=c", { a: "a" }],
    ["x/y;a=b;", { a: "b" }],
    ["x/y; a*=utf-8''%0D%0ABcc", { a: "  Bcc" }],
  ])("%s", (text, expected) => {
    expect(Object.fromEntries(parseParametersTolerant(text).parameters)).toEqual(expected);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => void parseParametersTolerant(`x; ${text}`)),
    );
  });
});
