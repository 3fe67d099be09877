// Every gate that is not a test. Two run at a time; each one's output appears when it is done, in full if it failed.
// `npm run check -- layers size` runs only those. The last line adds up what the gates counted.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { closingLine, lastCounts, sum } from "./counts.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const node = (path) => [process.execPath, [join(ROOT, "tooling", path)]];

/** @type {{ name: string, what: string, command: [string, string[]], counts?: (text: string) => import("./counts.mjs").Counts, loud?: boolean }[]} */
const GATES = [
  {
    name: "types",
    what: "TypeScript, and the pure packages without Node's types",
    command: [
      "pnpm",
      [
        "exec",
        "turbo",
        "run",
        "typecheck",
        "--ui=stream",
        "--log-order=grouped",
        "--output-logs=errors-only",
        "--log-prefix=none",
        "--only",
        "--concurrency=1",
        "--continue=dependencies-successful",
      ],
    ],
    counts: (text) => {
      const tasks = /Tasks:\s+(\d+) successful, (\d+) total/.exec(text);
      const [passed, all] = [Number(tasks?.[1] ?? 0), Number(tasks?.[2] ?? 1)];
      return { passed, failed: all - passed, skipped: 0 };
    },
  },
  { name: "packaging", what: "tarballs: publint, attw, consumers", command: node("packaging/src/run.mjs") },
  { name: "api", what: "API reports", command: node("api-reports/src/run.mjs") },
  { name: "layers", what: "imports against the drawing", command: node("layers/src/run.mjs") },
  { name: "size", what: "bytes against the budgets", command: node("size/src/run.mjs"), loud: true },
  { name: "surface", what: "names of the facades against the facts", command: node("surface/src/run.mjs") },
  { name: "documents", what: "README code, changesets", command: node("documents/src/run.mjs") },
  {
    name: "format",
    what: "format and lint (biome)",
    command: ["pnpm", ["exec", "biome", "check", "--error-on-warnings", "."]],
  },
];
GATES.find((gate) => gate.name === "api")?.command[1].push("check");

function run([program, args]) {
  return new Promise((resolve) => {
    let text = "";
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
      shell: process.platform === "win32",
    });
    const take = (chunk) => {
      text += chunk;
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => resolve({ code: 1, text: `${text}${error.message}\n` }));
    child.on("close", (code) => resolve({ code: code ?? 1, text }));
  });
}

async function judge(gate) {
  const started = performance.now();
  const { code, text } = await run(gate.command);
  const counted = gate.counts === undefined ? lastCounts(text) : gate.counts(text);
  const counts = counted ?? { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 };
  // A gate that ends badly has failed, whatever it counted.
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (code !== 0 || gate.loud) console.log(`\n${text.trimEnd()}`);
  console.log(
    `${code === 0 ? "✓" : "✗"} ${gate.name.padEnd(10)} ${closingLine(counts).padEnd(24)} ${gate.what} (${seconds} s)`,
  );
  return counts;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !GATES.some((gate) => gate.name === name));
if (unknown.length > 0) {
  console.error(
    `no such gate: ${unknown.join(", ")}; there are ${GATES.map((gate) => gate.name).join(", ")}`,
  );
  process.exit(64);
}

const queue = GATES.filter((gate) => wanted.length === 0 || wanted.includes(gate.name));
const all = [];
async function worker() {
  for (let gate = queue.shift(); gate !== undefined; gate = queue.shift()) all.push(await judge(gate));
}
await Promise.all([worker(), worker()]);

const total = sum(all);
console.log(`\nGates: ${closingLine(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
