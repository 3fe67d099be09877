// Certificate, Firewall, Header, MessageRecipient and the lists, for each door.
import { ENUMS } from "../table/index.mjs";
import { WRITERS } from "./members.mjs";
import { isEnum } from "./types.mjs";
import { comment, HEAD, imports } from "./words.mjs";

const STATES = {
  CertificateState: ["../../certificate/certificate-state.js", "certificateStates"],
  FirewallState: ["../../connection/firewall-state.js", "firewallStates"],
  HeaderState: ["../../message/recipient.js", "headerStates"],
  RecipientState: ["../../message/recipient.js", "recipientStates"],
};

/** Java's constants of the enumerations that belong to a class. */
export function constantsOf(owner) {
  return ENUMS.filter((one) => one.owner === owner).flatMap((one) =>
    Object.entries(one.members).flatMap(([name, [value, doc]]) => [
      comment(`${one.name}: ${doc}.`),
      `static readonly ${name} = ${value};`,
    ]),
  );
}

export function typeSource(table, door) {
  const [stateFile, registry] = STATES[table.state];
  const state = `${registry}.of(this)`;
  const rows = table.members.filter((row) => door === "java" || row.java !== true);
  const written = rows.map((row) => WRITERS[door].property(row, state));
  const uses = new Set(
    written.flatMap((one) => one.uses).filter((name) => name !== undefined && !name.endsWith("States")),
  );
  const enums = door === "dotnet" ? [...new Set(rows.map(({ type }) => type).filter(isEnum))] : [];
  const constructed = new Set(
    table.constructors.flatMap((params) => params.map((text) => text.split(": ")[1])).filter(isEnum),
  );
  const types = door === "dotnet" ? [...new Set([...enums, ...constructed])] : [];
  const isCertificate = table.state === "CertificateState";
  const signature = (params) =>
    params
      .map((text) => {
        const [name, type] = text.split(": ");
        return `${name}: ${door === "java" && isEnum(type) ? "number" : type}`;
      })
      .join(", ");
  const overloads = table.constructors.map((params) => `constructor(${signature(params)});`);
  const last = table.constructors.reduce(
    (longest, params) => (params.length > longest.length ? params : longest),
    [],
  );
  const construct = isCertificate
    ? {
        params: "...given: readonly unknown[]",
        code: `${registry}.attach(this, new CertificateState((code, text, cause) => new IPWorksException(code, text, cause)).open(...given));`,
      }
    : last.length === 0
      ? { params: "", code: `${registry}.attach(this, new ${table.state}());` }
      : {
          params: last
            .map((text) => `${text.split(": ")[0]}?: ${signature([text]).split(": ")[1]}`)
            .join(", "),
          code: `${registry}.attach(this, new ${table.state}(${last.map((text) => text.split(": ")[0]).join(", ")}));`,
        };
  return [
    HEAD,
    ...imports({
      "../../coerce.js": [...uses].sort(),
      [stateFile]: [table.state, registry],
      ...(types.length > 0 ? { "./enums.js": types.map((name) => `type ${name}`) } : {}),
      ...(isCertificate ? { "./ipworks-exception.js": ["IPWorksException"] } : {}),
    }),
    "",
    comment(table.doc, table),
    `export class ${table.name} {`,
    ...(door === "java" ? constantsOf(table.name) : []),
    "",
    ...(isCertificate
      ? [
          "/**\n * An empty certificate, a certificate in a file or in memory, or one of a store, chosen by its subject, by a configuration\n * line `Thumbprint=…`, or by the certificate itself, whose key is then looked for.\n *\n * @throws IPWorksException 271, 272; for what has to be read from a file, `ready(certificate)` throws it\n */",
        ]
      : []),
    ...(overloads.length > 1 ? overloads : []),
    `constructor(${construct.params}) { ${construct.code} }`,
    ...written.flatMap(({ lines }) => ["", ...lines]),
    "}",
    "",
  ].join("\n");
}

