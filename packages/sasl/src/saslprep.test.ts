import { describe, expect, it } from "vitest";
import { prepareString, saslprep } from "./saslprep.js";
import { LEFT_TO_RIGHT, PROHIBITED, RIGHT_TO_LEFT, UNASSIGNED } from "./saslprep-tables.js";

const refusal = expect.objectContaining({ code: "ERR_SASL_CREDENTIALS_INVALID" });

describe("SASLprep", () => {
  it.each([
    ["I\u00adX", "IX"],
    ["user", "user"],
    ["USER", "USER"],
    ["\u00aa", "a"],
    ["\u2168", "IX"],
  ])("maps %j as RFC 4013 section 3 says", (text, prepared) =>
    expect(saslprep(text, "stored")).toBe(prepared),
  );

  it.each([
    ["a control character (RFC 4013 section 3)", "\u0007"],
    ["a digit after an Arabic letter (RFC 4013 section 3)", "\u0627\u0031"],
    ["both directions", "\u0627a\u0628"],
    ["a private use character", "\ue000"],
    ["a noncharacter", "\ufdd0"],
    ["a tag", "\u{e0041}"],
    ["a change of direction", "\u202e"],
    ["an ideographic description", "\u2ff0"],
    ["DEL", "\u007f"],
  ])("refuses %s", (_, text) => expect(() => saslprep(text, "query")).toThrow(refusal));

  it.each([
    ["a\u00a0b", "a b"],
    ["a\u200bb", "a b"],
    ["a\u3000b", "a b"],
    ["a\u200db", "ab"],
    ["\u0627\u0628", "\u0627\u0628"],
    ["\u0627 1 \u0628", "\u0627 1 \u0628"],
    ["u\u0308", "ü"],
  ])("maps %j to %j", (text, prepared) => expect(saslprep(text, "stored")).toBe(prepared));

  it("refuses what Unicode 3.2 did not have in a stored string, and lets it pass in a query", () => {
    expect(() => saslprep("\u0221", "stored")).toThrow(refusal);
    expect(saslprep("\u0221", "query")).toBe("\u0221");
  });

  it("knows as many code points as the tables of RFC 3454", () => {
    const count = (table: (codePoint: number) => boolean): number => {
      let found = 0;
      for (let codePoint = 0; codePoint <= 0x10ffff; codePoint++) if (table(codePoint)) found++;
      return found;
    };
    expect([UNASSIGNED, RIGHT_TO_LEFT, LEFT_TO_RIGHT, PROHIBITED].map(count)).toEqual(COUNTS);
  });
});

describe("a password that only PRECIS can hold", () => {
  it.each([
    ["an emoji", "pass\u{1f511}word", "pass\u{1f511}word"],
    ["an emoji of several", "\u{1f469}\u200d\u{1f680}x", "\u{1f469}\u200d\u{1f680}x"],
    ["Hebrew and a digit", "\u05e9\u05dc\u05d5\u05dd1", "\u05e9\u05dc\u05d5\u05dd1"],
    ["a wide blank", "\u{1f511}\u3000", "\u{1f511} "],
  ])("passes: %s", (_, text, prepared) => expect(prepareString(text, "stored")).toBe(prepared));

  it.each([
    ["a control character", "\u0007"],
    ["a private use character", "\ue000"],
    ["what is not assigned to this day", "\u{e0fff}"],
    ["nothing once it is prepared", "\u00ad"],
  ])("is refused: %s", (_, text) => expect(() => prepareString(text, "stored")).toThrow(refusal));
});

/** Counted with Python's `stringprep`, which was made from the tables of the RFC. */
const COUNTS = [879309, 1044, 229973, 139813];
