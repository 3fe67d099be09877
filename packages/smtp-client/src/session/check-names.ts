import { SendError } from "../outcome/send-error.js";

/** An error of the caller, before anything was written. */
export function optionError(
  code: "ERR_CLIENT_OPTION" | "ERR_CLIENT_UNKNOWN_OPTION",
  message: string,
): SendError {
  return new SendError(code, message, { phase: "compose" });
}

/** A typing error must not switch a protection off. @throws SendError ERR_CLIENT_UNKNOWN_OPTION */
export function checkNames(what: string, given: object, known: ReadonlySet<string>): void {
  for (const name of Object.keys(given)) {
    if (!known.has(name)) {
      throw optionError("ERR_CLIENT_UNKNOWN_OPTION", `there is no ${what} option named "${name}"`);
    }
  }
}
