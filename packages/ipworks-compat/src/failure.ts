// What both editions' exceptions are.
import { type ErrorNumber, failureOf } from "./error-numbers.js";

const BRAND: unique symbol = Symbol.for("@wirepost/ipworks-compat.IPWorksException") as never;

/**
 * An error with a number of the product. Each door has its own class over it. Number and text have the names of both editions,
 * because `is()` says yes to the exceptions of both.
 */
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

  /** The number, as Java reads it. */
  getCode(): number {
    return this.code;
  }

  /** The text, as Java reads it. */
  getMessage(): string {
    return this.message;
  }

  /** The number, as .NET reads it. */
  get Code(): number {
    return this.code;
  }
  set Code(value: number) {
    this.code = value;
  }

  /** The text, as .NET reads it. */
  get Message(): string {
    return this.message;
  }
  set Message(value: string) {
    this.message = value;
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
