// What both editions' exceptions are.
import { type ErrorNumber, failureOf } from "./error-numbers.js";

const BRAND: unique symbol = Symbol.for("@wirepost/ipworks-compat.IPWorksException") as never;

/** An error with a number of the product. Each door has its own class over it. */
export class NumberedError extends Error {
  /** A key of ERROR_CODES. */
  code: number;
  /** What is() looks for. @internal */
  readonly [BRAND] = true;

  /**
   * @param code the number
   * @param message the text; a refusal's is the server's reply
   * @param cause the error of the core behind it
   */
  constructor(code: number, message: string, cause: unknown = undefined) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }

  /** The class, for JavaScript. */
  override get name(): string {
    return "IPWorksException";
  }

  /** True for an exception of either door and of any copy of this package. */
  static is(value: unknown): value is NumberedError {
    return typeof value === "object" && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
  }
}

/** Makes the exception of a door. */
export type Fail = (code: ErrorNumber, text: string, cause?: unknown) => Error;

/** The door's exception for any error: its own as they are, the core's by their number. */
export function asFailure(fail: Fail, error: unknown): Error {
  if (NumberedError.is(error)) return error;
  const { number, text } = failureOf(error);
  return fail(number, text, error);
}
