// A process that is meant to be killed. It queues letters, or delivers them to the server of the test, and says on standard
// output what it was promised, in lines that are written before anything else happens.
import { writeSync } from "node:fs";
import { connect } from "node:net";
import { SmtpClient } from "@wirepost/smtp-client";
import { type Deliver, deliverThrough, openQueue, type QueueStore } from "../../src/index.js";

const [place, port, work] = process.argv.slice(2) as [string, string, string];
const steps = JSON.parse(work) as {
  queue?: string[];
  keyed?: boolean;
  drain?: boolean;
  concurrency?: number;
  inDoubt?: "hold" | "resend" | "fail";
  deadlineMs?: number;
  textBytes?: number;
  maxAttempts?: number;
  /** A server to deliver to by SMTP; without it letters go over the port, by a deliverer that makes few system calls. */
  smtp?: string;
};

async function redisStore(): Promise<QueueStore> {
  const { RedisStore } = await import("../../src/redis.js");
  const { origin, hash } = new URL(place);
  const url = origin === "null" ? place.replace(/#.*/, "") : origin;
  return new RedisStore({ url, name: hash.slice(1), pollIntervalMs: 10, leaseMs: 600 });
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

/** Says a line to the server and waits for its answer; what was said counts as accepted by it. */
function tell(line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("data", (answer) => {
      socket.destroy();
      resolve(answer.toString());
    });
    socket.on("error", reject);
    socket.write(`${line}\n`);
  });
}

/** Labels ask for what the server does: `refuse…` for good, `defer…` the first time; `early-…` before content, others after it. */
const overThePort: Deliver = async (envelope, source) => {
  let text = "";
  for await (const block of source.openAhead()) text += Buffer.from(block).toString("latin1");
  const label = /^Subject: (.*)\r$/m.exec(text)?.[1] ?? "";
  const [, early, verb] = /^(early-)?(refuse|defer)?/.exec(label) ?? [];
  if (early === undefined) await source.beforeContent();
  if (verb === "refuse" || (verb === "defer" && envelope.attempt === 1)) {
    const reply = { code: verb === "refuse" ? 550 : 451, lines: ["no"] };
    return { recipients: envelope.to.map((address) => ({ address, outcome: "rejected", reply })) };
  }
  await source.beforeContent();
  const reply = { code: 250, lines: [(await tell(label)).trim()] };
  return { recipients: envelope.to.map((address) => ({ address, outcome: "accepted", reply })) };
};

const queue = await openQueue(
  place.startsWith("redis://") ? { store: await redisStore() } : { directory: place, pollIntervalMs: 10 },
);
if (steps.deadlineMs !== undefined) setTimeout(() => process.exit(3), steps.deadlineMs);
await Promise.all(
  (steps.queue ?? []).map(async (label) => {
    const to = `${label}@example.org`;
    const text = "x\n".repeat((steps.textBytes ?? 2) / 2);
    const letter = { from: "ann@example.com", to, subject: label, text };
    try {
      const options = steps.keyed === true ? { idempotencyKey: label } : {};
      const { id } = await queue.enqueue(undefined, letter, options);
      say(`queued ${label} ${id}`);
    } catch (error) {
      say(`rejected ${label} ${(error as { code?: string }).code} ${(error as Error).message}`);
    }
  }),
);
if (steps.drain === true) {
  const client = steps.smtp === undefined ? undefined : new SmtpClient(steps.smtp);
  const worker = queue.work(client === undefined ? overThePort : deliverThrough(client), {
    stopWhenIdle: true,
    concurrency: steps.concurrency ?? 3,
    firstDelayMs: 1,
    maxDelayMs: 1,
    recoverIntervalMs: 50,
    maxAttempts: steps.maxAttempts ?? 1_000,
    inDoubt: steps.inDoubt,
  });
  await worker.done;
  await client?.close();
}
await queue.close();
say("done");
process.exit(0);
