// Interleaved rounds, median per contestant: a machine's mood falls on all of them alike.
import { cpus } from "node:os";

/** @param {Record<string, () => void>} contestants @param {number} unitsPerCall @returns units per second, median of 9 rounds */
export function rounds(contestants, unitsPerCall, { count = 9, roundMs = 60 } = {}) {
  const rates = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -2; round < count; round++) {
    for (const [name, run] of Object.entries(contestants)) {
      const start = performance.now();
      let calls = 0;
      let spent = 0;
      do {
        run();
        calls++;
        spent = performance.now() - start;
      } while (spent < roundMs);
      if (round >= 0) rates[name].push((calls * unitsPerCall * 1000) / spent);
    }
  }
  for (const name of Object.keys(rates)) rates[name] = rates[name].sort((a, b) => a - b)[count >> 1];
  return rates;
}

let headed = false;
export function report(title, rates, unit, scale = 1) {
  if (!headed)
    console.log(
      `Node ${process.versions.node}, ${cpus()[0]?.model ?? "unknown processor"}, ${new Date().toISOString().slice(0, 10)}`,
    );
  headed = true;
  const [first] = Object.values(rates);
  const cells = Object.entries(rates).map(
    ([name, rate]) => `${name} ${(rate * scale).toPrecision(3)} ${unit} (${(rate / first).toFixed(2)})`,
  );
  console.log(`${title.padEnd(28)} ${cells.join("   ")}`);
}
