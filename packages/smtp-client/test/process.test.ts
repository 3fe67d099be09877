import { spawn } from "node:child_process";
import { recordingServer } from "@wirepost/test-server";
import { expect, it } from "vitest";

/** Runs a program of its own against the built package: what keeps a process alive cannot be seen from inside this one. */
async function program(
  port: number,
  lines: string,
): Promise<{ code: number | null; output: string; ms: number }> {
  const door = new URL("../dist/index.js", import.meta.url).href;
  const code = `import { SmtpClient } from ${JSON.stringify(door)};
    const client = new SmtpClient({ host: "127.0.0.1", port: ${port} });
    const message = { from: "ann@example.com", to: "bob@example.org", subject: "x", text: "Hello" };
    ${lines}`;
  const began = performance.now();
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const exit = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  return { code: exit, output, ms: performance.now() - began };
}

it("a process that closes its client goes on after it", async () => {
  const server = await recordingServer({});
  const result = await program(
    server.port,
    `await client.send(message); await client.close(); console.log("closed");`,
  );
  await server.close();
  expect(result).toMatchObject({ code: 0, output: "closed\n" });
});

it("a process that has nothing left to do ends, though its client keeps a connection", async () => {
  const server = await recordingServer({});
  const result = await program(
    server.port,
    `await client.send(message); console.log(client.statistics.idle);`,
  );
  await server.close();
  expect(result).toMatchObject({ code: 0, output: "1\n" });
  // The connection would be kept for 30 seconds.
  expect(result.ms).toBeLessThan(20_000);
});
