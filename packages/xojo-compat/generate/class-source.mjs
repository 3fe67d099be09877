// One class of the table as TypeScript.
import { docComment, HEAD } from "../../../tooling/config/generated.mjs";
import { coercionOf, typeOf } from "../table/rows.mjs";

function parameter(text) {
  const [name, types] = text.split(/:\s*/);
  return `${name}: ${types.split(" | ").map(typeOf).join(" | ")}${name.endsWith("?") ? " | undefined" : ""}`;
}

const nameOf = (text) => text.split(/[?:]/)[0];

function comment(doc, note) {
  const [text, thrown] = doc.split(/(?=@throws)/);
  return docComment(text, note, thrown);
}

function property(row) {
  const type = row.type.split(" | ").map(typeOf).join(" | ");
  const coerce = row.coerce ?? coercionOf(row.type) ?? "";
  const value = coerce === "" ? "value" : `${coerce}("${row.name}", value)`;
  const lines = [comment(row.doc, row.note), `get ${row.name}(): ${type} { return ${row.get ?? row.via}; }`];
  const set = row.set ?? `${row.via} = ${value}`;
  if (!row.readonly) lines.push(`set ${row.name}(value: ${row.setType ?? type}) { ${set}; }`);
  for (const other of row.aka ?? []) {
    lines.push(
      comment(`The spelling of API ${other.api} of ${row.name}.`),
      `get ${other.name}(): ${type} { return this.${row.name}; }`,
    );
    if (!row.readonly)
      lines.push(`set ${other.name}(value: ${row.setType ?? type}) { this.${row.name} = value; }`);
  }
  return lines;
}

function method(row) {
  const params = row.params.map(parameter).join(", ");
  const returns = row.returns.split(" | ").map(typeOf).join(" | ");
  const lines = [comment(row.doc, row.note), `${row.name}(${params}): ${returns} {`, ...row.code, "}"];
  for (const other of row.aka ?? []) {
    const call = `this.${row.name}(${row.params.map(nameOf).join(", ")})`;
    lines.push(
      comment(`The spelling of API ${other.api} of ${row.name}.`),
      `${other.name}(${params}): ${returns} { ${returns === "void" ? call : `return ${call}`}; }`,
    );
  }
  return lines;
}

function event(row) {
  const params = ["this: this", ...row.params.map(parameter)].join(", ");
  return [
    comment(`Event. ${row.doc}`, row.note),
    `${row.name}(${params}): ${row.returns} { unheard(${row.params.map(nameOf).join(", ")}); }`,
  ];
}

const WRITERS = { property, method, event };

/** The class as a TypeScript file. Biome gives it its form. */
export function classSource(table) {
  const { name, members } = table;
  const ofKind = (kind) => members.filter((row) => row.kind === kind);
  const events = ofKind("event").map((row) => row.name);
  const base = table.extends;
  const imports = Object.entries(table.imports).map(
    ([from, names]) => `import { ${names.join(", ")} } from "${from}";`,
  );
  const enums = (table.enums ?? []).map((one) => {
    const rows = Object.entries(one.members).map(([key, value]) => `${key}: ${value}`);
    return `/** ${one.doc} */\nexport const ${one.name} = { ${rows.join(", ")} } as const;`;
  });
  const statics = [
    ...(table.enums ?? []).map((one) => `/** ${one.doc} */\nstatic readonly ${one.name} = ${one.name};`),
    ...ofKind("constant").map((row) => `${comment(row.doc)}\nstatic readonly ${row.name} = ${row.value};`),
  ];
  if (events.length > 0) {
    const own = events.map((one) => `"${one}"`).join(", ");
    const inherited = base === undefined ? "" : `...${base}.Events, `;
    statics.push(
      `/** The names of the events. */\nstatic ${base === undefined ? "" : "override "}readonly Events: readonly string[] = [${inherited}${own}];`,
    );
  }
  const construct = [
    ...(base === undefined ? [] : ["super();"]),
    ...table.construct,
    ...(events.length > 0 ? [`defineEvents(this, [${events.map((one) => `"${one}"`).join(", ")}]);`] : []),
    "// A misspelt member of ours must not become a new one; a subclass has members of its own.",
    `if (new.target === ${name}) Object.preventExtensions(this);`,
  ];
  const doc = table.parametersDoc === undefined ? [] : [`/** ${table.parametersDoc} */`];
  const order = ["property", "method", "event"];
  const body = order.flatMap((kind) => ofKind(kind).flatMap((row) => ["", ...WRITERS[kind](row)]));
  return [
    HEAD,
    ...imports,
    "",
    ...enums,
    "",
    comment(table.doc),
    `export class ${name}${base === undefined ? "" : ` extends ${base}`} {`,
    ...statics,
    "",
    "static {",
    `guardSpelling(${name});`,
    "}",
    "",
    ...doc,
    `constructor(${table.parameters ?? ""}) {`,
    ...construct,
    "}",
    ...body,
    "}",
    "",
  ].join("\n");
}
