import { describe, expect, it } from "vitest";
import { type JournalEntry, keptText, placeFor, type RecipientResult, standing } from "./journal.js";

const TO = ["a@example.org", "b@example.org", "c@example.org"];
const attempt = (number: number, ...outcomes: RecipientResult["outcome"][]): JournalEntry => ({
  type: "attempt",
  atMs: number,
  attempt: number,
  results: outcomes.map((outcome, index) => ({ index, outcome })),
});
const GIVEN_UP: JournalEntry = {
  type: "given-up",
  atMs: 9,
  error: { code: "ERR_QUEUE_EXPIRED", message: "late" },
};
const retry = (...indexes: number[]): JournalEntry => ({
  type: "retry",
  atMs: 9,
  attempts: 3,
  indexes,
  by: "hand",
});

const CASES: { name: string; journal: JournalEntry[]; states: string; place: string }[] = [
  { name: "nothing yet", journal: [], states: "waiting waiting waiting", place: "queued" },
  {
    name: "all accepted",
    journal: [attempt(1, "accepted", "accepted", "accepted")],
    states: "accepted accepted accepted",
    place: "sent",
  },
  {
    name: "one deferred",
    journal: [attempt(1, "accepted", "deferred", "rejected")],
    states: "accepted waiting rejected",
    place: "queued",
  },
  {
    name: "one refused",
    journal: [attempt(1, "accepted", "accepted", "rejected")],
    states: "accepted accepted rejected",
    place: "failed",
  },
  {
    name: "one unknown",
    journal: [attempt(1, "accepted", "unknown", "rejected")],
    states: "accepted unknown rejected",
    place: "in-doubt",
  },
  {
    name: "one unknown, one deferred",
    journal: [attempt(1, "accepted", "unknown", "deferred")],
    states: "accepted unknown waiting",
    place: "queued",
  },
  {
    name: "accepted stays accepted, whatever comes later",
    journal: [attempt(1, "accepted", "deferred", "deferred"), attempt(2, "rejected", "accepted", "unknown")],
    states: "accepted accepted unknown",
    place: "in-doubt",
  },
  {
    name: "an interrupted attempt leaves those who waited unknown",
    journal: [attempt(1, "accepted", "rejected", "deferred"), { type: "interrupted", atMs: 2, attempt: 2 }],
    states: "accepted rejected unknown",
    place: "in-doubt",
  },
  {
    name: "given up",
    journal: [attempt(1, "accepted", "unknown", "deferred"), GIVEN_UP],
    states: "accepted unknown rejected",
    place: "in-doubt",
  },
  {
    name: "retried by hand",
    journal: [attempt(1, "accepted", "rejected", "unknown"), retry(1)],
    states: "accepted waiting unknown",
    place: "queued",
  },
  {
    name: "a retry does not touch who accepted",
    journal: [attempt(1, "accepted", "accepted", "accepted"), retry(0, 1, 7)],
    states: "accepted accepted accepted",
    place: "sent",
  },
  {
    name: "decided by hand",
    journal: [
      attempt(1, "accepted", "unknown", "rejected"),
      { type: "decided", atMs: 2, outcome: "accepted", by: "hand" },
    ],
    states: "accepted accepted rejected",
    place: "failed",
  },
];

describe("a journal", () => {
  it.each(CASES)("$name: $states, $place", ({ journal, states, place }) => {
    const { recipients } = standing(TO, journal);
    expect(recipients.map(({ state }) => state).join(" ")).toBe(states);
    expect(placeFor(recipients)).toBe(place);
  });

  it("counts attempts from the last retry by hand", () => {
    expect(standing(TO, [attempt(3, "deferred"), retry(0)])).toMatchObject({
      attemptsBase: 3,
      lastEndedAttempt: 3,
    });
  });

  it("keeps texts short and on one line", () => {
    expect(keptText("a\r\nb\u0000c")).toBe("a b c");
    expect(keptText("x".repeat(1_000))).toHaveLength(300);
  });
});
