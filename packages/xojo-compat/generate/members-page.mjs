// The table as a page for people.
import { STATUSES } from "../table/rows.mjs";

const cell = (text) => text.replaceAll("|", "\\|");
const code = (text) => (text === "" ? "" : `\`${text.replaceAll("|", "\\|")}\``);

function shown(row) {
  switch (row.kind) {
    case "property":
      return `${row.name}: ${row.type}`;
    case "constant":
      return `${row.name} = ${row.value}`;
    default:
      return `${row.name}(${row.params.join(", ")})${row.returns === "void" ? "" : `: ${row.returns}`}`;
  }
}

const kinds = { property: "Properties", method: "Methods", event: "Events", constant: "Constants" };

function section(table) {
  const lines = [
    `## ${table.name}`,
    "",
    `${table.doc}${table.extends === undefined ? "" : ` Has the members of ${table.extends} too.`}`,
    "",
  ];
  for (const { name, members } of table.enums ?? []) {
    lines.push(
      `${code(`${table.name}.${name}`)}: ${Object.entries(members)
        .map(([key, value]) => `${key} = ${value}`)
        .join(", ")}.`,
      "",
    );
  }
  for (const [kind, title] of Object.entries(kinds)) {
    const rows = table.members.filter((row) => row.kind === kind);
    if (rows.length === 0) continue;
    lines.push(`| ${title} | also | stands on | status | note |`, "| --- | --- | --- | --- | --- |");
    for (const row of rows) {
      const also = (row.aka ?? []).map((other) => code(other.name)).join(", ");
      lines.push(
        `| ${code(shown(row))} | ${also} | ${code(row.core)} | ${row.status} | ${cell(row.note ?? "")} |`,
      );
    }
    lines.push("");
  }
  return lines;
}

/** MEMBERS.md. */
export function membersPage(table) {
  const legend = Object.entries(STATUSES).map(([status, meaning]) => `- **${status}**: it ${meaning}.`);
  return [
    "# Members",
    "",
    "Every name of Xojo that this package has, what it stands on, and what differs. Written from `table/` by `pnpm generate`.",
    "",
    ...legend,
    "",
    ...table.flatMap(section),
  ]
    .join("\n")
    .replace(/\n+$/, "\n");
}
