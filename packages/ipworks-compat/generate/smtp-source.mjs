// The class SMTP and its events, for each door.
import { ENUMS, SMTP } from "../table/index.mjs";
import { constantsOf } from "./class-source.mjs";
import { WRITERS } from "./members.mjs";
import { isEnum, typeIn } from "./types.mjs";
import { comment, HEAD, imports } from "./words.mjs";

const EVENTS = SMTP.members.filter((row) => row.kind === "event");
const MEMBERS = SMTP.members.filter((row) => row.kind !== "event");
const STATE = "mailers.of(this)";

const SEAL = [
  "  // A property of a wrong name is an error in JavaScript too. A subclass may have fields of its own.",
  "  if (new.target === SMTP) Object.preventExtensions(this);",
];

const HOST = `    fail: (code, text, cause) => new IPWorksException(code, text, cause),
    newCertificate: () => new Certificate(),
    newFirewall: () => new Firewall(),
    newRecipientList: () => new MessageRecipientList(),
    newRecipient: (state) => {
      const recipient = new MessageRecipient();
      recipientStates.attach(recipient, state);
      return recipient;
    },
    newHeaderList: (rows) => {
      const list = new HeaderList();
      for (const [field, value] of rows) listItems.of(list).push(new Header(field, value));
      return list;
    },`;

const DOOR_IMPORTS = (door) => ({
  "../../mailer.js": ["Mailer", "mailers"],
  "../../host.js": ["type EventFields", "type EventName", "type Host"],
  "../../message/recipient.js": ["listItems", "recipientStates"],
  "../../message/body-stream.js": ["type MessageStream"],
  "../../certificate/certificate-state.js": ["certificateStates"],
  "../../connection/firewall-state.js": ["firewallStates"],
  "./certificate.js": ["Certificate"],
  "./firewall.js": ["Firewall"],
  "./header.js": ["Header"],
  "./header-list.js": ["HeaderList"],
  "./message-recipient.js": ["MessageRecipient"],
  "./message-recipient-list.js": ["MessageRecipientList"],
  "./ipworks-exception.js": ["IPWorksException"],
  "./smtp-events.js": EVENTS.map(({ name }) => eventClass(door, name)),
});

const eventClass = (door, name) => (door === "java" ? `SMTP${name}Event` : `SMTP${name}EventArgs`);

function members(door) {
  const written = MEMBERS.map((row) => WRITERS[door][row.kind](row, STATE, door));
  const uses = written
    .flatMap((one) => one.uses)
    .filter((name) => name !== undefined && !/States$|^listItems$/.test(name));
  return { lines: written.flatMap(({ lines }) => ["", ...lines]), uses: [...new Set(uses)].sort() };
}

// ---- Java ------------------------------------------------------------------------------------------------------------

export function javaEvents() {
  const classes = EVENTS.flatMap((row) => {
    const fields = row.fields.map(
      (field) =>
        `/** ${docOf(row, field)} */\n${field.writable ? "" : "readonly "}${field.key}: ${typeIn("java", field.type)};`,
    );
    const assigns = row.fields.map(({ key }) => `this.${key} = fields.${key};`);
    return [
      comment(row.doc, row),
      `export class ${eventClass("java", row.name)} extends SMTPEvent {`,
      ...fields,
      "",
      `constructor(source: object, fields: EventFields["${row.name}"]) { super(source); ${assigns.join(" ")} }`,
      "}",
      "",
    ];
  });
  const methods = EVENTS.map(
    (row) => `${comment(row.doc, row)}\n${row.listenerMethod}?(e: ${eventClass("java", row.name)}): void;`,
  );
  const defaults = EVENTS.map(
    (row) =>
      `${comment(row.doc, row)}\n${row.listenerMethod}(_e: ${eventClass("java", row.name)}): void {}\n`,
  );
  return [
    HEAD,
    ...imports({ "../../host.js": ["type EventFields"] }),
    "",
    "/** What every event has. */",
    "export class SMTPEvent {",
    "readonly #source: object;",
    "",
    "constructor(source: object) { this.#source = source; }",
    "",
    "/** The SMTP object that fired it. */",
    "getSource(): object { return this.#source; }",
    "}",
    "",
    ...classes,
    "/** Somebody who listens. Handlers are called in the turn of their event; what one throws comes out of the method that runs. */",
    "export interface SMTPEventListener {",
    ...methods,
    "}",
    "",
    "/** A listener that does nothing: override what you want to hear. */",
    "export class DefaultSMTPEventListener implements SMTPEventListener {",
    ...defaults,
    "}",
    "",
  ].join("\n");
}

