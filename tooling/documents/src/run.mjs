// `pnpm --filter @wirepost/documents check`: README code and changesets of the whole repository.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { publishedPackages, ROOT } from "../../config/workspace.mjs";
import { checkChangesets } from "./changesets.mjs";
import { checkPage, compilePages } from "./readme-code.mjs";

const packages = publishedPackages();
let passed = 0;
const problems = [];

const pages = [join(ROOT, "README.md"), ...packages.map((one) => join(one.folder, "README.md"))]
  .filter((path) => existsSync(path))
  .map((path) => ({ path, text: readFileSync(path, "utf8") }));

for (const { folder, name } of packages) {
  const page = pages.find(({ path }) => path === join(folder, "README.md"));
  const found = page === undefined ? ["is missing"] : checkPage(page.text);
  if (found.length === 0) passed += 1;
  problems.push(...found.map((problem) => `the README of ${name} ${problem}`));
}

const doors = Object.fromEntries(
  packages.flatMap((one) => one.doors.map((door) => [door.specifier, [door.types]])),
);
const code = compilePages(pages, ROOT, doors);
passed += code.passed;
problems.push(...code.problems.map((problem) => relative(ROOT, problem)));

const folder = join(ROOT, ".changeset");
const changesets = Object.fromEntries(
  readdirSync(folder)
    .filter((file) => file.endsWith(".md") && file !== "README.md")
    .map((file) => [file, readFileSync(join(folder, file), "utf8")]),
);
const histories = checkChangesets(
  packages.map((one) => ({ name: one.name, hasChangelog: existsSync(join(one.folder, "CHANGELOG.md")) })),
  changesets,
  packages.map((one) => one.name),
);
if (histories.length === 0) passed += 1;
problems.push(...histories);

for (const problem of problems) console.error(`✗ ${problem}`);
console.log(
  `documents: ${passed} passed, ${problems.length} failed${code.skipped > 0 ? ` (${code.skipped} blocks of code are let off)` : ""}`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
