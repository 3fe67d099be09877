import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DataEncoder, type DataEncoderOptions } from "./data-encoder.js";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const text = (octets: Uint8Array): string => String.fromCharCode(...octets);

/** Encodes pieces through a target of the given size, closed at the end. */
function encode(pieces: Uint8Array[], options: DataEncoderOptions, targetSize = 64): Uint8Array {
  const encoder = new DataEncoder(options);
  const out: number[] = [];
  const target = new Uint8Array(targetSize + 3);
  for (const piece of pieces) {
    let at = 0;
    for (let idle = 0; at < piece.length; idle++) {
      encoder.encodeInto(piece, at, target, 3);
      if (encoder.read === 0 && encoder.written === 0 && idle > piece.length * 2)
        throw new Error("no progress");
      at += encoder.read;
      for (let i = 0; i < encoder.written; i++) out.push(target[3 + i]!);
    }
  }
  const tail = new Uint8Array(5);
  out.push(...tail.subarray(0, encoder.finishInto(tail, 0)));
  return Uint8Array.from(out);
}

const DATA: DataEncoderOptions = { dotStuffing: true };
const CASES: [string, string][] = [
  ["", ".\r\n"],
  ["a", "a\r\n.\r\n"],
  ["a\r\n", "a\r\n.\r\n"],
  ["a\r\nb\r\n", "a\r\nb\r\n.\r\n"],
  ["\r\n", "\r\n.\r\n"],
  [".", "..\r\n.\r\n"],
  [".\r\n", "..\r\n.\r\n"],
  ["..", "...\r\n.\r\n"],
  ["a\r\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n"],
  ["a\r\n.b.\r\n.", "a\r\n..b.\r\n..\r\n.\r\n"],
  ["a.b\r\nc.\r\n", "a.b\r\nc.\r\n.\r\n"],
  ["a\nb\n", "a\r\nb\r\n.\r\n"],
  ["a\rb\r", "a\r\nb\r\n.\r\n"],
  ["a\r\r\nb", "a\r\n\r\nb\r\n.\r\n"],
  ["a\n\rb", "a\r\n\r\nb\r\n.\r\n"],
  // What makes servers that take other line ends see an end of data (SMTP smuggling).
  ["a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"],
  ["a\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n"],
  ["a\r\n.\nb", "a\r\n..\r\nb\r\n.\r\n"],
  ["a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"],
  ["a\r\n.\rb", "a\r\n..\r\nb\r\n.\r\n"],
  ["a\r.\r\nb", "a\r\n..\r\nb\r\n.\r\n"],
  ["\ta\x0b\x0c\x01\x0e\x1f\xff\r\n", "\ta\x0b\x0c\x01\x0e\x1f\xff\r\n.\r\n"],
  [`${"x".repeat(76)}\r\n`.repeat(4), `${`${"x".repeat(76)}\r\n`.repeat(4)}.\r\n`],
];

describe("content of DATA", () => {
  it.each(CASES)("%j", (content, wire) => {
    const octets = bytes(content);
    expect(text(encode([octets], DATA))).toBe(wire);
    expect(text(encode([octets], DATA, 2))).toBe(wire);
    expect(
      text(
        encode(
          [...octets].map((octet) => Uint8Array.of(octet)),
          DATA,
        ),
      ),
    ).toBe(wire);
    for (let at = 0; at <= octets.length; at++) {
      expect(text(encode([octets.slice(0, at), octets.slice(at)], DATA, 7))).toBe(wire);
    }
  });
});

describe("content of BDAT", () => {
  const chunk = { dotStuffing: false };
  it("has its line ends made right, but no dot doubled and no dot at the end", () => {
    expect(text(encode([bytes(".a\n.\rb")], chunk))).toBe(".a\r\n.\r\nb\r\n");
    expect(text(encode([], chunk))).toBe("");
  });

  it("is left alone when it is binary", () => {
    const octets = bytes("\0.\n.\r\r\n\xff".repeat(200));
    expect(encode([octets.slice(0, 5), octets.slice(5)], { dotStuffing: false, binary: true })).toEqual(
      octets,
    );
  });
});

