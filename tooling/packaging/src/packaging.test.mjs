// Small packages with one fault each, packed and used as the real ones are.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compileConsumer, createConsumer, loadEveryDoor } from "./consumer.mjs";
import { checkFiles, checkTypes, lintTarball } from "./inspect.mjs";
import { pack, unpack } from "./pack.mjs";

const made = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

const EXPORTS = {
  "module-sync": { types: "./dist/index.d.ts", default: "./dist/index.js" },
  import: { types: "./dist/index.d.ts", default: "./dist/index.js" },
  require: { types: "./dist/index.d.cts", default: "./dist/index.cjs" },
};
const GOOD = {
  "README.md": "# sample\n",
  LICENSE: "MIT\n",
  "dist/index.js": "export class A {}\n",
  "dist/index.cjs": '"use strict";\nexports.A = class A {};\n',
  "dist/index.d.ts": "export declare class A {\n  #private;\n}\n",
  "dist/index.d.cts": "export declare class A {\n  #private;\n}\n",
};

/** A tarball of a whole folder named "package": as pnpm would make it, but without its second of thinking. */
function plainTarball(folder) {
  const tarball = join(folder, "sample.tgz");
  execFileSync("tar", ["-czf", tarball, "-C", folder, "package"]);
  return tarball;
}

/** @returns {Promise<{ owner: any, tarball: string, folder: string }>} */
async function packed(files, changes = {}) {
  const folder = mkdtempSync(join(tmpdir(), "wirepost-packaging-test-"));
  made.push(folder);
  const manifest = {
    name: "@wirepost/sample",
    version: "0.0.0",
    description: "A sample.",
    license: "MIT",
    type: "module",
    sideEffects: false,
    engines: { node: ">=20.19.0" },
    exports: { ".": EXPORTS, "./package.json": "./package.json" },
    main: "./dist/index.cjs",
    types: "./dist/index.d.ts",
    files: ["dist"],
    ...changes,
  };
  const own = join(folder, "package");
  for (const [path, text] of Object.entries({ ...files, "package.json": JSON.stringify(manifest) })) {
    mkdirSync(dirname(join(own, path)), { recursive: true });
    writeFileSync(join(own, path), text);
  }
  const owner = { name: manifest.name, short: "sample", folder: own, manifest, doors: [] };
  const usesPnpm = changes.files !== undefined || files === GOOD;
  return {
    owner,
    tarball: usesPnpm ? await pack(owner, join(folder, "tarballs")) : plainTarball(folder),
    folder,
  };
}

async function consumerOf(one, nodeTypes = true) {
  const folder = join(one.folder, "consumer");
  await createConsumer(folder, [one], { nodeTypes });
  return folder;
}

describe("a good package", () => {
  it("passes every inspection and can be used in every way", async () => {
    const one = await packed(GOOD);
    expect(await lintTarball(one.tarball, one.owner.manifest)).toEqual([]);
    expect(await checkTypes(one.tarball)).toEqual([]);
    const consumer = await consumerOf(one);
    expect(checkFiles(join(consumer, "node_modules", "@wirepost", "sample"))).toEqual([]);
    expect(loadEveryDoor(consumer, ["@wirepost/sample"])).toEqual({ "@wirepost/sample": [] });
    expect(compileConsumer(consumer, ["@wirepost/sample"]).flatMap(({ problems }) => problems)).toEqual([]);
  });
});

describe("publint", () => {
  it("sees an export without a file", async () => {
    const { "dist/index.cjs": _, ...files } = GOOD;
    const one = await packed(files);
    expect((await lintTarball(one.tarball, one.owner.manifest)).join()).toContain("dist/index.cjs");
  });
});

describe("attw", () => {
  it("sees CommonJS that is typed as an ES module", async () => {
    const types = "./dist/index.d.ts";
    const one = await packed(GOOD, {
      exports: { ".": { types, import: "./dist/index.js", require: "./dist/index.cjs" } },
    });
    expect(await checkTypes(one.tarball)).not.toEqual([]);
  });
});

