/** Every code a {@link DkimError} can carry, with its meaning. Codes are stable; messages are not. */
export const DKIM_ERROR_CODES = {
  ERR_DKIM_INVALID_ARGUMENT: "An argument or option has the wrong type or value.",
  ERR_DKIM_UNKNOWN_OPTION: "An option name is not known.",
  ERR_DKIM_DOMAIN:
    "The signing domain (d=) is not a host name in ASCII; internationalised ones must be A-labels.",
  ERR_DKIM_SELECTOR: "The selector (s=) is not a name in ASCII.",
  ERR_DKIM_IDENTITY: "The identity (i=) is not [local part]@domain below the signing domain.",
  ERR_DKIM_HEADER_NAME:
    "A name in the list of headers to sign is not a header field name, or From is missing.",
  ERR_DKIM_KEY: "The private key cannot be read, or is of a kind that DKIM does not know.",
  ERR_DKIM_WEAK_KEY: "The RSA key is shorter than the 1024 bits that RFC 8301 demands.",
  ERR_DKIM_NO_FROM: "The message has no From field, or more than one.",
  ERR_DKIM_HEADER_SYNTAX: "The message's header has a line that is no field, a NUL, or no end.",
  ERR_DKIM_HEADER_TOO_LONG: "The message's header exceeds its limit (16 MiB unless changed).",
  ERR_DKIM_BARE_LINE_END: "The message has a CR or LF alone; what would be sent is not what would be signed.",
  ERR_DKIM_NOT_REPEATABLE: "The content can be read only once, and signing has to read it before it is sent.",
  ERR_DKIM_CONTENT: "Reading the content failed, or gave something else than Uint8Array.",
  ERR_DKIM_CONTENT_CHANGED: "The content read for sending is not the content that was signed.",
  ERR_DKIM_SIGNING_FAILED: "Hashing or signing failed.",
  ERR_DKIM_ABORTED: "The caller's signal ended the operation.",
} as const;

/** A stable code of {@link DkimError}. */
export type DkimErrorCode = keyof typeof DKIM_ERROR_CODES;

const BRAND: unique symbol = Symbol.for("@wirepost/dkim.DkimError");

/** Thrown by everything in this package. A message is signed as asked or this is thrown; there is no third way. */
export class DkimError extends Error {
  /** Stable reason, one of {@link DKIM_ERROR_CODES}. */
  readonly code: DkimErrorCode;
  readonly [BRAND] = true;

  constructor(code: DkimErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DkimError";
    this.code = code;
  }

  /** Tells whether a value is a DkimError, also one made by another copy of this package. */
  static is(value: unknown): value is DkimError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
  }
}

/** A value for use in a message: short, and without anything that a terminal or a log would act on. */
export function excerpt(value: unknown): string {
  const text = String(value);
  return JSON.stringify(text.slice(0, 64)).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
