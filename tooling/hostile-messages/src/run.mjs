// `npm run test:hostile-messages [-- -t NAME]`: sends every hostile object every way, and counts.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDER = join(HERE, "..", "..", ".tmp", "hostile-messages");
const REPORT = join(FOLDER, "report.json");

if (spawnSync("python3", ["-c", "import email.policy"]).status !== 0) {
  console.error("hostile messages: needs python3, whose email package is one of the judges");
  process.exit(1);
}
mkdirSync(FOLDER, { recursive: true });
rmSync(REPORT, { force: true });
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const child = spawn(process.execPath, [vitest, "run", ...process.argv.slice(2)], {
  cwd: HERE,
  stdio: "inherit",
});
child.on("exit", (code) => {
  let tests;
  try {
    const report = JSON.parse(readFileSync(REPORT, "utf8"));
    tests = report.testResults.flatMap((file) => file.assertionResults);
  } catch {
    console.error("hostile messages: the test run left no report");
    process.exit(1);
  }
  // A sending that failed has no end; it is counted below.
  const ran = tests.filter(({ status }) => status === "passed" || status === "failed");
  const sendings = ran.filter(({ meta }) => meta?.ended !== undefined);
  const objects = new Set(sendings.map(({ title }) => title)).size;
  const ways = new Set(sendings.map(({ ancestorTitles }) => ancestorTitles[0])).size;
  const ended = (how) => sendings.filter(({ meta }) => meta?.ended === how).length;
  const failed = ran.filter(({ status }) => status === "failed").length;
  console.log(
    `hostile messages: ${objects} objects, ${ways} ways, ${sendings.length} sendings, ${ended("refused")} refused before MAIL, ` +
      `${ended("arrived")} arrived as expected, ${ended("rejected")} rejected by the server's own grammar, ${ran.length - failed} passed, ${failed} failed`,
  );
  process.exit(code === 0 && failed === 0 ? 0 : 1);
});