describe("the files of a tarball", () => {
  it.each([
    { name: "no README", files: { LICENSE: "MIT" }, changes: {}, problem: "README.md is missing" },
    {
      name: "sources",
      files: { ...GOOD, "src/index.ts": "export {};\n" },
      changes: { files: ["dist", "src"] },
      problem: "src/index.ts should not be published",
    },
    {
      name: "a link in the dependencies",
      files: GOOD,
      changes: { dependencies: { other: "file:../other" } },
      problem: "the dependency other is published as file:../other",
    },
  ])("are refused with $name", async ({ files, changes, problem }) => {
    const one = await packed(files, changes);
    const folder = join(one.folder, "unpacked");
    await unpack(one.tarball, folder);
    expect(checkFiles(folder)).toContain(problem);
  });
});

describe("loading", () => {
  it("fails when one of the formats does not load", async () => {
    const consumer = await consumerOf(
      await packed({ ...GOOD, "dist/index.cjs": 'require("./gone.cjs");\n' }),
    );
    const problems = loadEveryDoor(consumer, ["@wirepost/sample"])["@wirepost/sample"].join();
    expect(problems).toContain("require of CommonJS: Error: Cannot find module './gone.cjs'");
  });

  it("fails when the formats have different names", async () => {
    const consumer = await consumerOf(await packed({ ...GOOD, "dist/index.cjs": "exports.B = 1;\n" }));
    const problems = loadEveryDoor(consumer, ["@wirepost/sample"])["@wirepost/sample"].join();
    expect(problems).toContain("import and require give different names: A | B");
  });

  it("fails when a dependency is not declared", async () => {
    const files = { ...GOOD, "dist/index.js": 'import "reflect-metadata";\nexport class A {}\n' };
    const consumer = await consumerOf(await packed(files));
    expect(loadEveryDoor(consumer, ["@wirepost/sample"])["@wirepost/sample"].join()).toContain(
      "reflect-metadata",
    );
  });

  it.runIf(process.features.require_module)("fails when import and require are two instances", async () => {
    const { "module-sync": _, ...two } = EXPORTS;
    const consumer = await consumerOf(await packed(GOOD, { exports: { ".": two } }));
    const problems = loadEveryDoor(consumer, ["@wirepost/sample"])["@wirepost/sample"].join();
    expect(problems).toContain("two instances: A");
  });
});

describe("a strict consumer", () => {
  const compile = async (declarations, nodeTypes, options) => {
    const files = { ...GOOD, "dist/index.d.ts": declarations, "dist/index.d.cts": declarations };
    const consumer = await consumerOf(await packed(files), nodeTypes);
    return compileConsumer(consumer, ["@wirepost/sample"], options).map(
      ({ problems }) => problems.length > 0,
    );
  };

  it("needs the library of `await using` named in the declarations", async () => {
    const text =
      "export declare class A implements AsyncDisposable { [Symbol.asyncDispose](): Promise<void>; }\n";
    expect(await compile(text, true)).toEqual([true, true, true]);
    expect(await compile(`/// <reference lib="esnext.disposable" />\n${text}`, true)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it("needs Node's types named in the declarations", async () => {
    const text = "export declare const a: Buffer;\n";
    expect(await compile(text, true)).toEqual([true, true, true]);
    expect(await compile(`/// <reference types="node" />\n${text}`, true)).toEqual([false, false, false]);
  });

  it("of a pure door must not get Node's types", async () => {
    const text = '/// <reference types="node" />\nexport declare const a: 1;\n';
    expect(await compile(text, true, { withoutNode: true })).toEqual([true, true, true]);
    expect(await compile("export declare const a: 1;\n", true, { withoutNode: true })).toEqual([
      false,
      false,
      false,
    ]);
  });
});
