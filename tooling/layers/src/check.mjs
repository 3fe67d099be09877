// Reads the imports of a tree laid out like this repository and says where they leave the drawing.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative, sep } from "node:path";
import { cruise } from "dependency-cruiser";
import ts from "typescript";
import { networkGlobals } from "./globals.mjs";
import { NETWORK_OWNER, PURE } from "./house.mjs";
import { FORBIDDEN, NOT_SOURCE, OWN_RULES } from "./rules.mjs";

/** @typedef {{ rule: string, from: string, to: string, comment: string }} Violation */

const isSource = (path) => !new RegExp(NOT_SOURCE).test(path);

function folders(root, floor) {
  const base = join(root, floor);
  if (!existsSync(base)) return [];
  return readdirSync(base)
    .filter((name) => existsSync(join(base, name, "src")))
    .map((name) => `${floor}/${name}`);
}

function filesUnder(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory())
      return name === "node_modules" || name === "dist" ? [] : filesUnder(path);
    return /\.(ts|mts|cts|mjs|cjs|js)$/.test(name) ? [path] : [];
  });
}

function manifestOf(root, folder) {
  const path = join(root, folder, "package.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** `@wirepost/name/door` resolves to sources, so that the check needs no build. */
function aliases(root, all) {
  return Object.fromEntries(
    all.map((folder) => [`@wirepost/${folder.split("/")[1]}`, join(root, folder, "src")]),
  );
}

function packageName(specifier) {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}

/** @returns {Violation[]} */
function undeclared(root, modules) {
  const found = [];
  for (const { source, dependencies } of modules) {
    const folder = /^(?:packages|apps)\/[^/]+/.exec(source)?.[0];
    if (folder === undefined || !isSource(source)) continue;
    const manifest = manifestOf(root, folder);
    if (manifest === undefined) continue;
    const declared = {
      ...manifest.dependencies,
      ...manifest.peerDependencies,
      ...manifest.optionalDependencies,
    };
    for (const { module: specifier } of dependencies) {
      if (/^[./]/.test(specifier) || specifier.startsWith("node:") || builtinModules.includes(specifier))
        continue;
      const name = packageName(specifier);
      if (name === manifest.name || declared[name] !== undefined) continue;
      found.push({
        rule: "dependencies-are-declared",
        from: source,
        to: name,
        comment: OWN_RULES["dependencies-are-declared"],
      });
    }
  }
  return found;
}

/** @returns {Violation[]} */
function globals(root, roots) {
  return roots
    .filter((folder) => folder !== `packages/${NETWORK_OWNER}`)
    .flatMap((folder) => filesUnder(join(root, folder, "src")))
    .map((path) => ({ path, name: relative(root, path).split(sep).join("/") }))
    .filter(({ name }) => isSource(name))
    .flatMap(({ path, name }) =>
      networkGlobals(name, readFileSync(path, "utf8")).map((use) => ({
        rule: "only-socket-core-touches-the-network-globals",
        from: `${name}:${use.line}`,
        to: use.name,
        comment: OWN_RULES["only-socket-core-touches-the-network-globals"],
      })),
    );
}

/** @returns {Violation[]} */
function pureCompile(root) {
  const rule = "pure-packages-compile-without-node";
  return Object.keys(PURE)
    .filter((name) => existsSync(join(root, "packages", name, "package.json")))
    .flatMap((name) => {
      const folder = `packages/${name}`;
      const say = (to) => [{ rule, from: folder, to, comment: OWN_RULES[rule] }];
      const path = join(root, folder, "tsconfig.pure.json");
      if (!existsSync(path)) return say("tsconfig.pure.json is missing");
      // A tsconfig may have comments.
      const { compilerOptions } = ts.parseConfigFileTextToJson(path, readFileSync(path, "utf8")).config ?? {};
      if (compilerOptions?.types?.length !== 0) return say("compilerOptions.types is not []");
      const libs = compilerOptions?.lib ?? [];
      if (libs.length === 0 || libs.some((lib) => !/^es(\d{4}|next\.disposable)$/i.test(lib))) {
        return say(`compilerOptions.lib is ${JSON.stringify(libs)}`);
      }
      if (!manifestOf(root, folder).scripts?.typecheck?.includes("tsconfig.pure.json")) {
        return say("scripts.typecheck does not run tsconfig.pure.json");
      }
      return [];
    });
}

/**
 * @param {string} root
 * @returns {Promise<{ violations: Violation[], modules: number, imports: number }>}
 */
export async function checkLayers(root) {
  const roots = [...folders(root, "packages"), ...folders(root, "apps")];
  const { output } = await cruise(
    roots.map((folder) => `${folder}/src`),
    {
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: FORBIDDEN },
      tsPreCompilationDeps: true,
      doNotFollow: { path: "node_modules|/dist/" },
      exclude: { path: "/dist/|/fixtures/" },
    },
    {
      alias: aliases(root, [...roots, ...folders(root, "tooling")]),
      extensions: [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".json", ".d.ts"],
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      bustTheCache: true,
    },
  );
  const { modules, summary } = /** @type {import("dependency-cruiser").ICruiseResult} */ (output);
  const comments = new Map(FORBIDDEN.map((rule) => [rule.name, rule.comment]));
  const violations = summary.violations.map((violation) => ({
    rule: violation.rule.name,
    from: violation.from,
    to: violation.cycle?.map((step) => step.name).join(" → ") ?? violation.to,
    comment: comments.get(violation.rule.name) ?? "",
  }));
  return {
    violations: [...violations, ...undeclared(root, modules), ...globals(root, roots), ...pureCompile(root)],
    modules: modules.filter((module) => module.followable !== false && !module.coreModule).length,
    imports: modules.reduce((count, module) => count + module.dependencies.length, 0),
  };
}