const LIST_BODIES = {
  java: ({ name, item }) => `
export class ${name} implements Iterable<${item}> {
  constructor() { listItems.attach(this, []); }

  /** Appends an item; true, as Java's lists say. */
  add(item: ${item}): boolean;
  /** Puts an item in before another. @throws RangeError */
  add(index: number, item: ${item}): void;
  add(first: ${item} | number, second?: ${item}): boolean | undefined {
    const items = listItems.of(this);
    if (typeof first === "number") {
      items.splice(place(first, items.length + 1), 0, checked(second));
      return undefined;
    }
    items.push(checked(first));
    return true;
  }

  /** The item at a place, from 0 on. @throws RangeError */
  get(index: number): ${item} {
    const items = listItems.of(this);
    return items[place(index, items.length)] as ${item};
  }

  /** The older spelling of get. @throws RangeError */
  item(index: number): ${item} { return this.get(index); }

  /** Puts an item in the place of another, and gives that back. @throws RangeError */
  set(index: number, item: ${item}): ${item} {
    const before = this.get(index);
    listItems.of(this)[index] = checked(item);
    return before;
  }

  /** Takes an item out, and gives it back. @throws RangeError */
  remove(index: number): ${item} {
    const before = this.get(index);
    listItems.of(this).splice(index, 1);
    return before;
  }

  /** Takes all items out. */
  clear(): void { listItems.of(this).length = 0; }

  /** How many there are. */
  size(): number { return listItems.of(this).length; }

  /** The items in order. */
  [Symbol.iterator](): IterableIterator<${item}> { return (listItems.of(this) as ${item}[])[Symbol.iterator](); }
}
`,
  dotnet: ({ name, item }) => `
export class ${name} extends Array<${item}> {
  /** What \`map\` and its like make is a plain array. */
  static override get [Symbol.species](): ArrayConstructor { return Array; }

  constructor() {
    super();
    listItems.attach(this, this);
  }

  /** How many there are. */
  get Count(): number { return this.length; }

  /** The item at a place, from 0 on; \`list[0]\` gives undefined where this throws. @throws RangeError */
  Item(index: number): ${item} { return this[place(index, this.length)] as ${item}; }

  /** Appends an item. */
  Add(item: ${item}): void { this.push(checked(item)); }

  /** Puts an item in before another. @throws RangeError */
  Insert(index: number, item: ${item}): void { this.splice(place(index, this.length + 1), 0, checked(item)); }

  /** Takes out the item at a place. @throws RangeError */
  RemoveAt(index: number): void { this.splice(place(index, this.length), 1); }

  /** Takes an item out; false when it is not there. */
  Remove(item: ${item}): boolean {
    const at = this.indexOf(item);
    if (at >= 0) this.splice(at, 1);
    return at >= 0;
  }

  /** Takes all items out. */
  Clear(): void { this.length = 0; }

  /** The place of an item, or -1. */
  IndexOf(item: ${item}): number { return this.indexOf(item); }

  /** The item is there. */
  Contains(item: ${item}): boolean { return this.includes(item); }
}
`,
};

export function listSource(list, door) {
  const registry = list.item === "Header" ? "headerStates" : "recipientStates";
  return [
    HEAD,
    ...imports({
      "../../message/recipient.js": ["listItems", registry],
      [`./${list.item === "Header" ? "header" : "message-recipient"}.js`]: [`type ${list.item}`],
    }),
    "",
    comment(list.doc),
    LIST_BODIES[door](list).trim(),
    "",
    `function checked(item: ${list.item} | undefined): ${list.item} { ${registry}.of(item as ${list.item}); return item as ${list.item}; }`,
    "",
    `function place(index: number, end: number): number {`,
    `  if (Number.isInteger(index) && index >= 0 && index < end) return index;`,
    `  throw new RangeError(\`there is no item \${index}\`);`,
    "}",
    "",
  ].join("\n");
}

/** The exception of a door. */
export function exceptionSource() {
  return `${HEAD}
import { NumberedError } from "../../failure.js";

/** What methods throw. Numbers and their meanings: ERROR_CODES. \`IPWorksException.is()\` holds across copies of the package. */
export class IPWorksException extends NumberedError {
  /**
   * @param code the number; 0 unless given
   * @param message the text
   * @param cause the error behind it
   */
  constructor(code = 0, message = "", cause: unknown = undefined) { super(code, message, cause); }
}
`;
}

/** .NET's enumerations. */
export function enumsSource() {
  const parts = ENUMS.flatMap((one) => {
    const members = Object.entries(one.members).map(
      ([name, [value, doc]]) => `/** ${doc.charAt(0).toUpperCase()}${doc.slice(1)}. */\n${name}: ${value},`,
    );
    return [
      comment(one.doc),
      `export const ${one.name} = {`,
      ...members,
      "} as const;",
      comment(`A value of ${one.name}.`),
      `export type ${one.name} = (typeof ${one.name})[keyof typeof ${one.name}];`,
      "",
    ];
  });
  return [HEAD, ...parts].join("\n");
}
