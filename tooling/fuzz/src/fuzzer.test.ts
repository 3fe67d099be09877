// The fuzzer itself: it finds what was planted, and makes it small.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { findBroken } from "./generated.js";
import { judgeGrowth } from "./growth.js";
import { explore, minimise } from "./guided/explore.js";
import { COUNTERS, COUNTERS_KEY, instrument } from "./instrument.mjs";
import { attempt, law } from "./law.js";
import { cuts, fields, join, latin1, octetsOf, text, wellFormed } from "./octets.js";
import type { Target } from "./target.js";

const folder = mkdtempSync(joinPath(tmpdir(), "wirepost-fuzz-test-"));
afterAll(() => rmSync(folder, { recursive: true }));
const counters = new Uint32Array(COUNTERS);
(globalThis as Record<string, unknown>)[COUNTERS_KEY] = counters;

/** A program with counters, as a target. */
async function planted(name: string, source: string, words: readonly string[]): Promise<Target> {
  const path = joinPath(folder, `${name}.mjs`);
  writeFileSync(path, instrument(source, `${name}.ts`));
  const { run } = (await import(pathToFileURL(path).href)) as { run(octets: Uint8Array): void };
  return { name, laws: "", words, run };
}

const DEEP = `
  export function run(octets: Uint8Array): void {
    if (octets[0] === 0x4d) {
      if (octets[1] === 0x41) {
        if (octets[2] === 0x49) throw new Error("found");
      }
    }
  }`;

describe("the guided run", () => {
  it("walks to a place that chance does not reach, and makes the input small", async () => {
    const target = await planted("deep", DEEP, ["x"]);
    const goesOn = (executions: number): boolean => executions < 200_000;
    const { finding, executions } = await explore(target, {
      seeds: [],
      seed: 1,
      counters,
      maxBytes: 64,
      goesOn,
    });
    expect(finding?.error).toMatchObject({ message: "found" });
    expect(executions).toBeLessThan(200_000);
    expect(latin1(await minimise(target, finding as NonNullable<typeof finding>))).toBe("MAI");
  });

  it("goes the same way with the same seed", async () => {
    const target = await planted("again", DEEP.replace('throw new Error("found")', "return"), ["M", "A"]);
    const run = async () =>
      await explore(target, { seeds: [], seed: 3, counters, maxBytes: 64, goesOn: (done) => done < 500 });
    const [one, other] = [await run(), await run()];
    expect(one.found.map(latin1)).toEqual(other.found.map(latin1));
    expect(one.ways).toBe(other.ways);
  });
});

describe("growth", () => {
  const make = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(0x20);

  it("passes what is linear", async () => {
    const linear = await planted(
      "linear",
      "export function run(o: Uint8Array) { for (const x of o) void x; }",
      [],
    );
    expect(await judgeGrowth(linear, make, counters)).toBeUndefined();
  });

  it("sees a square in the counters", async () => {
    const square = await planted(
      "square",
      "export function run(o: Uint8Array) { for (let i = 0; i < o.length; i++) for (let j = 0; j < i; j += 64) void j; }",
      [],
    );
    expect(await judgeGrowth(square, make, counters)).toMatch(/branches/);
  });

  it("sees a square where there are no counters", async () => {
    const hidden: Target = {
      name: "hidden",
      laws: "",
      words: [],
      growthBytes: 32_768,
      run: (octets) => void /^(.*?)[ \t]*$/.test(`a${latin1(octets)}b\n`),
    };
    expect(await judgeGrowth(hidden, make, counters)).toMatch(/ms for 4 times/);
  });
});

describe("generated inputs", () => {
  it("are made of the target's words, and what breaks is made small", async () => {
    const target: Target = {
      name: "words",
      laws: "",
      words: ["alpha", "beta", "gamma"],
      run: (octets) => law(!latin1(octets).includes("betaalpha"), "both"),
    };
    const found = await findBroken(target, [], 2000, 5);
    expect(latin1((found as NonNullable<typeof found>).octets)).toBe("betaalpha");
  });
});

describe("laws", () => {
  class Ours extends Error {
    readonly code: string;
    constructor(code: string) {
      super("ours");
      this.code = code;
    }
    static is(value: unknown): boolean {
      return value instanceof Ours;
    }
  }
  const raise = (error: unknown) => (): never => {
    throw error;
  };

  it("only our errors, each with a code", () => {
    expect(attempt([Ours], raise(new Ours("ERR_X_Y"))).refusal).toEqual({ code: "ERR_X_Y" });
    expect(() => attempt([Ours], raise(new Ours("no code")))).toThrow("without a code");
    expect(() => attempt([Ours], raise(new TypeError("x")))).toThrow("a foreign error");
    expect(() => attempt([Ours], raise(new RangeError("Maximum call stack")))).toThrow("a foreign error");
  });

  it("every cut gives all octets", () => {
    const octets = octetsOf("some octets\r\n");
    for (const pieces of cuts(octets)) expect(latin1(join(pieces))).toBe("some octets\r\n");
    expect([...cuts(octets)].length).toBeGreaterThan(octets.length);
  });

  it("octets stand for texts with lone surrogates too", () => {
    expect(text(octetsOf("a\xed\xa0\x80b\xc3\xbc"))).toBe("a\ud800bü");
    expect(wellFormed("a\ud800\ud83d\ude00\udc00")).toBe("a\ufffd😀\ufffd");
    expect(fields(octetsOf("a\x1e\x1eb")).map(latin1)).toEqual(["a", "", "b"]);
  });
});
