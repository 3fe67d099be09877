import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Canonicalization, createBodyCanonicalizer } from "./body-canonicalization.js";
import { DkimError } from "./errors.js";
import { octetsOf } from "./octets.js";

function canonicalize(kind: Canonicalization, chunks: readonly Uint8Array[]): string {
  const pieces: string[] = [];
  const body = createBodyCanonicalizer(kind, {
    update: (octets) => pieces.push(Buffer.from(octets).toString("latin1")),
  });
  for (const chunk of chunks) body.update(chunk);
  body.finish();
  return pieces.join("");
}

const FEEDINGS: Record<string, (octets: Uint8Array) => Uint8Array[]> = {
  whole: (octets) => [octets],
  "octet by octet": (octets) => Array.from(octets, (_, i) => octets.subarray(i, i + 1)),
  "with empty chunks": (octets) => [new Uint8Array(0), octets, new Uint8Array(0)],
};

const CASES: { name: string; body: string; simple: string; relaxed: string }[] = [
  { name: "nothing", body: "", simple: "\r\n", relaxed: "" },
  { name: "one empty line", body: "\r\n", simple: "\r\n", relaxed: "" },
  { name: "only empty lines", body: "\r\n\r\n\r\n", simple: "\r\n", relaxed: "" },
  { name: "only blanks", body: " \t ", simple: " \t \r\n", relaxed: "" },
  { name: "only lines of blanks", body: " \r\n\t\r\n", simple: " \r\n\t\r\n", relaxed: "" },
  { name: "no end", body: "a", simple: "a\r\n", relaxed: "a\r\n" },
  { name: "one end", body: "a\r\n", simple: "a\r\n", relaxed: "a\r\n" },
  { name: "many ends", body: "a\r\n\r\n\r\n", simple: "a\r\n", relaxed: "a\r\n" },
  { name: "blank lines at the end", body: "a\r\n \r\n\r\n", simple: "a\r\n \r\n", relaxed: "a\r\n" },
  {
    name: "empty lines at the start",
    body: "\r\n\r\na\r\n",
    simple: "\r\n\r\na\r\n",
    relaxed: "\r\n\r\na\r\n",
  },
  {
    name: "empty lines between",
    body: "a\r\n\r\n\r\nb\r\n",
    simple: "a\r\n\r\n\r\nb\r\n",
    relaxed: "a\r\n\r\n\r\nb\r\n",
  },
  { name: "blanks", body: " \ta \t b\t\r\n", simple: " \ta \t b\t\r\n", relaxed: " a b\r\n" },
  { name: "trailing blanks without an end", body: "a \t", simple: "a \t\r\n", relaxed: "a\r\n" },
  {
    name: "NUL, VT, 0xff",
    body: "\0\u000b\u00ff \u00ff",
    simple: "\0\u000b\u00ff \u00ff\r\n",
    relaxed: "\0\u000b\u00ff \u00ff\r\n",
  },
];

describe.each(CASES)("body: $name", ({ body, simple, relaxed }) => {
  it.each(Object.entries(FEEDINGS))("%s", (_, feed) => {
    expect(canonicalize("simple", feed(octetsOf(body)))).toBe(simple);
    expect(canonicalize("relaxed", feed(octetsOf(body)))).toBe(relaxed);
  });
});

describe("bare line ends", () => {
  it.each(["\n", "\r", "a\n", "a\rb", "\r\r\n", "\r\n\n", "a\r", " \n", "\r ", "\n\r", "\r\0"])(
    "%j is refused",
    (body) => {
      for (const kind of ["simple", "relaxed"] as const) {
        for (const feed of Object.values(FEEDINGS)) {
          expect(() => canonicalize(kind, feed(octetsOf(body)))).toThrow(
            expect.objectContaining({ code: "ERR_DKIM_BARE_LINE_END" }),
          );
        }
      }
    },
  );
});

/** The two forms once more, slowly and with the whole body at hand. */
const REFERENCE: Record<Canonicalization, (body: string) => string> = {
  simple: (body) => {
    let end = body.length;
    while (body.slice(end - 2, end) === "\r\n") end -= 2;
    return `${body.slice(0, end)}\r\n`;
  },
  relaxed: (body) => {
    const lines = body.split("\r\n").map((line) => line.replace(/[ \t]+/g, " ").replace(/ $/, ""));
    while (lines.at(-1) === "") lines.pop();
    return lines.map((line) => `${line}\r\n`).join("");
  },
};

describe("however the body is cut", () => {
  const part = fc.constantFrom(
    "\r\n",
    "\r\n",
    "\r\n",
    " ",
    "\t",
    "a",
    "é",
    "\0",
    "x".repeat(70),
    "\r\n".repeat(3000),
    "\r",
    "\n",
  );
  const body = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
  const long = fc
    .array(fc.tuple(fc.constantFrom("a", " ", "\t", "\r\n", "ab \r\n", "c\t\tc"), fc.nat(6000)), {
      maxLength: 6,
    })
    .map((runs) => runs.map(([text, times]) => text.repeat(times)).join(""));

  it("the result is that of the slow reference, or always the same refusal", () => {
    fc.assert(
      fc.property(fc.oneof(body, long), fc.array(fc.nat(5000), { maxLength: 8 }), (text, cuts) => {
        const octets = octetsOf(text);
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          chunks.push(octets.subarray(at, at + cut));
          at += cut;
        }
        chunks.push(octets.subarray(at));
        const bare = /\r(?!\n)|(?<!\r)\n/.test(text);
        for (const kind of ["simple", "relaxed"] as const) {
          if (!bare) {
            // Compared as booleans: printing a difference of this size takes longer than all the rest.
            expect(canonicalize(kind, chunks) === REFERENCE[kind](text)).toBe(true);
          } else {
            expect(() => canonicalize(kind, chunks)).toThrow(DkimError);
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("time is linear", () => {
  it.each([
    ["line ends", "\r\n"],
    ["blanks", " "],
    ["blank lines", " \t\r\n"],
    ["words", "a b\t\tc "],
  ])("%s", (_, unit) => {
    const times = [50_000, 200_000].map((n) => {
      const octets = octetsOf(`a${unit.repeat(n)}a`);
      const before = performance.now();
      for (const kind of ["simple", "relaxed"] as const) {
        const body = createBodyCanonicalizer(kind, { update: () => {} });
        for (let i = 0; i < octets.length; i += 1000) body.update(octets.subarray(i, i + 1000));
        body.finish();
      }
      return performance.now() - before;
    });
    expect(times[1]!).toBeLessThan(Math.max(10 * times[0]!, 150));
  });
});
