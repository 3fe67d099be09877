import { once } from "node:events";
import { join } from "node:path";
import { atLeast, atMost, line } from "../lab/lines.mjs";
import { ROOT } from "../lab/paths.mjs";
import { start } from "../lab/processes.mjs";

export default {
  title: "Throughput of socket-core (packages/socket-core/bench)",
  async measure({ quick, rounds }) {
    const script = join(ROOT, "packages/socket-core/bench/throughput/run.mjs");
    const child = start(process.execPath, [script], {
      env: { ...process.env, BENCH_ROUNDS: String(rounds), BENCH_MIB: quick ? "64" : "1024" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    await once(child, "close");
    const lines = [];
    for (const [, what, way, rate, ratio, cpu] of output.matchAll(
      /^(\w+ \w+) +(\w+) +(\d+) MiB\/s +ratio to bare ([\d.]+) +by processor time ([\d.]+)$/gm,
    )) {
      lines.push(
        line(`${what}, ${way === "read" ? "read()" : "receiver"}`, Number(ratio), "× bare", atLeast(0.9), {
          "MiB/s": Number(rate),
          "by processor time": Number(cpu),
        }),
      );
    }
    const memory = /resident memory: bare (\d+) MiB, socket (\d+) MiB, read (\d+) MiB/.exec(output);
    if (lines.length < 6 || memory === null) throw new Error(`${script} printed:\n${output}`);
    const [bare, socket, read] = memory.slice(1).map(Number);
    lines.push(
      line(
        "peak memory, of bare Node's",
        Math.max(socket, read) / bare,
        "× bare",
        atMost(1.1),
        { bare, socket, read },
        "MiB",
      ),
    );
    return lines;
  },
};
