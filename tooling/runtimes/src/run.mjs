// `npm run test:runtimes [-- --suites pure|core|all|none] [--node 22,24]`: what is built, as users have it, wherever it should run.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { publishedPackages } from "../../config/workspace.mjs";
import { PURE } from "../../layers/src/house.mjs";
import { createConsumer } from "../../packaging/src/consumer.mjs";
import { pack } from "../../packaging/src/pack.mjs";
import { bundleClient, bundlePure } from "./bundles.mjs";
import { compileUsers } from "./compilers.mjs";
import { bunBinary, denoBinary, install, nodeBinary } from "./installation.mjs";
import { check, counts, kinds, report } from "./report.mjs";
import { runProgram } from "./run-program.mjs";
import { startReceiver } from "./sending.mjs";
import { runSuite } from "./suites.mjs";

const { values } = parseArgs({
  options: {
    suites: { type: "string", default: "core" },
    node: { type: "string", default: "22,24" },
  },
});
const HERE = fileURLToPath(new URL("..", import.meta.url));
const DOORS = fileURLToPath(new URL("doors.mjs", import.meta.url));
const packages = publishedPackages();

/** Packages whose own tests run under the other versions of Node; `npm test` runs them under this one. */
const SUITES = {
  none: [],
  pure: Object.keys(PURE),
  core: [...Object.keys(PURE), "socket-core", "smtp-client"],
  all: packages.map(({ short }) => short),
};
if (SUITES[values.suites] === undefined) {
  console.error(`--suites is one of ${Object.keys(SUITES).join(", ")}`);
  process.exit(64);
}

