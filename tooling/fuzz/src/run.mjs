// `npm run test:fuzz [-- --runs N --seed N]`: the kept corpus, generated inputs, growing inputs and a short guided run.
// `npm run fuzz:guided -- TARGET SECONDS [SEED]`: one target, led by coverage; what it finds is kept in corpus/.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { buildFuzzer, CORPUS, FOLDER } from "./build.mjs";

/** No input may take longer: the largest are 64 KiB. */
const HANG_MS = 30_000;
const SHARED_BYTES = 1 << 20;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    guided: { type: "boolean", default: false },
    runs: { type: "string", default: "200" },
    executions: { type: "string", default: "300" },
    // The same inputs each time, so that a change of the sources is all that can break this floor.
    seed: { type: "string", default: "20261122" },
  },
});

const shown = (octets) =>
  Buffer.from(octets.subarray(0, 300))
    .toString("latin1")
    .replace(/[^ -~]|\\/g, (c) =>
      c === "\\" ? "\\\\" : `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`,
    );

function save(broken) {
  const folder = join(FOLDER, "broken");
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${broken.target}-${Date.now()}`);
  writeFileSync(path, broken.octets);
  return path;
}

function report(broken) {
  console.log(`\n✗ ${broken.target}: ${broken.what}`);
  console.log(`  input: ${shown(broken.octets)}${broken.octets.length > 300 ? " …" : ""}  (${save(broken)})`);
  console.log(`  ${broken.text.split("\n").slice(0, 12).join("\n  ")}`);
}

/** Runs a task in a worker; `heard` gets its reports. Resolves with what hung, if something did. */
function watch(bundle, task, names, heard) {
  const shared = new SharedArrayBuffer(SHARED_BYTES);
  const state = new Int32Array(shared, 0, 4);
  const worker = new Worker(new URL("worker.mjs", import.meta.url), {
    workerData: { bundle, corpus: CORPUS, task, shared },
  });
  return new Promise((resolve, reject) => {
    let last = -1;
    let since = performance.now();
    const clock = setInterval(() => {
      const now = Atomics.load(state, 0);
      if (now !== last) {
        last = now;
        since = performance.now();
      } else if (now > 0 && performance.now() - since > HANG_MS) {
        const octets = new Uint8Array(shared, 16, state[2]).slice();
        finish({
          target: names[state[1]] ?? "?",
          what: "an input that does not end",
          octets,
          text: `more than ${HANG_MS / 1000} s`,
        });
      }
    }, 500);
    const finish = (hung) => {
      clearInterval(clock);
      void worker.terminate().then(() => resolve(hung));
    };
    worker.on("message", (message) => {
      if (message.phase === "end") finish(undefined);
      else heard(message);
    });
    worker.on("error", (error) => {
      clearInterval(clock);
      reject(error);
    });
  });
}

const started = performance.now();
const bundle = await buildFuzzer();
const names = (await import(bundle)).TARGETS.map(({ name }) => name);

if (values.guided) {
  const [only, seconds = "60", seed] = positionals;
  if (!names.includes(only)) {
    console.error(`usage: npm run fuzz:guided -- TARGET SECONDS [SEED]\n\ntargets: ${names.join(" ")}`);
    process.exit(64);
  }
  let failed = 0;
  const task = {
    name: "guided",
    only,
    seconds: Number(seconds),
    // Every run another way, unless it is to be repeated.
    seed: seed === undefined ? Date.now() >>> 0 : Number(seed),
    maxBytes: 4096,
  };
  let line = "";
  const hung = await watch(bundle, task, names, ({ count, broken, ways, fresh }) => {
    for (const one of broken) report(one);
    failed += broken.length;
    const grown = join(FOLDER, "grown", only);
    mkdirSync(grown, { recursive: true });
    for (const [index, octets] of fresh.entries())
      writeFileSync(join(grown, String(index).padStart(6, "0")), octets);
    line = `guided: ${only}, ${count} executions, ${ways} ways, ${fresh.length} new inputs in ${grown}, seed ${task.seed}`;
  });
  if (hung !== undefined) {
    report(hung);
    failed++;
  }
  console.log(`${line}, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

const counts = { replay: 0, generated: 0, growth: 0, guided: 0 };
let passed = 0;
let failed = 0;
let kept = 0;
const task = {
  name: "floor",
  runs: Number(values.runs),
  executions: Number(values.executions),
  seed: Number(values.seed),
  maxBytes: 1024,
};
let phase = "";
let began = started;
const hung = await watch(bundle, task, names, ({ phase: now, target, count, broken }) => {
  if (now !== phase) {
    if (phase !== "") console.log(`  ${((performance.now() - began) / 1000).toFixed(1)} s`);
    [phase, began] = [now, performance.now()];
    console.log(`${now} …`);
  }
  counts[now] += count;
  if (now === "replay") kept = count;
  for (const one of broken) report(one);
  if (broken.length === 0) passed++;
  else failed++;
  void target;
});
if (hung !== undefined) {
  report(hung);
  failed++;
}
console.log(`  ${((performance.now() - began) / 1000).toFixed(1)} s`);
console.log(
  `fuzz: ${names.length} targets, ${kept} kept inputs, ${counts.replay} replays, ${counts.generated} generated inputs, ` +
    `${counts.growth} families of growing inputs, ${counts.guided} guided executions (seed ${values.seed}), ${passed} passed, ${failed} failed`,
);
process.exit(failed === 0 ? 0 : 1);
