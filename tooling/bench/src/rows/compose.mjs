import { once } from "node:events";
import { join } from "node:path";
import { client } from "../lab/contestants.mjs";
import { atLeast, line } from "../lab/lines.mjs";
import { ROOT } from "../lab/paths.mjs";
import { start } from "../lab/processes.mjs";
import { interleave, ratio } from "../lab/statistics.mjs";

const AIMS = [
  [/^20 MB attachment from memory/, 4],
  [/^20 MB attachment from a file/, 2.5],
  [/quoted-printable/, 1.8],
  [/^small messages/, 9],
];

export default {
  title: "Composing without sending (packages/mime-message/bench), every message read back",
  async measure({ quick, rounds }) {
    const script = join(ROOT, "packages/mime-message/bench/compose.bench.mjs");
    const child = start(process.execPath, ["--expose-gc", script], {
      env: { ...process.env, ROUNDS: String(rounds) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (output += text));
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`${script} ended with ${code}`);
    const lines = [];
    for (const [, name, unit, ours, theirs, ratio] of output.matchAll(
      /^(.+) \((.+)\): wirepost ([\d.]+), nodemailer ([\d.]+), ratio ([\d.]+)$/gm,
    )) {
      const aim = AIMS.find(([pattern]) => pattern.test(name));
      lines.push(
        line(
          name,
          Number(ratio),
          "× nodemailer",
          aim === undefined ? undefined : atLeast(aim[1]),
          { wirepost: Number(ours), nodemailer: Number(theirs) },
          unit,
        ),
      );
    }
    if (lines.length < AIMS.length) throw new Error(`${script} printed ${lines.length} figures:\n${output}`);
    return [...lines, await smallBesideOthers(quick, rounds)];
  },
};

/** Small messages beside the others, each composed to its last octet in memory. */
async function smallBesideOthers(quick, rounds) {
  const count = quick ? 1000 : 5000;
  const names = ["wirepost", "upyo", "emailjs", "nodemailer"];
  const composers = {};
  const runs = {};
  for (const name of names) {
    composers[name] = await client("compose");
    await composers[name].open({ composer: name });
    runs[name] = async () => {
      const { seconds } = await composers[name].send(name === "wirepost" ? count * 4 : count);
      return { rate: (name === "wirepost" ? count * 4 : count) / seconds };
    };
  }
  const results = await interleave(runs, { rounds });
  for (const name of names) await composers[name].end();
  const beside = Object.fromEntries(names.map((name) => [name, results[name].rate]));
  return line(
    "small messages, of upyo's rate",
    ratio(results, "rate", "wirepost", "upyo"),
    "× upyo",
    atLeast(1),
    beside,
    "1/s",
  );
}
