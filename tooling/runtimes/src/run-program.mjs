import { spawn } from "node:child_process";

/** Runs a program to its end; rejects with all it said when it does not end well. */
export function runProgram(file, args, { cwd, env = {}, timeoutMs = 120_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_OPTIONS: "", NO_COLOR: "1", ...env },
      timeout: timeoutMs,
    });
    let text = "";
    child.stdout.on("data", (piece) => (text += piece));
    child.stderr.on("data", (piece) => (text += piece));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(text);
      else reject(new Error(`ended with ${signal ?? code}\n${text}`));
    });
  });
}
