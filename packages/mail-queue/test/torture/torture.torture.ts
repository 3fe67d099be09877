// Every system call that changes the disk, killed or made to fail at its n-th time, for every n. Needs strace.
//
// WIREPOST_TORTURE=sample: the first, the last and some between, always the same ones; a minute instead of half an hour.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CrashLab, type Steps } from "../crash/harness.js";

const SAMPLE = process.env["WIREPOST_TORTURE"] === "sample";

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
/** All others that can change what is on a disk: none of them may be seen. `?`: not on every architecture. */
const OTHERS =
  "?open,?creat,openat2,writev,pwritev,pwritev2,?renameat,renameat2,linkat,?symlink,symlinkat,unlinkat,?rmdir,mkdirat,?mknod," +
  "mknodat,truncate,ftruncate,fallocate,sync_file_range,sync,syncfs,?chmod,fchmod,fchmodat,?chown,fchown,?lchown,fchownat,?utime," +
  "?utimes,?futimesat,setxattr,lsetxattr,fsetxattr,removexattr,lremovexattr,fremovexattr,copy_file_range,sendfile,splice";
const ERRORS: readonly { call: string; error: string; times: "once" | "from then on" }[] = [
  ...["openat", "write", "pwrite64", "rename", "link", "mkdir"].flatMap((call) => [
    { call, error: "ENOSPC", times: "once" as const },
    { call, error: "ENOSPC", times: "from then on" as const },
  ]),
  ...["write", "pwrite64", "fsync", "fdatasync", "rename", "unlink"].flatMap((call) => [
    { call, error: "EIO", times: "once" as const },
    { call, error: "EIO", times: "from then on" as const },
  ]),
  { call: "write", error: "EDQUOT", times: "from then on" },
  { call: "openat", error: "EMFILE", times: "once" },
  { call: "rename", error: "EROFS", times: "from then on" },
];

const LETTERS = ["one", "defer-two", "refuse-three", "early-defer-four", "early-refuse-five"];
const QUEUEING: Steps = { queue: LETTERS, keyed: true };
/** One letter at a time, so that the order of calls is the same in each run. */
const DELIVERING: Steps = { drain: true, concurrency: 1 };

const strace = (...words: string[]) => ["strace", "-f", ...words];
const inject = (call: string, what: string) =>
  strace("-e", `trace=${call}`, "-e", `inject=${call}:${what}`, "-o", "/dev/null");

execFileSync("strace", ["-V"], { stdio: "ignore" });
const lab = await CrashLab.open();
afterAll(() => lab.close());

/** A call that touched the queue's directory, and which of its kind it was in its thread. */
interface Call {
  readonly name: string;
  readonly count: number;
  readonly text: string;
}

interface Phase {
  readonly name: string;
  readonly steps: Steps;
  /** Brings the directory back to where this phase begins. */
  readonly restore: () => Promise<void>;
  readonly calls: readonly Call[];
}

/** What these steps do to the directory as it is now. */
async function phase(name: string, steps: Steps): Promise<Phase> {
  const restore = await lab.save();
  const log = join(lab.folder, "strace.log");
  const what = `trace=${CALLS.join(",")},${OTHERS}`;
  const { lines, stderr } = await lab.run(steps, { prefix: strace("-y", "-s", "8", "-e", what, "-o", log) });
  expect(lines.at(-1), stderr).toBe("done");
  await restore();
  const counts = new Map<string, number>();
  const calls: Call[] = [];
  for (const line of readFileSync(log, "latin1").split("\n")) {
    const [, thread, call, text = ""] = /^(\d+) +([a-z0-9_]+)\((.*)/.exec(line) ?? [];
    if (call === undefined) continue;
    const key = `${thread} ${call}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    // `wirepost-crash-…/queue` in an argument, or the file of a descriptor.
    if (text.includes("/queue")) calls.push({ name: call, count, text });
  }
  return { name, steps, restore, calls };
}

/** Where deliveries die before the phases of recovery: after the second marker, at this call. */
const DEATHS = [
  { name: "recovery of a claim", call: "rename", offset: 0 },
  { name: "recovery of content", call: "pwrite64", offset: 1 },
  { name: "recovery of a result", call: "rename", offset: 1 },
] as const;

async function phases(): Promise<readonly Phase[]> {
  await lab.clear();
  const enqueue = await phase("enqueue", QUEUEING);
  await lab.run(QUEUEING);
  const delivery = await phase("delivery", DELIVERING);
  const all = [enqueue, delivery];
  const markers = delivery.calls.flatMap(({ name, text }, at) =>
    name === "rename" && /\.content"\)/.test(text) ? [at] : [],
  );
  for (const { name, call, offset } of DEATHS) {
    const death = delivery.calls.slice((markers[1] as number) + offset).find((one) => one.name === call);
    await delivery.restore();
    const { signal } = await lab.run(DELIVERING, {
      prefix: inject(call, `signal=SIGKILL:when=${death?.count}`),
    });
    expect(signal).toBe("SIGKILL");
    all.push(await phase(name, DELIVERING));
  }
  return all;
}

const PHASES = await phases();

const touched = (phase: Phase, name: string) => phase.calls.some((call) => call.name === name);

/** At which times of a call to strike; of a sample, every so many and the last. */
function timesOf({ calls }: Phase, name: string, stride: number): readonly number[] {
  const times = [...new Set(calls.filter((call) => call.name === name).map(({ count }) => count))];
  times.sort((one, other) => one - other);
  return SAMPLE ? times.filter((_, index) => index % stride === 0 || index === times.length - 1) : times;
}

/** Of a sample, one error for each call, where it can do most. */
function errorsFor(phase: Phase) {
  const sampled = ["openat EMFILE once", "write ENOSPC once", "link ENOSPC once", "pwrite64 ENOSPC once"];
  sampled.push("fsync EIO once", "fdatasync EIO once", "rename EIO from then on");
  return ERRORS.filter(({ call, error, times }) => {
    if (!touched(phase, call)) return false;
    return (
      !SAMPLE || (phase.name in { enqueue: 0, delivery: 0 } && sampled.includes(`${call} ${error} ${times}`))
    );
  });
}

async function round(
  { name, steps, restore }: Phase,
  call: string,
  what: string,
  more: Steps = {},
): Promise<void> {
  try {
    await restore();
    await lab.run({ ...steps, ...more }, { prefix: inject(call, what) });
    await lab.settleAndCheck();
  } catch (cause) {
    throw new Error(`${name}, ${call}: ${what}`, { cause });
  }
}

let rounds = 0;
afterAll(() => void process.stdout.write(`${rounds} rounds\n`));

describe.each(PHASES)("$name", (phase) => {
  it("changes the disk by the calls that are tried here, and by no other", () => {
    const names = new Set(phase.calls.map(({ name }) => name));
    expect(CALLS).toEqual(expect.arrayContaining([...names]));
    expect(names).toContain("rename");
    expect(names).toContain("fsync");
  });

  it.each(CALLS.filter((call) => touched(phase, call)))("Q1 killed at each %s", async (call) => {
    for (const n of timesOf(phase, call, 5)) {
      await round(phase, call, `signal=SIGKILL:when=${n}`);
      rounds++;
    }
  });

  it.each(errorsFor(phase))("Q5 $call fails with $error, $times", async ({ call, error, times }) => {
    for (const n of timesOf(phase, call, 100)) {
      const what = `error=${error}:when=${n}${times === "once" ? "" : "+"}`;
      await round(phase, call, what, { deadlineMs: SAMPLE ? 800 : 2_500 });
      rounds++;
    }
  });
});
