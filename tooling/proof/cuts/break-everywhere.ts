// One accident at each octet of each side, for each kind of accident; the law is held after every one of them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installFakeClock, removeFakeClock } from "../src/fake-clock.js";
import type { Outcome } from "../src/law.js";
import { tally } from "../src/tally.js";
import type { Accident, Side } from "../src/wire.js";

export interface Broken {
  readonly breaches: readonly string[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** The accident happened; a session can end before it. */
  readonly struck: boolean;
  readonly writtenBytes: Readonly<Record<Side, number>>;
  /** What was said, inside TLS and outside, one character an octet. */
  readonly said?: Readonly<Record<Side, string>> | undefined;
}

export type Run = (accident?: Accident) => Promise<Broken>;

const SIDES: readonly Side[] = ["server", "client"];
const ACTIONS: readonly Accident["action"][] = ["cut", "reset", "stall", "invert", "flip"];
const SHOWN = 12;

/** The kinds of end that the accidents must reach, and none besides; otherwise the law would hold of nothing. */
const EVERY_END: readonly Outcome[] = ["accepted", "not-sent", "rejected", "unknown"];

/**
 * @param whole what the undisturbed session must come to, one outcome after the other
 */
export function breakEverywhere(
  name: string,
  run: Run,
  whole: readonly Outcome[],
  ends: readonly Outcome[] = EVERY_END,
  actions: readonly Accident["action"][] = ACTIONS,
): void {
  describe(name, () => {
    beforeAll(installFakeClock);
    afterAll(removeFakeClock);

    it("ends as it should when nothing happens", async () => {
      const undisturbed = await run();
      expect(undisturbed.breaches).toEqual([]);
      expect([...undisturbed.outcomes.values()]).toEqual(whole);
    });

    for (const side of SIDES) {
      const seen = new Set<Outcome>();
      for (const action of actions) {
        it(`R21 ${action} at each octet of the ${side}`, async () => {
          const { writtenBytes } = await run();
          const length = writtenBytes[side];
          const found: string[] = [];
          let cases = 0;
          let failed = 0;
          for (let afterBytes = 0; afterBytes < length; afterBytes++) {
            const result = await run({ side, afterBytes, action });
            if (result.struck) cases++;
            if (result.breaches.length > 0) failed++;
            for (const breach of result.breaches) found.push(`octet ${afterBytes}: ${breach}`);
            for (const outcome of result.outcomes.values()) seen.add(outcome);
          }
          tally({ group: name, cases, failed });
          expect(found.slice(0, SHOWN), `${failed} of ${cases} accidents`).toEqual([]);
          // A TLS record or a signature may be an octet or two shorter in another run.
          expect(cases).toBeGreaterThan(length * 0.9);
        }, 120_000);
      }
      it(`the accidents of the ${side} reach every kind of end`, () => {
        expect([...seen].sort()).toEqual(ends);
      });
    }
  });
}
