import { describe, expect, it } from "vitest";
import { verdictOf } from "./ask.js";

describe("what a reply to VRFY or EXPN says", () => {
  it.each([
    [250, "known"],
    [251, "known"],
    [252, "not-told"],
    [450, "later"],
    [451, "later"],
    [500, "not-told"],
    [501, "not-told"],
    [502, "not-told"],
    [503, "not-told"],
    [504, "not-told"],
    [530, "not-told"],
    [550, "unknown"],
    [551, "unknown"],
    [553, "unknown"],
  ] as const)("%i: %s", (code, verdict) => expect(verdictOf({ code })).toBe(verdict));

  it.each([
    [501, "5.1.3", "unknown"],
    [501, "5.5.4", "not-told"],
    [550, "5.1.1", "unknown"],
  ] as const)("%i %s: %s", (code, enhanced, verdict) => expect(verdictOf({ code, enhanced })).toBe(verdict));
});
