import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect } from "vitest";
import { openQueue, type QueuedMessage, type QueueStore } from "../../src/index.js";
import { randomWord } from "../../src/message-id.js";

export interface Steps {
  readonly queue?: readonly string[];
  readonly keyed?: boolean;
  readonly drain?: boolean;
  readonly concurrency?: number;
  readonly inDoubt?: "hold" | "resend" | "fail";
  readonly deadlineMs?: number;
  readonly textBytes?: number;
  readonly maxAttempts?: number;
  readonly smtp?: string;
}

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** A queue in Redis: its URL for children, and a store for this process. */
export interface RedisPlace {
  readonly url: string;
  store(): QueueStore;
}

/** A queue directory, a server whose log is the truth, and children that are killed between the two. */
export class CrashLab {
  readonly folder: string;
  readonly directory: string;
  /** What the server has accepted, in order. */
  readonly accepted: string[] = [];
  /** Labels whose enqueue() was heard to resolve, or to reject. */
  readonly queued = new Set<string>();
  readonly rejected = new Set<string>();
  readonly #server: Server;
  readonly #program: string;
  readonly #redis: RedisPlace | undefined;
  readonly #running = new Set<ChildProcess>();

  private constructor(folder: string, program: string, server: Server, redis: RedisPlace | undefined) {
    this.folder = folder;
    this.directory = join(folder, "queue");
    this.#redis = redis;
    this.#program = program;
    this.#server = server;
  }

