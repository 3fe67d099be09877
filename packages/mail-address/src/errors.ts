/** Every code an {@link AddressError} can carry, with its meaning. Codes are stable; messages are not. */
export const ADDRESS_ERROR_CODES = {
  ERR_ADDRESS_INVALID_ARGUMENT: "An argument has the wrong type.",
  ERR_ADDRESS_UNKNOWN_OPTION: "An option name is not known.",
  ERR_ADDRESS_EMPTY: "There is no address where one is needed.",
  ERR_ADDRESS_CONTROL_CHARACTER:
    "The text holds CR, LF, NUL or another character that ends lines, reorders text or is not a character.",
  ERR_ADDRESS_NO_DOMAIN: "The address has no @ or nothing after it.",
  ERR_ADDRESS_LOCAL_PART: "The part before the @ does not follow the grammar.",
  ERR_ADDRESS_LOCAL_PART_TOO_LONG: "The local part exceeds its limit (64 octets unless lifted).",
  ERR_ADDRESS_DOMAIN: "The domain does not follow the grammar of host names.",
  ERR_ADDRESS_DOMAIN_TOO_LONG: "A label exceeds 63 octets or the domain 255.",
  ERR_ADDRESS_IDN: "UTS 46 refuses the domain: a bad A-label, or characters no domain can hold.",
  ERR_ADDRESS_LITERAL: "The text in square brackets is not an address literal.",
  ERR_ADDRESS_TOO_LONG: "The whole address exceeds 254 octets.",
  ERR_ADDRESS_TRAILING_TEXT: "Text follows where the address has ended.",
  ERR_ADDRESS_SYNTAX: "The address list does not follow RFC 5322.",
  ERR_ADDRESS_UNTERMINATED: "A quoted string, comment, literal, angle bracket or group is not closed.",
  ERR_ADDRESS_NESTED_GROUP: "A group stands inside a group.",
} as const;

/** A stable code of {@link AddressError}. */
export type AddressErrorCode = keyof typeof ADDRESS_ERROR_CODES;

const BRAND: unique symbol = Symbol.for("@wirepost/mail-address.AddressError");

/** What {@link AddressError} adds to its code and message. */
export interface AddressErrorOptions extends ErrorOptions {
  readonly position?: number | undefined;
}

/** Thrown by every function of this package, and by nothing else in it. */
export class AddressError extends Error {
  /** Stable reason, one of {@link ADDRESS_ERROR_CODES}. */
  readonly code: AddressErrorCode;
  /** Offset in the given text, in UTF-16 units, where it was noticed; undefined when it concerns the whole. */
  readonly position: number | undefined;
  readonly [BRAND] = true;

  constructor(code: AddressErrorCode, message: string, options?: AddressErrorOptions) {
    super(message, options);
    this.name = "AddressError";
    this.code = code;
    this.position = options?.position;
  }

  /** Tells whether a value is an AddressError, also one made by another copy of this package. */
  static is(value: unknown): value is AddressError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
  }
}

const EXCERPT_UNITS = 48;

/** The given text for use in a message: short, and without anything that a terminal or a log would act on. */
export function excerpt(text: string): string {
  const short = text.length > EXCERPT_UNITS ? `${text.slice(0, EXCERPT_UNITS)}…` : text;
  return JSON.stringify(short).replace(
    /[^\x20-\x7e…\u00a1-\u02ff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
