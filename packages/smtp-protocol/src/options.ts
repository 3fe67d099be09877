import { SmtpProtocolError } from "./errors.js";

/**
 * A misspelt option must not be silently without effect.
 * @throws {SmtpProtocolError} `ERR_SMTP_UNKNOWN_OPTION`
 */
export function refuseUnknownOptions(options: object, known: readonly string[], owner: string): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new SmtpProtocolError(
        "ERR_SMTP_UNKNOWN_OPTION",
        `${owner} has no option ${JSON.stringify(name)}`,
      );
    }
  }
}

/** A limit is a whole number of at least `least`, or Infinity. */
export function checkLimit(value: number, name: string, least = 1): number {
  if (value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && value >= least)) return value;
  throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", `${name} must be a whole number of at least ${least}`);
}
