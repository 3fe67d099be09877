// What can be said about a tarball without using it: publint, are-the-types-wrong, and which files are in it.
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { problemKindInfo } from "@arethetypeswrong/core/problems";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

/** The profile "node16" of attw: Node 10's resolution knows no exports maps, and nobody here promises it anything. */
const IGNORED_RESOLUTION = "node10";

/** @param {string} tarball @param {any} manifest @returns {Promise<string[]>} problems */
export async function lintTarball(tarball, manifest) {
  const data = readFileSync(tarball);
  const { messages } = await publint({
    pack: { tarball: data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength) },
    level: "warning",
    strict: true,
  });
  return messages.map((message) => formatMessage(message, manifest, { color: false }) ?? message.code);
}

/** @param {string} tarball @returns {Promise<string[]>} problems */
export async function checkTypes(tarball) {
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
  if (analysis.types === false) return ["the package has no types"];
  return analysis.problems
    .filter((problem) => problem.resolutionKind !== IGNORED_RESOLUTION)
    .map((problem) => {
      const where = [
        problem.entrypoint,
        problem.resolutionKind ?? problem.resolutionOption,
        problem.fileName,
      ];
      const place = where.filter((part) => part !== undefined).join(", ");
      return `${problemKindInfo[problem.kind]?.title ?? problem.kind}${place === "" ? "" : ` (${place})`}`;
    });
}

function filesUnder(folder, prefix = "") {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    const entry = lstatSync(path);
    if (entry.isSymbolicLink()) return []; // a dependency that the consumer test has linked
    return entry.isDirectory() ? filesUnder(path, `${prefix}${name}/`) : [`${prefix}${name}`];
  });
}

/** Files that must be in a tarball, and files that must not. @param {string} folder an unpacked tarball */
export function checkFiles(folder) {
  const files = filesUnder(folder);
  const missing = ["package.json", "README.md", "LICENSE"].filter((name) => !files.includes(name));
  const stray = files.filter((name) =>
    /(^|\/)(src|test|tests|bench|fixtures|node_modules)\/|\.test\.|\.tsbuildinfo$/.test(name),
  );
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const unresolved = Object.entries(dependencies).filter(([, version]) =>
    /^(workspace|file|link|catalog):/.test(version),
  );
  return [
    ...missing.map((name) => `${name} is missing`),
    ...stray.map((name) => `${name} should not be published`),
    ...unresolved.map(([name, version]) => `the dependency ${name} is published as ${version}`),
  ];
}
