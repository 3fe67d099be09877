// Mutates inputs and keeps those that go where none went before.
import { randomFrom } from "../octets.js";
import type { Target } from "../target.js";
import { createMutator } from "./mutate.js";

export interface Finding {
  readonly octets: Uint8Array;
  readonly error: unknown;
}

export interface Exploration {
  readonly executions: number;
  /** Ways that were gone, as many as there are counters with a class of count each. */
  readonly ways: number;
  /** Inputs that went a new way, without the seeds. */
  readonly found: readonly Uint8Array[];
  readonly finding: Finding | undefined;
}

export interface ExploreOptions {
  readonly seeds: readonly Uint8Array[];
  readonly seed: number;
  /** Asked after each execution. */
  readonly goesOn: (executions: number) => boolean;
  readonly counters: Uint32Array;
  readonly maxBytes: number;
}

/** How often a place was passed, in classes, so that a loop more is not always a new way. */
const CLASSES = new Uint8Array(256);
for (let count = 1; count < 256; count++)
  CLASSES[count] =
    count === 1
      ? 1
      : count === 2
        ? 2
        : count === 3
          ? 4
          : count < 8
            ? 8
            : count < 16
              ? 16
              : count < 32
                ? 32
                : count < 128
                  ? 64
                  : 128;

export async function explore(target: Target, options: ExploreOptions): Promise<Exploration> {
  const { counters, seeds, goesOn, maxBytes } = options;
  const random = randomFrom(options.seed);
  const mutator = createMutator(random, target.words, maxBytes);
  const seen = new Uint8Array(counters.length);
  const pool: Uint8Array[] = [];
  const found: Uint8Array[] = [];
  let executions = 0;
  let ways = 0;
  let finding: Finding | undefined;

  async function tryInput(octets: Uint8Array): Promise<boolean> {
    counters.fill(0);
    executions++;
    try {
      const running = target.run(octets);
      if (running !== undefined) await running;
    } catch (error) {
      finding = { octets, error };
      return false;
    }
    let fresh = false;
    for (let at = 0; at < counters.length; at++) {
      const count = counters[at] as number;
      if (count === 0) continue;
      const kind = CLASSES[Math.min(count, 255)] as number;
      const old = seen[at] as number;
      if ((old & kind) !== 0) continue;
      seen[at] = old | kind;
      ways++;
      fresh = true;
    }
    return fresh;
  }

  const begin = [new Uint8Array(0), ...seeds.map((octets) => octets.slice(0, maxBytes))];
  for (const octets of begin) {
    if ((await tryInput(octets)) || pool.length === 0) pool.push(octets);
    if (finding !== undefined || !goesOn(executions)) break;
  }
  while (finding === undefined && goesOn(executions)) {
    // New inputs first: what lies behind them was not tried yet.
    const recent = Math.floor(random() ** 2 * pool.length);
    const octets = pool[pool.length - 1 - recent] as Uint8Array;
    const other = pool[Math.floor(random() * pool.length)] as Uint8Array;
    const changed = mutator.mutate(octets, other);
    if (await tryInput(changed)) {
      pool.push(changed);
      found.push(changed);
    }
  }
  return { executions, ways, found, finding };
}

/** The smallest input with the same end that leaving out pieces leads to. */
export async function minimise(target: Target, finding: Finding, maxTries = 4000): Promise<Uint8Array> {
  const message = firstLine(finding.error);
  const fails = async (octets: Uint8Array): Promise<boolean> => {
    try {
      await target.run(octets);
      return false;
    } catch (error) {
      return firstLine(error) === message;
    }
  };
  let octets = finding.octets;
  let tries = 0;
  for (let size = Math.ceil(octets.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < octets.length && tries < maxTries; ) {
      const shorter = new Uint8Array([...octets.subarray(0, at), ...octets.subarray(at + size)]);
      tries++;
      if (await fails(shorter)) octets = shorter;
      else at += size;
    }
  }
  return octets;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
}
