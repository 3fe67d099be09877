// The module of generate/scan.wat, made when it is first needed, and the one place that touches the platform.
import { SCAN_MODULE } from "./generated/scan-module.js";

/** What is needed of the platform; declared here, since pure packages compile without ambient names. */
interface Platform {
  readonly WebAssembly?: {
    readonly Module: new (octets: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
  };
  atob(base64: string): string;
}

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
  const { WebAssembly, atob } = globalThis as unknown as Platform;
  if (WebAssembly === undefined) return null;
  try {
    const module = new WebAssembly.Module(Uint8Array.from(atob(SCAN_MODULE), (one) => one.charCodeAt(0)));
    const exports = new WebAssembly.Instance(module).exports as ScanExports;
    const { buffer } = exports.memory;
    return {
      window: new Uint8Array(buffer, 0, WINDOW_BYTES),
      found: new Int32Array(buffer, WINDOW_BYTES, 16),
      facts: exports.facts,
      runEnd: exports.runEnd,
    };
  } catch {
    // Forbidden by a policy of the page, or without SIMD: the scalar half gives the same answers.
    return null;
  }
}
