import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { loadVectorUnit, RunFinder } from "../src/index.js";

beforeAll(async () => {
  expect(await loadVectorUnit()).toBe(true);
});

const octets = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0));
const UNITS = ["scalar", "auto"] as const;
const MAX = 60;
/** Long enough for the vector unit. */
const LINES = `${"x".repeat(38)}\r\n`.repeat(8);

/** Asks until the answer stays; the octets of the run as they were copied, and the column behind it. */
function run(
  text: string,
  unit: (typeof UNITS)[number],
  { dots = true, limit = text.length, from = 0, column = 0, maxLineBytes = MAX } = {},
): { end: number; column: number; copied: string } {
  const finder = new RunFinder({ dots, maxLineBytes, unit });
  const source = octets(text);
  finder.open(source, from, source.length);
  finder.column = column;
  const target = new Uint8Array(text.length);
  let end = from;
  while (end < limit) {
    const next = finder.runEnd(end, limit);
    finder.copy(end, next, target, end);
    if (
      next === end ||
      finder.column > maxLineBytes ||
      (dots && source[next] === 0x2e && finder.column === 0)
    ) {
      end = next;
      break;
    }
    end = next;
  }
  finder.close();
  return {
    end,
    column: finder.column,
    copied: String.fromCharCode(...target.subarray(from, end)),
  };
}

const STOPS = [
  { name: "a bare CR", stop: "\rx", at: 0, column: 0 },
  { name: "a bare LF", stop: "\nx", at: 0, column: 0 },
  { name: "a bare LF within a line", stop: "ab\nx", at: 2, column: 2 },
  { name: "CR CR LF", stop: "a\r\r\n", at: 1, column: 1 },
  { name: "a NUL", stop: "abc\0", at: 3, column: 3 },
  { name: "a dot at the start of a line", stop: ".x", at: 0, column: 0 },
];

