// The example of the README, line by line.
import { LineFacts, RunFinder } from "@wirepost/octet-scan";
import { expect, it } from "vitest";

it("does what the README says", () => {
  const body = new TextEncoder().encode("Grüße\r\naus Köln\n");
  const facts = new LineFacts();
  facts.add(body);
  expect(facts.highOctets).toBe(6);
  expect(facts.longestLine).toBe(9);
  expect(facts.bareLineEnds).toBe(1);
  expect(facts.nuls).toBe(0);

  const lines = new RunFinder({ dots: true, maxLineBytes: 998 });
  lines.open(body, 0, body.length);
  expect(lines.runEnd(0, body.length)).toBe(18);
});
