import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RESULTS } from "./lab/paths.mjs";

/** In the order of the table. */
export const ORDER = [
  ...["round-trips", "set-up", "one-connection", "ten-connections", "composed", "large", "window"],
  ...["line-end-check", "reply-parser", "attachment", "batch", "import-time", "size", "compose", "socket"],
];

/** What the last recorded run of each row measured. */
export function recorded() {
  return readdirSync(RESULTS)
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(RESULTS, name), "utf8")))
    .sort((a, b) => ORDER.indexOf(a.row) - ORDER.indexOf(b.row));
}
