import { types } from "node:util";
import { QueueError } from "./errors.js";

/** Refuses what is no object of options, and a misspelt name instead of ignoring it. */
export function checkNames(what: string, options: object, known: ReadonlySet<string>): void {
  if (!isRecord(options)) {
    throw new QueueError(
      "ERR_QUEUE_ARGUMENT",
      `the ${what} options must be an object, not ${kindOf(options)}`,
    );
  }
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      const named = JSON.stringify(name.slice(0, 80));
      throw new QueueError("ERR_QUEUE_UNKNOWN_OPTION", `there is no ${what} option named ${named}`);
    }
  }
}

export function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What somebody gave instead, without its content, which may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A whole number within bounds, or the default. */
export function wholeNumber(
  name: string,
  value: number | undefined,
  byDefault: number,
  least: number,
  most = Number.MAX_SAFE_INTEGER,
): number {
  if (value === undefined) return byDefault;
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw wrong(name, `must be a whole number from ${least} to ${most}`);
  }
  return value;
}

/** True or false, or the default. A word that only looks true is refused. */
export function truth(name: string, value: boolean | undefined, byDefault: boolean): boolean {
  if (value === undefined) return byDefault;
  if (typeof value !== "boolean") throw wrong(name, `must be true or false, not ${kindOf(value)}`);
  return value;
}

export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") {
    throw wrong(name, `must be a function, not ${kindOf(value)}`);
  }
}

export function checkSignal(value: unknown): void {
  if (value === undefined) return;
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>;
  if (typeof aborted !== "boolean" || typeof addEventListener !== "function") {
    throw wrong("signal", `must be an AbortSignal, not ${kindOf(value)}`);
  }
}

/** A path as text. A NUL would make the system throw something else much later. */
export function checkPath(name: string, value: string): string {
  if (typeof value === "string" && value !== "" && !value.includes("\0")) return value;
  throw wrong(
    name,
    `must be a path, not ${typeof value === "string" ? "empty or with a NUL in it" : kindOf(value)}`,
  );
}

/** A point in time as milliseconds since 1970, or undefined. */
export function pointInTime(name: string, value: Date | number | undefined): number | undefined {
  if (value === undefined) return undefined;
  // One of another realm is no instance of this one's Date.
  const ms = types.isDate(value) ? value.getTime() : value;
  // The last moment a Date can hold.
  if (typeof ms !== "number" || !Number.isFinite(ms) || ms < 0 || ms > 8.64e15) {
    throw wrong(name, "must be a Date or milliseconds since 1970");
  }
  return Math.ceil(ms);
}

export function wrong(name: string, why: string): QueueError {
  return new QueueError("ERR_QUEUE_OPTION", `${name} ${why}`);
}
