// A project that has installed the tarballs: plain folders under node_modules, no workspace, nothing from src/.
// Third-party dependencies are links to what the workspace has installed, so that no network is needed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import ts from "typescript";
import { ROOT } from "../../config/workspace.mjs";
import { unpack } from "./pack.mjs";

/** @typedef {import("../../config/workspace.mjs").Package} Package */

function link(target, path) {
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(realpathSync(target), path, "junction");
}

/**
 * @param {string} folder @param {{ owner: Package, tarball: string }[]} packed
 * @param {{ nodeTypes: boolean }} options whether @types/node is installed
 */
export async function createConsumer(folder, packed, options) {
  mkdirSync(join(folder, "node_modules"), { recursive: true });
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "consumer", private: true, type: "module" }),
  );
  for (const { owner, tarball } of packed) {
    const installed = join(folder, "node_modules", owner.name);
    await unpack(tarball, installed);
    const { dependencies, peerDependencies, optionalDependencies } = owner.manifest;
    for (const name of Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies })) {
      const there = join(owner.folder, "node_modules", name);
      if (name.startsWith("@wirepost/") || !existsSync(there)) continue;
      link(there, join(installed, "node_modules", name));
    }
  }
  if (options.nodeTypes)
    link(join(ROOT, "node_modules", "@types", "node"), join(folder, "node_modules", "@types", "node"));
}

const ESM_PROGRAM = `
const found = {};
for (const specifier of JSON.parse(process.argv[2])) {
  try { found[specifier] = Object.keys(await import(specifier)).sort(); }
  catch (error) { found[specifier] = String(error); }
}
console.log(JSON.stringify(found));
`;

const CJS_PROGRAM = `
const found = {};
for (const specifier of JSON.parse(process.argv[2])) {
  try { found[specifier] = Object.keys(require(specifier)).filter((name) => name !== "__esModule" && name !== "module.exports").sort(); }
  catch (error) { found[specifier] = String(error); }
}
console.log(JSON.stringify(found));
`;

const SAME_PROGRAM = `
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const found = {};
for (const specifier of JSON.parse(process.argv[2])) {
  const [imported, required] = [await import(specifier), require(specifier)];
  found[specifier] = Object.keys(imported).filter((name) => typeof imported[name] === "function" && imported[name] !== required[name]);
}
console.log(JSON.stringify(found));
`;

function runNode(folder, file, text, specifiers, flags = []) {
  writeFileSync(join(folder, file), text);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, file, JSON.stringify(specifiers)],
    {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, NODE_OPTIONS: "" },
      timeout: 60_000,
    },
  );
  const line = stdout.trim().split("\n").at(-1) ?? "";
  if (status !== 0 || !line.startsWith("{")) throw new Error(`Node ended with ${status}\n${stdout}${stderr}`);
  return JSON.parse(line);
}

/**
 * Loads every door in every way: import, require (an ES module through "module-sync" where Node has it) and require of
 * the CommonJS files. Each must load, and all must have the same names. Returns one list of problems per door.
 * @param {string} folder @param {string[]} specifiers @returns {Record<string, string[]>}
 */
export function loadEveryDoor(folder, specifiers) {
  const ways = {
    import: runNode(folder, "load.mjs", ESM_PROGRAM, specifiers),
    require: runNode(folder, "load.cjs", CJS_PROGRAM, specifiers),
    "require of CommonJS": runNode(folder, "load.cjs", CJS_PROGRAM, specifiers, [
      "--no-experimental-require-module",
    ]),
  };
  const problems = Object.fromEntries(specifiers.map((specifier) => [specifier, []]));
  const loaded = [];
  for (const specifier of specifiers) {
    const failed = Object.entries(ways).filter(([, found]) => typeof found[specifier] === "string");
    problems[specifier].push(...failed.map(([way, found]) => `${way}: ${found[specifier]}`));
    if (failed.length > 0) continue;
    loaded.push(specifier);
    const names = new Set(Object.values(ways).map((found) => found[specifier].join(" ")));
    if (names.size > 1)
      problems[specifier].push(`import and require give different names: ${[...names].join(" | ")}`);
  }
  // With "module-sync", import and require must give one instance: classes and brands are then the same.
  if (process.features.require_module) {
    const different = runNode(folder, "same.mjs", SAME_PROGRAM, loaded);
    for (const specifier of loaded) {
      if (different[specifier].length > 0) {
        problems[specifier].push(`import and require are two instances: ${different[specifier].join(", ")}`);
      }
    }
  }
  return problems;
}

/** The strictest settings a user may have; library declarations are checked too. */
const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  skipLibCheck: false,
  noEmit: true,
  types: [],
  lib: ["lib.es2023.d.ts"],
  target: ts.ScriptTarget.ES2023,
};

const COMPILES = [
  {
    name: "nodenext, ESM",
    file: "consumer.mts",
    module: ts.ModuleKind.NodeNext,
    resolution: ts.ModuleResolutionKind.NodeNext,
  },
  {
    name: "nodenext, CommonJS",
    file: "consumer.cts",
    module: ts.ModuleKind.NodeNext,
    resolution: ts.ModuleResolutionKind.NodeNext,
  },
  {
    name: "bundler",
    file: "consumer.ts",
    module: ts.ModuleKind.ESNext,
    resolution: ts.ModuleResolutionKind.Bundler,
  },
];

function compile(folder, { name, file, module, resolution }, specifiers, options) {
  const commonJs = file.endsWith(".cts");
  const lines = specifiers.map((specifier, i) =>
    commonJs
      ? `import door${i} = require(${JSON.stringify(specifier)});\nvoid door${i};`
      : `import * as door${i} from ${JSON.stringify(specifier)};\nvoid door${i};`,
  );
  const path = join(folder, file);
  writeFileSync(path, `${lines.join("\n")}\n`);
  const program = ts.createProgram([path], {
    ...STRICT,
    module,
    moduleResolution: resolution,
    ...options,
  });
  // The libraries themselves are not ours to check, and take most of the time.
  const ours = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName === path || fileName.includes("/node_modules/@wirepost/"));
  const problems = [
    ...program.getOptionsDiagnostics(),
    ...ours.flatMap((source) => [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ]),
  ].map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, " ");
    if (diagnostic.file === undefined) return `${name}: ${text}`;
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
    return `${name}: ${diagnostic.file.fileName.replace(/^.*\/node_modules\//, "")}:${line + 1}: ${text}`;
  });
  return { problems, files: program.getSourceFiles().map((source) => source.fileName) };
}

/**
 * Compiles a file that imports the doors, with the strictest settings and without `skipLibCheck`.
 * @param {string} folder @param {string[]} specifiers
 * @param {{ withoutNode?: boolean }} [options] the doors are pure: Node's types must not come along
 * @returns {{ name: string, problems: string[] }[]}
 */
export function compileConsumer(folder, specifiers, options = {}) {
  return COMPILES.map((one) => {
    const { problems, files } = compile(folder, one, specifiers, {});
    if (options.withoutNode && files.some((file) => file.includes("@types/node"))) {
      problems.push(`${one.name}: pure doors pull in @types/node`);
    }
    return { name: one.name, problems };
  });
}