describe.each(UNITS)("the end of a run, %s unit", (unit) => {
  it.each(STOPS)("is at $name", ({ stop, at, column }) => {
    for (const behind of ["", "\r\n", LINES]) {
      const text = LINES + stop + behind;
      const end = LINES.length + at;
      expect(run(text, unit)).toEqual({ end, column, copied: text.slice(0, end) });
    }
  });

  it("is not at a dot where dots do not matter, nor at a dot within a line", () => {
    const text = `${LINES}.x\r\na.b.\r\n`;
    expect(run(text, unit, { dots: false }).end).toBe(text.length);
    expect(run(`${LINES}a.b.\r\n`, unit).end).toBe(LINES.length + 6);
  });

  it("is where the caller says, a CRLF that this cuts left out", () => {
    const limit = 3 * 40 - 1;
    expect(run(LINES, unit, { limit })).toEqual({
      end: limit - 1,
      column: 38,
      copied: LINES.slice(0, limit - 1),
    });
    expect(run(LINES, unit, { limit: limit + 1 })).toMatchObject({ end: limit + 1, column: 0 });
  });

  it.each([
    ["with its end", `${"y".repeat(MAX + 1)}\r\n`],
    ["without one", "y".repeat(MAX + 1)],
  ])("tells of a line that is too long, %s", (_, line) => {
    expect(run(LINES + line, unit).column).toBeGreaterThan(MAX);
    expect(run(LINES + line.slice(1), unit).column).toBeLessThanOrEqual(MAX);
  });

  it("counts the octets of the line that came before", () => {
    expect(run(`${"y".repeat(20)}\r\n${LINES}`, unit, { column: MAX - 20 }).end).toBe(22 + LINES.length);
    expect(run(`${"y".repeat(21)}\r\n${LINES}`, unit, { column: MAX - 20 }).column).toBe(MAX + 1);
  });

  it("is the same by both units, for any octets at any place", () => {
    const parts = fc.array(
      fc.tuple(fc.constantFrom("\r\n", "\r\n.", "\r", "\n", "\0", "\t", "\x80", "word"), fc.nat(70)),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(parts, fc.nat(40), fc.boolean(), fc.nat(MAX), (given, from, dots, column) => {
        const text = given.map(([what, fill]) => what + "y".repeat(fill)).join("");
        const start = { from: Math.min(from, text.length), dots, column };
        expect(run(text, unit, start)).toEqual(run(text, "scalar", start));
      }),
    );
  });

  it("is the same by both units for text with line ends, dots and odd octets at every place of a step", () => {
    const odd = ["", "\r", "\n", "\0", "\t", "\x80", "\r\n.", "\n.", "\r\r\n", "."];
    for (let before = 0; before < 70; before++) {
      for (const one of odd) {
        for (const width of [3, 31, 32, 58]) {
          const text = `${"y".repeat(before % 55)}${one}\r\n${`${"x".repeat(width)}\r\n`.repeat(12)}`.padEnd(
            320,
            "z",
          );
          for (const dots of [true, false]) {
            const start = { dots, maxLineBytes: width < 32 ? 40 : MAX };
            expect(run(text, unit, start), JSON.stringify({ before, one, width })).toEqual(
              run(text, "scalar", start),
            );
          }
        }
      }
    }
  });

  it("is the same by both units for lines of one length that are spoiled at any place", () => {
    for (const width of [32, 33, 47, 48, 58]) {
      const lines = `${"x".repeat(width)}\r\n`.repeat(9);
      for (let at = 3 * (width + 2); at < 6 * (width + 2); at++) {
        for (const odd of ["\r", "\n", "\0", "\t", ".", "\r\n", "x"]) {
          const text = lines.slice(0, at) + odd + lines.slice(at + odd.length);
          for (const limit of [text.length, at + 1]) {
            expect(run(text, unit, { limit }), JSON.stringify({ width, at, odd, limit })).toEqual(
              run(text, "scalar", { limit }),
            );
          }
        }
      }
    }
  });

  it("does not go beyond the octets it was given, for lines without an end", () => {
    for (let length = 256; length < 400; length++) {
      for (const text of [
        "\t".repeat(length),
        "x".repeat(length),
        `${"x".repeat(length - 1)}\t`,
        `\t${"x".repeat(length - 1)}`,
      ]) {
        const finder = new RunFinder({ dots: true, maxLineBytes: MAX, unit });
        // Behind the text stands what was looked at before.
        const all = octets(text + "y".repeat(128));
        finder.open(all, 0, all.length);
        finder.runEnd(0, all.length);
        finder.column = 0;
        finder.open(octets(text), 0, length);
        let end = 0;
        for (let next = finder.runEnd(0, length); next > end; next = finder.runEnd(end, length)) end = next;
        expect(end).toBe(length);
        expect(finder.column).toBe(length);
      }
    }
  });

  it("is at the dot of any of many lines of one length, wherever they begin", () => {
    for (const width of [32, 33, 46, 62, 78, 94, 126, 200, 990]) {
      const line = `${"x".repeat(width)}\r\n`;
      const count = Math.max(5, Math.ceil(320 / width));
      for (let before = 0; before < 34; before++) {
        for (let dotted = 1; dotted < count; dotted++) {
          const start = `${"y".repeat(before)}\r\n${line.repeat(dotted)}`;
          const text = `${start}.${line.slice(1)}${line.repeat(count - dotted)}`;
          const { end, column } = run(text, unit, { maxLineBytes: 998 });
          expect({ end, column }, JSON.stringify({ width, before, dotted })).toEqual({
            end: start.length,
            column: 0,
          });
        }
      }
    }
  });

  it("keeps to limits below what is looked at in a step", () => {
    const text = `${"x".repeat(20)}\r\n${"x".repeat(21)}\r\n`.repeat(10);
    expect(run(text, unit, { maxLineBytes: 20 }).column).toBe(21);
    expect(run(text, unit, { maxLineBytes: 21 })).toMatchObject({ end: text.length, column: 0 });
  });

  it("is found behind what the unit holds at a time", () => {
    const text = `${LINES.repeat(420)}.`;
    expect(text.length).toBeGreaterThan(2 * 65_536);
    expect(run(text, unit)).toMatchObject({ end: text.length - 1, column: 0 });
    const odd = `y${text}`;
    expect(run(odd, unit)).toMatchObject({ end: odd.length - 1, column: 0, copied: odd.slice(0, -1) });
  });
});

it("a buffer that grew between two pieces is looked at to its end", () => {
  // es2024; Node 20 has it.
  const Resizable = ArrayBuffer as unknown as new (
    length: number,
    options: { maxByteLength: number },
  ) => ArrayBuffer & { resize(length: number): void };
  const buffer = new Resizable(16, { maxByteLength: 4096 });
  const finder = new RunFinder({ dots: true, maxLineBytes: MAX });
  finder.open(new Uint8Array(buffer, 0, 12), 0, 12);
  finder.runEnd(0, 12);
  buffer.resize(1024);
  const piece = new Uint8Array(buffer, 512, 40);
  piece.set(octets("body\n.\r\nMAIL FROM:<eve@example.net>\r\n"));
  finder.column = 0;
  finder.open(piece, 0, piece.length);
  expect(finder.runEnd(0, piece.length)).toBe(4);
});
