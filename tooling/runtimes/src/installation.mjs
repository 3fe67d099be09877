// What the floor needs beyond the workspace: other versions of Node, other runtimes, compilers, bundlers. They come as packages from npm,
// into a folder of their own, pinned by a lock file; none of their install scripts is run.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ROOT } from "../../config/workspace.mjs";

const LISTED = fileURLToPath(new URL("../installed", import.meta.url));
const FOLDER = join(ROOT, ".tmp", "runtimes");
const DONE = join(FOLDER, "node_modules", ".installed");

/** Installs what changed; nothing when it is all there. */
export function install() {
  const wanted = readFileSync(join(LISTED, "pnpm-lock.yaml"), "utf8");
  if (existsSync(DONE) && readFileSync(DONE, "utf8") === wanted) return;
  mkdirSync(FOLDER, { recursive: true });
  for (const file of ["package.json", "pnpm-lock.yaml"]) copyFileSync(join(LISTED, file), join(FOLDER, file));
  const { status } = spawnSync(
    "pnpm",
    ["install", "--ignore-workspace", "--ignore-scripts", "--frozen-lockfile", "--loglevel=error"],
    { cwd: FOLDER, stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" },
  );
  if (status !== 0) throw new Error("the runtimes cannot be installed");
  writeFileSync(DONE, wanted);
}

/** A program of this machine's kind; an error names what is lacking. */
function program(name, ...path) {
  const installed = `${name}-${process.platform}-${process.arch}`;
  const file = join(FOLDER, "node_modules", installed, ...path);
  if (!existsSync(file))
    throw new Error(`npm has no ${installed}, so that this machine cannot run the floor`);
  return file;
}

export const nodeBinary = (major) => program(`node-${major}`, "bin", "node");
export const denoBinary = () => program("deno", "deno");
export const bunBinary = () => program("bun", "bin", "bun");

/** The command of a TypeScript compiler, as arguments for Node. */
export const compiler = (name) => join(FOLDER, "node_modules", name, "bin", "tsc");

/** A module of the folder. */
export async function load(name) {
  const require = createRequire(join(FOLDER, "package.json"));
  try {
    return await import(pathToFileURL(require.resolve(name)).href);
  } catch (error) {
    if (error.code !== "ERR_PACKAGE_PATH_NOT_EXPORTED") throw error;
  }
  // Packages that have no door for require().
  const folder = join(FOLDER, "node_modules", name);
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const door = exports["."];
  const target = typeof door === "string" ? door : (door.import?.default ?? door.import ?? door.default);
  return await import(pathToFileURL(join(folder, target)).href);
}
