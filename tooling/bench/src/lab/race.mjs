import { interleave } from "./statistics.mjs";

/**
 * Sends so many messages from every contestant in every round, one contestant at a time, and verifies that they arrived.
 * Connections stay open over the rounds. The first rounds are a warm-up: engines are still busy compiling.
 *
 * @returns {Promise<Record<string, { rate: number, cpuPerThousand: number }>>}
 */
export async function race({
  sink: startSink,
  contestants,
  counts,
  scale = 1,
  rounds,
  warmup = 3,
  job = {},
}) {
  const present = Object.entries(contestants).filter(([, contestant]) => contestant !== undefined);
  const sinks = [];
  try {
    const runs = {};
    for (const [name, contestant] of present) {
      // A sink of its own for each: no contestant meets what another left behind.
      const sink = await startSink(name);
      sinks.push(sink);
      const count = Math.max(10, Math.round(counts[name] * scale));
      await contestant.open({ port: sink.port, ...job });
      let sent = 0;
      runs[name] = async () => {
        const { seconds, cpuSeconds, peakRssBytes } = await contestant.send(count);
        sent += count;
        await (sink.expected === undefined ? sink.verify(sent) : sink.verify(count));
        return { rate: count / seconds, cpuPerThousand: (cpuSeconds / count) * 1000, peakRssBytes };
      };
    }
    return await interleave(runs, { rounds, warmup });
  } finally {
    for (const [, contestant] of present) await contestant.close().catch(() => undefined);
    for (const [, contestant] of present) await contestant.end();
    for (const sink of sinks) await sink.stop();
  }
}
