import { describe, expect, it } from "vitest";
import { type Delivery, newTruth } from "./honest-server.js";
import { breaches, type Outcome } from "./law.js";

const LETTER = { mark: "mark-alpha", to: ["bob@example.org"] };
const COPY: Delivery = { recipients: ["bob@example.org"], mark: "mark-alpha", connection: 0, repliedAt: 100 };

function judged(
  outcome: Outcome,
  deliveries: readonly Delivery[],
  more: { heardBytes?: number; ended?: boolean; shifted?: boolean } = {},
): string[] {
  const truth = newTruth();
  truth.deliveries.push(...deliveries);
  return breaches({
    letters: [LETTER],
    outcomes: new Map([["mark-alpha bob@example.org", outcome]]),
    truth,
    heardBytes: more.heardBytes,
    ended: more.ended === undefined ? undefined : () => more.ended as boolean,
    shifted: more.shifted,
  });
}

describe("the law of outcomes", () => {
  it.each([
    { name: "accepted, and it is there", found: judged("accepted", [COPY], { heardBytes: 100 }) },
    { name: "unknown, and it is there", found: judged("unknown", [COPY], { ended: true }) },
    { name: "unknown, and it is not there", found: judged("unknown", [], { ended: true }) },
    { name: "not sent, and it is not there", found: judged("not-sent", []) },
    {
      name: "an octet was spoiled on the way",
      found: judged("accepted", [{ ...COPY, recipients: ["cob@example.org"] }]),
    },
  ])("lets pass: $name", ({ found }) => {
    expect(found).toEqual([]);
  });

  it.each([
    { name: "accepted, and it is not there", found: judged("accepted", []), says: "does not have it" },
    {
      name: "accepted before its reply came whole",
      found: judged("accepted", [COPY], { heardBytes: 99 }),
      says: "never came whole",
    },
    { name: "rejected, and it is there", found: judged("rejected", [COPY]), says: "the server has it" },
    { name: "not sent, and it is there", found: judged("not-sent", [COPY]), says: "the server has it" },
    {
      name: "unknown, and never written",
      found: judged("unknown", [], { ended: false }),
      says: "never written whole",
    },
    { name: "two copies", found: judged("accepted", [COPY, COPY]), says: "arrived 2 times" },
    {
      name: "two copies of what was shifted",
      found: judged("accepted", [COPY, COPY], { shifted: true }),
      says: "arrived 2 times",
    },
    {
      name: "somebody else's copy",
      found: judged("accepted", [{ ...COPY, mark: "mark-bravo" }]),
      says: "does not have it",
    },
  ])("is broken by: $name", ({ found, says }) => {
    expect(found).toEqual([expect.stringContaining(says)]);
  });
});
