// `pnpm --filter @wirepost/interop run interop [--record] [file …]`: the suites against real servers.
// Whatever happens to the test run, every server that it started has ended when this program ends.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(dirname(fileURLToPath(import.meta.url)));
const CACHE = join(HERE, "..", "..", ".tmp", "interop");
const RUNS = join(CACHE, "run");
const TOOLS = ["apt-get", "dpkg-deb", "tar", "unshare", "nsenter", "setpriv", "mount", "chroot", "openssl"];

function readOr(read, path) {
  try {
    return read(path, "utf8");
  } catch {
    return ""; // ended, or never there
  }
}

/** Ends the processes of sandboxes whose run folders are still there and whose owner is gone; gives their number. */
function endServers() {
  if (!existsSync(RUNS)) return 0;
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const own = readlinkSync("/proc/self/ns/pid");
  let ended = 0;
  for (const name of readdirSync(RUNS)) {
    const folder = join(RUNS, name);
    const [pid, owner, namespace] = readOr(readFileSync, join(folder, "pid")).split(" ");
    if (owner !== undefined && existsSync(`/proc/${owner}`)) continue; // another run at the same time
    // The number may belong to another process by now; ours names its run folder on its command line.
    const left = processes.filter(
      (id) => id === pid && readOr(readFileSync, `/proc/${id}/cmdline`).includes(folder),
    );
    if (namespace !== undefined && namespace !== "" && namespace !== own) {
      left.push(...processes.filter((id) => readOr(readlinkSync, `/proc/${id}/ns/pid`) === namespace));
    }
    for (const id of new Set(left)) {
      process.kill(Number(id), "SIGKILL");
      ended += 1;
    }
    rmSync(folder, { recursive: true, force: true });
  }
  return ended;
}

function refuse(reason) {
  console.error(`interop: ${reason}`);
  process.exit(1);
}

if (process.argv.includes("--clean")) {
  endServers();
  rmSync(CACHE, { recursive: true, force: true });
  process.exit(0);
}
if (process.getuid?.() !== 0) refuse("needs root (namespaces and overlay mounts)");
for (const tool of TOOLS) {
  if (spawnSync("/bin/sh", ["-c", `command -v ${tool}`]).status !== 0) refuse(`needs the program ${tool}`);
}

const words = process.argv.slice(2);
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
mkdirSync(RUNS, { recursive: true });
endServers();

const started = performance.now();
const child = spawn(process.execPath, [vitest, "run", ...words.filter((word) => word !== "--record")], {
  cwd: HERE,
  stdio: "inherit",
  env: { ...process.env, WIREPOST_INTEROP_RECORD: words.includes("--record") ? "1" : "0" },
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));

child.on("exit", (code, signal) => {
  const left = endServers();
  if (left > 0) console.error(`interop: ended ${left} processes that the tests had left running`);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  try {
    const report = JSON.parse(readFileSync(join(CACHE, "report.json"), "utf8"));
    console.log(`interop, ${report.numTotalTestSuites} groups in ${seconds} s:`);
    const { numPassedTests: passed, numFailedTests: failed, numPendingTests: notRun } = report;
    // Tests that a filter left out were not wanted; others did not run because their server did not start.
    if (words.some((word) => /^(-t|--testNamePattern)/.test(word))) {
      console.log(`${passed} passed, ${failed} failed, ${notRun} skipped`);
    } else console.log(`${passed} passed, ${failed + notRun} failed`);
  } catch {
    console.error("interop: the test run left no report");
  }
  process.exit(signal === null && left === 0 ? code : 1);
});
