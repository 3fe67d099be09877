// The words of the table. A row says what a member of the control is here: `core` names what it stands on, `status` how near it
// comes, `note` what differs.

/** The statuses, in the order of the documentation's legend. */
export const STATUSES = {
  same: "does what it does in the control",
  mapped: "does the same for the program, made otherwise",
  differs: "a line may have to be changed; the note says how",
  stored: "is kept and given back, without effect",
  "no-op": "has nothing to do here",
};

/** Visual Basic's types in TypeScript. A Variant that holds a message is a `Content`; a ByRef String is taken by a holder. */
const TYPES = {
  String: "string",
  Long: "number",
  Boolean: "boolean",
  Content: "MessageContent",
  Holder: "Holder<string>",
};
const COERCIONS = { String: "text", Long: "integer", Boolean: "truth" };
const KINDS = { String: "text", Long: "integer", Content: "content", Holder: "holder" };

export const typeOf = (type) => type.replace(/\b[A-Z]\w+\b/g, (word) => TYPES[word] ?? word);
export const coercionOf = (type) => COERCIONS[type];
/** How an argument of the type is read; see src/language/arguments.ts. */
export const kindOf = (type) => KINDS[type];

/** `Name: Type` or `Name?: Type`, taken apart. */
export function parameterOf(text) {
  const [name, type] = text.split(/\??:\s*/);
  return { name, type, optional: text.includes("?:") };
}

/** A property that can be set. `via` is the expression behind it. */
export const property = (name, type, row) => ({ kind: "property", name, type, status: "same", ...row });

/** A property that is only read. */
export const fact = (name, type, row) => property(name, type, { readonly: true, ...row });

/**
 * A method. `given` is the expression of a method that takes the call as it was written, named arguments and all; `code` in its
 * place is the body.
 */
export const method = (name, params, returns, row) => ({
  kind: "method",
  name,
  params,
  returns,
  status: "same",
  ...row,
});

/** An event. */
export const event = (name, params, row) => ({
  kind: "event",
  name,
  params,
  returns: "void",
  status: "same",
  core: "Observer",
  ...row,
});

/** Another spelling, and the version that has it. */
export const aka = (name, version) => ({ name, version });
