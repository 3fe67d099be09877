// The vector half of base64: the module of generate/base64-lines.wat, made when it is first needed.
import { instantiate } from "@wirepost/octet-scan/instantiate";
import { BASE64_MODULE } from "./generated/base64-module.js";

interface Base64Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  encodeLines(lines: number): void;
}

/** Lines that the unit makes at a time, and what they take. */
export const UNIT_LINES = 1149;
const LINE_OCTETS = 57;
const PAGE_BYTES = 65_536;

/** Its memory is shared by all callers: what is encoded is good for the turn. */
export interface Base64Unit {
  /** Octets to encode. */
  readonly octets: Uint8Array;
  /** Their lines: 76 characters and CRLF each. */
  readonly lines: Uint8Array;
  encodeLines(lines: number): void;
}

let unit: Base64Unit | null | undefined;

/** The unit, or null where the platform has no WebAssembly with SIMD. */
export function base64Unit(): Base64Unit | null {
  if (unit === undefined) {
    const exports = instantiate(BASE64_MODULE) as Base64Exports | null;
    unit =
      exports === null
        ? null
        : {
            octets: new Uint8Array(exports.memory.buffer, 0, UNIT_LINES * LINE_OCTETS),
            lines: new Uint8Array(exports.memory.buffer, PAGE_BYTES, UNIT_LINES * 78),
            encodeLines: exports.encodeLines,
          };
  }
  return unit;
}
