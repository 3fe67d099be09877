import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { packageReports, reportsOf } from "./report.mjs";

const made = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

function packageWith(declarations) {
  const folder = mkdtempSync(join(tmpdir(), "wirepost-api-test-"));
  made.push(folder);
  mkdirSync(join(folder, "dist"));
  const manifest = { name: "@wirepost/sample", version: "0.0.0", type: "module" };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  const doors = Object.entries(declarations).map(([name, text]) => {
    const types = join(folder, "dist", `${name}.d.ts`);
    writeFileSync(types, text);
    return {
      door: name === "index" ? "." : `./${name}`,
      name,
      specifier: `@wirepost/sample/${name}`,
      types,
      esm: "",
      cjs: "",
    };
  });
  return { name: manifest.name, short: "sample", folder, manifest, doors };
}

const ONE = { index: "/** A number. */\nexport declare const one: number;\n" };

describe("the report of a surface", () => {
  it("is missing at first, then written, then equal", () => {
    const sample = packageWith(ONE);
    expect(packageReports(sample, "check").failures).toEqual(["@wirepost/sample/index: has no report"]);
    expect(packageReports(sample, "update").written).toEqual([join(sample.folder, "etc", "index.api.md")]);
    expect(packageReports(sample, "check")).toEqual({ passed: 1, failures: [], written: [] });
    expect(readFileSync(join(sample.folder, "etc", "index.api.md"), "utf8")).toContain(
      "export const one: number;",
    );
  });

  it.each([
    {
      name: "a name more",
      now: `${ONE.index}export declare const two: number;\n`,
      shows: "+ export const two: number;",
    },
    {
      name: "another type",
      now: "export declare const one: string;\n",
      shows: "+ export const one: string;",
    },
    { name: "a name less", now: "export {};\n", shows: "- export const one: number;" },
  ])("fails on $name and shows it", ({ now, shows }) => {
    const sample = packageWith(ONE);
    packageReports(sample, "update");
    writeFileSync(join(sample.folder, "dist", "index.d.ts"), now);
    const { failures } = packageReports(sample, "check");
    expect(failures).toHaveLength(1);
    expect(failures[0]).toContain(shows);
  });

  it("of a door that is gone is refused, and removed by an update", () => {
    const sample = packageWith({ ...ONE, node: "export declare const two: number;\n" });
    packageReports(sample, "update");
    const smaller = { ...sample, doors: sample.doors.slice(0, 1) };
    expect(packageReports(smaller, "check").failures).toEqual([
      "@wirepost/sample: etc/node.api.md belongs to no door",
    ]);
    packageReports(smaller, "update");
    expect(packageReports(smaller, "check").failures).toEqual([]);
  });

  it("may be empty", () => {
    const sample = packageWith({ index: '/// <reference lib="esnext.disposable" />\n\n' });
    expect(reportsOf(sample)[0]?.text).toContain("exports nothing yet");
  });

  it("names a type that users meet but cannot name", () => {
    const sample = packageWith({
      index: "interface Hidden { a: 1 }\nexport declare const h: Hidden;\nexport {};\n",
    });
    expect(reportsOf(sample)[0]?.text).toContain('The symbol "Hidden" needs to be exported');
  });

  it("lets off a type that another door exports", () => {
    const sample = packageWith({
      index: 'export { Shared } from "./shared.js";\n',
      node: 'import { Shared } from "./shared.js";\nexport declare const s: Shared;\n',
    });
    writeFileSync(join(sample.folder, "dist", "shared.d.ts"), "export interface Shared { a: 1 }\n");
    const [index, node] = reportsOf(sample);
    expect(index?.text).toContain("export interface Shared");
    expect(node?.text).not.toContain("ae-forgotten-export");
  });

  it("does not change when only lines move", () => {
    const text = "interface Hidden { a: 1 }\ninterface Member { hidden: Hidden }\nexport { type Member };\n";
    const [before] = reportsOf(packageWith({ index: text }));
    const [after] = reportsOf(packageWith({ index: `\n\n${text}` }));
    expect(before?.text).toContain('(ae-forgotten-export) The symbol "Hidden"');
    expect(after?.text).toBe(before?.text);
  });

  it("understands what Node packages and modern targets need", () => {
    const sample = packageWith({
      index:
        '/// <reference lib="esnext.disposable" />\n/// <reference types="node" />\nimport { Duplex } from "node:stream";\n' +
        "export declare class A implements AsyncDisposable { #private; readonly s: Duplex; [Symbol.asyncDispose](): Promise<void>; }\n",
    });
    // Resolved from this repository, as for a real package.
    sample.folder = process.cwd();
    expect(reportsOf(sample)[0]?.text).toContain("[Symbol.asyncDispose](): Promise<void>;");
  });

  it("is refused for declarations that do not compile or were not built", () => {
    const broken = packageWith({ index: "export declare const a: Gone;\n" });
    expect(() => reportsOf(broken)).toThrow(/@wirepost\/sample\/index/);
    const unbuilt = packageWith(ONE);
    rmSync(unbuilt.doors[0].types);
    expect(() => reportsOf(unbuilt)).toThrow(/build first/);
  });
});
