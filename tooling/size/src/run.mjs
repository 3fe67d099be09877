// `pnpm run size`: measures every door and compares it with budgets.json. The budgets are changed by hand only: raising
// one is a choice that belongs into the commit that needs it.
import { existsSync, readFileSync } from "node:fs";
import { publishedPackages } from "../../config/workspace.mjs";
import { PURE } from "../../layers/src/house.mjs";
import { firstMessageFile } from "./first-message.mjs";
import { compare, measure } from "./measure.mjs";

const { gzipBytes: budgets } = JSON.parse(readFileSync(new URL("../budgets.json", import.meta.url), "utf8"));
const measured = {};
const broken = [];

const row = (...cells) =>
  console.log(
    `${cells[0].padEnd(40)}${cells
      .slice(1)
      .map((cell) => String(cell).padStart(11))
      .join("")}`,
  );
row("door", "minified", "gzip", "budget", "lazy gzip");
for (const owner of publishedPackages()) {
  for (const door of owner.doors) {
    if (!existsSync(door.esm)) {
      broken.push(`${door.specifier} is not built`);
      continue;
    }
    const nodeDoors = PURE[owner.short];
    const pure = nodeDoors !== undefined && !nodeDoors.includes(door.name);
    try {
      const size = await measure(door.esm, { pure });
      measured[door.specifier] = size.gzipBytes;
      row(
        door.specifier,
        size.minifiedBytes,
        size.gzipBytes,
        budgets[door.specifier] ?? "none",
        size.lazyGzipBytes,
      );
    } catch (error) {
      broken.push(`${door.specifier} cannot be bundled${pure ? " for a browser" : ""}: ${error.message}`);
    }
  }
}
// Every send opens this door, so it has a budget of its own.
const engine = "@wirepost/smtp-client#first-message";
try {
  const size = await measure(firstMessageFile(), { pure: false });
  measured[engine] = size.gzipBytes;
  row(engine, size.minifiedBytes, size.gzipBytes, budgets[engine] ?? "none", size.lazyGzipBytes);
} catch (error) {
  broken.push(`${engine} cannot be measured: ${error.message}`);
}
const unmeasured = broken.map((problem) => problem.split(" ")[0]);
const kept = Object.fromEntries(
  Object.entries(budgets).filter(([specifier]) => !unmeasured.includes(specifier)),
);
const { passed, problems } = compare(measured, kept);
const all = [...broken, ...problems];
for (const problem of all) console.error(`✗ ${problem}`);
console.log(`size: ${passed} passed, ${all.length} failed`);
process.exitCode = all.length > 0 ? 1 : 0;
