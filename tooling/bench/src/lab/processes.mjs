// Programs under measurement, each in a process of its own.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { CLIENTS, scratchFolder } from "./paths.mjs";

/** Processes started here and not ended yet; the runner ends them if a row fails. */
const running = new Set();

export function endAll() {
  for (const child of running) child.kill("SIGKILL");
}

export function has(program) {
  return (
    process.platform !== "win32" &&
    spawnSync("/bin/sh", ["-c", `command -v ${program}`], { stdio: "ignore" }).status === 0
  );
}

/** The core for runs of one connection: client and server on one core are the only order that a scheduler cannot disturb. */
export const ONE_CORE = has("taskset") ? String(cpus().length - 1) : undefined;

export function pinned(program, args, core) {
  return core === undefined ? [program, args] : ["taskset", ["-c", core, program, ...args]];
}

export function start(program, args, options = {}) {
  const { core, ...rest } = options;
  const [name, words] = pinned(program, args, core);
  const child = spawn(name, words, rest);
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** One program run to its end, with its own time: { seconds, cpuSeconds, output }. */
export async function timed(program, args, { core, env, maxSeconds = 300 } = {}) {
  const script = `TIMEFORMAT='@@ %R %U %S'; time "$@"`;
  const child = start("bash", ["-c", script, "bench", program, ...args], {
    core,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (errors += chunk));
  const timer = setTimeout(() => child.kill("SIGKILL"), maxSeconds * 1000);
  const [code] = await once(child, "close");
  clearTimeout(timer);
  const [, seconds, user, system] = /@@ ([\d.]+) ([\d.]+) ([\d.]+)/.exec(errors) ?? [];
  if (code !== 0 || seconds === undefined) {
    throw new Error(`${program} ended with ${code}: ${errors.slice(-500)}`);
  }
  return { seconds: Number(seconds), cpuSeconds: Number(user) + Number(system), output };
}

/** A client of `src/clients` in a process of its own. It is asked to open, to send so many, and to close. */
export class ClientProcess {
  #child;
  #waiting;
  #failed;
  #own;

  /** @param {string} name @param {{ core?: string, profile?: string, nodeArguments?: string[], job?: object }} options job: more than the row says to all */
  static async start(name, options = {}) {
    const client = new ClientProcess(name, options);
    await client.#answer();
    return client;
  }

  constructor(name, { core, profile, nodeArguments = [], job = {} }) {
    this.#own = job;
    const args = [...nodeArguments];
    if (profile !== undefined) {
      const folder = scratchFolder("profiles");
      args.push("--cpu-prof", `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${profile}.cpuprofile`);
    }
    const file = join(CLIENTS, `${name}.mjs`);
    if (!existsSync(file)) throw new Error(`there is no client ${name}`);
    this.#child = start(process.execPath, [...args, file], {
      core,
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child.on("message", (message) => {
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (message.error !== undefined) waiting?.reject(new Error(`${name}: ${message.error}`));
      else waiting?.resolve(message);
    });
    this.#child.once("exit", (code) => {
      this.#failed = new Error(`${name} ended with ${code}`);
      this.#waiting?.reject(this.#failed);
    });
  }

  get pid() {
    return this.#child.pid;
  }

  #answer() {
    if (this.#failed !== undefined) return Promise.reject(this.#failed);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  ask(message) {
    const answer = this.#answer();
    if (this.#failed === undefined) this.#child.send(message);
    return answer;
  }

  open(job) {
    return this.ask({ do: "open", job: { ...job, ...this.#own } });
  }

  /** @returns {Promise<{ seconds: number, cpuSeconds: number, rssBytes: number, peakRssBytes: number }>} */
  send(count) {
    return this.ask({ do: "send", count });
  }

  close() {
    return this.ask({ do: "close" });
  }

  /** Ends the process in the ordinary way, so that a profile is written. */
  async end() {
    if (this.#failed !== undefined) return;
    const ended = once(this.#child, "exit");
    this.#child.send({ do: "end" });
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  }
}
