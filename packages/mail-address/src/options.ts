import { AddressError, excerpt } from "./errors.js";

/** Refuses a misspelt option instead of ignoring it. */
export function checkOptions(options: object | undefined, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) {
    throw new AddressError("ERR_ADDRESS_INVALID_ARGUMENT", "options must be an object");
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new AddressError("ERR_ADDRESS_UNKNOWN_OPTION", `Unknown option ${excerpt(name)}`);
    }
  }
}

/** Guards callers without types, so that a number or null ends as our error and not as a TypeError from within. */
export function checkText(text: unknown, what: string): asserts text is string {
  if (typeof text !== "string") {
    throw new AddressError("ERR_ADDRESS_INVALID_ARGUMENT", `${what} must be a string`);
  }
}
