import { basename, join } from "node:path";
import { build } from "esbuild";
import { sourceAliases } from "../../../tooling/config/vitest.mjs";

/** The sources, as the tests resolve them. */
const SOURCES = {
  name: "workspace-sources",
  setup: ({ onResolve }) => {
    for (const { find, replacement } of sourceAliases())
      onResolve({ filter: find }, () => ({ path: replacement }));
  },
};

export async function bundle(source, folder) {
  await build({
    entryPoints: [source],
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // What is loaded when somebody needs it stays apart, and nobody needs it here.
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: ["jks-js", "sshpk", "kerberos", "iconv-lite"],
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    plugins: [SOURCES],
    logLevel: "silent",
  });
  return join(folder, basename(source).replace(/\.ts$/, ".mjs"));
}
