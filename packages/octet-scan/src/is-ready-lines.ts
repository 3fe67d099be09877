import type { ReadyLines } from "./ready-lines.js";

/** All there are. Apart from them, so that whoever only asks does not carry what makes them. */
export const readyLines: WeakSet<object> = /* @__PURE__ */ new WeakSet();

/** Whether these are lines that `ReadyLines.of()` has looked at, and not something that looks like them. */
export function isReadyLines(value: object): value is ReadyLines {
  return readyLines.has(value);
}
