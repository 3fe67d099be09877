// The door of the repository: `npm test`, `npm run demo`, … on a machine that has Node and npm only.
// It fetches the pnpm that package.json names, installs from the lock file, builds, and runs what was asked for.
// Only syntax that an old Node can parse, so that an old Node gets a sentence and not a stack trace.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const MANIFEST = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const SELF = fileURLToPath(import.meta.url);
/** Set for the run inside npx, where pnpm is on PATH. */
const INSIDE = "WIREPOST_BOOTSTRAPPED";

const COMMANDS = {
  demo: "build everything, then send one real message through the whole stack",
  test: "build everything, then run every unit and integration test that needs no extra program",
  check: "types, lint, layers, packaging, API reports, sizes, documents",
  interop: "the tests against real servers (root and apt needed)",
  fuzz: "the kept corpus and generated inputs through every parser (--guided TARGET SECONDS: led by coverage)",
  hostile: "hostile message objects over the wire, judged by other parsers",
  misbehaviour: "servers that misbehave in every known way",
  cuts: "good sessions, broken at every octet",
  runtimes: "the packages under Node 20, 22 and 24, bundlers, Deno and Bun",
  torture: "the queue killed and failed at its system calls (--sample: a minute's worth; needs strace)",
  bench: "the benchmarks",
};

/** Where a command's run.mjs stands, when its folder has another name than the command. */
const FOLDERS = {
  hostile: "tooling/hostile-messages",
  misbehaviour: "tooling/proof",
  cuts: "tooling/proof",
  torture: "packages/mail-queue/test/torture",
};
/** Which floor of its folder a command is. */
const FLOORS = { misbehaviour: ["hostile"], cuts: ["cuts"] };

const HEADINGS = {
  interop: "Real servers",
  fuzz: "Fuzzing",
  hostile: "Hostile messages",
  misbehaviour: "Hostile servers",
  cuts: "Every cut",
  runtimes: "Runtimes",
  torture: "The queue, killed and failed",
  bench: "Benchmarks",
};

const command = process.argv[2];
const rest = process.argv.slice(3);

if (COMMANDS[command] === undefined) {
  console.error(`usage: node tooling/bootstrap/run.mjs <command>\n`);
  for (const name of Object.keys(COMMANDS)) console.error(`  ${name.padEnd(8)} ${COMMANDS[name]}`);
  process.exit(64);
}

refuseOldNode();
if (process.env[INSIDE] === undefined) enterPnpm();
else main().then((code) => process.exit(code));

function refuseOldNode() {
  const wanted = /(\d+)\.(\d+)\.(\d+)/.exec(MANIFEST.engines.node).slice(1).map(Number);
  const found = process.versions.node.split(".").map(Number);
  for (let i = 0; i < 3; i++) {
    if (found[i] > wanted[i]) return;
    if (found[i] < wanted[i]) {
      console.error(
        `Wirepost needs Node ${wanted.join(".")} or newer; this is Node ${process.versions.node} (${process.execPath}).`,
      );
      process.exit(1);
    }
  }
}

/** Starts this file again with pnpm on PATH (turbo and publint look for it there), by way of npx unless it is there. */
function enterPnpm() {
  const [, version] = /^pnpm@(\d+\.\d+\.\d+)/.exec(MANIFEST.packageManager);
  const again = [SELF, command].concat(rest);
  const env = Object.assign(quietEnvironment(), { [INSIDE]: "1" });
  const present = spawnSync("pnpm", ["--version"], {
    cwd: ROOT,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const found = present.status === 0 && present.stdout.trim() === version;
  const npx = ["--yes", `--package=pnpm@${version}`, "--", "node"];
  if (!found) heading(`Fetching pnpm ${version}`);
  const child = found
    ? spawn(process.execPath, again, { cwd: ROOT, stdio: "inherit", env })
    : spawn("npx", npx.concat(again), {
        cwd: ROOT,
        stdio: "inherit",
        env,
        shell: process.platform === "win32",
      });
  child.on("error", (error) => {
    console.error(`Could not start ${found ? "Node" : "npx"}: ${error.message}`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal !== null) process.kill(process.pid, signal);
    else process.exit(code);
  });
}

/** No telemetry, no update notices; and none of npm's own settings, which pnpm would take for its own. */
function quietEnvironment() {
  const env = Object.assign({}, process.env);
  for (const name of Object.keys(env)) {
    if (/^npm_(config_(?!registry$|cafile$|proxy$|https_proxy$|noproxy$)|package_|lifecycle_)/i.test(name))
      delete env[name];
  }
  return Object.assign(env, {
    DO_NOT_TRACK: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    TURBO_NO_UPDATE_NOTIFIER: "1",
    NO_UPDATE_NOTIFIER: "1",
    COREPACK_ENABLE_DOWNLOAD_PROMPT: "0",
    npm_config_update_notifier: "false",
    npm_config_fund: "false",
    npm_config_audit: "false",
  });
}

function heading(text) {
  console.log(`\n── ${text} ${"─".repeat(Math.max(3, 76 - text.length))}`);
}

function run(program, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      stdio: "inherit",
      env: Object.assign({}, process.env, env),
      shell: process.platform === "win32",
    });
    child.on("error", (error) => {
      console.error(`Could not start ${program}: ${error.message}`);
      resolve(1);
    });
    child.on("exit", (code, signal) => resolve(code === null ? 128 + (signal === "SIGINT" ? 2 : 15) : code));
  });
}

function turbo(task, args) {
  return run(
    "pnpm",
    ["exec", "turbo", "run", task, "--ui=stream", "--log-order=grouped", "--concurrency=2"].concat(args),
  );
}

async function installAndBuild() {
  heading("Installing");
  const installed = await run("pnpm", ["install", "--frozen-lockfile", "--loglevel=error"]);
  if (installed !== 0) return installed;
  heading("Building");
  return turbo("build", ["--output-logs=errors-only", "--log-prefix=none"]);
}

async function main() {
  const prepared = await installAndBuild();
  if (prepared !== 0) {
    console.error(`\n${command}: not run, because the install or the build failed (exit code ${prepared})`);
    return prepared;
  }
  if (command === "test") {
    heading("Testing");
    return run(process.execPath, [join(ROOT, "tooling", "bootstrap", "test.mjs")].concat(rest));
  }
  if (command === "check") {
    heading("Checking");
    return run(process.execPath, [join(ROOT, "tooling", "bootstrap", "check.mjs")].concat(rest));
  }
  if (command === "demo") {
    heading("Demo");
    return run("pnpm", ["--silent", "--filter", "@wirepost/cli", "run", "demo"]);
  }
  heading(HEADINGS[command]);
  const folder = join(ROOT, FOLDERS[command] || join("tooling", command));
  const runner = [join(folder, "run.mjs"), join(folder, "src", "run.mjs")].find((path) => existsSync(path));
  if (runner === undefined) {
    console.error(`${folder} has no run.mjs`);
    return 1;
  }
  // With file names only the server suites run; without, everything that meets a foreign program.
  if (command === "interop" && rest.length === 0) {
    return run(process.execPath, [join(ROOT, "tooling", "bootstrap", "interop.mjs"), runner]);
  }
  return run(process.execPath, [runner].concat(FLOORS[command] || [], rest));
}
