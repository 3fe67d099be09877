// Writes src/generated/*.ts and MEMBERS.md from the table. With --check it only compares.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CLASSES, CONSTANTS } from "../table/index.mjs";
import { classSource, constantsSource } from "./class-source.mjs";
import { membersPage } from "./members-page.mjs";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const BIOME = join(PACKAGE, "..", "..", "node_modules", ".bin", "biome");

/** Formats as `npm run format` does, so that the committed files are neither's but both's. */
function format(sources) {
  // Inside the package: Biome finds the workspace's settings by the place of a file.
  const folder = mkdtempSync(join(PACKAGE, "generate", "draft-"));
  try {
    for (const [name, text] of sources) writeFileSync(join(folder, name), text);
    execFileSync(BIOME, ["check", "--write", "--vcs-enabled=false", folder], { stdio: "pipe" });
    return sources.map(([name]) => [name, readFileSync(join(folder, name), "utf8")]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every generated file by its path in the package. */
export function generateAll() {
  const classes = format([
    ...CLASSES.map((one) => [`${one.file}.ts`, classSource(one)]),
    ["constants.ts", constantsSource(CONSTANTS)],
  ]);
  return new Map([
    ...classes.map(([name, text]) => [join("src", "generated", name), text]),
    ["MEMBERS.md", membersPage(CLASSES, CONSTANTS)],
  ]);
}

/** Paths whose committed content is not what the table gives. */
export function staleFiles() {
  return [...generateAll()].filter(([path, text]) => committed(path) !== text).map(([path]) => path);
}

function committed(path) {
  try {
    return readFileSync(join(PACKAGE, path), "utf8");
  } catch {
    return undefined;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--check")) {
    const stale = staleFiles();
    for (const path of stale)
      console.error(
        `${path} is not what the table gives: pnpm --filter @wirepost/sockettools-compat generate`,
      );
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    for (const [path, text] of generateAll()) writeFileSync(join(PACKAGE, path), text);
  }
}
