// The words of the table. A row says what a member of Xojo is here: `core` names what it stands on, `status` how near it comes,
// `note` what differs. `code` is the body that the generator writes.
//
//   same      does what it does in Xojo
//   mapped    the same for the program, made otherwise
//   differs   a program may have to be changed; the note says how
//   stored    kept and given back, without effect
//   no-op     has nothing to do here

/** The statuses, in the order of the documentation's legend. */
export const STATUSES = {
  same: "does what it does in Xojo",
  mapped: "does the same for the program, made otherwise",
  differs: "a line may have to be changed; the note says how",
  stored: "is kept and given back, without effect",
  "no-op": "has nothing to do here",
};

/** Xojo's types in TypeScript. */
const TYPES = { String: "string", Integer: "number", Boolean: "boolean", void: "void" };
const COERCIONS = { String: "text", Integer: "integer", Boolean: "truth" };

export const typeOf = (type) => TYPES[type] ?? type;
export const coercionOf = (type) => COERCIONS[type];

/**
 * A property that can be set. `via` is the expression behind it.
 *
 * @param {string} name
 * @param {string} type
 * @param {{ via: string, core: string, status?: string, doc: string, note?: string, aka?: object[], setType?: string, coerce?: string }} row
 */
export const property = (name, type, row) => ({ kind: "property", name, type, status: "same", ...row });

/** A property that is only read. */
export const fact = (name, type, row) => ({
  kind: "property",
  readonly: true,
  name,
  type,
  status: "same",
  ...row,
});

/** A method. Parameters are written `Name: Type`, optional ones `Name?: Type`. */
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

/** A number that a class holds. */
export const constant = (name, value, doc) => ({
  kind: "constant",
  name,
  value,
  doc,
  status: "same",
  core: "",
});

/** Another spelling, and the API that has it. */
export const aka = (name, api) => ({ name, api });
