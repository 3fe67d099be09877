// What importing a door costs: the door and everything it imports at once, bundled, minified, gzipped. Parts behind
// `import()` are other chunks and do not count; Node's own modules are not bundled.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** A library that a pure door loads only when it is needed may want Node; it does not come along into a browser's bundle. */
const lazyLibrariesStayOutside = {
  name: "lazy-libraries-stay-outside",
  setup(building) {
    building.onResolve({ filter: /^[^./]/ }, ({ kind, path }) =>
      kind === "dynamic-import" && !path.startsWith("@wirepost/") ? { path, external: true } : undefined,
    );
  },
};

/**
 * @param {string} file the door's ESM file
 * @param {{ pure: boolean }} options a pure door is bundled for a browser, where an import of Node's modules is an error
 * @returns {Promise<{ minifiedBytes: number, gzipBytes: number, lazyGzipBytes: number }>}
 */
export async function measure(file, { pure }) {
  const { outputFiles, metafile } = await build({
    entryPoints: { door: file },
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: "node20",
    platform: pure ? "browser" : "node",
    conditions: ["module", "import"],
    mainFields: pure ? ["browser", "module", "main"] : ["module", "main"],
    outdir: "out",
    write: false,
    metafile: true,
    logLevel: "silent",
    legalComments: "none",
    plugins: pure ? [lazyLibrariesStayOutside] : [],
  });
  const eager = new Set();
  const follow = (path) => {
    if (eager.has(path)) return;
    eager.add(path);
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? [])
      if (kind === "import-statement") follow(next);
  };
  follow("out/door.js");
  const sum = { minifiedBytes: 0, gzipBytes: 0, lazyGzipBytes: 0 };
  for (const { path, contents } of outputFiles) {
    const isEager = [...eager].some((name) => path.endsWith(`/${name}`));
    if (isEager) {
      sum.minifiedBytes += contents.length;
      sum.gzipBytes += gzipSync(contents, { level: 9 }).length;
    } else sum.lazyGzipBytes += gzipSync(contents, { level: 9 }).length;
  }
  return sum;
}

/**
 * @param {Record<string, number>} measured specifier -> gzip bytes
 * @param {Record<string, number>} budgets specifier -> gzip bytes
 * @returns {{ passed: number, problems: string[] }}
 */
export function compare(measured, budgets) {
  const problems = [];
  let passed = 0;
  for (const [specifier, bytes] of Object.entries(measured)) {
    const budget = budgets[specifier];
    if (budget === undefined) problems.push(`${specifier} has no budget (measured: ${bytes})`);
    else if (bytes > budget)
      problems.push(`${specifier} is ${bytes - budget} bytes over its budget of ${budget}`);
    else passed += 1;
  }
  for (const specifier of Object.keys(budgets)) {
    if (measured[specifier] === undefined) problems.push(`${specifier} has a budget but is no door`);
  }
  return { passed, problems };
}
