import { describe, expect, it } from "vitest";
import { backoffDelay } from "./backoff.js";
import { type DestinationLimits, PaceBook, Paces } from "./destination-limits.js";

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
  /** Waits, as a worker with these limits would tell them. */
  function paced(limits: DestinationLimits) {
    const paces = new Paces(limits);
    const book = new PaceBook();
    return (id: string, domains: readonly string[], now: number) =>
      book.waitMs(id, paces.of(new Set(domains)), now);
  }

  it("lets a burst through and spaces what follows evenly", () => {
    const waitMs = paced({ "Example.org": { count: 2, perMs: 1_000 } });
    expect(["a", "b", "c", "d"].map((id) => waitMs(id, ["example.org"], 0))).toEqual([0, 0, 500, 1_000]);
    expect(waitMs("e", ["example.net"], 0)).toBe(0);
  });

  it("keeps the place of a message that waited", () => {
    const waitMs = paced({ "*": { count: 1, perMs: 1_000 } });
    expect(waitMs("a", ["x.example"], 0)).toBe(0);
    expect(waitMs("b", ["x.example"], 0)).toBe(1_000);
    expect(waitMs("c", ["x.example"], 900)).toBe(1_100);
    expect(waitMs("b", ["x.example"], 1_000)).toBe(0);
  });

  it("counts each other domain for itself", () => {
    const waitMs = paced({ "*": { count: 1, perMs: 1_000 } });
    expect(waitMs("a", ["x.example"], 0)).toBe(0);
    expect(waitMs("b", ["y.example"], 0)).toBe(0);
    expect(waitMs("c", ["x.example", "y.example"], 500)).toBe(500);
  });

  it.each([
    { count: 0, perMs: 1 },
    { count: 1, perMs: -1 },
    { count: 1, perMs: Number.POSITIVE_INFINITY },
    { count: Number.NaN, perMs: 1 },
  ])("refuses $count in $perMs ms", (limit) => {
    expect(() => new Paces({ "*": limit })).toThrow(/count/);
  });
});
