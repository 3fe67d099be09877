// The packages' own tests against programs that a fresh machine lacks (`test/interop` and `test/redis` in their folders): Python's
// email package, dkimpy, OpenSSL, Redis. Installs what they need, runs each, prints the sum. Root and apt needed, as for the servers.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
/** Debian's packages, and how to see that one is there. */
const NEEDED = [
  { name: "python3", probe: ["python3", "-c", "import email"] },
  { name: "python3-dkim", probe: ["/usr/bin/python3", "-c", "import dkim"] },
  { name: "python3-nacl", probe: ["/usr/bin/python3", "-c", "import nacl"] },
  { name: "openssl", probe: ["openssl", "version"] },
  { name: "redis-server", probe: ["redis-server", "--version"] },
];

function run(command, words, options = {}) {
  return spawnSync(command, words, { stdio: "inherit", ...options }).status ?? 1;
}

function install() {
  const missing = NEEDED.filter(
    ({ probe: [command, ...words] }) => run(command, words, { stdio: "ignore" }) !== 0,
  );
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const names = missing.map(({ name }) => name);
  console.log(`installing ${names.join(" ")}`);
  if (run("apt-get", ["-q", "update"], { env }) !== 0) throw new Error("apt-get update failed");
  if (run("apt-get", ["-qy", "install", "--no-install-recommends", ...names], { env }) !== 0) {
    throw new Error(`apt-get could not install ${names.join(" ")}`);
  }
}

/** Configurations that only run here. The queue's kill tests are a floor of their own (`npm run test:torture`). */
const CONFIGS = ["vitest.interop.config.ts", "vitest.redis.config.ts"];

function suites() {
  const folders = ["packages", "apps", "apps/examples"].flatMap((floor) =>
    readdirSync(join(ROOT, floor)).map((name) => join(ROOT, floor, name)),
  );
  return folders.flatMap((folder) =>
    CONFIGS.filter((config) => existsSync(join(folder, config))).map((config) => ({ folder, config })),
  );
}

install();
const reports = mkdtempSync(join(tmpdir(), "wirepost-interop-"));
let passed = 0;
let failed = 0;
for (const [index, { folder, config }] of suites().entries()) {
  const report = join(reports, `${index}.json`);
  console.log(`\n== ${folder.slice(ROOT.length + 1)}, ${config}`);
  const words = ["exec", "vitest", "run", "--config", config, "--reporter=default"];
  const status = run("pnpm", [...words, "--reporter=json", `--outputFile.json=${report}`], { cwd: folder });
  const counts = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined;
  passed += counts?.numPassedTests ?? 0;
  // A suite that died, or left tests out, has failed.
  failed += counts === undefined ? 1 : counts.numFailedTests + counts.numPendingTests;
  if (status !== 0 && counts?.numFailedTests === 0) failed += 1;
}
rmSync(reports, { recursive: true, force: true });
console.log("\n== apps/cli: the 5 MB message, read by Python's email package");
if (run("pnpm", ["--filter", "@wirepost/cli", "run", "interop:python"], { cwd: ROOT }) === 0) passed += 1;
else failed += 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
