// A compiler would have refused these values; here the setter does.

const wrong = (member: string, wanted: string, value: unknown): TypeError =>
  new TypeError(`${member} takes ${wanted}, not ${value === null ? "null" : typeof value}`);

/** @throws TypeError */
export function text(member: string, value: unknown): string {
  if (typeof value !== "string") throw wrong(member, "a string", value);
  return value;
}

/** Fractions are cut off. @throws TypeError */
export function integer(member: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(member, "a whole number", value);
  return Math.trunc(value);
}

/** @throws TypeError */
export function truth(member: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw wrong(member, "true or false", value);
  return value;
}

/** A string becomes its octets in UTF-8. @throws TypeError */
export function octets(member: string, value: unknown): Uint8Array {
  if (typeof value === "string") return Buffer.from(value, "utf8");
  if (!(value instanceof Uint8Array)) throw wrong(member, "octets", value);
  return value;
}

/** One of the numbers of an enumeration. @throws TypeError */
export function choice(member: string, value: unknown, choices: readonly number[]): number {
  if (typeof value !== "number") throw wrong(member, `one of ${choices.join(", ")}`, value);
  if (!choices.includes(value))
    throw new TypeError(`${member} takes one of ${choices.join(", ")}, not ${value}`);
  return value;
}
