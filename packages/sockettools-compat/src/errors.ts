/** Every code of this package with its meaning: how JavaScript sees what the control tells by number. */
export const SOCKETTOOLS_ERROR_CODES = {
  ERR_SOCKETTOOLS_CALL: "a method failed; Number is what it returns without ThrowError",
  ERR_SOCKETTOOLS_TYPE: "a value that the member cannot take, Visual Basic's error 13",
  ERR_SOCKETTOOLS_SPELLING: "a name that differs from the control's in letter case alone",
  ERR_SOCKETTOOLS_NOT_AN_EVENT: "on() or off() was given a name that is not an event",
  ERR_SOCKETTOOLS_FOREIGN_OBJECT: "an object that was not made by the class it should be of",
  ERR_SOCKETTOOLS_UNKNOWN_OPTION: "an option name that does not exist",
  ERR_SOCKETTOOLS_MESSAGE: "a message that cannot be read or written as it is now",
} as const;

/** A key of SOCKETTOOLS_ERROR_CODES. */
export type SocketToolsErrorCode = keyof typeof SOCKETTOOLS_ERROR_CODES;

const BRAND: unique symbol = Symbol.for("@wirepost/sockettools-compat.SocketToolsError") as never;

/** What a method throws when ThrowError is True, and what wrong values of properties throw always. */
export class SocketToolsError extends Error {
  /** The control's number, from stErrorNotHandleOwner on; 13 (type mismatch) for a wrong value. */
  readonly Number: number;
  /** For JavaScript: stable, a key of SOCKETTOOLS_ERROR_CODES. */
  readonly code: SocketToolsErrorCode;
  /** @internal */
  readonly [BRAND] = true;

  constructor(
    message: string,
    details: { readonly number: number; readonly code?: SocketToolsErrorCode; readonly cause?: unknown },
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.Number = details.number;
    this.code = details.code ?? "ERR_SOCKETTOOLS_CALL";
  }

  /** The class, for JavaScript. */
  override get name(): string {
    return "SocketToolsError";
  }

  /** The text, as Err.Description has it; the same as `message`. */
  get Description(): string {
    return this.message;
  }

  /** True for an error of any copy of this package. */
  static is(value: unknown): value is SocketToolsError {
    return typeof value === "object" && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
  }
}