export function javaSmtp() {
  const { lines, uses } = members("java");
  const cases = EVENTS.map((row) => {
    const write = row.fields.filter(({ writable }) => writable).map(({ key }) => `fields.${key} = e.${key};`);
    return `${row.name}: (smtp, listener, fields) => {
      const e = new ${eventClass("java", row.name)}(smtp, fields);
      listener.${row.listenerMethod}?.(e);
      ${write.join(" ")}
    },`;
  });
  return [
    HEAD,
    ...imports({
      ...DOOR_IMPORTS("java"),
      "../../coerce.js": uses,
      "./smtp-events.js": ["type SMTPEventListener", ...EVENTS.map(({ name }) => eventClass("java", name))],
    }),
    "",
    "/** Makes the object of an event, calls the listener, and takes back what it assigned. */",
    `const DISPATCH: { readonly [Name in EventName]: (smtp: SMTP, listener: SMTPEventListener, fields: EventFields[Name]) => void } = {`,
    ...cases,
    "};",
    "",
    comment(SMTP.doc),
    "export class SMTP {",
    ...constantsOf("SMTP"),
    "",
    "constructor() {",
    '  mailers.attach(this, new Mailer(hostOf(this), "java"));',
    ...SEAL,
    "}",
    ...lines,
    "",
    comment("Takes the one listener.", { throws: "211 when there is one already" }),
    "addSMTPEventListener(l: SMTPEventListener): void {",
    `  if (LISTENERS.get(this) !== undefined) throw new IPWorksException(211, "there is a listener already: remove it first");`,
    "  LISTENERS.set(this, l);",
    "}",
    "",
    comment("Takes the listener away. Does nothing when it is not the one."),
    "removeSMTPEventListener(l: SMTPEventListener): void { if (LISTENERS.get(this) === l) LISTENERS.delete(this); }",
    "",
    comment("The older spelling of addSMTPEventListener."),
    "addSmtpEventListener(l: SMTPEventListener): void { this.addSMTPEventListener(l); }",
    "",
    comment("The older spelling of removeSMTPEventListener."),
    "removeSmtpEventListener(l: SMTPEventListener): void { this.removeSMTPEventListener(l); }",
    "}",
    "",
    "const LISTENERS = new WeakMap<object, SMTPEventListener>();",
    "",
    "function hostOf(smtp: SMTP): Host {",
    "  return {",
    HOST,
    "    raise: (event, fields) => {",
    "      const listener = LISTENERS.get(smtp);",
    "      if (listener !== undefined) DISPATCH[event](smtp, listener, fields);",
    "    },",
    "  };",
    "}",
    "",
  ].join("\n");
}

function docOf(row, { name }) {
  const docs = {
    ConnectionEvent: "What changed.",
    StatusCode: "0, or the number of the error that ended the connection.",
    Description: "The text.",
    Direction:
      row.name === "PITrail" ? "0: the client's, 1: the server's, 2: a note." : "Always 0: the client sends.",
    ErrorCode: "The number.",
    Address: "A name and an address, or an address.",
    Message: "The line.",
    CertEncoded: "The certificate as PEM.",
    CertEncodedB: "The same as octets.",
    CertSubject: "Whose it is.",
    CertIssuer: "Who issued it.",
    Status: "`OK`, or what is wrong with it.",
    Accept: "Whether to go on. Assign it to decide.",
    BytesTransferred: "Octets of the body that went out so far.",
    PercentDone: "0 to 100; -1 when the size is not known.",
    Text: "The piece.",
    TextB: "The same as octets.",
  };
  return docs[name];
}

