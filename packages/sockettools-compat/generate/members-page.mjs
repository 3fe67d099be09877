// The table as a page for people.
import { STATUSES } from "../table/rows.mjs";

const cell = (text) => text.replaceAll("|", "\\|");
const code = (text) => (text === "" ? "" : `\`${text.replaceAll("|", "\\|")}\``);

function shown(row) {
  if (row.kind === "property") return `${row.name}: ${row.type}`;
  return `${row.name}(${row.params.join(", ")})${row.returns === "void" ? "" : `: ${row.returns}`}`;
}

const KINDS = { property: "Properties", method: "Methods", event: "Events" };

function section(table) {
  const lines = [`## ${table.name}`, "", table.doc, ""];
  for (const [kind, title] of Object.entries(KINDS)) {
    const rows = table.members.filter((row) => row.kind === kind);
    if (rows.length === 0) continue;
    lines.push(`| ${title} | | stands on | status | note |`, "| --- | --- | --- | --- | --- |");
    for (const row of rows) {
      const also = (row.aka ?? []).map((other) => ` Also ${code(other.name)}.`).join("");
      const doc = row.doc.replace(/\s*@throws.*$/s, "");
      lines.push(
        `| ${code(shown(row))} | ${cell(doc)}${also} | ${code(row.core)} | ${row.status} | ${cell(row.note ?? "")} |`,
      );
    }
    lines.push("");
  }
  return lines;
}

function constants(one) {
  return [
    `### ${one.name}`,
    "",
    one.doc,
    "",
    "| | | |",
    "| --- | --- | --- |",
    ...one.members.map(
      ({ name, value, doc, unsure }) => `| ${code(name)} | ${value}${unsure ? " \\*" : ""} | ${cell(doc)} |`,
    ),
    "",
  ];
}

/** MEMBERS.md. */
export function membersPage(classes, enumerations) {
  const legend = Object.entries(STATUSES).map(([status, meaning]) => `- **${status}**: ${meaning}.`);
  return [
    "# Members",
    "",
    "Every name of SocketTools that this package has, what it stands on, and what differs. Written from `table/` by `pnpm generate`.",
    "",
    ...legend,
    "",
    "Methods take their arguments by place, left out as `undefined`, or by name in a last object.",
    "",
    ...classes.flatMap(section),
    "## Constants",
    "",
    "Each is exported by its own name and in its enumeration. A number with \\* is this package's, as the product's is not known.",
    "",
    ...enumerations.flatMap(constants),
  ]
    .join("\n")
    .replace(/\n+$/, "\n");
}
