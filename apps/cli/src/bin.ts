#!/usr/bin/env node
import { EXIT_CODES, exitCodeForSignal } from "./exit-code.js";
import { run } from "./run.js";

async function main(): Promise<void> {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      // The second time the user means it.
      if (controller.signal.aborted) process.exit(exitCodeForSignal(signal));
      controller.abort(signal);
      // A read of standard input would otherwise wait for its writer.
      process.stdin.destroy();
    });
  }

  let outputFailed = false;
  for (const stream of [process.stdout, process.stderr]) {
    // The reader of a pipe may leave at any time (`wirepost serve | head -1`): stop, and say nothing more.
    stream.on("error", () => {
      outputFailed = true;
      controller.abort("SIGTERM");
    });
  }

  const exitCode = await run(process.argv.slice(2), {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    signal: controller.signal,
  });
  process.exitCode = outputFailed && exitCode === EXIT_CODES.ok ? EXIT_CODES.ioError : exitCode;
}

void main();
