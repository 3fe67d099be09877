import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type MailQueue, openQueue } from "@wirepost/mail-queue";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../src/server.js";

// The real program and real signals.
const BIN = fileURLToPath(new URL("../dist/bin.js", import.meta.url));

let server: EmbeddedServer;
let directory: string;
let queue: MailQueue;
beforeAll(async () => {
  if (!existsSync(BIN)) throw new Error("dist/bin.js is missing: build this package first (pnpm build)");
  server = await startEmbeddedServer({ tls: "none", simulate: true, closeTimeoutMs: 0 });
});
afterAll(() => server.close());
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), "wirepost-cli-signals-")), "queue");
  queue = await openQueue(directory);
});
afterEach(async () => {
  await queue.close();
  await rm(join(directory, ".."), { recursive: true, force: true });
});

/** Runs the queue with one message, up to the moment when its file says `sending` or `content`. */
async function runUntil(phase: "sending" | "content", to: string) {
  const { id } = await queue.enqueue(undefined, { from: "ann@example.com", to, subject: "x", text: "x" });
  const argv = [BIN, "queue", "run", `smtp://127.0.0.1:${server.port}`, "--queue", directory];
  const child = spawn(process.execPath, argv, { stdio: "ignore" });
  const ended = once(child, "close") as Promise<[number | null, string | null]>;
  await vi.waitFor(
    async () => expect((await readdir(join(directory, "live")))[0]).toMatch(new RegExp(`\\.${phase}$`)),
    { timeout: 15_000, interval: 10 },
  );
  return { id, child, ended };
}

it("SIGTERM before content: the attempt is taken back, and the message waits as if it had not been tried", async () => {
  const { id, child, ended } = await runUntil("sending", "rcpt-delay-60000@example.org");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(await queue.get(id)).toMatchObject({ state: "queued", attempts: 0, journal: [] });
});

it("SIGTERM during DATA: content that is on its way ends, and so does its message", async () => {
  const { id, child, ended } = await runUntil("content", "data-delay-700@example.org");
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
  expect(await queue.get(id)).toMatchObject({ state: "sent", attempts: 1 });
});

it("SIGTERM twice during DATA: ends at once, and the message is in doubt", async () => {
  const { id, child, ended } = await runUntil("content", "data-delay-60000@example.org");
  child.kill("SIGTERM");
  child.kill("SIGINT");
  // Which of the two is heard first, nobody can say.
  expect([130, 143]).toContain((await ended)[0]);
  await queue.work(() => Promise.reject(new Error("nothing is to be sent")), { stopWhenIdle: true }).done;
  expect(await queue.get(id)).toMatchObject({ state: "in-doubt", attempts: 1 });
});
