// Time against length. Work is counted at every branch, so that the figure is the same on every machine; what the
// counters cannot see (regular expressions, native calls) is timed, with a bound that only a square can pass.
import { join, octetsOf } from "./octets.js";
import type { Target } from "./target.js";

const STEP = 4;
/** Four times the length may make so much more work; a square makes sixteen times as much. */
const MAX_WORK = 6;
const MAX_TIME = 8;
/** Below so many milliseconds of the processor a clock says nothing. */
const CLOCK_FLOOR_MS = 15;

export interface Growth {
  readonly family: string;
  readonly fault: string | undefined;
}

/** Inputs of one kind, as long as is asked for. */
export function families(target: Target): { name: string; make: (bytes: number) => Uint8Array }[] {
  const frames = target.frames ?? [["", ""]];
  const kinds: { name: string; words: Uint8Array[] }[] = target.words.map((word) => ({
    name: JSON.stringify(word),
    words: [octetsOf(word)],
  }));
  kinds.push({ name: "every word in turn", words: target.words.map(octetsOf) });
  return frames.flatMap(([before, after]) =>
    kinds
      .filter(({ words }) => words.some((word) => word.length > 0))
      .map(({ name, words }) => ({
        name: `${JSON.stringify(before)} (${name})* ${JSON.stringify(after)}`,
        make: (bytes: number) => {
          const pieces: Uint8Array[] = [];
          let size = 0;
          for (let i = 0; size < bytes; i++) {
            const word = words[i % words.length] as Uint8Array;
            pieces.push(word);
            size += word.length;
          }
          return join([octetsOf(before), ...pieces, octetsOf(after)]);
        },
      })),
  );
}

async function work(target: Target, octets: Uint8Array, counters: Uint32Array): Promise<number> {
  counters.fill(0);
  await target.run(octets);
  let sum = 0;
  for (const count of counters) sum += count;
  return sum;
}

async function fastest(target: Target, octets: Uint8Array, times: number): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < times; i++) {
    // The processor's time, which other programs on the machine do not change.
    const start = process.cpuUsage();
    await target.run(octets);
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / 1000);
  }
  return best;
}

/** Whether one kind of input makes work that grows with its length and not with its square. */
export async function judgeGrowth(
  target: Target,
  make: (bytes: number) => Uint8Array,
  counters: Uint32Array,
): Promise<string | undefined> {
  const large = target.growthBytes ?? 32_768;
  const [short, long] = [make(Math.floor(large / STEP)), make(large)];
  const [less, more] = [await work(target, short, counters), await work(target, long, counters)];
  // A constant part makes the factor smaller, never larger.
  if (more > MAX_WORK * Math.max(less, 2000)) return `${less} branches, ${more} for ${STEP} times the length`;
  let slow = "";
  for (let tries = 0; tries < 2; tries++) {
    const after = await fastest(target, long, 1 + tries);
    if (after < CLOCK_FLOOR_MS * MAX_TIME) return undefined;
    const before = await fastest(target, short, 3);
    if (after <= MAX_TIME * Math.max(before, CLOCK_FLOOR_MS)) return undefined;
    slow = `${before.toFixed(1)} ms, ${after.toFixed(1)} ms for ${STEP} times the length`;
  }
  return slow;
}
