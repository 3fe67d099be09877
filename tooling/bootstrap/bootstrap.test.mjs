import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../config/workspace.mjs";
import { closingLine, countsOfReport, failuresOfReport, lastCounts, sum } from "./counts.mjs";

const RUN = join(ROOT, "tooling", "bootstrap", "run.mjs");

function start(args, nodeArgs = []) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeArgs, RUN, ...args], {
    encoding: "utf8",
  });
  return { status, text: stdout + stderr };
}

describe("run.mjs", () => {
  it("lists its commands when it is asked for something else", () => {
    const { status, text } = start(["dance"]);
    expect(status).toBe(64);
    for (const command of ["demo", "test", "check", "interop", "fuzz", "hostile", "runtimes", "bench"])
      expect(text).toContain(`  ${command}`);
  });

  it.each(["18.20.0", "20.18.3"])("refuses Node %s in one sentence", (version) => {
    const fake = `data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"${version}"}})`;
    const { status, text } = start(["test"], ["--import", fake]);
    expect(status).toBe(1);
    expect(text).toMatch(/^Wirepost needs Node 20\.19\.0 or newer; this is Node [\d.]+ \(.*\)\.\n$/);
    expect(text).toContain(`Node ${version} `);
  });

  it("knows every script of the repository", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const started = Object.values(scripts).flatMap(
      (line) => /bootstrap\/run\.mjs (\w+)/.exec(line)?.[1] ?? [],
    );
    expect([...new Set(started)].sort()).toEqual([
      "bench",
      "check",
      "cuts",
      "demo",
      "fuzz",
      "hostile",
      "interop",
      "misbehaviour",
      "runtimes",
      "test",
      "torture",
    ]);
  });
});

describe("counts", () => {
  it.each([
    { counts: { passed: 3, failed: 0, skipped: 0 }, line: "3 passed, 0 failed" },
    { counts: { passed: 3, failed: 1, skipped: 2 }, line: "3 passed, 1 failed, 2 skipped" },
  ])("are written and read back: $line", ({ counts, line }) => {
    expect(closingLine(counts)).toBe(line);
    expect(lastCounts(`1 passed, 9 failed\nsome floor: \u001b[32m${line}\u001b[39m\nafterwards\n`)).toEqual(
      counts,
    );
  });

  it("are not seen where there are none", () => {
    expect(lastCounts("Tests  3 passed (3)")).toBeUndefined();
  });

  it("add up", () => {
    const one = { passed: 1, failed: 2, skipped: 3 };
    expect(sum([one, one])).toEqual({ passed: 2, failed: 4, skipped: 6 });
    expect(sum([])).toEqual({ passed: 0, failed: 0, skipped: 0 });
  });

  it("come with the names of what failed", () => {
    const report = {
      testResults: [
        { name: "a.test.ts", status: "passed", assertionResults: [{ status: "passed", fullName: "one" }] },
        {
          name: "b.test.ts",
          status: "failed",
          assertionResults: [
            { status: "passed", fullName: "one" },
            { status: "failed", fullName: "two" },
          ],
        },
        { name: "c.test.ts", status: "failed", assertionResults: [] },
      ],
    };
    expect(failuresOfReport(report)).toEqual(["b.test.ts > two", "c.test.ts (could not be run)"]);
  });

  it("take a test file that could not be loaded for one failure", () => {
    const report = {
      numPassedTests: 5,
      numFailedTests: 1,
      numPendingTests: 0,
      numTodoTests: 1,
      testResults: [
        { status: "passed", assertionResults: [{}] },
        { status: "failed", assertionResults: [{}] },
        { status: "failed", assertionResults: [] },
      ],
    };
    expect(countsOfReport(report)).toEqual({ passed: 5, failed: 2, skipped: 1 });
  });
});
