// `wirepost queue` on a real Redis server.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/server.js";
import { runCommand } from "../run-command.js";

let folder: string;
let redis: ChildProcess;
let place: string;
let server: EmbeddedServer;
let relay: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wirepost-cli-redis-"));
  const port = await freePort();
  const flags = ["--bind", "127.0.0.1", "--port", String(port), "--dir", folder, "--save", ""];
  redis = spawn("redis-server", [...flags, "--appendonly", "yes", "--appendfsync", "always"], {
    stdio: "ignore",
  });
  await vi.waitFor(() => answers(port), { timeout: 10_000 });
  place = `redis://127.0.0.1:${port}/3`;
  server = await startEmbeddedServer({ port: 0, tls: "none", simulate: true });
  relay = `smtp://127.0.0.1:${server.port}`;
});
afterAll(async () => {
  await server.close();
  const gone = once(redis, "exit");
  redis.kill("SIGKILL");
  await gone;
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

async function answers(port: number): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    socket.write("PING\r\n");
    expect(String(await once(socket, "data"))).toMatch(/^\+PONG/);
  } finally {
    socket.destroy();
  }
}

/** Runs a command on the queue of this name, and reads its lines of JSON. */
async function queue(name: string, command: string, ...argv: string[]) {
  const env = { WIREPOST_QUEUE: `${place}#${name}` };
  const ran = await runCommand(["queue", command, ...argv, "--json"], { env });
  expect(ran.stderr).toBe("");
  const lines = ran.stdout.split("\n").filter((line) => line !== "");
  return { exitCode: ran.exitCode, objects: lines.map((line) => JSON.parse(line)) };
}

async function add(name: string, to: string, ...more: string[]): Promise<string> {
  const message = ["--from", "ann@example.com", "--to", to, "--subject", "Hello", "--text", "Hello"];
  return (await queue(name, "add", ...message, ...more)).objects[0].id;
}

it("adds, delivers with the reports asked for, shows, and keeps queues apart by name", async () => {
  const id = await add(
    "outbox",
    "bob@example.org",
    "--key",
    "4711",
    "--dsn",
    "failure",
    "--dsn-return",
    "full",
  );
  expect(await add("outbox", "bob@example.org", "--key", "4711")).toBe(id);
  await add("other", "cy@example.net");
  const bad = await add("outbox", "rcpt-550@example.org");
  const later = await add("outbox", "bob@example.org", "--after", "3600");
  const lost = await add("outbox", "data-drop@example.org");
  expect((await queue("outbox", "run", relay, "--once")).exitCode).toBe(80);
  expect(server.messages.map(({ envelope }) => envelope)).toMatchObject([
    { dsnReturn: "FULL", to: [{ address: "bob@example.org", notify: ["failure"] }] },
  ]);
  const states = (await queue("outbox", "list")).objects.map((message) => [message.id, message.state]);
  expect(Object.fromEntries(states)).toEqual({
    [id]: "sent",
    [bad]: "failed",
    [later]: "queued",
    [lost]: "in-doubt",
  });
  expect((await queue("outbox", "decide", lost, "sent")).objects).toMatchObject([
    { id: lost, state: "sent" },
  ]);
  expect((await queue("outbox", "watch", "--views", "1")).objects).toMatchObject([
    { counts: { queued: 1, sending: 0, sent: 2, failed: 1, "in-doubt": 0 }, next: [{ id: later }] },
  ]);
  expect((await queue("outbox", "cancel", later)).exitCode).toBe(0);
  expect((await queue("outbox", "retry", bad)).objects).toMatchObject([{ state: "queued" }]);
  expect((await queue("other", "list", "--state", "queued")).objects).toHaveLength(1);
  expect((await queue("outbox", "purge")).objects).toMatchObject([{ ok: true, removed: expect.any(Number) }]);
});
