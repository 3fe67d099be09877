// One build recipe for every package: ESM and CommonJS with types, one file per door and shared chunks.
import { defineConfig } from "tsup";

/**
 * What declarations need beyond es2023: `await using` everywhere, and Node's own types in packages for Node. Said in the
 * files themselves, because a strict consumer may have `types: []` and an older `lib`.
 */
function references(platform) {
  const disposable = '/// <reference lib="esnext.disposable" />';
  return platform === "node" ? [disposable, '/// <reference types="node" />'] : [disposable];
}

/**
 * @param {Record<string, string>} entry door name -> source file, e.g. { index: "src/index.ts", node: "src/node.ts" }
 * @param {{ platform?: "node" | "neutral", external?: (string | RegExp)[] }} [options]
 */
export function packageBuild(entry, options = {}) {
  return defineConfig({
    entry,
    format: ["esm", "cjs"],
    target: "node20",
    platform: options.platform ?? "neutral",
    // "neutral" does not know that these are built in.
    external: [/^node:/, ...(options.external ?? [])],
    // Two doors of one package must share their classes in CommonJS too.
    splitting: true,
    sourcemap: false,
    clean: true,
    treeshake: false,
    removeNodeProtocol: false,
    dts: { compilerOptions: { ignoreDeprecations: "6.0" }, banner: references(options.platform).join("\n") },
  });
}
