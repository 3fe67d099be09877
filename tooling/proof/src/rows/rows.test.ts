import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { CATALOGUE } from "../../hostile/catalogue/index.js";
import { namedTests, rowsNamedIn } from "./named-tests.js";
import { readmeTable, TABLE_BEGIN, TABLE_END } from "./readme-table.js";

interface Row {
  readonly what: string;
  /** Tests of the row that bear another name. */
  readonly called?: readonly { readonly file: string; readonly name: string }[];
}

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const ROWS: Readonly<Record<string, Row>> = JSON.parse(
  readFileSync(new URL("../../rows.json", import.meta.url), "utf8"),
);
const MISBEHAVIOURS = Object.values(CATALOGUE).flat();
const elsewhere = namedTests(ROOT);

describe("names of tests", () => {
  it.each([
    { source: 'it("R7 the text is escaped")', rows: ["R7"] },
    { source: "describe('T10: OCSP')", rows: ["T10"] },
    { source: 'it.each(C)("Q5, Q6: a full disk")', rows: ["Q5", "Q6"] },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of a test
    { source: "it(`R21 ${action} at each octet`)", rows: ["R21"] },
    { source: 'it("a page of size A4 is no row")', rows: [] },
    { source: '"=C3=A4 R2D2"; const A1 = 3; // R5', rows: [] },
  ])("$source", ({ source, rows }) => {
    expect([...rowsNamedIn(source).keys()]).toEqual(rows);
  });
});

describe("every row of the list of threats has tests of its name", () => {
  it.each(Object.keys(ROWS))("%s", (row) => {
    const { what, called = [] } = ROWS[row] as Row;
    const here = MISBEHAVIOURS.filter(({ rows }) => rows.includes(row)).length;
    const accidents = row === "R21" ? 1 : 0;
    const there = [...(elsewhere.get(row)?.values() ?? [])].reduce((sum, count) => sum + count, 0);
    expect(here + accidents + there + called.length, `${row}: ${what}`).toBeGreaterThan(0);
  });

  const CALLED = Object.entries(ROWS).flatMap(([row, { called = [] }]) =>
    called.map(({ file, name }) => ({ row, file, name })),
  );
  it.each(CALLED)('$row is called "$name" in $file', ({ file, name }) => {
    expect(readFileSync(`${ROOT}${file}`, "utf8")).toContain(`"${name}"`);
  });
});

describe("the catalogue", () => {
  it("gives each misbehaviour a name of its own", () => {
    const names = MISBEHAVIOURS.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    for (const name of names) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9.]+)*$/);
  });

  it("names rows that there are", () => {
    expect(MISBEHAVIOURS.flatMap(({ rows }) => rows).filter((row) => ROWS[row] === undefined)).toEqual([]);
  });

  it.each(Object.keys(CATALOGUE))("%s is run by a file of its own", (part) => {
    const source = readFileSync(new URL(`../../hostile/${part}.hostile.ts`, import.meta.url), "utf8");
    expect(source).toMatch(/^prove\(/m);
  });
});

describe("README.md", () => {
  it("shows what there is (`node tooling/proof/run.mjs readme` writes it)", () => {
    const file = new URL("../../README.md", import.meta.url);
    const readme = readFileSync(file, "utf8");
    const [, shown] = readme.split(TABLE_BEGIN);
    const table = readmeTable(ROWS, MISBEHAVIOURS);
    if (process.env["WIREPOST_PROOF_README"] === "1") {
      const [before] = readme.split(TABLE_BEGIN);
      const [, after] = readme.split(TABLE_END);
      writeFileSync(file, `${before}${TABLE_BEGIN}\n${table}\n${TABLE_END}${after}`);
      return;
    }
    expect(shown?.split(TABLE_END)[0]?.trim()).toBe(table);
  });
});
