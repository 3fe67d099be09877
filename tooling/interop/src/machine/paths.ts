import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..", "..");

/** Everything the suite downloads, unpacks or writes is below this folder, which git ignores. */
export const CACHE = join(REPOSITORY, ".tmp", "interop");

/** The folder of that name in the cache, made if it is not there. */
export function cacheFolder(...names: string[]): string {
  const path = join(CACHE, ...names);
  mkdirSync(path, { recursive: true });
  return path;
}

export const TRANSCRIPTS = join(REPOSITORY, "tooling", "interop", "transcripts");
