// The table "row -> misbehaviours" of README.md.
import type { Misbehaviour } from "../../hostile/misbehaviour.js";

export const TABLE_BEGIN = "<!-- rows: begin -->";
export const TABLE_END = "<!-- rows: end -->";

/** Rows that a server can perform; the others are about what a caller hands over, or about files. */
export function readmeTable(
  rows: Readonly<Record<string, { readonly what: string }>>,
  misbehaviours: readonly Misbehaviour[],
): string {
  const lines = Object.entries(rows).flatMap(([row, { what }]) => {
    const names = misbehaviours.filter((one) => one.rows.includes(row)).map(({ name }) => `\`${name}\``);
    return names.length === 0 ? [] : [`| ${row} | ${what} | ${names.length} | ${names.join(" ")} |`];
  });
  return ["| row | what | | misbehaviours |", "|---|---|---:|---|", ...lines].join("\n");
}
