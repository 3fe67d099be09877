// `node tooling/proof/run.mjs hostile|cuts`: one floor; `readme` writes the table of README.md. The last line is its count; the line before is what .ci/run adds up.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
/** What each floor counts. */
const FLOORS = { hostile: "misbehaviours", cuts: "sessions" };
const CASES = { hostile: "cases", cuts: "accidents" };

if (process.argv[2] === "readme") {
  const { status } = spawnSync("pnpm", ["exec", "vitest", "run", "src/rows"], {
    cwd: HERE,
    stdio: "inherit",
    env: { ...process.env, WIREPOST_PROOF_README: "1" },
  });
  process.exit(status ?? 1);
}

const [floor, ...words] = process.argv.slice(2);
const rest = words.filter((word) => word !== "--record");
if (FLOORS[floor] === undefined) {
  console.error(`usage: node tooling/proof/run.mjs ${Object.keys(FLOORS).join("|")} [--record] [file …]`);
  process.exit(64);
}

const folder = mkdtempSync(join(tmpdir(), "wirepost-proof-"));
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const { status } = spawnSync(
  process.execPath,
  [vitest, "run", "--config", `vitest.${floor}.config.ts`, ...rest],
  {
    cwd: HERE,
    stdio: "inherit",
    env: {
      ...process.env,
      WIREPOST_PROOF_TALLY: folder,
      WIREPOST_PROOF_RECORD: words.includes("--record") ? "1" : "0",
    },
  },
);
const tallies = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")));
rmSync(folder, { recursive: true });

const sum = (name) => tallies.reduce((total, tally) => total + tally[name], 0);
const groups = new Set(tallies.map(({ group }) => group)).size;
const cases = sum("cases");
// What failed without being counted (a file that cannot be loaded, a session that fails undisturbed) has failed once.
const counted = cases > 0 || rest.length > 0;
const failed = Math.max(sum("failed"), status === 0 && counted ? 0 : 1);
console.log(`${Math.max(0, cases - failed)} passed, ${failed} failed`);
console.log(`${floor}: ${groups} ${FLOORS[floor]}, ${cases} ${CASES[floor]}, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
