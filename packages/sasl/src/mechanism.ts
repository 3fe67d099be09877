import { SaslError, type SaslErrorCode } from "./errors.js";

/** A SASL line is at most 12,288 octets (RFC 4954 section 4), so no honest challenge is longer. */
export const MAX_CHALLENGE_BYTES = 12_288;

/**
 * One exchange, client side. Octets only: base64 and the protocol's line belong to the caller.
 *
 * Call `initial()` once. When it gives octets, they go along with the command or, where the protocol has no initial
 * response, answer the server's first (empty) challenge; `null` means that the server speaks first. Then every
 * challenge goes to `respond()`. After the server's success, `done` must be true: otherwise the server skipped a step,
 * and is not proven to be the one that knows the secret (see {@link requireDone}).
 *
 * A throw ends the exchange: cancel it (`*` in SMTP).
 */
export interface Mechanism {
  /** The registered name, e.g. `SCRAM-SHA-256`. */
  readonly name: string;
  /** True when the client is content: the server may now say success. */
  readonly done: boolean;
  /** What the server said inside the exchange about a refusal, when the mechanism carries that. */
  readonly refusal?: MechanismRefusal | undefined;
  /** @throws SaslError */
  initial(): Uint8Array | null | Promise<Uint8Array | null>;
  /** @throws SaslError */
  respond(challenge: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** A refusal told inside the exchange: the error document of RFC 7628 section 3.2.2. Printable and bounded. */
export interface MechanismRefusal {
  /** E.g. `invalid_token`, `400`, `401`, `insufficient_scope`. */
  readonly status: string | undefined;
  readonly scope: string | undefined;
  readonly schemes: string | undefined;
  /** Where the server says its tokens come from (RFC 7628 section 3.2.2). */
  readonly openidConfiguration: string | undefined;
}

/**
 * Call it when the server reports success.
 * @throws SaslError `ERR_SASL_SERVER_NOT_PROVEN` when the exchange had not ended (RFC 5802 section 5: a server that
 * skips its proof is not to be trusted).
 */
export function requireDone(mechanism: Mechanism): void {
  if (mechanism.done) return;
  throw new SaslError(
    "ERR_SASL_SERVER_NOT_PROVEN",
    "the server reported success before the exchange had ended",
    {
      mechanism: mechanism.name,
    },
  );
}

/** What all mechanisms share: order of calls, bounds, an end to every exchange, and errors that are ours. */
export abstract class SteppedMechanism implements Mechanism {
  readonly name: string;
  #state: "new" | "ready" | "busy" | "failed" = "new";
  #done = false;
  #responsesLeft: number;

  constructor(name: string, maxResponses: number) {
    this.name = name;
    this.#responsesLeft = maxResponses;
  }

  get done(): boolean {
    return this.#done;
  }

  initial(): Uint8Array | null | Promise<Uint8Array | null> {
    if (this.#state !== "new") throw this.error("ERR_SASL_WRONG_STATE", "initial() was called twice");
    return this.#run(() => this.first());
  }

  respond(challenge: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (this.#state !== "ready") throw this.error("ERR_SASL_WRONG_STATE", "respond() was called out of turn");
    return this.#run(() => {
      if (challenge.length > MAX_CHALLENGE_BYTES) throw this.error("ERR_SASL_CHALLENGE_TOO_LONG");
      if (this.#responsesLeft-- <= 0) throw this.error("ERR_SASL_UNEXPECTED_CHALLENGE");
      return this.step(challenge);
    });
  }

  /** The initial response, or `null` when the server speaks first. */
  protected abstract first(): Uint8Array | null | Promise<Uint8Array | null>;
  protected abstract step(challenge: Uint8Array): Uint8Array | Promise<Uint8Array>;

  protected setDone(done: boolean): void {
    this.#done = done;
  }

  protected error(code: SaslErrorCode, message?: string, cause?: unknown): SaslError {
    return new SaslError(code, message, { mechanism: this.name, cause });
  }

  #run<T>(action: () => T | Promise<T>): T | Promise<T> {
    this.#state = "busy";
    try {
      const result = action();
      if (!isPromise(result)) {
        this.#state = "ready";
        return result;
      }
      return result.then(
        (octets) => {
          this.#state = "ready";
          return octets;
        },
        (cause: unknown) => {
          throw this.#fail(cause);
        },
      );
    } catch (cause) {
      throw this.#fail(cause);
    }
  }

  #fail(cause: unknown): SaslError {
    this.#state = "failed";
    this.#done = false;
    if (SaslError.is(cause)) {
      return cause.mechanism === undefined ? this.error(cause.code, cause.message, cause.cause) : cause;
    }
    // All that is not ours comes from the environment: a digest that is switched off (FIPS), most of all.
    return this.error("ERR_SASL_CRYPTO_UNAVAILABLE", undefined, cause);
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown } | null)?.then === "function";
}
