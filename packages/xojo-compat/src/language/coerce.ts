import { RuntimeException } from "../errors.js";

// Xojo's compiler would have refused these values; here the setter does.

function wrong(member: string, wanted: string, value: unknown): RuntimeException {
  const found = value === null ? "Nil" : Array.isArray(value) ? "an array" : typeof value;
  return new RuntimeException(`${member} takes ${wanted}, not ${found}`, { code: "ERR_XOJO_TYPE" });
}

/** @throws RuntimeException ERR_XOJO_TYPE */
export function text(member: string, value: unknown): string {
  if (typeof value !== "string") throw wrong(member, "a String", value);
  return value;
}

/** Fractions are cut off, as Xojo does. @throws RuntimeException ERR_XOJO_TYPE */
export function integer(member: string, value: unknown): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw wrong(member, "an Integer", value);
  return Math.trunc(value);
}

/** @throws RuntimeException ERR_XOJO_TYPE */
export function truth(member: string, value: unknown): boolean {
  if (typeof value !== "boolean") throw wrong(member, "a Boolean", value);
  return value;
}

/** An object or Nil. @throws RuntimeException ERR_XOJO_TYPE */
export function object<T extends object>(member: string, value: T | null): T | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "object") throw wrong(member, "an object or Nil", value);
  return value;
}

/** An array. @throws RuntimeException ERR_XOJO_TYPE */
export function list<T>(member: string, value: readonly T[]): readonly T[] {
  if (!Array.isArray(value)) throw wrong(member, "an array", value);
  return value;
}
