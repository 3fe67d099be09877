// The table as pages for people.
import {
  CERTIFICATE,
  ENUMS,
  FIREWALL,
  HEADER,
  LISTS,
  MESSAGE_RECIPIENT,
  SETTINGS,
  SMTP,
} from "../table/index.mjs";
import { STATUSES } from "../table/rows.mjs";
import { lowerFirst } from "./words.mjs";

const cell = (text) => text.replaceAll("|", "\\|");
const code = (text) => (text === "" ? "" : `\`${text.replaceAll("|", "\\|")}\``);

const accessors = (row) => {
  const get = `${row.type === "bool" ? "is" : "get"}${row.name}()`;
  return row.readonly ? code(get) : `${code(get)}, ${code(`set${row.name}(v)`)}`;
};

function inJava(row) {
  if (row.kind === "property") return accessors(row);
  if (row.kind === "event") return code(`${row.listenerMethod}(e)`);
  return code(`${lowerFirst(row.name)}(${row.params.map(({ name }) => name).join(", ")})`);
}

function inDotnet(row) {
  if (row.kind === "property") return row.java === true ? "" : code(row.name);
  if (row.kind === "event") return code(`On${row.name}`);
  return code(`${row.name}(${row.params.map(({ name }) => name).join(", ")})`);
}

const KINDS = { property: "Properties", method: "Methods", event: "Events" };

function section({ name, doc, note, members }) {
  const lines = [`## ${name}`, "", note === undefined ? doc : `${doc} ${note}`, ""];
  for (const [kind, title] of Object.entries(KINDS)) {
    const rows = members.filter((row) => row.kind === kind);
    if (rows.length === 0) continue;
    lines.push(
      `### ${title}`,
      "",
      "| Java | .NET | what it does | stands on | status | note |",
      "| --- | --- | --- | --- | --- | --- |",
    );
    for (const row of rows) {
      const fields =
        row.kind === "event" ? ` Fields: ${row.fields.map((field) => code(field.key)).join(", ")}.` : "";
      lines.push(
        `| ${inJava(row)} | ${inDotnet(row)} | ${cell(row.doc)}${fields} | ${code(row.core)} | ${row.status} | ${cell(row.note ?? "")} |`,
      );
    }
    lines.push("");
  }
  return lines;
}

function enumeration({ name, owner, doc, members }) {
  return [
    `**${name}** (in Java constants of \`${owner}\`): ${doc}`,
    "",
    ...Object.entries(members).map(([member, [value, meaning]]) => `- \`${member}\` = ${value}: ${meaning}`),
    "",
  ];
}

/** MEMBERS.md. */
export function membersPage() {
  const lists = LISTS.flatMap(({ name, doc }) => [
    `- \`${name}\`: ${doc} Java: \`add\`, \`get\`, \`item\`, \`set\`, \`remove\`, \`clear\`, \`size\`. .NET: an array with \`Count\`, \`Item\`, \`Add\`, \`Insert\`, \`RemoveAt\`, \`Remove\`, \`Clear\`, \`IndexOf\`, \`Contains\`.`,
  ]);
  return [
    "# Members",
    "",
    "Every name of the two editions, what it stands on, and what differs. Written from `table/` by `pnpm generate`.",
    "",
    ...Object.entries(STATUSES).map(([status, meaning]) => `- **${status}**: it ${meaning}.`),
    "",
    ...[SMTP, CERTIFICATE, FIREWALL, HEADER, MESSAGE_RECIPIENT].flatMap(section),
    "## Lists",
    "",
    ...lists,
    "",
    "## Enumerations",
    "",
    ...ENUMS.flatMap(enumeration),
  ]
    .join("\n")
    .replace(/\n+$/, "\n");
}

const EDITIONS = { java: "Java", dotnet: ".NET" };

function rows(settings, column) {
  return settings.map((row) => {
    const edition = row.door === undefined ? "" : ` (${EDITIONS[row.door]} alone)`;
    const fallback = row.default.length > 60 ? "all that the documents list" : code(row.default);
    return `| ${code(row.name)}${edition} | ${row.kind} | ${fallback} | ${cell(row[column])} |`;
  });
}

/** SETTINGS.md. */
export function settingsPage() {
  return [
    "# Settings",
    "",
    "Every setting of `Config`. Written from `table/settings.mjs` by `pnpm generate`. A name that is not here throws 10022.",
    "Setting an empty value (`NAME=`) is setting the default.",
    "",
    "## With an effect",
    "",
    "| setting | type | default | effect |",
    "| --- | --- | --- | --- |",
    ...rows(
      SETTINGS.filter(({ effect }) => effect !== undefined),
      "effect",
    ),
    "",
    "## Stored only",
    "",
    "They can be set and read back, and change nothing.",
    "",
    "| setting | type | default | why |",
    "| --- | --- | --- | --- |",
    ...rows(
      SETTINGS.filter(({ stored }) => stored !== undefined),
      "stored",
    ),
    "",
  ].join("\n");
}
