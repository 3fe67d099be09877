// Runs the test task of every package and adds up what vitest reports. The last line is for people and for .ci/run:
// `N passed, N failed`, with `, N skipped` only when there are any.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { closingLine, countsOfReport, failuresOfReport, sum } from "./counts.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const reports = mkdtempSync(join(tmpdir(), "wirepost-tests-"));

const { status } = spawnSync(
  "pnpm",
  [
    "exec",
    "turbo",
    "run",
    "test",
    "--ui=stream",
    "--log-order=grouped",
    "--only", // run.mjs has built everything
    "--log-prefix=none",
    "--concurrency=2",
    "--continue=dependencies-successful",
    ...process.argv.slice(2),
  ],
  {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, WIREPOST_TEST_REPORTS: reports },
    shell: process.platform === "win32",
  },
);

const all = readdirSync(reports)
  .sort()
  .map((file) => JSON.parse(readFileSync(join(reports, file), "utf8")));
rmSync(reports, { recursive: true });

const failures = all.flatMap(failuresOfReport);
if (failures.length > 0)
  console.log(`\nFailed:\n${failures.map((name) => `  ${relative(ROOT, name)}`).join("\n")}`);
const total = sum(all.map(countsOfReport));
// A package that failed before it could report (a crash, a missing file) is still one failure.
if (status !== 0 && total.failed === 0) total.failed = 1;
console.log(`\nUnit and integration tests of ${all.length} packages: ${closingLine(total)}`);
process.exit(status !== 0 || total.failed > 0 ? 1 : 0);
