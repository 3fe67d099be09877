// What a floor counts, handed from the threads that run it to run.mjs, which prints the sum.
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** A line of a floor's count: so many things of that kind, of which so many failed. */
export interface Tally {
  /** Sessions, misbehaviours. */
  readonly group: string;
  readonly cases: number;
  readonly failed: number;
}

/** Does nothing where nobody counts (a single file run by hand). */
export function tally(one: Tally): void {
  const folder = process.env["WIREPOST_PROOF_TALLY"];
  if (folder !== undefined) writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify(one));
}
