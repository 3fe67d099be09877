// The module of generate/scan.wat, made when it is first needed.
import { SCAN_MODULE } from "./generated/scan-module.js";
import { instantiate } from "./instantiate.js";

interface ScanExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  facts(limit: number, line: number, afterReturn: number): void;
  runEnd(at: number, limit: number, lineStart: number, dots: number, maxLine: number): number;
}

/** Octets that fit in the unit at a time. */
export const WINDOW_BYTES = 65_536;
/** Below this, handing octets over costs more than looking at them here. */
export const MIN_VECTOR_BYTES = 256;

/** The vector half. Its memory is shared by all callers: what is loaded is good for the turn it was loaded in. */
export interface VectorUnit {
  /** `WINDOW_BYTES` octets to be looked at. */
  readonly window: Uint8Array;
  /** What the last walk found; see the stores in scan.wat. */
  readonly found: Int32Array;
  readonly facts: ScanExports["facts"];
  readonly runEnd: ScanExports["runEnd"];
}

let unit: VectorUnit | null | undefined;

/** The unit, or null where the platform has no WebAssembly with SIMD. */
export function vectorUnit(): VectorUnit | null {
  if (unit === undefined) unit = makeUnit();
  return unit;
}

function makeUnit(): VectorUnit | null {
  const exports = instantiate(SCAN_MODULE) as ScanExports | null;
  if (exports === null) return null;
  const { buffer } = exports.memory;
  return {
    window: new Uint8Array(buffer, 0, WINDOW_BYTES),
    found: new Int32Array(buffer, WINDOW_BYTES, 16),
    facts: exports.facts,
    runEnd: exports.runEnd,
  };
}
