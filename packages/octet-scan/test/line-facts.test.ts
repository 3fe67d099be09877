import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { LineFacts, loadVectorUnit } from "../src/index.js";

beforeAll(async () => {
  expect(await loadVectorUnit()).toBe(true);
});

const octets = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0));
const UNITS = ["scalar", "auto"] as const;

function factsOf(pieces: readonly Uint8Array[], unit: (typeof UNITS)[number]): object {
  const facts = new LineFacts({ unit });
  for (const piece of pieces) facts.add(piece);
  const { octets, highOctets, controls, nuls, bareLineEnds, longestLine } = facts;
  return { octets, highOctets, controls, nuls, bareLineEnds, longestLine };
}

/** The same answers by regular expressions. */
function slowly(text: string): object {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return {
    octets: text.length,
    highOctets: count(/[\x80-\xff]/g),
    controls: count(/[\0-\x08\v\f\x0e-\x1f\x7f]/g),
    nuls: count(/\0/g),
    bareLineEnds: count(/\r\n?|\n/g) - count(/\r\n/g),
    longestLine: Math.max(...text.split(/\r\n?|\n/).map((line) => line.length)),
  };
}

/** Long enough for the vector unit wherever it is put, with what is to be found in the middle, at the ends, at a step's edge. */
const FILL = "x".repeat(300);
const FOUND = [
  "",
  "\r\n",
  "\r",
  "\n",
  "\n\r",
  "\r\r\n",
  "\r\n\n",
  "\0",
  "\t",
  "\x7f",
  "\x1f",
  "\x80",
  "\xff\xfe",
  "\r\n.\r\n",
];

describe.each(UNITS)("facts of lines, %s unit", (unit) => {
  it.each(
    FOUND.flatMap((found) => [
      found,
      FILL + found,
      found + FILL,
      FILL + found + FILL,
      FILL.slice(0, 271) + found + FILL,
    ]),
  )("of %j", (text) => {
    expect(factsOf([octets(text)], unit)).toEqual(slowly(text));
  });

  it("are the same however the octets are cut, and wherever they lie", () => {
    const pieces = fc.array(
      fc.tuple(
        fc.constantFrom("\r\n", "\r", "\n", "\0", "\t", ".", "\x7f", "\x80", "é", "word "),
        fc.nat(400),
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(pieces, fc.array(fc.nat(6000), { maxLength: 6 }), fc.nat(15), (parts, cuts, offset) => {
        const text = parts.map(([what, fill]) => what + "y".repeat(fill)).join("");
        const whole = new Uint8Array(text.length + offset).subarray(offset);
        whole.set(octets(text));
        const at = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
        const cut = at.slice(1).map((end, i) => whole.subarray(at[i], end));
        expect(factsOf(cut, unit)).toEqual(slowly(text));
      }),
    );
  });

  it("of more than the unit holds at a time", () => {
    const text = `${"z".repeat(65_535)}\r\n${"z".repeat(65_534)}\r${"\x80".repeat(70_000)}\n`;
    expect(factsOf([octets(text)], unit)).toEqual(slowly(text));
  });
});
