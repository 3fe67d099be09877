// Several clients side by side, and in threads of their own.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { recordingServer } from "@wirepost/test-server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { stErrorConnectionRefused } from "../src/index.js";
import { bundle } from "./bundle.mjs";
import { clientFor, LETTER } from "./recorder.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sockettools-threads-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("clients side by side do not touch each other", async () => {
  await using server = await recordingServer();
  const clients = Array.from({ length: 10 }, () => clientFor(server));
  const failing = clientFor({ port: 1 });
  const codes = await Promise.all([
    failing.Connect(),
    ...clients.map(async (client, at) => {
      const results = [await client.Connect()];
      for (let turn = 0; turn < 3; turn++) {
        const text = `Subject: ${at} ${turn}\r\n\r\nHello\r\n`;
        results.push(await client.SendMessage(`ann${at}@example.com`, "bob@example.org", text));
      }
      results.push(await client.SendMessage("ann@example.com", "reject550@example.org", LETTER));
      return results.filter((code) => code !== 0).length;
    }),
  ]);
  expect(codes).toEqual([stErrorConnectionRefused, ...Array(10).fill(1)]);
  expect(failing.LastError).toBe(stErrorConnectionRefused);
  await Promise.all(clients.map((client) => client.Disconnect()));
  expect(new Set(server.messages.map(({ text }) => text)).size).toBe(30);
  expect(server.connectionCount).toBe(10);
});

it("clients in worker threads", async () => {
  await using server = await recordingServer();
  const program = await bundle(fileURLToPath(new URL("worker-program.ts", import.meta.url)), folder);
  const results = await Promise.all(
    ["ann", "bob", "cy"].map(
      (name) =>
        new Promise<number[]>((resolve, reject) => {
          const worker = new Worker(program, { workerData: { port: server.port, name, count: 5 } });
          worker.on("message", resolve);
          worker.on("error", reject);
        }),
    ),
  );
  expect(results).toEqual(Array(3).fill(Array(7).fill(0)));
  const subjects = server.messages.map(({ from, text }) => [from.address, /^Subject: (\w+)/.exec(text)?.[1]]);
  expect(subjects).toHaveLength(15);
  for (const [from, name] of subjects) expect(from).toBe(`${name}@example.com`);
});

it("a program that has nothing left to do ends, though it has not disconnected", async () => {
  await using server = await recordingServer();
  const source = join(folder, "forgets.ts");
  const door = JSON.stringify(fileURLToPath(new URL("../src/index.ts", import.meta.url)));
  writeFileSync(
    source,
    `import { SmtpClient } from ${door};
     const client = new SmtpClient();
     console.log(await client.Connect("127.0.0.1", ${server.port}), await client.SendMessage("a@example.com", "b@example.org", "Subject: x\\r\\n\\r\\nx"));`,
  );
  const child = spawn(process.execPath, [await bundle(source, folder)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  expect(await new Promise((resolve) => child.on("exit", resolve))).toBe(0);
  expect(output).toBe("0 0\n");
});
