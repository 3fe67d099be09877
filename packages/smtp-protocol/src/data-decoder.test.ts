import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataDecoder, type DataDecoderOptions } from "./data-decoder.js";
import { DataEncoder } from "./data-encoder.js";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

function decode(
  wire: string,
  size: number,
  options?: DataDecoderOptions,
): { content: string; rest: string; done: boolean } {
  const decoder = new DataDecoder(options);
  const octets = bytes(wire);
  let content = "";
  let at = 0;
  while (at < octets.length && !decoder.done) {
    content += String.fromCharCode(
      ...decoder.decode(octets.subarray(0, Math.min(at + size, octets.length)), at),
    );
    at += decoder.read;
  }
  return { content, rest: wire.slice(at), done: decoder.done };
}

const CASES: [string, string, string | undefined][] = [
  [".\r\n", "", ""],
  ["a\r\n.\r\n", "a\r\n", ""],
  ["a\r\n.\r\nQUIT\r\n", "a\r\n", "QUIT\r\n"],
  ["..\r\n.\r\n", ".\r\n", ""],
  ["...a\r\n.b\r\n.\r\n", "..a\r\nb\r\n", ""],
  ["a.\r\n.\r\n", "a.\r\n", ""],
  ["\r\n\r\n.\r\n", "\r\n\r\n", ""],
  // None of these is an end: only CRLF.CRLF is.
  ["a\n.\nb\r\n.\r\n", "a\n.\nb\r\n", ""],
  ["a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n", ""],
  ["a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n", ""],
  ["a\r.\rb\r\n.\r\n", "a\r.\rb\r\n", ""],
  ["a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", ""],
  ["a\r\r\n.\r\n", "a\r\r\n", ""],
  ["a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n", ""],
  ["a\r\n\0.\r\n.\r\n", "a\r\n\0.\r\n", ""],
  ["a\r\n.", "a\r\n", undefined],
  ["a\r\n.\r", "a\r\n", undefined],
  ["a\r", "a\r", undefined],
];

describe("content after 354", () => {
  it.each(CASES)("%j", (wire, content, rest) => {
    for (const size of [1, 2, 3, 1000]) {
      expect(decode(wire, size)).toEqual({ content, rest: rest ?? "", done: rest !== undefined });
    }
  });

  it("refuses CR and LF that stand alone where that is asked for", () => {
    for (const wire of ["a\nb\r\n.\r\n", "a\rb\r\n.\r\n", "\n.\r\n", "\r.\r\n", ".\n", ".\rx", "a\r\r\n"]) {
      for (const size of [1, 1000]) {
        expect(() => decode(wire, size, { strictLineEnd: true })).toThrow(
          expect.objectContaining({ code: "ERR_SMTP_LINE_END" }),
        );
      }
    }
    expect(decode("..a\r\n.\r\n", 1, { strictLineEnd: true }).content).toBe(".a\r\n");
  });

  it("has an end", () => {
    const decoder = new DataDecoder();
    decoder.decode(bytes(".\r\n"));
    expect(() => decoder.decode(bytes("x"))).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_WRONG_STATE" }),
    );
    expect(() => new DataDecoder({ strict: true } as never)).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_UNKNOWN_OPTION" }),
    );
  });
});

describe("law", () => {
  it("gives back what the encoder was given, line ends made right, however both are cut", () => {
    const content = fc
      .array(fc.constantFrom("\r\n", "\r", "\n", ".", "ab", "x".repeat(40), "\xff", "\r\n.\r\n"), {
        maxLength: 30,
      })
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        content,
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 50 }),
        (input, cut, size) => {
          const encoder = new DataEncoder({ dotStuffing: true });
          const target = new Uint8Array(input.length * 2 + 10);
          let end = 0;
          const octets = bytes(input);
          for (let at = 0; at < octets.length; at += cut) {
            encoder.encodeInto(octets.subarray(at, at + cut), 0, target, end);
            end += encoder.written;
          }
          end += encoder.finishInto(target, end);
          const normal = input.replace(/\r\n|\r|\n/g, "\r\n");
          expect(decode(String.fromCharCode(...target.subarray(0, end)), size)).toEqual({
            content: normal === "" || normal.endsWith("\r\n") ? normal : `${normal}\r\n`,
            rest: "",
            done: true,
          });
        },
      ),
      { numRuns: 300 },
    );
  });
});
