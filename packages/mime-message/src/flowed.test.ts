import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatFlowed } from "./flowed.js";

/** A reader of RFC 3676 (DelSp=no): paragraphs with their quote depth. */
function unflow(text: string): { depth: number; text: string }[] {
  const paragraphs: { depth: number; text: string }[] = [];
  let open = false;
  for (const line of text.split("\n")) {
    const depth = /^>*/.exec(line)![0].length;
    let content = line.slice(depth);
    if (content.startsWith(" ")) content = content.slice(1);
    const last = paragraphs.at(-1);
    const signature = content === "-- ";
    if (open && last !== undefined && last.depth === depth && !signature) last.text += content;
    else paragraphs.push({ depth, text: content });
    open = content.endsWith(" ") && !signature;
  }
  return paragraphs;
}

describe("format=flowed", () => {
  it("comes back as the paragraphs that were put in", () => {
    const word = fc.constantFrom("word", "a", ">", "From", "--", "longer-word-that-fills-columns", "ü", "");
    const line = fc
      .array(word, { maxLength: 40 })
      .map((words) => words.join(" ").replace(/^>+/, "").replace(/ +$/, ""));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const flowed = formatFlowed(lines.join("\n"));
        expect(unflow(flowed).map(({ text }) => text)).toEqual(lines.map((one) => one.replace(/^>+ ?/, "")));
        for (const one of flowed.split("\n")) {
          if (one.length > 78) expect(one.trimEnd().slice(0, 74)).not.toMatch(/[^ ] [^ ]/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["-- ", "-- "],
    ["trailing  ", "trailing"],
    [" lead", "  lead"],
    ["From me", " From me"],
    ["> quoted", "> quoted"],
    [">>quoted", ">> quoted"],
    [">", ">"],
  ])("%j is written %j", (line, expected) => {
    expect(formatFlowed(line)).toBe(expected);
  });

  it("breaks quotes with their depth", () => {
    const flowed = formatFlowed(`> ${"word ".repeat(40).trim()}`);
    for (const line of flowed.split("\n")) {
      expect(line).toMatch(/^> /);
      expect(line.length).toBeLessThanOrEqual(78);
    }
    expect(unflow(flowed)).toEqual([{ depth: 1, text: "word ".repeat(40).trim() }]);
  });
});