  /** @param redis where the queue is, when it is not a directory */
  static async open(redis?: RedisPlace): Promise<CrashLab> {
    // Inside the package, so that the children find bullmq.
    const home =
      redis === undefined ? tmpdir() : fileURLToPath(new URL("../../node_modules/", import.meta.url));
    const folder = await mkdtemp(join(home, "wirepost-crash-"));
    const program = join(folder, "child.mjs");
    built ??= buildProgram();
    await writeFile(program, await built);
    const server = createServer((socket) => {
      socket.setEncoding("utf8").on("error", () => {});
      socket.on("data", (line) => {
        // From here on the message is the server's, whether its reply arrives or not.
        lab.accepted.push(...String(line).trim().split("\n"));
        socket.end("kept\n");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const lab = new CrashLab(folder, program, server, redis);
    return lab;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Runs a child and kills it so long after its first promise. `prefix`: a command that runs it. */
  run(
    steps: Steps,
    options: { readonly prefix?: readonly string[]; readonly killAfterMs?: number } = {},
  ): Promise<Ran> {
    const line = [
      ...(options.prefix ?? []),
      process.execPath,
      this.#program,
      this.#redis?.url ?? this.directory,
      String(this.port),
      JSON.stringify(steps),
    ];
    const child = spawn(line[0] as string, line.slice(1), {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, UV_THREADPOOL_SIZE: options.prefix === undefined ? "4" : "1" },
    });
    this.#running.add(child);
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      if (stdout === "" && options.killAfterMs !== undefined) {
        setTimeout(() => child.kill("SIGKILL"), options.killAfterMs);
      }
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    return new Promise((resolve) => {
      child.on("close", (code, signal) => {
        this.#running.delete(child);
        const lines = stdout.split("\n").filter((text) => text !== "");
        for (const [verb, label] of lines.map((text) => text.split(" "))) {
          if (verb === "queued") this.queued.add(label as string);
          if (verb === "rejected") this.rejected.add(label as string);
        }
        resolve({ code, signal, lines, stderr });
      });
    });
  }

  /** Ends all children at once; resolves when they are gone. */
  async killAll(): Promise<void> {
    const gone = [...this.#running].map(
      (child) => new Promise<void>((resolve) => child.once("exit", () => resolve())),
    );
    for (const child of this.#running) child.kill("SIGKILL");
    await Promise.all(gone);
  }

  /** Lets a child that nobody kills finish everything, and holds the outcome against the server's log. */
  async settleAndCheck(steps: Steps = {}): Promise<ReadonlyMap<string, QueuedMessage>> {
    // A retry can be due a moment later.
    for (let round = 0; round < 40; round++) {
      const { lines, stderr } = await this.run({ ...steps, drain: true });
      expect(lines.at(-1), stderr).toBe("done");
      if ((await this.#waiting()) === 0) break;
      // What a worker held in Redis comes back when its lock has run out.
      if (this.#redis !== undefined) await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return await this.check();
  }

  async #waiting(): Promise<number> {
    const queue = await this.#open();
    const { queued, sending } = await queue.statistics();
    await queue.close();
    return queued + sending;
  }

  #open() {
    return openQueue(
      this.#redis === undefined ? { directory: this.directory } : { store: this.#redis.store() },
    );
  }

  /** Lost: none. Duplicates: none, but of messages that were in doubt and sent again by policy. */
  async check(): Promise<ReadonlyMap<string, QueuedMessage>> {
    const messages = await this.messages();
    for (const label of this.queued) {
      const message = messages.get(label);
      expect(message, `${label} was lost; accepted: ${this.accepted}`).toBeDefined();
      expect(endsOf(label), `${label} is ${message?.state}`).toContain(message?.state);
    }
    for (const [label, { state, journal }] of messages) {
      const count = this.accepted.filter((one) => one === label).length;
      const facts = `${label} is ${state}, the server has it ${count} times, ${JSON.stringify(journal)}`;
      const doubts = journal.filter(
        (entry) => entry.type === "attempt" && entry.error?.code === "ERR_QUEUE_IN_DOUBT",
      ).length;
      if (state === "sent") expect(count, facts).toBeGreaterThanOrEqual(1);
      expect(count, facts).toBeLessThanOrEqual(1 + doubts);
      if (doubts === 0 && (state === "queued" || state === "failed")) expect(count, facts).toBe(0);
    }
    for (const label of this.accepted)
      expect(messages.has(label), `${label} was sent and forgotten`).toBe(true);
    for (const label of this.rejected) {
      expect(messages.has(label), `${label} was refused and is in the queue`).toBe(false);
      expect(this.accepted, `${label} was refused and sent`).not.toContain(label);
    }
    if (this.#redis === undefined) expect(await readdir(join(this.directory, "set-aside"))).toEqual([]);
    return messages;
  }

  /** What is in the queue, by label. */
  async messages(): Promise<Map<string, QueuedMessage>> {
    const messages = new Map<string, QueuedMessage>();
    const queue = await this.#open();
    try {
      for await (const message of queue.list()) {
        let text = "";
        for await (const block of queue.content(message.id)) text += Buffer.from(block).toString("latin1");
        const label = /^Subject: (.*)\r$/m.exec(text)?.[1] ?? "";
        expect(messages.has(label), `${label} is there twice`).toBe(false);
        messages.set(label, message);
      }
    } finally {
      await queue.close();
    }
    return messages;
  }

  /** Keeps the directory and the truth about it as they are now, and resolves to what brings both back. */
  async save(): Promise<() => Promise<void>> {
    const kept = join(this.folder, `kept-${randomWord(8)}`);
    const accepted = [...this.accepted];
    const queued = [...this.queued];
    // Before anything was queued there is no directory.
    const copy = (from: string, to: string) =>
      cp(from, to, { recursive: true, preserveTimestamps: true }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error;
      });
    await copy(this.directory, kept);
    return async () => {
      await this.clear();
      await copy(kept, this.directory);
      this.accepted.push(...accepted);
      for (const label of queued) this.queued.add(label);
    };
  }

  /** Forgets everything, for another round. */
  async clear(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
    this.accepted.length = 0;
    this.queued.clear();
    this.rejected.clear();
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What may become of a letter with this label. What is refused before content can never be in doubt. */
function endsOf(label: string): readonly string[] {
  if (label.startsWith("early-refuse")) return ["failed"];
  return [label.startsWith("refuse") ? "failed" : "sent", "in-doubt"];
}

let built: Promise<Uint8Array> | undefined;

/** The program of the children, built once for all labs. */
async function buildProgram(): Promise<Uint8Array> {
  const recipe = new URL("../../../../tooling/config/vitest.mjs", import.meta.url).href;
  const { sourceAliases } = (await import(recipe)) as {
    sourceAliases(): { find: RegExp; replacement: string }[];
  };
  const aliases = sourceAliases();
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./child.ts", import.meta.url))],
    write: false,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // Parts of mime-message that these letters do not need.
    external: ["iconv-lite", "postal-mime", "bullmq", "ioredis"],
    plugins: [
      {
        name: "workspace-sources",
        setup(builder) {
          builder.onResolve({ filter: /^@wirepost\// }, ({ path }) => {
            const alias = aliases.find(({ find }) => find.test(path));
            return alias === undefined ? null : { path: alias.replacement };
          });
        },
      },
    ],
  });
  return (outputFiles[0] as { contents: Uint8Array }).contents;
}