// ---- .NET ------------------------------------------------------------------------------------------------------------

export function dotnetEvents() {
  const classes = EVENTS.flatMap((row) => {
    const all = [...row.fields, ...row.dotnet];
    const type = (field) => typeIn("dotnet", row.dotnetTypes?.[field.name] ?? field.type);
    const fields = all.map(
      (field) =>
        `/** ${docOf(row, field)} */\n${field.writable ? "" : "readonly "}${field.name}: ${type(field)};`,
    );
    const value = (field) => {
      const own = `fields.${field.key.replace(/B$/, "")}`;
      return type(field) === "string" && field.type === "bytes"
        ? `Buffer.from(${own}).toString("utf8")`
        : own;
    };
    return [
      comment(row.doc, row),
      `export class ${eventClass("dotnet", row.name)} {`,
      ...fields,
      "",
      `constructor(fields: EventFields["${row.name}"]) { ${all.map((field) => `this.${field.name} = ${value(field)};`).join(" ")} }`,
      "}",
      "",
    ];
  });
  return [HEAD, ...imports({ "../../host.js": ["type EventFields"] }), "", ...classes].join("\n");
}

export function dotnetSmtp() {
  const { lines, uses } = members("dotnet");
  const slots = EVENTS.flatMap((row) => [
    comment(`Event. ${row.doc}`, row),
    `declare readonly On${row.name}: EventSlot<SMTP, ${eventClass("dotnet", row.name)}>;`,
  ]);
  const cases = EVENTS.map((row) => {
    const write = row.fields
      .filter(({ writable }) => writable)
      .map(({ key, name }) => `fields.${key} = e.${name};`);
    return `${row.name}: (smtp, fields) => {
      const e = new ${eventClass("dotnet", row.name)}(fields);
      smtp.On${row.name}.raise(smtp, e);
      ${write.join(" ")}
    },`;
  });
  const enums = [
    ...new Set(MEMBERS.map(({ type }) => type).filter((type) => type !== undefined && isEnum(type))),
  ];
  return [
    HEAD,
    ...imports({
      ...DOOR_IMPORTS("dotnet"),
      "../../coerce.js": uses,
      "../../event-slot.js": ["addSlots", "EventSlot"],
      "./enums.js": enums.map((name) => `type ${name}`),
    }),
    "",
    "/** Makes the object of an event, calls the handlers, and takes back what they assigned. */",
    `const DISPATCH: { readonly [Name in EventName]: (smtp: SMTP, fields: EventFields[Name]) => void } = {`,
    ...cases,
    "};",
    "",
    comment(SMTP.doc),
    "export class SMTP {",
    ...slots,
    "",
    "constructor() {",
    "  addSlots(this, Object.keys(DISPATCH));",
    '  mailers.attach(this, new Mailer(hostOf(this), "dotnet"));',
    ...SEAL,
    "}",
    ...lines,
    "",
    comment('Adds a handler by the event\'s name, with or without `On`: `smtp.on("PITrail", (e) => …)`.', {
      throws: "10022 for a name that is no event",
    }),
    `on<Name extends EventName>(event: Name | \`On\${Name}\`, handler: (e: SMTPEventArgs[Name]) => void): this {`,
    `  const slot = (this as unknown as Record<string, unknown>)[\`On\${event.replace(/^On(?=[A-Z])/, "")}\`];`,
    `  if (!(slot instanceof EventSlot)) throw new IPWorksException(10022, \`[10022] there is no event \${event}\`);`,
    "  slot.add((_sender, e) => handler(e as SMTPEventArgs[Name]));",
    "  return this;",
    "}",
    "",
    comment("Drops the connection. For `using` of .NET programs."),
    `Dispose(): void { ${STATE}.dispose(); }`,
    "}",
    "",
    "/** The arguments of each event by its name. */",
    "export interface SMTPEventArgs {",
    ...EVENTS.map((row) => `${comment(row.doc)}\n${row.name}: ${eventClass("dotnet", row.name)};`),
    "}",
    "",
    "function hostOf(smtp: SMTP): Host {",
    "  return {",
    HOST,
    "    raise: (event, fields) => DISPATCH[event](smtp, fields),",
    "  };",
    "}",
    "",
  ].join("\n");
}

