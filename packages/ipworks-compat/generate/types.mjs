// The table's types in each door's TypeScript.
import { ENUMS } from "../table/index.mjs";

const PLAIN = {
  text: "string",
  int: "number",
  bool: "boolean",
  bytes: "Uint8Array",
  void: "void",
  Stream: "MessageStream",
};
const enumNamed = (type) => ENUMS.find(({ name }) => name === type);

/** Java has numbers where .NET has enumerations. */
export function typeIn(door, type) {
  if (enumNamed(type) !== undefined && door === "java") return "number";
  return PLAIN[type] ?? type;
}

/** The expression that checks a value on its way in. */
export function coerced(member, type, value) {
  const one = enumNamed(type);
  if (one !== undefined) {
    const numbers = Object.values(one.members).map(([number]) => number);
    return { code: `choice("${member}", ${value}, [${numbers.join(", ")}])`, uses: "choice" };
  }
  const uses = { text: "text", int: "integer", bool: "truth", bytes: "octets" }[type];
  return uses === undefined ? undefined : { code: `${uses}("${member}", ${value})`, uses };
}

export const isEnum = (type) => enumNamed(type) !== undefined;
