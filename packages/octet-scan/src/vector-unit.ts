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
  /** Free places for octets that stay while others are looked at, 128 KiB each; taken and given back by `ReadyLines`. */
  readonly places: Uint8Array[];
  facts(limit: number, line: number, afterReturn: number): void;
  runEnd(at: number, limit: number, lineStart: number, dots: number, maxLine: number): number;
}

let unit: VectorUnit | null = null;
let loading: Promise<boolean> | undefined;

/** The unit; null before it is loaded, which asking begins, and for ever where the platform has no WebAssembly with SIMD. */
export function vectorUnit(): VectorUnit | null {
  if (loading === undefined) void loadVectorUnit();
  return unit;
}

/**
 * Loads the vector half, which otherwise happens when octets first ask for it; until then plain JavaScript looks at them, with
 * the same answers. Resolves with whether this platform has it; never rejects.
 */
export function loadVectorUnit(): Promise<boolean> {
  loading ??= import("./make-unit.js").then(
    ({ makeUnit }) => {
      unit = makeUnit(WINDOW_BYTES);
      return unit !== null;
    },
    () => false,
  );
  return loading;
}
