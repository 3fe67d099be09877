import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { BENCH, FRONT_PAGE } from "./lab/paths.mjs";
import { recorded } from "./recorded.mjs";
import { table, withSummary } from "./table.mjs";

it("RESULTS.md is what was recorded", () => {
  expect(readFileSync(join(BENCH, "RESULTS.md"), "utf8")).toBe(table(recorded()));
});

it("the front page shows what was recorded", () => {
  const page = readFileSync(FRONT_PAGE, "utf8");
  expect(withSummary(page, recorded())).toBe(page);
});

it("every figure with an aim is on the front page, met or not", () => {
  const page = readFileSync(FRONT_PAGE, "utf8");
  const aimed = recorded().flatMap(({ lines }) => lines.filter(({ aim }) => aim !== undefined));
  expect(aimed.length).toBeGreaterThan(20);
  expect(aimed.filter(({ what }) => !page.includes(`| ${what} | `))).toEqual([]);
});
