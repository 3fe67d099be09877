// Both halves of `npm run test:interop`: the real servers, then the packages' own comparisons with foreign programs.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { closingLine, lastCounts, sum } from "./counts.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const runners = [process.argv[2], join(ROOT, "tooling", "interop", "src", "packages.mjs")];

/** Shows a program's output as it comes, and reads the counts at its end. */
function runAndCount(script) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [script], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
    let tail = "";
    child.stdout.on("data", (chunk) => {
      process.stdout.write(chunk);
      tail = (tail + chunk).slice(-65_536);
    });
    child.on("close", (code) => {
      const counts = lastCounts(tail) ?? { passed: 0, failed: 0, skipped: 0 };
      if (code !== 0 && counts.failed === 0) counts.failed = 1;
      resolve(counts);
    });
  });
}

const all = [];
for (const runner of runners) all.push(await runAndCount(runner));
const total = sum(all);
console.log(`\n${closingLine(total)}`);
process.exit(total.failed === 0 ? 0 : 1);
