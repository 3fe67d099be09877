// The targets with the packages' sources in one file, with a counter at every branch of the packages.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { sourceAliases } from "../../config/vitest.mjs";
import { instrument } from "./instrument.mjs";

const HERE = fileURLToPath(new URL("..", import.meta.url));
export const FOLDER = join(HERE, "..", "..", ".tmp", "fuzz");
export const CORPUS = join(HERE, "corpus");

/** `@wirepost/x` is its source, as in the packages' own tests. */
function sources() {
  const aliases = sourceAliases();
  return {
    name: "sources",
    setup(builder) {
      builder.onResolve({ filter: /^@wirepost\// }, ({ path }) => {
        const alias = aliases.find(({ find }) => find.test(path));
        return alias === undefined ? undefined : { path: alias.replacement };
      });
    },
  };
}

/** Counts in the sources of the packages, and in nothing else. Unchanged files are not read by TypeScript again. */
function counters() {
  const cache = join(FOLDER, "instrumented");
  mkdirSync(cache, { recursive: true });
  const own = readFileSync(new URL("instrument.mjs", import.meta.url));
  return {
    name: "counters",
    setup(builder) {
      builder.onLoad({ filter: /[\\/](?:packages|apps)[\\/][^\\/]+[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        const key = createHash("sha256").update(own).update(path).update(source).digest("hex");
        const kept = join(cache, `${key}.js`);
        if (!existsSync(kept)) writeFileSync(kept, instrument(source, path));
        return { contents: readFileSync(kept, "utf8"), loader: "js" };
      });
    },
  };
}

/** @returns {Promise<string>} the path of the file */
export async function buildFuzzer() {
  const outfile = join(FOLDER, "fuzzer.mjs");
  await build({
    entryPoints: [join(HERE, "src", "main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    // What is CommonJS inside may ask for Node's modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    external: ["kerberos", "iconv-lite"],
    plugins: [sources(), counters()],
    logLevel: "error",
  });
  return outfile;
}
