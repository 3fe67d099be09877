import { describe, expect, it } from "vitest";
import { interleave, median, ratio } from "./statistics.mjs";

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

describe("ratio", () => {
  it("is the median of what each round gave, not of one median to another", async () => {
    // Slow and fast rounds of a machine; b suffers more than a does.
    const a = [9, 10, 20, 20, 10, 20];
    const b = [9, 30, 80, 80, 30, 30];
    const results = await interleave(
      { a: () => ({ cpu: a.shift() }), b: () => ({ cpu: b.shift() }) },
      { rounds: 5 },
    );
    expect(results).toEqual({ a: { cpu: 20 }, b: { cpu: 30 } });
    expect(ratio(results, "cpu", "b", "a")).toBe(3);
  });
});
