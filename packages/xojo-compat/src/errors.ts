/** Every code of this package with its meaning: how JavaScript sees what Xojo tells by number or by the class of an exception. */
export const XOJO_ERROR_CODES = {
  ERR_XOJO_SOCKET: "an error of the socket; ErrorNumber says which",
  ERR_XOJO_TYPE: "a value of another type than the member has in Xojo",
  ERR_XOJO_VALUE: "a value that the member does not take",
  ERR_XOJO_SPELLING: "a name that differs from Xojo's in letter case alone",
  ERR_XOJO_NOT_AN_EVENT: "AddHandler or RemoveHandler was given something that is not an event of a socket",
  ERR_XOJO_FOREIGN_OBJECT: "an object that was not made by the class it should be of",
  ERR_XOJO_BOUNDS: "an index outside the array",
  ERR_XOJO_FILE: "a file that cannot be read",
  ERR_XOJO_NOT_LOADED: "LoadFromFile has not ended yet",
  ERR_XOJO_NO_DIALOG: "there are no file dialogs here",
  ERR_XOJO_UNKNOWN_OPTION: "an option name that does not exist",
} as const;

/** A key of XOJO_ERROR_CODES. */
export type XojoErrorCode = keyof typeof XOJO_ERROR_CODES;

const BRAND: unique symbol = Symbol.for("@wirepost/xojo-compat.RuntimeException") as never;

/** Xojo's exception: what the Error event passes, and what a wrong call throws. */
export class RuntimeException extends Error {
  /** 100 to 108, or the number of the operating system; 0 when no socket is to blame. */
  ErrorNumber: number;
  /** Of the old framework; the same text as Message unless assigned. */
  Reason: string;
  /** For JavaScript: stable, a key of XOJO_ERROR_CODES. */
  readonly code: XojoErrorCode | undefined;
  /** @internal */
  readonly [BRAND] = true;

  constructor(
    message = "",
    details: { number?: number; code?: XojoErrorCode; cause?: unknown } | undefined = undefined,
  ) {
    super(message, details?.cause === undefined ? undefined : { cause: details.cause });
    this.ErrorNumber = details?.number ?? 0;
    this.Reason = message;
    this.code = details?.code;
  }

  /** The class, for JavaScript. */
  override get name(): string {
    return "RuntimeException";
  }

  /** The text; JavaScript's `message` is the same. */
  get Message(): string {
    return this.message;
  }

  set Message(value: string) {
    this.message = value;
  }

  /** The calls that led here, innermost first. */
  Stack(): string[] {
    const lines = (this.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
    return lines.map((line) => line.trim().slice(3));
  }

  /** The same as objects. */
  StackFrames(): { readonly Name: string }[] {
    return this.Stack().map((Name) => ({ Name }));
  }

  /** True for an exception of any copy of this package. */
  static is(value: unknown): value is RuntimeException {
    return typeof value === "object" && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
  }
}

/** Thrown by Write on a socket that is not connected, and by what reads files. */
export class IOException extends RuntimeException {
  /** The class, for JavaScript. */
  override get name(): string {
    return "IOException";
  }
}
