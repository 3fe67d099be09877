// Runs targets away from the program that watches over them: an input that never ends must not stop the watch.
import { parentPort, workerData } from "node:worker_threads";
import { COUNTERS, COUNTERS_KEY } from "./instrument.mjs";

const { bundle, corpus, task, shared } = workerData;
const counters = new Uint32Array(COUNTERS);
globalThis[COUNTERS_KEY] = counters;
const { explore, families, findBroken, judgeGrowth, keepInput, minimise, readCorpus, TARGETS } = await import(
  bundle
);

const state = new Int32Array(shared, 0, 4);
const input = new Uint8Array(shared, 16);

/** The same target, with each input shown to the watch before it runs. */
function watched(target, index) {
  return {
    ...target,
    run(octets) {
      state[1] = index;
      state[2] = Math.min(octets.length, input.length);
      input.set(octets.subarray(0, input.length));
      Atomics.add(state, 0, 1);
      return target.run(octets);
    },
  };
}

const targets = TARGETS.map(watched);
const kept = readCorpus(corpus);
const keptFor = (target) => kept.filter((one) => one.target === target.name).map(({ octets }) => octets);
const textOf = (error) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
const say = (message) => parentPort.postMessage(message);

async function replay() {
  for (const target of targets) {
    const broken = [];
    let count = 0;
    for (const { name, octets } of kept) {
      count++;
      try {
        await target.run(octets);
      } catch (error) {
        broken.push({ target: target.name, what: name, octets, text: textOf(error) });
      }
    }
    say({ phase: "replay", target: target.name, count, broken });
  }
}

async function generate({ runs, seed }) {
  for (const target of targets) {
    const found = await findBroken(target, keptFor(target), runs, seed);
    const broken =
      found === undefined
        ? []
        : [
            {
              target: target.name,
              what: "a generated input",
              octets: found.octets,
              text: textOf(found.error),
            },
          ];
    say({ phase: "generated", target: target.name, count: runs, broken });
  }
}

async function grow() {
  for (const target of targets) {
    const broken = [];
    let count = 0;
    for (const { name, make } of families(target)) {
      count++;
      let fault;
      try {
        fault = await judgeGrowth(target, make, counters);
      } catch (error) {
        fault = textOf(error);
      }
      if (fault !== undefined)
        broken.push({ target: target.name, what: `growing ${name}`, octets: make(64), text: fault });
    }
    say({ phase: "growth", target: target.name, count, broken });
  }
}

async function guide({ only, seconds, executions, seed, maxBytes }) {
  for (const target of targets) {
    if (only !== undefined && target.name !== only) continue;
    const end = seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
    const result = await explore(target, {
      seeds: keptFor(target),
      seed,
      counters,
      maxBytes,
      goesOn: (done) => done < (executions ?? Number.POSITIVE_INFINITY) && performance.now() < end,
    });
    const broken = [];
    if (result.finding !== undefined) {
      const octets = await minimise(target, result.finding);
      broken.push({
        target: target.name,
        what: "a guided input",
        octets,
        text: textOf(result.finding.error),
      });
      if (seconds !== undefined) keepInput(corpus, target.name, "found", octets);
    }
    say({
      phase: "guided",
      target: target.name,
      count: result.executions,
      broken,
      ways: result.ways,
      fresh: seconds === undefined ? [] : result.found,
    });
  }
}

if (task.name === "floor") {
  await replay();
  await generate(task);
  await grow();
  await guide(task);
} else await guide(task);
say({ phase: "end" });
