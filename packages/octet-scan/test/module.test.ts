import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { scanModuleSource, TARGET } from "../generate/generate.mjs";

// Test files of one worker share their modules, and with them the unit.
beforeEach(() => {
  vi.resetModules();
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

describe("the vector unit", () => {
  it("is the one that scan.wat describes", async () => {
    expect(readFileSync(TARGET, "utf8")).toBe(await scanModuleSource());
  });

  it("is loaded when it is first asked for, or at once", async () => {
    const { loadVectorUnit, vectorUnit } = await import("../src/vector-unit.js");
    expect(vectorUnit()).toBeNull();
    await vi.waitFor(() => expect(vectorUnit()).not.toBeNull());
    expect(await loadVectorUnit()).toBe(true);
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
    const { LineFacts, loadVectorUnit, ReadyLines } = await import("../src/index.js");
    expect(await loadVectorUnit()).toBe(false);
    expect(ReadyLines.of(new TextEncoder().encode("a line\r\n".repeat(4096)))).toBeUndefined();
    const facts = new LineFacts();
    facts.add(new Uint8Array(1000).fill(0x80));
    expect(facts).toMatchObject({ highOctets: 1000, longestLine: 1000 });
  });
});
