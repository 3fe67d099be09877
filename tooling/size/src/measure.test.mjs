import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compare, measure } from "./measure.mjs";

const made = [];
afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

function files(texts) {
  const folder = mkdtempSync(join(tmpdir(), "wirepost-size-"));
  made.push(folder);
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return join(folder, "index.js");
}

const BIG = `export const big = ${JSON.stringify(Array.from({ length: 2_000 }, (_, i) => i * i).join(" "))};\n`;

describe("a door's size", () => {
  it("counts what is imported at once", async () => {
    const alone = await measure(files({ "index.js": "export const a = 1;\n" }), { pure: true });
    const withBig = await measure(files({ "index.js": 'export { big } from "./big.js";\n', "big.js": BIG }), {
      pure: true,
    });
    expect(alone.gzipBytes).toBeLessThan(100);
    expect(withBig.gzipBytes).toBeGreaterThan(3_000);
    expect(withBig.lazyGzipBytes).toBe(0);
  });

  it("does not count what is loaded later", async () => {
    const lazy = await measure(
      files({ "index.js": 'export const load = () => import("./later/index.js");\n', "later/index.js": BIG }),
      {
        pure: true,
      },
    );
    expect(lazy.gzipBytes).toBeLessThan(300);
    expect(lazy.lazyGzipBytes).toBeGreaterThan(3_000);
  });

  it("lets a pure door load a library later that a browser cannot have", async () => {
    const file = files({ "index.js": 'export const load = () => import("smtp-server");\n' });
    expect((await measure(file, { pure: true })).gzipBytes).toBeLessThan(200);
    const eager = files({ "index.js": 'export * from "smtp-server";\n' });
    await expect(measure(eager, { pure: true })).rejects.toThrow(/smtp-server/);
  });

  it("does not count Node's modules, and a pure door may not import them", async () => {
    const file = files({ "index.js": 'export { connect } from "node:net";\n' });
    expect((await measure(file, { pure: false })).gzipBytes).toBeLessThan(200);
    await expect(measure(file, { pure: true })).rejects.toThrow(/node:net/);
  });
});

describe("a budget", () => {
  it.each([
    { name: "is kept", measured: { a: 10 }, budgets: { a: 10 }, problems: [] },
    {
      name: "is broken",
      measured: { a: 11 },
      budgets: { a: 10 },
      problems: ["a is 1 bytes over its budget of 10"],
    },
    { name: "is missing", measured: { a: 11 }, budgets: {}, problems: ["a has no budget (measured: 11)"] },
    { name: "is for nothing", measured: {}, budgets: { a: 10 }, problems: ["a has a budget but is no door"] },
  ])("$name", ({ measured, budgets, problems }) => {
    expect(compare(measured, budgets).problems).toEqual(problems);
  });
});
