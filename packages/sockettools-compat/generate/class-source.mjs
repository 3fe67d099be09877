// One class of the table as TypeScript.
import { docComment, HEAD } from "../../../tooling/config/generated.mjs";
import { coercionOf, kindOf, parameterOf, typeOf } from "../table/rows.mjs";

const parameter = ({ name, type, optional }) =>
  `${name}${optional ? "?" : ""}: ${typeOf(type)}${optional ? " | undefined" : ""}`;

export function comment(doc, note) {
  const [text, thrown] = doc.split(/(?=@throws)/);
  return docComment(text, note, thrown);
}

function property(row) {
  const type = typeOf(row.type);
  const coerce = coercionOf(row.type);
  const lines = [comment(row.doc, row.note), `get ${row.name}(): ${type} { return ${row.via}; }`];
  // Nothing is an empty String; Longs and Booleans take none.
  const taken = row.type === "String" ? `${type} | null` : type;
  if (!row.readonly)
    lines.push(`set ${row.name}(value: ${taken}) { ${row.via} = ${coerce}("${row.name}", value); }`);
  for (const other of row.aka ?? []) {
    lines.push(
      comment(`The spelling of version ${other.version} of ${row.name}.`),
      `get ${other.name}(): ${type} { return this.${row.name}; }`,
    );
  }
  return lines;
}

function method(row) {
  const params = row.params.map(parameterOf);
  const positional = params.map(parameter).join(", ");
  const returns = typeOf(row.returns);
  const doc = comment(row.doc, row.note);
  if (row.given === undefined)
    return [doc, `${row.signature ?? `${row.name}(${positional}): ${returns}`} {`, ...row.code, "}"];
  const values = `given<${row.name}Values>(${constantName(row.name)}, supplied)`;
  if (params.length === 0) {
    return [
      doc,
      `${row.name}(): ${returns} {`,
      "const supplied: readonly unknown[] = [];",
      `return ${row.given}(${values});`,
      "}",
    ];
  }
  const named = `...Arguments: readonly [...positional: unknown[], named: ${row.name}Arguments]`;
  const overloads = row.overloads ?? [];
  const all = row.namedReturns ?? returns;
  return [
    doc,
    `${row.name}(${positional}): ${returns};`,
    ...overloads.flatMap((one) => [doc, one]),
    comment(`The same with named arguments, in an object behind those that are given by place.`),
    `${row.name}(${named}): ${all};`,
    `${row.name}(...supplied: readonly unknown[]): ${all} {`,
    `return ${row.given}(${values});`,
    "}",
  ];
}

const constantName = (name) => name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();

/** What `given()` has to know of a method, and its argument names as a type. */
function signature(row) {
  const params = row.params.map(parameterOf);
  const missable = new Set(row.mayMiss ?? []);
  const optional = ({ name, optional: may }) => may || missable.has(name);
  const rows = params.map((one) => `["${one.name}", "${kindOf(one.type)}", ${optional(one)}]`);
  const values = params.map(
    (one) => `${one.name}: ${typeOf(one.type)}${optional(one) ? " | undefined" : ""}`,
  );
  return [
    ...(params.length === 0
      ? []
      : [
          comment(`Named arguments of ${row.name}.`),
          `export interface ${row.name}Arguments {`,
          ...params.map((one) => `readonly ${one.name}?: ${typeOf(one.type)} | undefined;`),
          "}",
        ]),
    `type ${row.name}Values = readonly [${values.join(", ")}];`,
    `const ${constantName(row.name)}: Signature = { method: "${row.name}", parameters: [${rows.join(", ")}] };`,
    "",
  ];
}

function event(row) {
  const params = row.params.map(parameterOf);
  return [
    comment(`Event. ${row.doc}`, row.note),
    `${row.name}(${["this: this", ...params.map(parameter)].join(", ")}): void { unheard(${params.map(({ name }) => name).join(", ")}); }`,
  ];
}

const WRITERS = { property, method, event };

/** The class as a TypeScript file. Biome gives it its form. */
export function classSource(table) {
  const { name, members } = table;
  const ofKind = (kind) => members.filter((row) => row.kind === kind);
  const events = ofKind("event").map((row) => `"${row.name}"`);
  const imports = Object.entries(table.imports).map(
    ([from, names]) => `import { ${names.join(", ")} } from "${from}";`,
  );
  const statics =
    events.length === 0
      ? []
      : [
          `/** The names of the events. */\nstatic readonly Events: readonly ${name}Event[] = [${events.join(", ")}];`,
          "",
        ];
  const construct = [
    ...table.construct,
    ...(events.length > 0 ? [`defineEvents(this, ${name}.Events);`] : []),
    "// A misspelt member of ours must not become a new one; a subclass has members of its own.",
    `if (new.target === ${name}) Object.preventExtensions(this);`,
  ];
  const body = ["property", "method", "event"].flatMap((kind) =>
    ofKind(kind).flatMap((row) => ["", ...WRITERS[kind](row)]),
  );
  return [
    HEAD,
    ...imports,
    "",
    ...ofKind("method")
      .filter((row) => row.given !== undefined)
      .flatMap(signature),
    ...(events.length === 0
      ? []
      : ["/** The names of the events. */", `export type ${name}Event = ${events.join(" | ")};`, ""]),
    comment(table.doc),
    `export class ${name} {`,
    ...statics,
    "static {",
    `guardSpelling(${name});`,
    "}",
    "",
    "constructor() {",
    ...construct,
    "}",
    ...body,
    "}",
    "",
  ].join("\n");
}

/** The global constants, each by its own name and together by the name of their enumeration. */
export function constantsSource(enumerations) {
  const groups = enumerations.map((one) => [
    ...one.members.flatMap(({ name, value, doc, unsure }) => [
      comment(
        `${doc.charAt(0).toUpperCase()}${doc.slice(1)}.`,
        unsure ? "The number is this package's" : undefined,
      ),
      `export const ${name} = ${value};`,
    ]),
    comment(one.doc),
    `export const ${one.name} = { ${one.members.map(({ name }) => name).join(", ")} } as const;`,
    "",
  ]);
  return [HEAD, ...groups.flat()].join("\n");
}
