import { spawn } from "node:child_process";

export interface CommandOptions {
  readonly cwd?: string | undefined;
  readonly input?: string | Uint8Array | undefined;
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Ends the program with SIGKILL after this time. Default 10 minutes. */
  readonly timeoutMs?: number | undefined;
}

/** Runs a program to its end and gives its standard output; throws with everything it printed when it fails. */
export function command(
  program: string,
  programArguments: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...programArguments], {
      cwd: options.cwd,
      env: { ...process.env, LC_ALL: "C.UTF-8", ...options.environment },
      stdio: ["pipe", "pipe", "pipe"],
      timeout: options.timeoutMs ?? 600_000,
      killSignal: "SIGKILL",
    });
    const out: Buffer[] = [];
    const all: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => {
      out.push(chunk);
      all.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => all.push(chunk));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(out).toString());
      const line = [program, ...programArguments].join(" ");
      reject(new Error(`${line}\nended with ${signal ?? `code ${code}`}:\n${Buffer.concat(all)}`));
    });
    child.stdin.on("error", () => {}); // a program that reads no input closes it early
    child.stdin.end(options.input ?? "");
  });
}
