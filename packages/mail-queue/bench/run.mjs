// What the directory store does per second: messages queued, and messages delivered to a function that accepts at once, with one
// fsync of the directory for all that wait (the default) and with one for each. And whether memory stays flat.
//
//   pnpm build && node bench/run.mjs [messages] [directory] [--record]
//
// The directory must be on the disk that is meant: on tmpfs an fsync costs nothing. `--record` writes results.json beside this file.
import { mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { openQueue } from "../dist/index.js";

const [messagesGiven = "100000", parent = tmpdir()] = process.argv
  .slice(2)
  .filter((word) => word !== "--record");
const messages = Number(messagesGiven);
const AT_ONCE = 100;
/** The two ways of making names durable are compared with a part of the messages. */
const PART = 50;
const ROUNDS = 9;

const letter = new TextEncoder().encode(
  `From: ann@example.com\r\nTo: bob@example.org\r\nSubject: Hello\r\n\r\n${`${"x".repeat(70)}\r\n`.repeat(25)}`,
);
const envelope = { from: "ann@example.com", to: "bob@example.org" };

class Memory {
  #timer = setInterval(() => this.look(), 100);
  peakMiB = 0;
  look() {
    this.peakMiB = Math.max(this.peakMiB, process.memoryUsage.rss() / 1024 ** 2);
  }
  end() {
    clearInterval(this.#timer);
    this.look();
    return Math.round(this.peakMiB);
  }
}

async function enqueueAll(queue, count) {
  let next = 0;
  const lane = async () => {
    while (next++ < count) await queue.enqueue(envelope, letter);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function drainAll(queue) {
  const accept = { code: 250, lines: ["2.0.0 Ok"] };
  const worker = queue.work(
    async ({ to }, source) => {
      for await (const block of source.open()) void block;
      return { recipients: to.map((address) => ({ address, outcome: "accepted", reply: accept })) };
    },
    { concurrency: AT_ONCE, keepSentMs: 0, stopWhenIdle: true },
  );
  await worker.done;
  return worker.statistics.sent;
}

const rows = [];

async function measure(what, count, work) {
  const memory = new Memory();
  const began = performance.now();
  const done = (await work()) ?? count;
  const seconds = (performance.now() - began) / 1000;
  if (done !== count) throw new Error(`${what}: ${done} of ${count}`);
  const row = { what, messages: count, perSecond: Math.round(count / seconds), peakMiB: memory.end() };
  console.log(JSON.stringify(row));
  rows.push(row);
}

/** What one fsync after the other costs here, without which the other figures say little. */
async function fsyncsPerSecond() {
  const folder = await mkdtemp(join(parent, "wirepost-bench-"));
  const file = await open(join(folder, "probe"), "w");
  const began = performance.now();
  let count = 0;
  for (; performance.now() - began < 1_000; count++) {
    await file.write("x");
    await file.sync();
  }
  const seconds = (performance.now() - began) / 1000;
  await file.close();
  await rm(folder, { recursive: true });
  return Math.round(count / seconds);
}

const machine = {
  date: new Date().toISOString().slice(0, 10),
  node: process.version,
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  fsyncsPerSecond: await fsyncsPerSecond(),
};
console.log(JSON.stringify(machine));
async function inFolder(sharedSync, work) {
  const folder = await mkdtemp(join(parent, "wirepost-bench-"));
  const queue = await openQueue({ directory: join(folder, "queue"), sharedSync });
  await work(queue);
  await queue.close();
  await rm(folder, { recursive: true, force: true });
}

await inFolder(true, async (queue) => {
  const tenth = Math.ceil(messages / 10);
  await measure("enqueue the first tenth", tenth, () => enqueueAll(queue, tenth));
  await measure("enqueue the rest", messages - tenth, () => enqueueAll(queue, messages - tenth));
  await measure("drain", messages, () => drainAll(queue));
});
// The two ways side by side, in turn, so that what else the machine does meets both.
const part = Math.ceil(messages / PART);
for (let round = 0; round < ROUNDS; round++) {
  for (const sharedSync of [true, false]) {
    const how = sharedSync ? "fsyncs shared" : "an fsync each";
    await inFolder(sharedSync, async (queue) => {
      await measure(`enqueue, ${how}`, part, () => enqueueAll(queue, part));
      await measure(`drain, ${how}`, part, () => drainAll(queue));
    });
  }
}

const median = (what) => {
  const rates = rows.filter((row) => row.what === what).map(({ perSecond }) => perSecond);
  return rates.toSorted((one, other) => one - other)[Math.floor(rates.length / 2)];
};
const medians = Object.fromEntries(
  ["enqueue", "drain"].map((what) => {
    const shared = median(`${what}, fsyncs shared`);
    const each = median(`${what}, an fsync each`);
    return [what, { shared, each, ratio: Math.round((shared / each) * 100) / 100 }];
  }),
);
console.log(JSON.stringify(medians));
if (process.argv.includes("--record")) {
  await writeFile(
    new URL("results.json", import.meta.url),
    `${JSON.stringify({ ...machine, medians, rows }, null, 2)}\n`,
  );
}
