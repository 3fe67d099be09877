/** Every error code of this package, with its meaning in one line. */
export const CLI_ERRORS = {
  ERR_CLI_USAGE: "The command line is not valid: a flag is missing, unknown, or contradicts another.",
  ERR_CLI_NO_INPUT: "A file or standard input could not be read.",
  ERR_CLI_INPUT_TOO_LARGE: "Text that must be held in memory is larger than this command accepts.",
  ERR_CLI_CANNOT_CREATE: "An output file or directory could not be written.",
  ERR_CLI_LISTEN: "The embedded server could not listen on that address.",
  ERR_CLI_CERTIFICATE: "The given certificate or key cannot be used by the embedded server.",
  ERR_CLI_UNKNOWN_OPTION: "An option name is not known.",
  ERR_CLI_INVALID_OPTION: "An option has a value that cannot be used.",
  ERR_CLI_CLOSED: "The embedded server was closed while something waited for it.",
  ERR_CLI_TIMEOUT: "What was waited for did not happen in the time given.",
} as const;

export type CliErrorCode = keyof typeof CLI_ERRORS;

const BRAND = Symbol.for("@wirepost/cli.CliError");

/** An error of the command itself or of its embedded server. Errors of the packages below keep their own class. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: CliErrorCode;
  /** What the operating system called it, for example `ENOENT`. */
  readonly errno: string | undefined;

  constructor(
    code: CliErrorCode,
    message: string,
    options?: { cause?: unknown; errno?: string | undefined } | undefined,
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.errno = options?.errno ?? errnoOf(options?.cause);
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Works across copies of this package, unlike `instanceof`. */
  static is(value: unknown): value is CliError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
  }
}

/** The POSIX name on an error of Node's file or network modules. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/**
 * Refuses option names that nothing reads, so that a misspelt one is not silently without effect.
 *
 * @param within what stands before the name in the message, such as `users[0].`
 */
export function refuseUnknownOptions(options: object, known: readonly string[], within = ""): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new CliError("ERR_CLI_UNKNOWN_OPTION", `unknown option ${JSON.stringify(`${within}${name}`)}`);
    }
  }
}

/**
 * Names what was given by its kind, and by its value only where that can be no secret.
 *
 * @param what what it must be, such as `port must be a number`
 * @param shown whether text may be repeated; numbers always are
 */
export function invalidOption(what: string, value: unknown, shown = false): CliError {
  const harmless = typeof value === "number" || (typeof value === "string" && shown);
  const kind =
    value === null ? "null" : Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
  const given = harmless ? JSON.stringify(String(value).slice(0, 80)) : kind;
  return new CliError("ERR_CLI_INVALID_OPTION", `${what}, not ${given}`);
}
