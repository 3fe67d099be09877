/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  if (values.length === 0) throw new Error("no values");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What each round gave, for ratios within it. @type {WeakMap<object, Record<string, Record<string, number>[]>>} */
const samplesOf = new WeakMap();

/**
 * Runs every contestant once a round, so that a machine's mood falls on all of them alike. The first rounds warm up and
 * do not count; each round begins with another contestant.
 *
 * @param {Record<string, () => Promise<Record<string, number>> | Record<string, number>>} contestants
 * @param {{ rounds: number, warmup?: number }} options
 * @returns {Promise<Record<string, Record<string, number>>>} contestant -> measure -> median over the rounds
 */
export async function interleave(contestants, { rounds, warmup = 1 }) {
  const names = Object.keys(contestants);
  const samples = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmup; round < rounds; round++) {
    const first = Math.max(0, round) % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const sample = await contestants[name]();
      if (round >= 0) samples[name].push(sample);
    }
  }
  const results = Object.fromEntries(names.map((name) => [name, medians(samples[name])]));
  samplesOf.set(results, samples);
  return results;
}

/**
 * How many times one contestant's measure is another's: the median of what each round gave. A neighbour on the machine slows
 * some kinds of work more than others, for seconds or minutes; medians of two contestants may come from different moods of it.
 *
 * @param {object} results what `interleave()` gave
 */
export function ratio(results, measure, over, under) {
  const samples = samplesOf.get(results);
  return median(samples[over].map((sample, round) => sample[measure] / samples[under][round][measure]));
}

/** Samples of one contestant to their medians, measure by measure. */
export function medians(samples) {
  const measures = Object.keys(samples[0]);
  return Object.fromEntries(measures.map((key) => [key, median(samples.map((sample) => sample[key]))]));
}
