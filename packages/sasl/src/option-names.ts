import { SaslError } from "./errors.js";

/** A misspelt option must not be ignored: `allowCleartext` for `allowClearText` would silently change a policy. */
export function checkOptionNames(options: object, known: readonly string[], where: string): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new SaslError("ERR_SASL_UNKNOWN_OPTION", `unknown option ${JSON.stringify(name)} in ${where}`);
    }
  }
}
