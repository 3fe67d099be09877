// Bundlers, given one name of a pure package: the bundle runs where there is no Node, and leaves out what is not used. And the
// client, bundled for Node: it sends.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import * as esbuild from "esbuild";
import { load } from "./installation.mjs";
import { check } from "./report.mjs";

/** A use of a package, what it gives, and how much of the whole package its bundle may be. */
const USES = [
  {
    package: "@wirepost/mail-address",
    names: "isAtom",
    use: 'isAtom("a") && !isAtom("a b")',
    gives: true,
    share: 0.25,
  },
  {
    package: "@wirepost/mail-address",
    names: "parseMailbox",
    use: 'parseMailbox("a@bücher.example").domain',
    gives: "bücher.example",
    share: 0.8,
  },
  {
    package: "@wirepost/smtp-protocol",
    names: "encodeXtext",
    use: 'encodeXtext("a=b")',
    gives: "a+3Db",
    share: 0.25,
  },
  {
    package: "@wirepost/smtp-protocol",
    names: "parseEnhancedStatusCode",
    use: 'parseEnhancedStatusCode("5.7.1").subject',
    gives: 7,
    share: 0.25,
  },
  {
    package: "@wirepost/smtp-protocol",
    names: "createReply, serializeReply",
    use: 'serializeReply(createReply(250, "2.0.0", "Ok"))',
    gives: "250 2.0.0 Ok\r\n",
    share: 0.4,
  },
  {
    package: "@wirepost/mime-message",
    names: "encodeWords",
    use: 'encodeWords("ü").join(" ")',
    gives: "=?utf-8?B?w7w=?=",
    share: 0.35,
  },
  {
    // Charsets come along with it, and their library for Node does not (the `browser` field).
    package: "@wirepost/mime-message",
    names: "composeMessage",
    use: 'composeMessage({ from: "ann@example.com", to: "bob@example.org", text: "Grüße" }).content.length > 200',
    gives: true,
    share: 1,
  },
  {
    package: "@wirepost/mime-message",
    names: "parseHeaders",
    use: 'parseHeaders("Subject: x\\r\\n").length',
    gives: 1,
    share: 0.35,
  },
  {
    package: "@wirepost/sasl",
    names: "createExternal",
    use: "createExternal({ external: true }).name",
    gives: "EXTERNAL",
    share: 0.4,
  },
  {
    package: "@wirepost/dkim",
    names: "DEFAULT_OVERSIGNED_HEADERS",
    use: "DEFAULT_OVERSIGNED_HEADERS.length > 0",
    gives: true,
    share: 0.3,
  },
];

/** Each gives the bundle's text. Entry files lie in the consumer, so that packages are found as a user's are. */
const BUNDLERS = {
  async esbuild(entry) {
    const { outputFiles, warnings } = await esbuild.build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      write: false,
      format: "iife",
      platform: "browser",
      logLevel: "silent",
    });
    if (warnings.length > 0) throw new Error(warnings.map(({ text }) => text).join("\n"));
    return outputFiles[0].text;
  },
  async rollup(entry) {
    const { rollup } = await load("rollup");
    const { nodeResolve } = await load("@rollup/plugin-node-resolve");
    const commonjs = (await load("@rollup/plugin-commonjs")).default;
    const warnings = [];
    const bundle = await rollup({
      input: entry,
      plugins: [nodeResolve({ browser: true }), commonjs()],
      onwarn: ({ message }) => warnings.push(message),
    });
    const { output } = await bundle.generate({ format: "iife", inlineDynamicImports: true });
    await bundle.close();
    if (warnings.length > 0) throw new Error(warnings.join("\n"));
    const { code } = await esbuild.transform(output[0].code, { minify: true });
    return code;
  },
  async webpack(entry, folder) {
    const webpack = (await load("webpack")).default;
    const stats = await new Promise((resolve, reject) => {
      webpack(
        {
          mode: "production",
          target: ["web", "es2022"],
          entry,
          output: { path: folder, filename: "webpack.js", publicPath: "" },
          performance: false,
        },
        (error, result) => (error ? reject(error) : resolve(result)),
      );
    });
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    if (errors.length + warnings.length > 0)
      throw new Error([...errors, ...warnings].map(({ message }) => message).join("\n"));
    return readFileSync(join(folder, "webpack.js"), "utf8");
  },
  async vite(entry, folder) {
    const { build } = await load("vite");
    const result = await build({
      root: folder,
      configFile: false,
      logLevel: "silent",
      build: {
        write: false,
        minify: true,
        lib: { entry, formats: ["iife"], name: "bundle" },
      },
    });
    return (Array.isArray(result) ? result[0] : result).output[0].code;
  },
};

