/**
 * Every code this package throws, with its meaning. The codes are stable: callers and facades map from them,
 * never from the text of a message.
 */
export const SASL_ERROR_CODES = {
  // You called it wrongly.
  ERR_SASL_UNKNOWN_OPTION: "an option name is not known",
  ERR_SASL_INVALID_OPTION: "an option value is out of its range",
  ERR_SASL_UNKNOWN_MECHANISM: "a mechanism name is not known",
  ERR_SASL_WRONG_STATE: "initial() or respond() was called out of turn",
  ERR_SASL_CREDENTIALS_MISSING: "the mechanism needs a credential that was not given",
  ERR_SASL_CREDENTIALS_INVALID: "a credential holds a character that the mechanism cannot carry",
  // There is nothing to choose.
  ERR_SASL_NONE_OFFERED: "the server offers no mechanism",
  ERR_SASL_NONE_USABLE: "none of the offered mechanisms can be used with these credentials",
  ERR_SASL_CLEAR_TEXT_REFUSED: "only clear-text mechanisms are left, without TLS, and they were not allowed",
  // The environment cannot do it.
  ERR_SASL_CRYPTO_UNAVAILABLE: "the environment lacks an algorithm that the mechanism needs",
  ERR_SASL_CHANNEL_BINDING_UNAVAILABLE: "a -PLUS mechanism was asked for without channel-binding data",
  ERR_SASL_TOKEN_UNAVAILABLE: "the token function failed or gave nothing",
  ERR_SASL_TOKEN_REFUSED: "the server refused the token, and no fresher one can be had",
  ERR_SASL_KERBEROS_MISSING: "the optional package `kerberos` is not installed",
  ERR_SASL_GSSAPI_FAILED: "the Kerberos library refused a step",
  // The peer broke the protocol.
  ERR_SASL_BAD_CHALLENGE: "the challenge does not follow the grammar of the mechanism",
  ERR_SASL_CHALLENGE_TOO_LONG: "the challenge is longer than 12,288 octets",
  ERR_SASL_UNEXPECTED_CHALLENGE: "a challenge came after the last step of the mechanism",
  // The peer may not be who it says it is.
  ERR_SASL_NONCE_MISMATCH: "the server did not extend the client's nonce",
  ERR_SASL_ITERATIONS_TOO_FEW: "the server asked for fewer hash iterations than is safe",
  ERR_SASL_ITERATIONS_TOO_MANY: "the server asked for more hash iterations than is reasonable",
  ERR_SASL_CHANNEL_BINDING_MISMATCH: "the server sees another TLS channel: somebody is in between",
  ERR_SASL_DOWNGRADE_DETECTED: "the server supports channel binding, but its offer was cut on the way",
  ERR_SASL_SERVER_NOT_PROVEN: "the server did not prove that it knows the secret",
  ERR_SASL_SECURITY_LAYER: "the server insists on a security layer, which this client does not use",
  // The peer said no.
  ERR_SASL_SERVER_REFUSED: "the server reported an error inside the exchange",
} as const;

/** One of the codes in {@link SASL_ERROR_CODES}. */
export type SaslErrorCode = keyof typeof SASL_ERROR_CODES;

const SECURITY_CODES: ReadonlySet<SaslErrorCode> = new Set<SaslErrorCode>([
  "ERR_SASL_CLEAR_TEXT_REFUSED",
  "ERR_SASL_NONCE_MISMATCH",
  "ERR_SASL_ITERATIONS_TOO_FEW",
  "ERR_SASL_ITERATIONS_TOO_MANY",
  "ERR_SASL_CHANNEL_BINDING_MISMATCH",
  "ERR_SASL_DOWNGRADE_DETECTED",
  "ERR_SASL_SERVER_NOT_PROVEN",
]);

const BRAND = Symbol.for("@wirepost/sasl.SaslError");

/** What an error may carry besides its code and text. */
export interface SaslErrorOptions {
  readonly cause?: unknown;
  /** The mechanism that failed, e.g. `SCRAM-SHA-256`. */
  readonly mechanism?: string | undefined;
}

/** Everything that goes wrong in this package. No message ever holds a secret or the text of a challenge. */
export class SaslError extends Error {
  readonly code: SaslErrorCode;
  /** The mechanism that failed, or `undefined` when none was chosen yet. */
  readonly mechanism: string | undefined;

  constructor(code: SaslErrorCode, message?: string, options?: SaslErrorOptions) {
    super(
      message === undefined ? SASL_ERROR_CODES[code] : message,
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = "SaslError";
    this.code = code;
    this.mechanism = options?.mechanism;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** True when going on would expose a secret or trust a server that did not prove itself. */
  get security(): boolean {
    return SECURITY_CODES.has(this.code);
  }

  /** Works across copies of the package (ESM beside CommonJS), where `instanceof` does not. */
  static is(value: unknown): value is SaslError {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
  }
}
