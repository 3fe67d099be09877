import { describe, expect, it } from "vitest";
import { atLeast, atMost, figure, line } from "./lines.mjs";

describe("a line", () => {
  it.each([
    [0.5, atLeast(0.5), true],
    [0.49, atLeast(0.5), false],
    [1.05, atMost(1.05), true],
    [1.06, atMost(1.05), false],
    [Number.NaN, atMost(1), false],
    [undefined, atLeast(0), false],
    [7, undefined, undefined],
  ])("of %j against %j has met %j", (measured, aim, met) => {
    expect(line("what", measured, "×", aim).met).toBe(met);
  });
});

describe("a figure", () => {
  it.each([
    [50_600.4, "50,600"],
    [123.4, "123"],
    [12.34, "12.3"],
    [1.234, "1.23"],
    [0.0812, "0.081"],
    [Number.NaN, "—"],
  ])("%j is shown as %j", (value, text) => expect(figure(value)).toBe(text));
});
