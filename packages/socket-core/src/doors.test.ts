import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const SRC = dirname(fileURLToPath(import.meta.url));

/** Everything that is loaded when a door is imported: static imports of values, followed through own files. */
function loadedBy(door: string): string[] {
  const files = new Set<string>();
  const modules = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    const source = readFileSync(file, "utf8");
    for (const [, clause, specifier] of source.matchAll(/^(?:import|export) ([^;]*?)? ?from "([^"]+)";$/gm)) {
      if (clause?.startsWith("type ")) continue;
      if (specifier!.startsWith(".")) visit(join(dirname(file), specifier!.replace(/\.js$/, ".ts")));
      else modules.add(specifier!);
    }
  };
  visit(join(SRC, door));
  return [...modules].sort();
}

describe("doors", () => {
  it("the main door loads Node's sockets and own code, nothing else", () => {
    expect(loadedBy("index.ts")).toEqual([
      "node:crypto",
      "node:dns",
      "node:net",
      "node:os",
      "node:tls",
      "node:url",
    ]);
  });

  it.each([
    ["dns.ts", ["dns-packet"]],
    ["proxy.ts", []],
    ["certificates.ts", []],
    ["revocation.ts", []],
  ])("%s loads only the libraries %j at once", (door, libraries) => {
    expect(loadedBy(door).filter((name) => !name.startsWith("node:"))).toEqual(libraries);
  });

  it("every door of the package is a file here", () => {
    const manifest = JSON.parse(readFileSync(join(SRC, "../package.json"), "utf8"));
    for (const door of Object.keys(manifest.exports)) {
      if (door === "./package.json") continue;
      expect(existsSync(join(SRC, door === "." ? "index.ts" : `${door.slice(2)}.ts`))).toBe(true);
    }
  });
});
