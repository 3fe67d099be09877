import { describe, expect, it } from "vitest";
import { interleave, median } from "./statistics.mjs";

describe("median", () => {
  it.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])("of %j is %j", (values, expected) => expect(median(values)).toBe(expected));

  it("of nothing is an error", () => expect(() => median([])).toThrow("no values"));
});

describe("interleave", () => {
  it("runs every contestant once a round, beginning with another each time, and drops the warm-up", async () => {
    const order = [];
    const contestant = (name, values) => () => {
      order.push(name);
      return { rate: values.shift() };
    };
    const results = await interleave(
      { a: contestant("a", [1000, 1, 2, 3]), b: contestant("b", [1000, 30, 10, 20]) },
      { rounds: 3 },
    );
    expect(order.join("")).toBe("ababbaab");
    expect(results).toEqual({ a: { rate: 2 }, b: { rate: 20 } });
  });
});
