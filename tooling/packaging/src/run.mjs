// `pnpm --filter @wirepost/packaging check`: packs all published packages, inspects the tarballs, installs and uses them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publishedPackages } from "../../config/workspace.mjs";
import { PURE } from "../../layers/src/house.mjs";
import { compileConsumer, createConsumer, loadEveryDoor } from "./consumer.mjs";
import { checkFiles, checkTypes, lintTarball } from "./inspect.mjs";
import { pack } from "./pack.mjs";

const folder = mkdtempSync(join(tmpdir(), "wirepost-packaging-"));
let passed = 0;
let failed = 0;

function report(what, problems) {
  if (problems.length === 0) passed += 1;
  else {
    failed += 1;
    console.error(
      `✗ ${what}\n${problems.map((problem) => `    ${problem.replaceAll("\n", "\n    ")}`).join("\n")}`,
    );
  }
}

/** A door that exports nothing yet has declarations that are no module. */
const exportsSomething = (door) =>
  existsSync(door.types) && readFileSync(door.types, "utf8").includes("export");

/** Doors that must run without Node: those of pure packages that are not node doors. */
function pureDoors(owner) {
  const nodeDoors = PURE[owner.short];
  if (nodeDoors === undefined) return [];
  return owner.doors
    .filter((door) => !nodeDoors.includes(door.name) && exportsSomething(door))
    .map((door) => door.specifier);
}

try {
  const packages = publishedPackages();
  const packed = [];
  for (const owner of packages) packed.push({ owner, tarball: await pack(owner, join(folder, "tarballs")) });

  const consumer = join(folder, "consumer");
  await createConsumer(consumer, packed, { nodeTypes: true });
  for (const { owner, tarball } of packed) {
    report(`publint ${owner.name}`, await lintTarball(tarball, owner.manifest));
    report(`attw ${owner.name}`, owner.doors.length === 0 ? [] : await checkTypes(tarball));
    report(`files of ${owner.name}`, checkFiles(join(consumer, "node_modules", owner.name)));
  }

  const specifiers = packages.flatMap((owner) => owner.doors.map((door) => door.specifier));
  for (const [specifier, problems] of Object.entries(loadEveryDoor(consumer, specifiers))) {
    report(`loading ${specifier} on Node ${process.versions.node}`, problems);
  }
  const typed = packages.flatMap((owner) =>
    owner.doors.filter(exportsSomething).map((door) => door.specifier),
  );
  for (const { name, problems } of compileConsumer(consumer, typed))
    report(`strict consumer, ${name}`, problems);

  const pureConsumer = join(folder, "pure-consumer");
  await createConsumer(pureConsumer, packed, { nodeTypes: false });
  for (const { name, problems } of compileConsumer(pureConsumer, packages.flatMap(pureDoors), {
    withoutNode: true,
  })) {
    report(`strict consumer of pure doors without Node's types, ${name}`, problems);
  }

  for (const owner of packages) {
    for (const [name, path] of Object.entries(owner.manifest.bin ?? {})) {
      const file = join(consumer, "node_modules", owner.name, path);
      const { status, stderr } = spawnSync(process.execPath, [file, "--help"], {
        cwd: consumer,
        encoding: "utf8",
        timeout: 60_000,
      });
      report(`command ${name} --help`, status === 0 ? [] : [`exit code ${status}\n${stderr}`]);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`packaging: ${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
