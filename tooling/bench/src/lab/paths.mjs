import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const BENCH = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const ROOT = join(BENCH, "..", "..");
export const FRONT_PAGE = join(ROOT, "README.md");
export const CLIENTS = join(BENCH, "src", "clients");
export const PROGRAMS = join(BENCH, "src", "programs");
export const RESULTS = join(BENCH, "results");

/** Everything that is downloaded or written in passing is below this folder, which git ignores. */
export const SCRATCH = join(ROOT, ".tmp", "bench");

export function scratchFolder(...names) {
  const path = join(SCRATCH, ...names);
  mkdirSync(path, { recursive: true });
  return path;
}
