// The words of the table. A row names a member once; each door spells it in its own way. `key` is the member of the state
// behind it, `core` what it stands on, `status` how near it comes to the product, `note` what differs.

/** The statuses, in the order of the documentation's legend. */
export const STATUSES = {
  same: "does what it does in the product",
  mapped: "does the same for the program, made otherwise",
  differs: "a line may have to be changed; the note says how",
  stored: "is kept and given back, without effect",
};

const lowerFirst = (name) => name.charAt(0).toLowerCase() + name.slice(1);

/**
 * A property. Types: `text`, `int`, `bool`, `bytes`, the name of an enumeration or of a class.
 *
 * @param {string} name as .NET spells it
 * @param {string} type
 * @param {{ doc: string, key?: string, core?: string, status?: string, note?: string, throws?: string }} row
 */
export const property = (name, type, row) => ({
  kind: "property",
  name,
  type,
  key: lowerFirst(name),
  core: "",
  status: "same",
  ...row,
});

/** A property that is only read. */
export const fact = (name, type, row) => ({ ...property(name, type, row), readonly: true });

/**
 * A method. `waits`: it returns a promise. Parameters are `name: type`.
 *
 * @param {string} name as .NET spells it
 */
export const method = (name, params, returns, row) => ({
  kind: "method",
  name,
  params: params.map((text) => {
    const [param, type] = text.split(": ");
    return { name: param, type };
  }),
  returns,
  key: lowerFirst(name),
  waits: false,
  core: "",
  status: "same",
  ...row,
});

/**
 * An event. Fields are `name: type`, as .NET spells them; `!` after the name: a handler may assign it. `dotnet` are fields
 * that .NET alone has.
 */
export const event = (name, fields, row) => {
  const field = (text) => {
    const [written, type] = text.split(": ");
    const writable = written.endsWith("!");
    const key = writable ? written.slice(0, -1) : written;
    return { name: key, key: lowerFirst(key), type, writable };
  };
  return {
    kind: "event",
    name,
    fields: fields.map(field),
    listenerMethod: lowerFirst(name),
    core: "Observer",
    status: "same",
    ...row,
    dotnet: (row.dotnet ?? []).map(field),
  };
};

/** An enumeration. `owner` is the class that has its members as constants in Java. */
export const enumeration = (name, owner, members, row) => ({ name, owner, members, ...row });
