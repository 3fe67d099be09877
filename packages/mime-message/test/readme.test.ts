import { readFileSync } from "node:fs";
import { expect, it, vi } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

it("the README's example is the one that runs here, and prints what the README says", async () => {
  const readme = read("../README.md");
  expect(readme).toContain(read("readme-example.mjs").trim());
  const printed: string[] = [];
  const log = vi
    .spyOn(console, "log")
    .mockImplementation((...values: unknown[]) => void printed.push(values.join(" ")));
  // Not a literal, so that the type check does not ask for the package to be built first.
  const example: string = "./readme-example.mjs";
  await import(example);
  log.mockRestore();
  const shown = /```eml\n([\s\S]*?)```/.exec(readme)![1]!;
  // Identifiers, boundaries and the time are new each time.
  const steady = (text: string): string =>
    text
      .replaceAll("\r\n", "\n")
      .replace(/[0-9a-f]{24}/g, "…")
      .replace(/^Date: .*/m, "Date: …")
      .trim();
  expect(steady(printed.join("\n"))).toBe(steady(shown));
});

it("the README names every error code", async () => {
  const { MIME_ERROR_CODES } = await import("../src/index.js");
  const readme = read("../README.md");
  for (const [code, meaning] of Object.entries(MIME_ERROR_CODES))
    expect(readme).toContain(`| \`${code}\` | ${meaning} |`);
});
