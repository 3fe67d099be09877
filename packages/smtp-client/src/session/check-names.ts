import { SendError } from "../outcome/send-error.js";

/** An error of the caller, before anything was written. */
export function optionError(
  code: "ERR_CLIENT_OPTION" | "ERR_CLIENT_UNKNOWN_OPTION",
  message: string,
): SendError {
  return new SendError(code, message, { phase: "compose" });
}

/** A time that setTimeout can count. @throws SendError ERR_CLIENT_OPTION */
export function checkMs(name: string, value: number | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  if (typeof value !== "number" || !(value > 0 && value <= 2_147_483_647)) {
    throw optionError("ERR_CLIENT_OPTION", `${name} must be from 1 to 2147483647`);
  }
  return value;
}

/** A typing error must not switch a protection off. @throws SendError ERR_CLIENT_UNKNOWN_OPTION */
export function checkNames(what: string, given: object, known: ReadonlySet<string>): void {
  for (const name of Object.keys(given)) {
    if (!known.has(name)) {
      throw optionError("ERR_CLIENT_UNKNOWN_OPTION", `there is no ${what} option named "${name}"`);
    }
  }
}

/** @throws SendError ERR_CLIENT_OPTION */
export function checkSignal(signal: AbortSignal | undefined): void {
  // Not by its class: a signal may come from another realm, as in test runners.
  const usable =
    signal === undefined ||
    (typeof signal === "object" && signal !== null && typeof signal.addEventListener === "function");
  if (!usable) throw optionError("ERR_CLIENT_OPTION", "signal must be an AbortSignal");
}
