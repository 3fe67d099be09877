import { QueueError } from "./errors.js";

/** Refuses a misspelt option instead of ignoring it. */
export function checkNames(what: string, options: object, known: ReadonlySet<string>): void {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) {
      throw new QueueError(
        "ERR_QUEUE_UNKNOWN_OPTION",
        `there is no ${what} option named ${JSON.stringify(name)}`,
      );
    }
  }
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
    throw new QueueError("ERR_QUEUE_OPTION", `${name} must be a whole number from ${least} to ${most}`);
  }
  return value;
}

/** A point in time as milliseconds since 1970, or undefined. */
export function pointInTime(name: string, value: Date | number | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = typeof value === "number" ? value : value.getTime();
  // The last moment a Date can hold.
  if (!Number.isFinite(ms) || ms < 0 || ms > 8.64e15) {
    throw new QueueError("ERR_QUEUE_OPTION", `${name} is not a point in time`);
  }
  return Math.ceil(ms);
}
