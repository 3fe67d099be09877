// What the gates need to know about this workspace: which packages are published and which doors they have.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * @typedef {object} Door
 * @property {string} door as in the exports map: "." or "./node"
 * @property {string} specifier what users import: "@wirepost/sasl/node"
 * @property {string} name "index" or "node"
 * @property {string} esm path of the ESM file, absolute
 * @property {string} cjs path of the CommonJS file, absolute
 * @property {string} types path of the ESM declarations, absolute
 *
 * @typedef {object} Package
 * @property {string} name "@wirepost/sasl"
 * @property {string} short "sasl"
 * @property {string} folder absolute
 * @property {any} manifest
 * @property {Door[]} doors
 */

/** @returns {Door[]} */
function doorsOf(folder, manifest) {
  return Object.entries(manifest.exports ?? {})
    .filter(([door]) => door !== "./package.json")
    .map(([door, target]) => ({
      door,
      specifier: door === "." ? manifest.name : `${manifest.name}/${door.slice(2)}`,
      name: door === "." ? "index" : door.slice(2).replaceAll("/", "-"),
      esm: join(folder, target.import?.default ?? target.import ?? target.default),
      cjs: join(folder, target.require?.default ?? target.require ?? target.default),
      types: join(folder, target.import?.types ?? target.types),
    }));
}

/** Every package that is not private, by folder name. @param {string} [root] @returns {Package[]} */
export function publishedPackages(root = ROOT) {
  return ["packages", "apps"].flatMap((floor) => {
    const base = join(root, floor);
    if (!existsSync(base)) return [];
    return readdirSync(base)
      .sort()
      .filter((short) => existsSync(join(base, short, "package.json")))
      .map((short) => {
        const folder = join(base, short);
        const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        return { name: manifest.name, short, folder, manifest, doors: doorsOf(folder, manifest) };
      })
      .filter(({ manifest }) => !manifest.private);
  });
}

/** Packages to look at: all, or those named on the command line (short names). @returns {Package[]} */
export function selectedPackages(names) {
  const all = publishedPackages();
  const unknown = names.filter((name) => !all.some((one) => one.short === name || one.name === name));
  if (unknown.length > 0) throw new Error(`No such package: ${unknown.join(", ")}`);
  return names.length === 0
    ? all
    : all.filter((one) => names.includes(one.short) || names.includes(one.name));
}
