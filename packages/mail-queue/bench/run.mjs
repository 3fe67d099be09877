// What the directory store does per second: messages queued, and messages delivered to a function that accepts at once, with one
// fsync of the directory for all that wait (the default) and with one for each. And whether memory stays flat.
//
//   pnpm build && node bench/run.mjs [messages] [directory]
//
// The directory must be on the disk that is meant: on tmpfs an fsync costs nothing.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { openQueue } from "../dist/index.js";

const messages = Number(process.argv[2] ?? 100_000);
const parent = process.argv[3] ?? tmpdir();
const AT_ONCE = 100;
/** The two ways of making names durable are compared with a part of the messages. */
const PART = 50;

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

async function measure(what, count, work) {
  const memory = new Memory();
  const began = performance.now();
  const done = (await work()) ?? count;
  const seconds = (performance.now() - began) / 1000;
  if (done !== count) throw new Error(`${what}: ${done} of ${count}`);
  const row = { what, messages: count, perSecond: Math.round(count / seconds), peakMiB: memory.end() };
  console.log(JSON.stringify(row));
  return row;
}

console.log(
  JSON.stringify({
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    cpu: cpus()[0]?.model,
    directory: parent,
  }),
);
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
for (let round = 0; round < 3; round++) {
  for (const sharedSync of [true, false]) {
    const how = sharedSync ? "fsyncs shared" : "an fsync each";
    await inFolder(sharedSync, async (queue) => {
      await measure(`enqueue, ${how}`, part, () => enqueueAll(queue, part));
      await measure(`drain, ${how}`, part, () => drainAll(queue));
    });
  }
}
