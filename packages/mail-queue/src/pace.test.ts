import { describe, expect, it } from "vitest";
import { backoffDelay } from "./backoff.js";
import { DestinationPaces } from "./destination-limits.js";

describe("the wait between attempts", () => {
  it.each([
    { attempt: 1, least: 500, most: 1_000 },
    { attempt: 2, least: 1_000, most: 2_000 },
    { attempt: 5, least: 5_000, most: 10_000 },
    { attempt: 90_000, least: 5_000, most: 10_000 },
  ])("after attempt $attempt lies between $least and $most ms", ({ attempt, least, most }) => {
    const options = { firstDelayMs: 1_000, maxDelayMs: 10_000, factor: 2 };
    expect(backoffDelay(attempt, options, () => 0)).toBe(least);
    expect(backoffDelay(attempt, options, () => 1)).toBe(most);
  });
});

describe("the pace of a destination", () => {
  const of = (...domains: string[]) => new Set(domains);

  it("lets a burst through and spaces what follows evenly", () => {
    const paces = new DestinationPaces({ "Example.org": { count: 2, perMs: 1_000 } });
    const waits = ["a", "b", "c", "d"].map((id) => paces.waitMs(id, of("example.org"), 0));
    expect(waits).toEqual([0, 0, 500, 1_000]);
    expect(paces.waitMs("e", of("example.net"), 0)).toBe(0);
  });

  it("keeps the place of a message that waited", () => {
    const paces = new DestinationPaces({ "*": { count: 1, perMs: 1_000 } });
    expect(paces.waitMs("a", of("x.example"), 0)).toBe(0);
    expect(paces.waitMs("b", of("x.example"), 0)).toBe(1_000);
    expect(paces.waitMs("c", of("x.example"), 900)).toBe(1_100);
    expect(paces.waitMs("b", of("x.example"), 1_000)).toBe(0);
  });

  it("counts each other domain for itself", () => {
    const paces = new DestinationPaces({ "*": { count: 1, perMs: 1_000 } });
    expect(paces.waitMs("a", of("x.example"), 0)).toBe(0);
    expect(paces.waitMs("b", of("y.example"), 0)).toBe(0);
    expect(paces.waitMs("c", of("x.example", "y.example"), 500)).toBe(500);
  });

  it("refuses limits that are none", () => {
    expect(() => new DestinationPaces({ "*": { count: 0, perMs: 1 } })).toThrow(/count/);
  });
});
