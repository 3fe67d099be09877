// Runs the torture, and says as its last line how many of its tests passed and failed.
//
//   node test/torture/run.mjs [--sample]
//
// Everything takes about half an hour, the sample (always the same places) about a minute. Installs strace where it is
// missing, which takes root and apt.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HOME = fileURLToPath(new URL("../..", import.meta.url));
const sample = process.argv.includes("--sample");

function run(command, words, options = {}) {
  return spawnSync(command, words, { stdio: "inherit", ...options }).status ?? 1;
}

function install() {
  if (run("strace", ["-V"], { stdio: "ignore" }) === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  console.log("installing strace");
  run("apt-get", ["-q", "update"], { env });
  run("apt-get", ["-qy", "install", "--no-install-recommends", "strace"], { env });
}

function test() {
  const folder = mkdtempSync(join(tmpdir(), "wirepost-torture-"));
  const report = join(folder, "report.json");
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  const words = ["run", "--config", "vitest.torture.config.ts", "--reporter=default", "--reporter=json"];
  const status = run(process.execPath, [vitest, ...words, `--outputFile.json=${report}`], {
    cwd: HOME,
    env: { ...process.env, WIREPOST_TORTURE: sample ? "sample" : "all" },
  });
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, "utf8"));
    // What did not run has not passed.
    const failed = numFailedTests + numPendingTests;
    return { passed: numPassedTests, failed: failed === 0 && status !== 0 ? 1 : failed };
  } catch (error) {
    console.error(`no report: ${error.message}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

install();
const { passed, failed } = test();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
