// Every system call that changes the disk, killed or made to fail at its n-th time, for every n. Needs strace.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CrashLab, type Steps } from "../crash/harness.js";

/** Calls that libuv makes for this package's use of files. */
const CALLS = [
  "openat",
  "mkdir",
  "write",
  "pwrite64",
  "fsync",
  "fdatasync",
  "rename",
  "link",
  "unlink",
  "utimensat",
];
const ERRORS: readonly { call: string; error: string; times: "once" | "from then on" }[] = [
  ...["openat", "write", "pwrite64", "rename", "link", "mkdir"].flatMap((call) => [
    { call, error: "ENOSPC", times: "once" as const },
    { call, error: "ENOSPC", times: "from then on" as const },
  ]),
  ...["write", "pwrite64", "fsync", "fdatasync", "rename", "unlink"].flatMap((call) => [
    { call, error: "EIO", times: "once" as const },
    { call, error: "EIO", times: "from then on" as const },
  ]),
  { call: "openat", error: "EMFILE", times: "once" },
  { call: "rename", error: "EROFS", times: "from then on" },
];

const QUEUEING: Steps = { queue: ["one", "defer-two", "refuse-three"], keyed: true };
/** One letter at a time, so that the order of calls is the same in each run. */
const DELIVERING: Steps = { drain: true, concurrency: 1 };

describe("strace", () => {
  let lab: CrashLab;
  beforeAll(async () => {
    execFileSync("strace", ["-V"], { stdio: "ignore" });
    lab = await CrashLab.open();
  });
  afterAll(() => lab.close());

  /** Which times of this call, counted in each thread, touch the queue's directory. */
  async function timesOf(call: string, steps: Steps, prepare: () => Promise<void>): Promise<number[]> {
    await lab.clear();
    await prepare();
    const log = join(lab.folder, "strace.log");
    const { lines, stderr } = await lab.run(steps, {
      prefix: ["strace", "-f", "-y", "-s", "8", "-e", `trace=${call}`, "-o", log],
    });
    expect(lines.at(-1), stderr).toBe("done");
    const counts = new Map<string, number>();
    const times = new Set<number>();
    for (const line of readFileSync(log, "latin1").split("\n")) {
      const [thread = "", rest = ""] = line.split(/ +(.*)/);
      if (!rest.startsWith(`${call}(`)) continue;
      const count = (counts.get(thread) ?? 0) + 1;
      counts.set(thread, count);
      // `wirepost-crash-…/queue` in an argument, or the file of a descriptor.
      if (rest.includes("/queue")) times.add(count);
    }
    return [...times].sort((one, other) => one - other);
  }

  async function round(
    call: string,
    what: string,
    steps: Steps,
    prepare: () => Promise<void>,
  ): Promise<void> {
    await lab.clear();
    await prepare();
    await lab.run(steps, {
      prefix: ["strace", "-f", "-e", `trace=${call}`, "-e", `inject=${call}:${what}`, "-o", "/dev/null"],
    });
    await lab.settleAndCheck();
  }

  const nothing = async () => {};
  const queued = async () => {
    await lab.run(QUEUEING);
  };
  const interrupted = async () => {
    await lab.run(QUEUEING);
    await mkdir(lab.directory, { recursive: true });
    // The worker dies at its second marker: one letter is sent, one is in the middle.
    await lab.run(DELIVERING, {
      prefix: [
        "strace",
        "-f",
        "-e",
        "trace=rename",
        "-e",
        "inject=rename:signal=SIGKILL:when=6",
        "-o",
        "/dev/null",
      ],
    });
  };

  describe.each([
    { name: "enqueue", steps: QUEUEING, prepare: nothing },
    { name: "delivery", steps: DELIVERING, prepare: queued },
    { name: "recovery", steps: DELIVERING, prepare: interrupted },
  ])("$name", ({ name, steps, prepare }) => {
    it.each(CALLS)("killed at each %s", async (call) => {
      const times = await timesOf(call, steps, prepare);
      for (const n of times) {
        try {
          await round(call, `signal=SIGKILL:when=${n}`, steps, prepare);
        } catch (error) {
          throw new Error(`${name}, ${call} number ${n} of ${times.at(-1)}`, { cause: error });
        }
      }
      process.stdout.write(`  ${name}: killed at ${times.length} of ${call}\n`);
    });

    it.each(ERRORS)("$call fails with $error, $times", async ({ call, error, times: extent }) => {
      const times = await timesOf(call, steps, prepare);
      for (const n of times) {
        const what = `error=${error}:when=${n}${extent === "once" ? "" : "+"}`;
        try {
          await round(call, what, { ...steps, deadlineMs: 2_500 }, prepare);
        } catch (cause) {
          throw new Error(`${name}, ${call} number ${n} ${what}`, { cause });
        }
      }
      process.stdout.write(`  ${name}: ${error} at ${times.length} of ${call}, ${extent}\n`);
    });
  });
});
