// The module of generate/scan.wat as a unit. Loaded by itself, so that whoever needs no vector unit does not carry it; what it
// shares with the rest is handed in, or bundlers would carry that for both.
import { SCAN_MODULE } from "./generated/scan-module.js";
import { instantiate } from "./instantiate.js";
import type { VectorUnit } from "./vector-unit.js";

interface ScanExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly facts: VectorUnit["facts"];
  readonly runEnd: VectorUnit["runEnd"];
}

/** See scan.wat. */
const PAGE_BYTES = 65_536;
const PLACES = 16;
const PLACE_BYTES = 2 * PAGE_BYTES;

/** The unit, or null where the platform has no WebAssembly with SIMD. */
export function makeUnit(windowBytes: number): VectorUnit | null {
  const exports = instantiate(SCAN_MODULE) as ScanExports | null;
  if (exports === null) return null;
  const { buffer } = exports.memory;
  return {
    window: new Uint8Array(buffer, 0, windowBytes),
    found: new Int32Array(buffer, PAGE_BYTES, 16),
    places: Array.from(
      { length: PLACES },
      (_, i) => new Uint8Array(buffer, 2 * PAGE_BYTES + i * PLACE_BYTES, PLACE_BYTES),
    ),
    facts: exports.facts,
    runEnd: exports.runEnd,
  };
}
