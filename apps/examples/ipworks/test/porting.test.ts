// The porting guide of the package names nothing that the doors lack.
import { readFileSync } from "node:fs";
import * as dotnet from "@wirepost/ipworks-compat/dotnet";
import * as java from "@wirepost/ipworks-compat/java";
import { expect, it } from "vitest";

const GUIDE = readFileSync(
  new URL("../../../../packages/ipworks-compat/PORTING.md", import.meta.url),
  "utf8",
);
/** The rows of the tables of lines: Java, C#, VB and TypeScript. */
const ROWS = GUIDE.split(/^\| Java \| C# \| VB \| TypeScript \|\n.*\n/m)
  .slice(1)
  .flatMap((table) => table.slice(0, table.search(/\n(?!\|)/)).split("\n"))
  .map((row) => row.split(/(?<!\\)\|/).slice(1, -1));

const javaSmtp = new java.SMTP();
const dotnetSmtp = new dotnet.SMTP();
const holders: Readonly<Record<string, unknown>> = { ...java, ...dotnet };
const javaHolders: Readonly<Record<string, unknown>> = { ...java };

it("there are rows", () => {
  expect(ROWS.length).toBeGreaterThan(20);
});

it.each(ROWS)("%s|%s|%s|%s", (javaLine = "", csharpLine = "", vbLine = "", line = "") => {
  const members = (code: string): string[] =>
    [...code.matchAll(/\bsmtp\.(\w+)/g)].map(([, name]) => name as string);
  const missing = [
    ...members(javaLine).filter((name) => !(name in javaSmtp)),
    ...members(csharpLine + vbLine).filter((name) => !(name in dotnetSmtp)),
    ...members(line).filter((name) => !(name in javaSmtp || name in dotnetSmtp)),
  ];
  // Members of enumerations: constants of a class in Java, objects in .NET.
  for (const [whole, holder = "", name = ""] of [javaLine, csharpLine, vbLine, line]
    .join(" ")
    .matchAll(/\b([A-Z]\w+)\.([a-z]{2,4}[A-Z]\w*)\b/g)) {
    const found = [holders[holder], javaHolders[holder]].some(
      (one) => one !== undefined && name in Object(one),
    );
    if (!found) missing.push(whole);
  }
  expect(missing).toEqual([]);
});
