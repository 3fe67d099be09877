// Visual Basic's arguments: by place, left out, or by name (`Options := smtpOptionExtended`), which here is a last object with
// those names.
import { stErrorInvalidParameter } from "../error-numbers.js";
import { SocketToolsError } from "../errors.js";
import { integer, text } from "./coerce.js";

/** `content` is what a Variant with a message can be; `holder` takes a ByRef result. */
export type ParameterKind = "text" | "integer" | "content" | "holder";

/** Name, kind, and whether it may be left out. */
export type Parameter = readonly [name: string, kind: ParameterKind, optional: boolean];

/** A method as the table has it. */
export interface Signature {
  readonly method: string;
  readonly parameters: readonly Parameter[];
}

/** A call, as it was written. */
export interface Given<Values extends readonly unknown[]> {
  readonly method: string;
  /** The arguments in the order of the parameters; undefined for one that was left out. @throws SocketToolsError */
  read(): Values;
}

/** @internal */
export function given<Values extends readonly unknown[]>(
  signature: Signature,
  supplied: readonly unknown[],
): Given<Values> {
  return { method: signature.method, read: () => readArguments(signature, supplied) as unknown as Values };
}

function readArguments({ method, parameters }: Signature, supplied: readonly unknown[]): unknown[] {
  const values: unknown[] = parameters.map((_parameter, at) => supplied[at] ?? undefined);
  const last = values.findLastIndex((value) => value !== undefined);
  if (last >= 0 && isNamed(values[last], parameters, last)) {
    const named = values[last] as Readonly<Record<string, unknown>>;
    values[last] = undefined;
    for (const [name, value] of Object.entries(named)) {
      const at = parameters.findIndex(([own]) => own.toLowerCase() === name.toLowerCase());
      if (at < 0) throw wrong(method, `has no argument ${name}`);
      if (values[at] !== undefined) throw wrong(method, `was given ${name} twice`);
      values[at] = value ?? undefined;
    }
  }
  return parameters.map(([name, kind, optional], at) => {
    const value = values[at];
    if (value !== undefined) return converted(method, name, kind, value);
    if (!optional) throw wrong(method, `needs ${name}`);
    return undefined;
  });
}

/** A holder is an object too: in its place only an object of argument names means named arguments. */
function isNamed(value: unknown, parameters: readonly Parameter[], at: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  if (parameters[at]?.[1] !== "holder") return true;
  const names = Object.keys(value).map((name) => name.toLowerCase());
  return names.length > 0 && names.every((name) => parameters.some(([own]) => own.toLowerCase() === name));
}

function converted(method: string, name: string, kind: ParameterKind, value: unknown): unknown {
  switch (kind) {
    case "text":
    case "integer":
      try {
        return kind === "text" ? text(name, value) : integer(name, value);
      } catch (cause) {
        throw wrong(method, `: ${(cause as Error).message}`);
      }
    case "holder":
      if (typeof value === "object") return value;
      throw wrong(method, `: ${name} takes a holder, as { value: "" }`);
    case "content":
      return value;
  }
}

function wrong(method: string, what: string): SocketToolsError {
  return new SocketToolsError(`${method}${what.startsWith(":") ? "" : " "}${what}`, {
    number: stErrorInvalidParameter,
  });
}