// ---- The doors -------------------------------------------------------------------------------------------------------

const SHARED = [
  'export { ready } from "./certificate/certificate-state.js";',
  'export { ERROR_CODES, type ErrorNumber } from "./error-numbers.js";',
  'export { NumberedError } from "./failure.js";',
  'export type { EventFields, EventName } from "./host.js";',
  'export type { MessageStream } from "./message/body-stream.js";',
];

const TITLES = {
  java: "IPWorks SMTP as Java programs know it.",
  dotnet: "IPWorks SMTP as .NET programs know it.",
};

/** What each file of a door exports. */
function namesOf(door) {
  const events = EVENTS.map(({ name }) => eventClass(door, name));
  const older = events.map((name) => `${name} as ${name.replace(/^SMTP/, "Smtp")}`);
  return {
    "certificate.js": ["Certificate"],
    "firewall.js": ["Firewall"],
    "header.js": ["Header"],
    "header-list.js": ["HeaderList"],
    "ipworks-exception.js": ["IPWorksException"],
    "message-recipient.js": ["MessageRecipient"],
    "message-recipient-list.js": ["MessageRecipientList"],
    "smtp.js": ["SMTP", "SMTP as Smtp", ...(door === "dotnet" ? ["type SMTPEventArgs"] : [])],
    "smtp-events.js": [
      ...events,
      ...older,
      ...(door === "java"
        ? [
            "SMTPEvent",
            "type SMTPEventListener",
            "DefaultSMTPEventListener",
            "DefaultSMTPEventListener as DefaultSmtpEventListener",
            "type SMTPEventListener as SmtpEventListener",
          ]
        : []),
    ],
    ...(door === "dotnet"
      ? {
          "enums.js": ENUMS.flatMap(({ name, older: before }) =>
            before === undefined ? [name] : [name, `${name} as ${before}`],
          ),
        }
      : {}),
  };
}

/** The names of a door that the other has too: the root shows them as one object. */
export function namesSource(door) {
  return [
    HEAD.trimEnd(),
    `// ${TITLES[door]}`,
    'import { SETTINGS, type SettingRow } from "../settings.js";',
    "",
    ...Object.entries(namesOf(door)).map(([file, list]) => `export { ${list.join(", ")} } from "./${file}";`),
    "/** The settings of this edition: their defaults, what they do here, or why they are only kept. */",
    `export const CONFIG_SETTINGS: readonly SettingRow[] = SETTINGS.filter(({ door }) => door === undefined || door === "${door}");`,
    "",
  ].join("\n");
}

/** A door: its names, and what both share. */
export function doorSource(door) {
  const names = Object.values(namesOf(door)).flat();
  const shown = names.map((name) => name.replace(/^(type )?\S+ as /, "$1"));
  return [
    HEAD.trimEnd(),
    `// ${TITLES[door]}`,
    "",
    `export { CONFIG_SETTINGS, ${shown.join(", ")} } from "./generated/${door}/names.js";`,
    ...SHARED,
    ...(door === "dotnet" ? ['export { EventSlot } from "./event-slot.js";'] : []),
    'export type { SettingRow } from "./generated/settings.js";',
    "",
  ].join("\n");
}
