import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { scanModuleSource, TARGET } from "../generate/generate.mjs";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe("the vector unit", () => {
  it("is the one that scan.wat describes", async () => {
    expect(readFileSync(TARGET, "utf8")).toBe(await scanModuleSource());
  });

  it("is there on this platform", async () => {
    const { vectorUnit } = await import("../src/vector-unit.js");
    expect(vectorUnit()).not.toBeNull();
  });

  it.each([
    ["without WebAssembly", undefined],
    [
      "where WebAssembly may not be used",
      {
        Module: class {
          constructor() {
            throw new Error("forbidden");
          }
        },
      },
    ],
  ])("is done without %s", async (_, webAssembly) => {
    vi.stubGlobal("WebAssembly", webAssembly);
    const { LineFacts } = await import("../src/index.js");
    const facts = new LineFacts();
    facts.add(new Uint8Array(1000).fill(0x80));
    expect(facts).toMatchObject({ highOctets: 1000, longestLine: 1000 });
  });
});
