// One test recipe. Workspace packages resolve to their sources, so that a test never runs against a stale build;
// what users import (dist) is tested by the packaging checks and the demo.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** `@wirepost/x/door` -> packages/x/src/door.ts (or src/door/index.ts), read from each exports map. */
export function sourceAliases() {
  const aliases = [];
  for (const floor of ["packages", "tooling"]) {
    for (const name of readdirSync(join(ROOT, floor))) {
      const manifestPath = join(ROOT, floor, name, "package.json");
      if (!existsSync(manifestPath)) continue;
      const manifest = JSON.parse(readFileSync(manifestPath, "utf8"));
      for (const door of Object.keys(manifest.exports ?? {})) {
        if (door === "./package.json") continue;
        const room = door === "." ? "index" : door.slice(2);
        const source = [`src/${room}.ts`, `src/${room}/index.ts`]
          .map((file) => join(ROOT, floor, name, file))
          .find((file) => existsSync(file));
        if (source === undefined) continue;
        const specifier = door === "." ? manifest.name : `${manifest.name}/${room}`;
        aliases.push({ find: new RegExp(`^${specifier}$`), replacement: source });
      }
    }
  }
  return aliases;
}

/** For people always; `npm test` also collects one JSON report per package, to add them up. */
function reporters() {
  const folder = process.env["WIREPOST_TEST_REPORTS"];
  if (folder === undefined) return ["default"];
  const { name } = JSON.parse(readFileSync(join(process.cwd(), "package.json"), "utf8"));
  return ["default", ["json", { outputFile: join(folder, `${name.replace("/", "+")}.json`) }]];
}

/**
 * @param {{ pure?: boolean, timeoutMs?: number, include?: string[] }} [options] pure: no I/O, so the files need no isolation
 */
export function packageTests(options = {}) {
  return defineConfig({
    resolve: { alias: sourceAliases() },
    test: {
      include: options.include ?? ["src/**/*.test.ts", "test/**/*.test.ts"],
      isolate: !options.pure,
      pool: "threads",
      testTimeout: options.timeoutMs ?? 20_000,
      passWithNoTests: false,
      reporters: reporters(),
    },
  });
}
