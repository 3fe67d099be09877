/** Every code that begins with `ERR_DELIVERY_`. A failed recipient's `SendError` carries these, or codes of the floors below. */
export const DELIVERY_ERROR_CODES = {
  ERR_DELIVERY_OPTION: "an option has a value that cannot be used",
  ERR_DELIVERY_UNKNOWN_OPTION: "an option name that does not exist",
  ERR_DELIVERY_CLIENT_NAME: "the name for EHLO is none that other servers accept",
  ERR_DELIVERY_CLOSED: "the delivery is closed",
  ERR_DELIVERY_NOT_REPEATABLE: "a content that can be read only once is too large to be kept",
  ERR_DELIVERY_DNS: "the domain's records cannot be looked up now",
  ERR_DELIVERY_NO_SUCH_DOMAIN: "the domain does not exist",
  ERR_DELIVERY_NULL_MX: "the domain takes no mail (RFC 7505)",
  ERR_DELIVERY_NO_EXCHANGER: "the domain has no mail exchanger with an address",
  ERR_DELIVERY_LOOP: "the mail exchanger is this host itself",
  ERR_DELIVERY_BACKOFF: "the domain's servers failed a short while ago; it is too early to try again",
  ERR_DELIVERY_STS_HOST: "the domain's MTA-STS policy does not name this mail exchanger",
  ERR_DELIVERY_STS_NO_TLS:
    "the domain's MTA-STS policy asks for TLS, which the server did not offer or begin",
  ERR_DELIVERY_STS_CERTIFICATE: "the domain's MTA-STS policy asks for a certificate that stands",
  ERR_DELIVERY_STS_RECORD: "the domain's MTA-STS record cannot be read",
  ERR_DELIVERY_STS_FETCH: "the MTA-STS policy cannot be fetched",
  ERR_DELIVERY_STS_POLICY: "the MTA-STS policy cannot be read",
  ERR_DELIVERY_DANE_LOOKUP: "the server's TLSA records cannot be looked up safely",
  ERR_DELIVERY_DANE_NO_TLS: "the server has TLSA records and did not offer or begin TLS",
  ERR_DELIVERY_DANE_MISMATCH: "the server's certificate matches none of its TLSA records",
  ERR_DELIVERY_REQUIRETLS: "REQUIRETLS was asked for and cannot be granted (RFC 8689)",
  ERR_DELIVERY_REPORT_ADDRESS: "the address for TLS reports cannot be used",
  ERR_DELIVERY_REPORT_POST: "the web server did not take the TLS report",
  ERR_DELIVERY_NO_SUBMISSION: "no submission server was found for the domain",
} as const;

/** A stable code of {@link DeliveryError}. */
export type DeliveryErrorCode = keyof typeof DELIVERY_ERROR_CODES;

/** What is known beside the code. */
export interface DeliveryErrorDetails {
  /** May pass by itself. Default false. */
  readonly retryable?: boolean | undefined;
  /** What it came of. */
  readonly cause?: unknown;
}

const BRAND: unique symbol = Symbol.for("@wirepost/mail-delivery.DeliveryError") as never;

/** A route, a policy or an option that does not stand. Decide by `code` and `retryable`, never by the message. */
export class DeliveryError extends Error {
  override readonly name: string = "DeliveryError";
  /** Stable reason, one of {@link DELIVERY_ERROR_CODES}. */
  readonly code: DeliveryErrorCode;
  /** True when the same may succeed later. */
  readonly retryable: boolean;
  /** @internal */
  readonly [BRAND] = true;

  constructor(code: DeliveryErrorCode, detail = "", details: DeliveryErrorDetails = {}) {
    const meaning = DELIVERY_ERROR_CODES[code];
    super(
      detail === "" ? meaning : `${meaning}: ${detail}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.retryable = details.retryable ?? false;
  }

  /** True for an error of this class from any copy of this package. */
  static is(value: unknown): value is DeliveryError {
    return typeof value === "object" && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
  }
}
