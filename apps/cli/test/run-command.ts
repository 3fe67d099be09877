import { run } from "../src/run.js";

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly stdin?: string | AsyncIterable<Uint8Array>;
  /** Whether standard input is a keyboard. */
  readonly keyboard?: boolean;
  readonly env?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** Runs the command as a function, with streams of its own. */
export async function runCommand(argv: readonly string[], surroundings: Surroundings = {}): Promise<Ran> {
  const { stdin = "", keyboard = false, env = {}, signal = new AbortController().signal } = surroundings;
  const stdout = new Captured();
  const stderr = new Captured();
  const source = typeof stdin === "string" ? once(stdin) : stdin;
  const exitCode = await run(argv, {
    stdin: Object.assign(source, { isTTY: keyboard }),
    stdout,
    stderr,
    env,
    signal,
  });
  return { exitCode, stdout: stdout.text, stderr: stderr.text };
}

class Captured {
  text = "";
  write(text: string): void {
    this.text += text;
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
