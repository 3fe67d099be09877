// fast-check: inputs made of the words of a language, of octets, and of kept inputs with something changed.
import fc from "fast-check";
import { join, octetsOf } from "./octets.js";
import type { Target } from "./target.js";

export function inputsFor(target: Target, kept: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const word = fc.constantFrom(...target.words.map(octetsOf));
  const frame = fc.constantFrom(
    ...(target.frames ?? [["", ""]]).map(([a, b]) => [octetsOf(a), octetsOf(b)] as const),
  );
  const soup = fc
    .tuple(
      frame,
      fc.array(
        fc.oneof({ weight: 6, arbitrary: word }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }) }),
        { maxLength: 24 },
      ),
    )
    .map(([[before, after], words]) => join([before, ...words, after]));
  const noise = fc.uint8Array({ maxLength: 60 });
  if (kept.length === 0) return fc.oneof(soup, noise);
  const changed = fc
    .tuple(
      fc.constantFrom(...kept),
      fc.nat(),
      fc.nat({ max: 12 }),
      fc.oneof(word, noise, fc.constant(new Uint8Array(0))),
    )
    .map(([octets, at, length, middle]) => {
      const from = at % (octets.length + 1);
      return join([octets.subarray(0, from), middle, octets.subarray(from + length)]);
    });
  return fc.oneof(
    { weight: 4, arbitrary: soup },
    { weight: 1, arbitrary: noise },
    { weight: 3, arbitrary: changed },
  );
}

/** The smallest input that breaks a law, and how; undefined when none was found. */
export async function findBroken(
  target: Target,
  kept: readonly Uint8Array[],
  runs: number,
  seed: number,
): Promise<{ octets: Uint8Array; error: unknown } | undefined> {
  const details = await fc.check(
    fc.asyncProperty(inputsFor(target, kept), async (octets) => {
      await target.run(octets);
    }),
    { numRuns: runs, seed, endOnFailure: false },
  );
  if (!details.failed) return undefined;
  const octets = details.counterexample?.[0] ?? new Uint8Array(0);
  return { octets, error: details.errorInstance };
}
