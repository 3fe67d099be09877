import { readFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { base64ModuleSource, TARGET } from "../generate/generate.mjs";
import { base64LinesLength, encodeBase64Into, encodeByStrings } from "../src/base64.js";
import { base64Unit } from "../src/base64-unit.js";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

function encoded(encode: typeof encodeBase64Into, octets: Uint8Array, start: number): string {
  const target = new Uint8Array(base64LinesLength(octets.length - start) + 3);
  const end = encode(octets, start, octets.length, target, 3);
  expect(end).toBe(target.length);
  return Buffer.from(target.subarray(3)).toString("latin1");
}

/** Node's base64, cut into lines. */
const plainly = (octets: Uint8Array): string =>
  Buffer.from(octets)
    .toString("base64")
    .replace(/.{76}(?=.)/g, "$&\r\n");

describe("the vector unit of base64", () => {
  it("is the one that base64-lines.wat describes", async () => {
    expect(readFileSync(TARGET, "utf8")).toBe(await base64ModuleSource());
  });

  it("is there on this platform", () => {
    expect(base64Unit()).not.toBeNull();
  });

  it.each([0, 1, 2, 3, 56, 57, 58, 113, 114, 115, 227, 228, 229, 1149 * 57, 1149 * 57 + 1, 150_000])(
    "gives the lines of %i octets",
    (size) => {
      const octets = Uint8Array.from({ length: size }, (_, i) => (i * 7919) >> 3);
      expect(encoded(encodeBase64Into, octets, 0)).toBe(plainly(octets));
      expect(encoded(encodeByStrings, octets, 0)).toBe(plainly(octets));
    },
  );

  it("gives each of the 64 characters at each place", () => {
    const all = Buffer.from(
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".repeat(76),
      "base64",
    );
    for (let start = 0; start < 48; start++) {
      expect(encoded(encodeBase64Into, all, start)).toBe(plainly(all.subarray(start)));
    }
  });

  it("gives what the platform's own gives, for any octets", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.nat(60), (octets, from) => {
        const start = Math.min(from, octets.length);
        expect(encoded(encodeBase64Into, octets, start)).toBe(plainly(octets.subarray(start)));
      }),
    );
  });

  it("is done without where there is no WebAssembly", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    const { encodeBase64Lines } = await import("../src/base64.js");
    const octets = new Uint8Array(1000).fill(0xfb);
    expect(Buffer.from(encodeBase64Lines(octets)).toString()).toBe(plainly(octets));
  });
});
