// `pnpm --filter @wirepost/layers check`: the whole repository against the drawing.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkLayers } from "./check.mjs";
import { FORBIDDEN, OWN_RULES } from "./rules.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

const { violations, modules, imports } = await checkLayers(ROOT);
for (const { rule, from, to, comment } of violations)
  console.error(`✗ ${rule}\n    ${from} → ${to}\n    ${comment}`);
const rules = [...FORBIDDEN.map((rule) => rule.name), ...Object.keys(OWN_RULES)];
const broken = new Set(violations.map((violation) => violation.rule));
console.log(
  `layers: ${imports} imports of ${modules} files against ${rules.length} rules: ${rules.length - broken.size} passed, ${broken.size} failed`,
);
process.exitCode = violations.length > 0 ? 1 : 0;
