// `npm run test:hostile-messages [-- -t NAME]`: sends every hostile object every way, and counts.
// `npm run test:hostile-messages -- --real-servers`: those that arrive, to Postfix, Exim, OpenSMTPD and aiosmtpd (root and apt needed).
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(dirname(fileURLToPath(import.meta.url)));
const FOLDER = join(HERE, "..", "..", ".tmp", "hostile-messages");
const words = process.argv.slice(2);
const REAL = words.includes("--real-servers");
const REPORT = join(FOLDER, REAL ? "real-servers.json" : "report.json");
const CONFIG = REAL ? ["--config", "vitest.interop.config.ts"] : [];

if (spawnSync("python3", ["-c", "import email.policy"]).status !== 0) {
  console.error("hostile messages: needs python3, whose email package is one of the judges");
  process.exit(1);
}
mkdirSync(FOLDER, { recursive: true });
rmSync(REPORT, { force: true });
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const child = spawn(
  process.execPath,
  [vitest, "run", ...CONFIG, ...words.filter((word) => word !== "--real-servers")],
  {
    cwd: HERE,
    stdio: "inherit",
  },
);
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
  const failed = ran.filter(({ status }) => status === "failed").length;
  if (REAL) {
    const servers = new Set(ran.map(({ ancestorTitles }) => ancestorTitles[0])).size;
    console.log(
      `hostile messages on real servers: ${servers} servers and framings, ${ran.length - servers} sendings, ` +
        `${ran.length - failed} passed, ${failed} failed`,
    );
    process.exit(code === 0 && failed === 0 ? 0 : 1);
  }
  const sendings = ran.filter(({ meta }) => meta?.ended !== undefined);
  const objects = new Set(sendings.map(({ title }) => title)).size;
  const ways = new Set(sendings.map(({ ancestorTitles }) => ancestorTitles[0])).size;
  const ended = (how) => sendings.filter(({ meta }) => meta?.ended === how).length;
  console.log(
    `hostile messages: ${objects} objects, ${ways} ways, ${sendings.length} sendings, ${ended("refused")} refused before MAIL, ` +
      `${ended("arrived")} arrived as expected, ${ended("rejected")} rejected by the server's own grammar, ${ran.length - failed} passed, ${failed} failed`,
  );
  process.exit(code === 0 && failed === 0 ? 0 : 1);
});
