import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Base64Encoder, base64LinesLength, encodeBase64Lines } from "./base64.js";
import { LineEndNormalizer, normalizeOctets, normalizeText, scanOctets, scanText } from "./body-scan.js";
import { decodeQuotedPrintable, encodeQuotedPrintable, QuotedPrintableEncoder } from "./quoted-printable.js";

const octets = fc.uint8Array({ maxLength: 700 });
/** Octets that look like text with every kind of line end and blank. */
const texty = fc
  .array(
    fc.constantFrom(
      "a",
      "word ",
      "=",
      "\r",
      "\n",
      "\r\n",
      " ",
      "\t",
      "ä",
      "日",
      "😀",
      "\0",
      ".",
      "x".repeat(74),
    ),
    {
      maxLength: 60,
    },
  )
  .map((parts) => new Uint8Array(Buffer.from(parts.join(""))));
const any = fc.oneof(octets, texty);

/** Pieces of random sizes, empty ones among them. */
const cuts = fc.array(fc.nat({ max: 120 }), { maxLength: 12 });

function cut(content: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const size of sizes) {
    pieces.push(content.slice(at, at + size));
    at += size;
  }
  pieces.push(content.slice(at));
  return pieces;
}

interface Encoder {
  push(piece: Uint8Array): Uint8Array;
  end(): Uint8Array;
}

function run(encoder: Encoder, pieces: readonly Uint8Array[]): Buffer {
  return Buffer.concat([...pieces.map((piece) => Buffer.from(encoder.push(piece))), encoder.end()]);
}

describe("F9: base64", () => {
  it("decodes to what was put in, in lines of 76", () => {
    fc.assert(
      fc.property(octets, (content) => {
        const encoded = Buffer.from(encodeBase64Lines(content));
        expect(encoded.length).toBe(base64LinesLength(content.length));
        expect(Buffer.from(encoded.toString(), "base64").equals(content)).toBe(true);
        const lines = encoded.toString().split("\r\n");
        for (const line of lines.slice(0, -1)) expect(line.length).toBe(76);
        expect(lines.at(-1)!.length).toBeLessThanOrEqual(76);
      }),
    );
  });

  it("gives the same however it is cut", () => {
    fc.assert(
      fc.property(octets, cuts, (content, sizes) => {
        expect(
          run(new Base64Encoder(), cut(content, sizes)).equals(Buffer.from(encodeBase64Lines(content))),
        ).toBe(true);
      }),
    );
  });

  it("goes over several native chunks", () => {
    for (const size of [32_717, 32_718, 32_719, 65_436, 100_001]) {
      const content = Uint8Array.from({ length: size }, (_, at) => (at * 7919) >> 3);
      const encoded = Buffer.from(encodeBase64Lines(content)).toString();
      expect(Buffer.from(encoded, "base64").equals(content)).toBe(true);
      expect(
        encoded
          .split("\r\n")
          .slice(0, -1)
          .every((line) => line.length === 76),
      ).toBe(true);
    }
  });
});

describe("F9: quoted-printable", () => {
  it.each([true, false])("decodes to what was put in (binary: %s)", (binary) => {
    fc.assert(
      fc.property(any, (content) => {
        const encoded = encodeQuotedPrintable(content, { binary });
        const expected = binary ? content : normalizeOctets(content);
        expect(Buffer.from(decodeQuotedPrintable(encoded)).equals(expected)).toBe(true);
        const text = Buffer.from(encoded).toString("latin1");
        expect(text).toMatch(/^[\t\r\n\x20-\x7e]*$/);
        for (const line of text.split("\r\n")) {
          expect(line.length).toBeLessThanOrEqual(76);
          expect(line).not.toMatch(/[ \t]$/);
          expect(line).not.toMatch(/=.?$(?<!=)/); // no escape is split
        }
      }),
      { numRuns: 300 },
    );
  });

  it("gives the same however it is cut", () => {
    fc.assert(
      fc.property(any, cuts, fc.boolean(), (content, sizes, binary) => {
        const whole = Buffer.from(encodeQuotedPrintable(content, { binary }));
        expect(run(new QuotedPrintableEncoder({ binary }), cut(content, sizes)).equals(whole)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it("never parts the octets of a character", () => {
    for (const character of ["ä", "日", "😀"]) {
      for (let column = 60; column < 80; column += 1) {
        const encoded = Buffer.from(
          encodeQuotedPrintable(Buffer.from("x".repeat(column) + character)),
        ).toString();
        for (const line of encoded.split("=\r\n")) {
          expect(Buffer.from(decodeQuotedPrintable(Buffer.from(line))).toString()).not.toContain("\ufffd");
        }
      }
    }
  });

  it.each([
    ["a=\r\nb", "ab"],
    ["a= \t\r\nb", "ab"],
    ["a \t\r\nb", "a\r\nb"],
    ["=3d=3D", "=="],
    ["=ZZ", "=ZZ"],
    ["a=", "a"],
    ["a=\nb", "ab"],
    ["a  ", "a"],
  ])("reads %j as %j", (encoded, expected) => {
    expect(Buffer.from(decodeQuotedPrintable(Buffer.from(encoded))).toString()).toBe(expected);
  });

  it("never throws on what it reads", () => {
    fc.assert(fc.property(any, (content) => void decodeQuotedPrintable(content)));
  });
});

describe("line ends and facts", () => {
  it("normalises the same in text, in octets, and however it is cut", () => {
    fc.assert(
      fc.property(texty, cuts, (content, sizes) => {
        const expected = Buffer.from(normalizeText(Buffer.from(content).toString()));
        expect(expected.toString()).not.toMatch(/\r(?!\n)|(?<!\r)\n/);
        expect(Buffer.from(normalizeOctets(content)).equals(expected)).toBe(true);
        expect(run(new LineEndNormalizer(), cut(content, sizes)).equals(expected)).toBe(true);
        expect(expected.length).toBe(content.length + scanOctets(content).bareLineEnds);
      }),
    );
  });

  it("sees the same in text and in octets", () => {
    fc.assert(
      fc.property(texty, (content) => {
        const facts = scanText(Buffer.from(content).toString());
        expect(scanOctets(content)).toMatchObject({ ...facts });
        const { bareLineEnds, longestLine } = scanOctets(content);
        expect({ bareLineEnds, longestLine }).toEqual({
          bareLineEnds: facts.bareLineEnds,
          longestLine: facts.longestLine,
        });
        const lines = Buffer.from(content)
          .toString()
          .split(/\r\n|\r|\n/);
        expect(facts.longestLine).toBe(Math.max(...lines.map((line) => Buffer.byteLength(line))));
      }),
    );
  });
});
