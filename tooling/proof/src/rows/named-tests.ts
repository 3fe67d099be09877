// Which rows of the list of threats have tests named after them: the row stands at the beginning of the name.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const TEST_FILE = /(\.(test|interop|redis|torture|cuts|hostile)\.(ts|mjs)|\/test\/[^/]+(\/[^/]+)*\.ts)$/;
const SKIPPED = new Set(["node_modules", "dist", "examples", ".turbo", ".tmp"]);
/** `"R7 …`, `"Q5: …`, `"T3, T4: …`, `"R3 R13 …`, at the beginning of a string. */
const NAME = /["'`]((?:[TRIAMSQ]\d{1,2})(?:(?:, | and | )[TRIAMSQ]\d{1,2})*)(?=[: ,…])/g;

/** What says names of rows in its examples. */
const ITSELF = "rows.test.ts";

/** Test files of all packages, from the root of the repository. */
export function testFiles(root: string): string[] {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) walk(path);
      else if (entry.isFile() && entry.name !== ITSELF && TEST_FILE.test(path))
        found.push(relative(root, path));
    }
  };
  for (const floor of ["packages", "apps", "tooling"]) walk(join(root, floor));
  return found.sort();
}

/** The rows that a source names at the beginning of a string, with how often. */
export function rowsNamedIn(source: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, names] of source.matchAll(NAME)) {
    for (const row of (names as string).match(/[TRIAMSQ]\d{1,2}/g) ?? []) {
      counts.set(row, (counts.get(row) ?? 0) + 1);
    }
  }
  return counts;
}

/** For each row the files with tests named after it, and how many. */
export function namedTests(root: string): Map<string, Map<string, number>> {
  const rows = new Map<string, Map<string, number>>();
  for (const file of testFiles(root)) {
    for (const [row, count] of rowsNamedIn(readFileSync(join(root, file), "utf8"))) {
      const files = rows.get(row) ?? new Map<string, number>();
      rows.set(row, files.set(file, count));
    }
  }
  return rows;
}
