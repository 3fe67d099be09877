// `pnpm run api:update [package…]` writes the reports, `pnpm run api:check [package…]` fails where one is out of date.
import { relative } from "node:path";
import { ROOT, selectedPackages } from "../../config/workspace.mjs";
import { packageReports } from "./report.mjs";

const [mode, ...names] = process.argv.slice(2);
if (mode !== "check" && mode !== "update") {
  console.error("usage: node tooling/api-reports/src/run.mjs check|update [package…]");
  process.exit(64);
}

let passed = 0;
const failures = [];
for (const owner of selectedPackages(names)) {
  try {
    const outcome = packageReports(owner, mode);
    passed += outcome.passed + outcome.written.length;
    failures.push(...outcome.failures);
    for (const path of outcome.written) console.log(`wrote ${relative(ROOT, path)}`);
  } catch (error) {
    failures.push(`${owner.name}: ${error.message}`);
  }
}
for (const failure of failures) console.error(`✗ ${failure}`);
if (failures.length > 0 && mode === "check") {
  console.error(
    "If the change is meant: pnpm run build && pnpm run api:update, and commit the reports with it.",
  );
}
console.log(`api reports: ${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
