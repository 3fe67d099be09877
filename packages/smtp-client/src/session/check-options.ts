// What options may be: a table of checks for each kind of options, so that a value of the wrong type is refused by its name
// before anybody was called, and never switches a protection off in silence.
import { SendError } from "../outcome/send-error.js";

/** Refuses a value that cannot be used. `name` is the option as the error shows it; values are never shown. */
export type OptionCheck = (name: string, value: unknown) => void;

/** A check for every option of a kind; the compiler misses none. */
export type OptionChecks<Options> = { readonly [Name in keyof Required<Options>]: OptionCheck };

/** setTimeout counts no further. */
export const MAX_MS = 2_147_483_647;

/** An error of the caller, before anything was written. */
export function optionError(
  code: "ERR_CLIENT_OPTION" | "ERR_CLIENT_UNKNOWN_OPTION",
  message: string,
): SendError {
  return new SendError(code, message, { phase: "compose" });
}

/**
 * @param what the kind of options, for texts
 * @param path stands before the names of nested options
 * @throws SendError ERR_CLIENT_UNKNOWN_OPTION, ERR_CLIENT_OPTION
 */
export function checkOptions(
  what: string,
  given: unknown,
  checks: Readonly<Record<string, OptionCheck>>,
  path = "",
): void {
  if (typeof given !== "object" || given === null || Array.isArray(given)) wrong(what, "an object");
  for (const [name, value] of Object.entries(given as object)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) {
      throw optionError("ERR_CLIENT_UNKNOWN_OPTION", `there is no ${what} option named "${name}"`);
    }
    if (value !== undefined) check(path + name, value);
  }
}

function wrong(name: string, wanted: string): never {
  throw optionError("ERR_CLIENT_OPTION", `${name} must be ${wanted}`);
}

/** A time that setTimeout can count. @throws SendError ERR_CLIENT_OPTION */
export function checkMs(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  milliseconds(name, value);
  return value;
}

export const milliseconds: OptionCheck = (name, value) => {
  if (typeof value !== "number" || !(value > 0 && value <= MAX_MS))
    wrong(name, `above 0 and at most ${MAX_MS}`);
};

export const positive: OptionCheck = (name, value) => {
  if (typeof value !== "number" || !(value > 0 && value < Number.POSITIVE_INFINITY)) wrong(name, "above 0");
};

export const flag: OptionCheck = (name, value) => {
  if (typeof value !== "boolean") wrong(name, "true or false");
};

export const text: OptionCheck = (name, value) => {
  if (typeof value !== "string") wrong(name, "text");
};

/** Any finite number in these bounds. */
export function between(least: number, most = Number.MAX_VALUE): OptionCheck {
  return (name, value) => {
    if (typeof value !== "number" || !(value >= least && value <= most)) {
      wrong(name, most === Number.MAX_VALUE ? `a number from ${least} on` : `from ${least} to ${most}`);
    }
  };
}

export const finite: OptionCheck = (name, value) => {
  if (typeof value !== "number" || !Number.isFinite(value)) wrong(name, "a number");
};

export const callback: OptionCheck = (name, value) => {
  if (typeof value !== "function") wrong(name, "a function");
};

export const object: OptionCheck = (name, value) => {
  if (typeof value !== "object" || value === null) wrong(name, "an object");
};

/** Not by its class: it may come from another realm, as in test runners. */
export const signal: OptionCheck = (name, value) => {
  const usable =
    typeof value === "object" &&
    value !== null &&
    typeof (value as Partial<AbortSignal>).addEventListener === "function";
  if (!usable) wrong(name, "an AbortSignal");
};

export const date: OptionCheck = (name, value) => {
  const usable =
    typeof value === "object" && value !== null && typeof (value as Partial<Date>).getTime === "function";
  if (!usable) wrong(name, "a Date");
};

export function oneOf(...choices: readonly (string | number)[]): OptionCheck {
  return (name, value) => {
    if (!choices.includes(value as string)) wrong(name, `one of ${choices.join(", ")}`);
  };
}

/** @param unlimited Infinity will do too */
export function whole(least: number, most = Number.MAX_SAFE_INTEGER, unlimited = false): OptionCheck {
  const upTo = most === Number.MAX_SAFE_INTEGER ? "on" : `to ${most}`;
  return (name, value) => {
    if (unlimited && value === Number.POSITIVE_INFINITY) return;
    const fits = Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
    if (!fits) wrong(name, `a whole number from ${least} ${upTo}`);
  };
}

export function listOf(check: OptionCheck): OptionCheck {
  return (name, value) => {
    if (!Array.isArray(value)) wrong(name, "a list");
    for (const one of value as unknown[]) check(`each of ${name}`, one);
  };
}

/** One of several kinds; `wanted` names them. */
export function either(wanted: string, ...checks: readonly OptionCheck[]): OptionCheck {
  return (name, value) => {
    const fits = checks.some((check) => {
      try {
        check(name, value);
        return true;
      } catch {
        return false;
      }
    });
    if (!fits) wrong(name, wanted);
  };
}

/** Options in an option. */
export function group(
  checks: Readonly<Record<string, OptionCheck>>,
  needed: readonly string[] = [],
): OptionCheck {
  return (name, value) => {
    checkOptions(name, value, checks, `${name}.`);
    for (const one of needed) {
      if ((value as Record<string, unknown>)[one] === undefined) {
        throw optionError("ERR_CLIENT_OPTION", `${name}.${one} is needed`);
      }
    }
  };
}
