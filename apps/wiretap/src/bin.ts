#!/usr/bin/env node
import { run } from "./run.js";

async function main(): Promise<void> {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      // The second time the user means it.
      if (controller.signal.aborted) process.exit(signal === "SIGINT" ? 130 : 143);
      controller.abort(signal);
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    // The reader of a pipe may leave at any time (`wiretap … | head`): stop, and say nothing more.
    stream.on("error", () => controller.abort());
  }
  process.exitCode = await run(process.argv.slice(2), {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signal: controller.signal,
  });
}

void main();
