/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  if (values.length === 0) throw new Error("no values");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs every contestant once a round, so that a machine's mood falls on all of them alike. The first round warms up and
 * does not count; each round begins with another contestant.
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
  return Object.fromEntries(names.map((name) => [name, medians(samples[name])]));
}

/** Samples of one contestant to their medians, measure by measure. */
export function medians(samples) {
  const measures = Object.keys(samples[0]);
  return Object.fromEntries(measures.map((key) => [key, median(samples.map((sample) => sample[key]))]));
}
