import type { ReadyLines } from "./ready-lines.js";

/** Of every copy of this package: ESM and CommonJS side by side, two versions. JSON cannot carry it. */
export const READY_LINES: unique symbol = Symbol.for("@wirepost/octet-scan.ReadyLines") as never;

/** Whether these are lines that `ReadyLines.of()` has looked at. Apart from it, so that whoever only asks does not carry it. */
export function isReadyLines(value: object): value is ReadyLines {
  return (value as { readonly [READY_LINES]?: unknown })[READY_LINES] === true;
}
