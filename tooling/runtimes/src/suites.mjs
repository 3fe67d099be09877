// The packages' own tests, under another Node. Their sources are read, as in `npm test`; the other checks use what is built.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { countsOfReport, failuresOfReport } from "../../bootstrap/counts.mjs";

const VITEST = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");

/** @returns {Promise<{ passed: number, failed: number, failures: string[], seconds: number }>} */
export function runSuite(node, folder) {
  const reports = mkdtempSync(join(tmpdir(), "wirepost-runtimes-"));
  const report = join(reports, "report.json");
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(node, [VITEST, "run", "--reporter=json", `--outputFile=${report}`], {
      cwd: folder,
      stdio: ["ignore", "ignore", "pipe"],
      // Programs that the tests start are to be of the same Node.
      env: { ...process.env, NODE_OPTIONS: "", PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
    });
    let complaints = "";
    child.stderr.on("data", (piece) => (complaints = (complaints + piece).slice(-4000)));
    child.on("error", (error) => (complaints += error.message));
    child.on("close", (code) => {
      const seconds = (performance.now() - started) / 1000;
      let counted;
      try {
        const read = JSON.parse(readFileSync(report, "utf8"));
        counted = { ...countsOfReport(read), failures: failuresOfReport(read) };
      } catch {
        counted = { passed: 0, failed: 1, failures: [`no report (exit code ${code})\n${complaints}`] };
      }
      rmSync(reports, { recursive: true, force: true });
      if (code !== 0 && counted.failed === 0) counted = { ...counted, failed: 1, failures: [complaints] };
      resolve({ ...counted, seconds });
    });
  });
}