describe("refuses", () => {
  it.each([
    ["NUL", "a\0b", "ERR_SMTP_NUL"],
    ["CRLF NUL .", "a\r\n\0.\r\n", "ERR_SMTP_NUL"],
    ["a line of 999 octets", `${"x".repeat(999)}\r\n`, "ERR_SMTP_LINE_TOO_LONG"],
    ["a line of 999 octets with a dot", `.${"x".repeat(998)}\r\n`, "ERR_SMTP_LINE_TOO_LONG"],
    ["a line of 999 octets without an end", "x".repeat(999), "ERR_SMTP_LINE_TOO_LONG"],
    ["a line of 999 octets that LF ends", `a\n${"x".repeat(999)}\nb`, "ERR_SMTP_LINE_TOO_LONG"],
  ])("%s", (_, content, code) => {
    const octets = bytes(content);
    for (const pieces of [
      [octets],
      [...octets].map((octet) => Uint8Array.of(octet)),
      [octets.slice(0, 3), octets.slice(3)],
    ]) {
      for (const size of [2, 64, 4096]) {
        expect(() => encode(pieces, DATA, size)).toThrow(expect.objectContaining({ code }));
        expect(() => encode(pieces, { dotStuffing: false }, size)).toThrow(expect.objectContaining({ code }));
      }
    }
  });

  it("a line of 998 octets passes, and one of 1,001 when the caller allows it", () => {
    expect(encode([bytes(`.${"x".repeat(997)}\r\n`)], DATA)).toHaveLength(1004);
    expect(encode([bytes(`${"x".repeat(1001)}\n`)], { dotStuffing: true, maxLineBytes: 1001 })).toHaveLength(
      1006,
    );
    expect(
      encode([bytes("x".repeat(5000))], { dotStuffing: true, maxLineBytes: Number.POSITIVE_INFINITY }),
    ).toHaveLength(5005);
  });

  it("options that cannot be", () => {
    expect(() => new DataEncoder({ dotStuffing: true, binary: true })).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_ARGUMENT" }),
    );
    expect(() => new DataEncoder({ dotStuffing: true, maxLineBytes: 0 })).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_ARGUMENT" }),
    );
    expect(() => new DataEncoder({ dots: true } as never)).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_UNKNOWN_OPTION" }),
    );
  });

  it("stays in error", () => {
    const encoder = new DataEncoder(DATA);
    const target = new Uint8Array(10);
    expect(() => encoder.encodeInto(bytes("\0"), 0, target, 0)).toThrow();
    expect(() => encoder.encodeInto(bytes("a"), 0, target, 0)).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_NUL" }),
    );
    expect(() => encoder.finishInto(target, 0)).toThrow(expect.objectContaining({ code: "ERR_SMTP_NUL" }));
  });

  it.each(["abc", { length: 3 }, [97, 98, 99], new Uint16Array(3), new DataView(new ArrayBuffer(3)), null])(
    "what is no octets, and writes nothing: %o",
    (source) => {
      const target = new Uint8Array(8).fill(7);
      for (const options of [DATA, { dotStuffing: false }, { dotStuffing: false, binary: true }]) {
        expect(() => new DataEncoder(options).encodeInto(source as never, 0, target, 0)).toThrow(
          expect.objectContaining({ code: "ERR_SMTP_ARGUMENT" }),
        );
      }
      expect(target).toEqual(new Uint8Array(8).fill(7));
    },
  );

  it("a target too small for the end", () => {
    expect(() => new DataEncoder(DATA).finishInto(new Uint8Array(2), 0)).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_ARGUMENT" }),
    );
  });
});

describe("law", () => {
  const content = fc
    .array(
      fc.oneof(
        {
          weight: 5,
          arbitrary: fc.constantFrom("\r\n", "\r", "\n", ".", "\r\n.", "\n.", ".\r\n", "\t", "abc", "\xe4"),
        },
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 60 }).map((length) => "x".repeat(length)) },
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join(""));
  /** Said once more in another way: line by line, with strings. */
  const expected = (input: string): string => {
    const lines = input.split(/\r\n|\r|\n/);
    if (lines.at(-1) === "") lines.pop();
    return `${lines.map((line) => `${line.startsWith(".") ? "." : ""}${line}\r\n`).join("")}.\r\n`;
  };

  it("is what the line by line rule says, however content and target are cut and wherever they lie in memory", () => {
    fc.assert(
      fc.property(
        content,
        fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 2, max: 90 }),
        fc.integer({ min: 0, max: 7 }),
        (input, sizes, targetSize, shift) => {
          const memory = new Uint8Array(input.length + shift);
          memory.set(bytes(input), shift);
          const pieces: Uint8Array[] = [];
          for (let at = shift, turn = 0; at < memory.length; turn++) {
            const size = sizes[turn % sizes.length]!;
            pieces.push(memory.subarray(at, at + size));
            at += size;
          }
          const wire = text(encode(pieces, DATA, targetSize));
          expect(wire).toBe(expected(input));
          expect(`\r\n${wire}`.indexOf("\r\n.\r\n")).toBe(wire.length - 3);
          expect(wire.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
        },
      ),
      { numRuns: 500 },
    );
  });
});
