// One build recipe for every package: ESM and CommonJS with types, one file per door and shared chunks.
import { defineConfig } from "tsup";

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
    external: options.external ?? [],
    // Two doors of one package must share their classes in CommonJS too.
    splitting: true,
    sourcemap: false,
    clean: true,
    treeshake: false,
    removeNodeProtocol: false,
    dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
  });
}
