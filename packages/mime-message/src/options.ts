// One check of every object that callers hand in: no unknown names, and values of the kind that is expected.
import { MimeError, quoteForError } from "./errors.js";

/** What a value must be; undefined always passes. `any` is checked where it is used. */
export type FieldKind = "text" | "flag" | "number" | "object" | "list" | "function" | "any";

const EXPECTED: Record<FieldKind, string> = {
  text: "a string",
  flag: "true or false",
  number: "a number",
  object: "an object",
  list: "an array",
  function: "a function",
  any: "anything",
};

function isOfKind(value: unknown, kind: FieldKind): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "flag":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number";
    case "object":
      return typeof value === "object" && value !== null;
    case "list":
      return Array.isArray(value);
    case "function":
      return typeof value === "function";
    case "any":
      return true;
  }
}

/** The known names of `T` with the kind of each; leaving one out does not compile. */
export function fieldsOf<T>(
  kinds: { readonly [K in keyof Required<T>]: FieldKind },
): ReadonlyMap<string, FieldKind> {
  return new Map(Object.entries(kinds) as [string, FieldKind][]);
}

/**
 * Refuses own names of `object` that are not known, since a misspelt option must not be silently without effect, and
 * values of the wrong kind. `elsewhere` says of names that other products have there where they are to be found here.
 *
 * @throws MimeError `ERR_MIME_UNKNOWN_OPTION`, `ERR_MIME_INVALID_OPTION`
 */
export function checkFields(
  object: object,
  known: ReadonlyMap<string, FieldKind>,
  what: string,
  elsewhere?: Readonly<Record<string, string>>,
): void {
  if (typeof object !== "object" || object === null) {
    throw new MimeError("ERR_MIME_INVALID_OPTION", `${what} must be an object`, { subject: what });
  }
  for (const name in object) {
    const kind = known.get(name);
    if (kind === undefined) {
      if (!Object.hasOwn(object, name)) continue;
      const hint = hintFor(name, known, elsewhere);
      throw new MimeError(
        "ERR_MIME_UNKNOWN_OPTION",
        `${what} has no option named ${quoteForError(name)}${hint === undefined ? "" : `: ${hint}`}`,
        { subject: name },
      );
    }
    if (kind === "any") continue;
    const value = (object as Record<string, unknown>)[name];
    if (value !== undefined && !isOfKind(value, kind)) {
      throw new MimeError(
        "ERR_MIME_INVALID_OPTION",
        `${name} of ${what.replace(/^The /, "the ")} must be ${EXPECTED[kind]}`,
        {
          subject: name,
        },
      );
    }
  }
}

/** Where a name belongs, or which one was meant: case, hyphens and underscores are what ported code has otherwise. */
function hintFor(
  name: string,
  known: ReadonlyMap<string, FieldKind>,
  elsewhere: Readonly<Record<string, string>> | undefined,
): string | undefined {
  if (elsewhere !== undefined && Object.hasOwn(elsewhere, name)) return elsewhere[name];
  const bare = (text: string): string => text.toLowerCase().replace(/[-_]/g, "");
  const wanted = bare(name);
  for (const one of known.keys()) if (bare(one) === wanted) return `the name is ${one}`;
  return undefined;
}

/** The value when it is one of the table's or undefined; refuses any other. */
export function oneOf<T extends string>(
  value: string | undefined,
  table: readonly T[],
  name: string,
): T | undefined {
  if (value === undefined || (table as readonly string[]).includes(value)) return value as T | undefined;
  throw new MimeError("ERR_MIME_INVALID_OPTION", `${name} must be one of ${table.join(", ")}`, {
    subject: name,
  });
}