const started = performance.now();
function heading(text) {
  console.log(`── ${text} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
}

heading("installing runtimes, compilers and bundlers");
install();
const nodes = [
  { name: process.versions.node, major: Number(process.versions.node.split(".")[0]), file: process.execPath },
];
for (const major of values.node.split(",")) {
  const file = nodeBinary(major);
  const name = (await runProgram(file, ["--version"])).trim().slice(1);
  nodes.push({ name, major: Number(major), file });
}
const others = [
  { name: "Deno", file: denoBinary(), args: ["run", "-A", "--no-lock", "--node-modules-dir=manual"] },
  { name: "Bun", file: bunBinary(), args: ["run"] },
];
for (const other of others) {
  other.version = /(\d+\.\d+\.\d+)/.exec(await runProgram(other.file, ["--version"]))?.[1];
}

let tests = 0;
/** Two at a time, each Node one package after the other. */
const suites = Promise.all(
  nodes.slice(1).map(async (node) => {
    for (const short of SUITES[values.suites]) {
      const owner = packages.find((one) => one.short === short);
      if (owner === undefined) throw new Error(`no package ${short}`);
      const { passed, failed, failures, seconds } = await runSuite(node.file, owner.folder);
      tests += passed;
      report("suites", `${short} on Node ${node.name}`, failed === 0 ? [] : failures);
      console.log(
        `   ${short} on Node ${node.name}: ${passed} passed, ${failed} failed (${seconds.toFixed(1)} s)`,
      );
    }
  }),
);
heading(`tests of ${SUITES[values.suites].length} packages on ${nodes.length - 1} other versions of Node`);
await suites;

const folder = mkdtempSync(join(tmpdir(), "wirepost-runtimes-"));
const receiver = await startReceiver();
try {
  heading("packing, and installing as a user has it");
  const packed = [];
  for (const owner of packages) packed.push({ owner, tarball: await pack(owner, join(folder, "tarballs")) });
  const consumer = join(folder, "consumer");
  await createConsumer(consumer, packed, { nodeTypes: true });
  const body = readFileSync(join(HERE, "programs", "send.mjs"), "utf8").replace("export async", "async");
  const imports = (how) =>
    [
      ["{ SmtpClient, SendError }", "@wirepost/smtp-client"],
      ["{ MimeError }", "@wirepost/mime-message"],
    ]
      .map(([names, from]) => how(names, from))
      .join("\n");
  const write = (name, text) => {
    writeFileSync(join(consumer, name), text);
    return join(consumer, name);
  };
  const call = "main({ SmtpClient, SendError, MimeError })";
  const failing = ".catch((error) => { console.error(error); process.exitCode = 1; });\n";
  const esmHead = imports((names, from) => `import ${names} from "${from}";`);
  const cjsHead = imports((names, from) => `const ${names} = require("${from}");`);
  const esm = write("send.mjs", `${esmHead}\n${body}\n${call}${failing}`);
  const cjs = write("send.cjs", `${cjsHead}\n${body}\n${call}${failing}`);
  const using = write(
    "using.mjs",
    `${esmHead}\n{ await using client = new SmtpClient({ host: "mail.example" }); void client; }\n${body}\n${call}${failing}`,
  );
  const pure = write("pure.mjs", readFileSync(join(HERE, "programs", "pure.mjs"), "utf8"));
  const specifiers = packages.flatMap((owner) => owner.doors.map((door) => door.specifier));

  heading("doors, programs and commands on every Node");
  for (const { name, major, file } of nodes) {
    await check("doors", `on Node ${name}`, async () => {
      const found = JSON.parse(await runProgram(file, [DOORS, consumer, JSON.stringify(specifiers)]));
      for (const [specifier, problems] of Object.entries(found))
        report("doors", `${specifier} on Node ${name}`, problems);
    });
    await check("programs", `pure packages on Node ${name}`, () =>
      runProgram(file, [pure], { cwd: consumer }),
    );
    await check("sendings", `ESM on Node ${name}`, () => receiver.sends(file, [esm], { cwd: consumer }));
    await check("sendings", `CommonJS on Node ${name}`, () => receiver.sends(file, [cjs], { cwd: consumer }));
    // Where a CommonJS program gets the CommonJS files and not the ES modules.
    await check("sendings", `CommonJS files on Node ${name}`, () =>
      receiver.sends(file, ["--no-experimental-require-module", cjs], { cwd: consumer }),
    );
    if (major >= 24)
      await check("sendings", `await using on Node ${name}`, () =>
        receiver.sends(file, [using], { cwd: consumer }),
      );
    for (const owner of packages) {
      for (const [command, path] of Object.entries(owner.manifest.bin ?? {})) {
        await check("commands", `${command} --help on Node ${name}`, () =>
          runProgram(file, [join(consumer, "node_modules", owner.name, path), "--help"], { cwd: consumer }),
        );
      }
    }
  }

  heading("Deno and Bun");
  for (const { name, version, file, args } of others) {
    const env = { DENO_NO_UPDATE_CHECK: "1", DENO_DIR: join(folder, "deno") };
    await check("programs", `pure packages on ${name} ${version}`, () =>
      runProgram(file, [...args, pure], { cwd: consumer, env }),
    );
    await check("sendings", `ESM on ${name} ${version}`, () =>
      receiver.sends(file, [...args, esm], { cwd: consumer, env }),
    );
  }

  heading("strict consumers by three TypeScripts");
  await compileUsers(consumer);

  heading("bundlers");
  await bundlePure(consumer);
  const last = nodes.at(-1);
  for (const { name, file } of await bundleClient(consumer, esm)) {
    await check("sendings", `bundled by ${name}, on Node ${last.name}`, () =>
      receiver.sends(last.file, [file], { cwd: join(consumer, "bundled-client") }),
    );
  }
} finally {
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
}

const held = [...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ");
console.log(
  `runtimes: Node ${nodes.map(({ name }) => name).join(", ")}, ${others.map(({ name, version }) => `${name} ${version}`).join(", ")}; ` +
    `${tests} tests in suites; ${held}; ${counts.passed} passed, ${counts.failed} failed (${((performance.now() - started) / 1000).toFixed(0)} s)`,
);
process.exit(counts.failed === 0 ? 0 : 1);