/** Runs a bundle where there is no Node: neither `process`, nor `Buffer`, nor `require`. */
function runInBrowser(code) {
  const context = createContext({ TextEncoder, TextDecoder, URL, atob, btoa, crypto });
  runInContext("globalThis.self = globalThis;", context);
  runInContext(code, context, { timeout: 10_000 });
  return context.result;
}

export async function bundlePure(consumer) {
  const folder = join(consumer, "bundles");
  mkdirSync(folder, { recursive: true });
  for (const [name, bundle] of Object.entries(BUNDLERS)) {
    const wholes = new Map();
    for (const [index, use] of USES.entries()) {
      await check("bundles", `${name}, ${use.names} of ${use.package}`, async () => {
        const entry = join(folder, `use-${index}.mjs`);
        writeFileSync(
          entry,
          `import { ${use.names} } from "${use.package}";\nglobalThis.result = ${use.use};\n`,
        );
        const code = await bundle(entry, folder);
        const result = runInBrowser(code);
        if (result !== use.gives) throw new Error(`it gives ${JSON.stringify(result)}`);
        if (!wholes.has(use.package)) {
          const all = join(folder, `all-${index}.mjs`);
          writeFileSync(all, `import * as all from "${use.package}";\nglobalThis.result = all;\n`);
          wholes.set(use.package, (await bundle(all, folder)).length);
        }
        const whole = wholes.get(use.package);
        if (code.length > use.share * whole)
          throw new Error(
            `${code.length} of ${whole} characters are left, more than ${use.share} of the package`,
          );
      });
    }
  }
}

/** The client for Node in one file, by each bundler; gives the files. */
export async function bundleClient(consumer, program) {
  const folder = join(consumer, "bundled-client");
  mkdirSync(folder, { recursive: true });
  const outfile = (name) => join(folder, `${name}.mjs`);
  const made = [];
  const make = (name, run) =>
    check("bundles", `${name}, the client for Node`, async () => {
      await run();
      made.push({ name, file: outfile(name) });
    });
  await make("esbuild", () =>
    esbuild.build({
      entryPoints: [program],
      outfile: outfile("esbuild"),
      bundle: true,
      minify: true,
      platform: "node",
      format: "esm",
      target: "node20",
      external: ["kerberos", "iconv-lite"],
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
      logLevel: "silent",
    }),
  );
  await make("rollup", async () => {
    const { rollup } = await load("rollup");
    const { nodeResolve } = await load("@rollup/plugin-node-resolve");
    const commonjs = (await load("@rollup/plugin-commonjs")).default;
    const bundle = await rollup({
      input: program,
      external: ["kerberos", "iconv-lite"],
      plugins: [nodeResolve({ exportConditions: ["node"], preferBuiltins: true }), commonjs()],
      onwarn: () => {},
    });
    await bundle.write({ format: "esm", file: outfile("rollup"), inlineDynamicImports: true });
    await bundle.close();
  });
  await make("webpack", async () => {
    const webpack = (await load("webpack")).default;
    await new Promise((resolve, reject) => {
      webpack(
        {
          mode: "production",
          target: "node20",
          entry: program,
          experiments: { outputModule: true },
          output: { path: folder, filename: "webpack.mjs", module: true, chunkFormat: "module" },
          externals: { kerberos: "import kerberos", "iconv-lite": "import iconv-lite" },
          performance: false,
        },
        (error, stats) => {
          if (error) reject(error);
          else if (stats.hasErrors()) reject(new Error(stats.toString({ all: false, errors: true })));
          else resolve();
        },
      );
    });
  });
  await make("vite", async () => {
    const { build } = await load("vite");
    await build({
      root: folder,
      configFile: false,
      logLevel: "silent",
      ssr: { noExternal: true, external: ["kerberos", "iconv-lite"] },
      build: {
        ssr: program,
        outDir: folder,
        emptyOutDir: false,
        rolldownOptions: { output: { entryFileNames: "vite.mjs" } },
      },
    });
  });
  return made;
}
