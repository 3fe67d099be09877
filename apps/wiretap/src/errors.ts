/** Every error code of this package, with its meaning in one line. */
export const WIRETAP_ERRORS = {
  ERR_WIRETAP_USAGE: "The command line is not valid: a flag is missing, unknown, or contradicts another.",
  ERR_WIRETAP_UNKNOWN_OPTION: "An option name is not known.",
  ERR_WIRETAP_OPTION: "An option has a value that cannot be used.",
  ERR_WIRETAP_FILE: "A file or directory that was named could not be read or written.",
  ERR_WIRETAP_SERVER_CLOSED: "The server closed the connection before TLS was made with it.",
  ERR_WIRETAP_SERVER_REFUSED: "The server refused EHLO or STARTTLS, or does not offer STARTTLS.",
  ERR_WIRETAP_TRANSCRIPT: "A text is not a transcript of this package.",
} as const;

export type WiretapErrorCode = keyof typeof WIRETAP_ERRORS;

const BRAND = Symbol.for("@wirepost/wiretap.WiretapError");

/** An error of the proxy itself. Errors of the packages below keep their own class. */
export class WiretapError extends Error {
  override readonly name = "WiretapError";
  readonly code: WiretapErrorCode;

  constructor(code: WiretapErrorCode, message: string, options?: { cause?: unknown } | undefined) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Works across copies of this package, unlike `instanceof`. */
  static is(value: unknown): value is WiretapError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
  }
}

/** The stable code of an error of any floor, else its class; never its text, which may repeat what a peer said. */
export function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (typeof code === "string") return code;
  return typeof name === "string" ? name : "Error";
}

/** @throws WiretapError `ERR_WIRETAP_UNKNOWN_OPTION`: a misspelt option must not be silently without effect */
export function refuseUnknownOptions(options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) {
      throw new WiretapError("ERR_WIRETAP_UNKNOWN_OPTION", `unknown option ${JSON.stringify(name)}`);
    }
  }
}
