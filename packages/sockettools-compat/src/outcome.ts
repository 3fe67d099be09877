import { errorNumber } from "./error-mapping.js";
import { SOCKETTOOLS_ERRORS } from "./error-numbers.js";
import { SocketToolsError } from "./errors.js";

/** LastError and what belongs to it. */
export class Outcome {
  #number = 0;
  #text = "";
  #cause: unknown;

  get number(): number {
    return this.#number;
  }

  /** Assigning sets or clears the error, as `Err.Number` can be. */
  set number(value: number) {
    this.#number = value;
    this.#text = value === 0 ? "" : meaningOf(value);
    this.#cause = undefined;
  }

  get text(): string {
    return this.#text;
  }

  /** The core's error behind the number. */
  get cause(): unknown {
    return this.#cause;
  }

  record(failure: SocketToolsError): void {
    this.#number = failure.Number;
    this.#text = failure.message;
    this.#cause = failure.cause;
  }
}

function meaningOf(number: number): string {
  return SOCKETTOOLS_ERRORS[number] ?? `error ${number}`;
}

/** A failure that is told by its number alone. */
export function failureOf(
  number: number,
  text: string = meaningOf(number),
  cause?: unknown,
): SocketToolsError {
  return new SocketToolsError(text, { number, cause });
}

/** Any error as the control tells it. */
export function toFailure(error: unknown): SocketToolsError {
  if (SocketToolsError.is(error)) return error;
  const doubt = (error as { readonly state?: unknown } | null)?.state === "unknown";
  const text = error instanceof Error ? error.message : String(error);
  return new SocketToolsError(doubt ? `${text} (the server may have taken the message)` : text, {
    number: errorNumber(error),
    cause: error,
  });
}
