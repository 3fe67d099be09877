// Throughput of write and read through @wirepost/socket-core against bare node:net and node:tls.
//
//   pnpm --filter @wirepost/socket-core build && node packages/socket-core/bench/throughput/run.mjs
//
// BENCH_MIB (default 1024) octets per run, BENCH_ROUNDS (default 9). Rounds are interleaved; the
// ratio is the median of the ratios of the rounds.
// On a machine that others use too, the ratio by processor time is the steadier one.
import { fork } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { makeCertificate } from "./certificate.mjs";

const MIB = Number(process.env.BENCH_MIB ?? 1024);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const file = (name) => fileURLToPath(new URL(name, import.meta.url));
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

const { certificate, key } = await makeCertificate();
const peer = fork(file("./peer.mjs"));
peer.send({ certificate, key });
const [ports] = await once(peer, "message");

const VARIANTS = ["bare", "socket", "read"];
const clients = {};
for (const variant of VARIANTS) {
  clients[variant] = fork(file("./client.mjs"), [variant]);
  await once(clients[variant], "message");
}

const CASES = [];
for (const tls of [false, true]) for (const direction of ["write", "read"]) CASES.push({ tls, direction });
const times = new Map();
const memory = {};

for (let round = 0; round < ROUNDS; round++) {
  for (const { tls, direction } of CASES) {
    // The order turns round with each round, so that no variant always meets a warm or a tired machine.
    for (const variant of round % 2 === 0 ? VARIANTS : VARIANTS.toReversed()) {
      if (variant === "read" && direction === "write") continue;
      const job = {
        tls,
        direction,
        bytes: MIB * 1024 * 1024,
        port: tls ? ports.tls : ports.plain,
        ca: certificate,
      };
      clients[variant].send(job);
      const [{ ms, cpuMs, maxRssMiB }] = await once(clients[variant], "message");
      const name = `${tls ? "tls" : "tcp"} ${direction} ${variant}`;
      if (!times.has(name)) times.set(name, { ms: [], cpuMs: [] });
      times.get(name).ms.push(ms);
      times.get(name).cpuMs.push(cpuMs);
      memory[variant] = maxRssMiB;
    }
  }
}
for (const child of [peer, ...Object.values(clients)]) child.kill();

console.log(
  `${MIB} MiB, ${ROUNDS} interleaved rounds, Node ${process.version}, ${cpus()[0]?.model.trim()}, ${new Date().toISOString().slice(0, 10)}`,
);
let worst = Number.POSITIVE_INFINITY;
for (const { tls, direction } of CASES) {
  const prefix = `${tls ? "tls" : "tcp"} ${direction}`;
  const bare = times.get(`${prefix} bare`);
  for (const variant of VARIANTS.slice(1)) {
    const ours = times.get(`${prefix} ${variant}`);
    if (ours === undefined) continue;
    // Each round is compared with itself: neighbours in time share whatever else the machine does.
    const ratioOf = (unit) => median(ours[unit].map((value, round) => bare[unit][round] / value));
    const ratio = ratioOf("ms");
    const cpuRatio = ratioOf("cpuMs");
    worst = Math.min(worst, ratio);
    const rate = ((MIB / median(ours.ms)) * 1000).toFixed(0);
    console.log(
      `${prefix.padEnd(10)} ${variant.padEnd(7)} ${rate.padStart(6)} MiB/s   ratio to bare ${ratio.toFixed(3)}   by processor time ${cpuRatio.toFixed(3)}`,
    );
  }
}
console.log(
  `largest resident memory: ${VARIANTS.map((variant) => `${variant} ${memory[variant]} MiB`).join(", ")}`,
);
console.log(`lowest ratio ${worst.toFixed(3)} (wanted: 0.9)`);
process.exitCode = worst >= 0.9 ? 0 : 1;
