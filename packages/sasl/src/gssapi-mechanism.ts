import { authorizationIdOf, type Credentials } from "./credentials.js";
import type { GssapiContext } from "./environment.js";
import { SaslError } from "./errors.js";
import { type Mechanism, SteppedMechanism } from "./mechanism.js";
import { concatOctets, EMPTY } from "./octets.js";
import { encodeUtf8 } from "./text.js";

/** Tokens until the context stands (Kerberos takes one or two), the empty answer, and the security layer. */
const MAX_RESPONSES = 8;
/** "No security layer", as a bit of the server's offer and as the client's choice (RFC 4752 section 3.3). */
const NO_LAYER = 1;

/**
 * GSSAPI (RFC 4752) over a context from outside. No security layer is taken: TLS does that.
 * @throws SaslError `ERR_SASL_CREDENTIALS_INVALID`
 */
export function createGssapi(credentials: Credentials, context: GssapiContext): Mechanism {
  return new Gssapi(credentials, context);
}

class Gssapi extends SteppedMechanism {
  readonly #context: GssapiContext;
  readonly #authorizationId: Uint8Array;

  constructor(credentials: Credentials, context: GssapiContext) {
    super("GSSAPI", MAX_RESPONSES);
    this.#context = context;
    this.#authorizationId = encodeUtf8(authorizationIdOf(credentials) ?? "");
  }

  protected override async first(): Promise<Uint8Array> {
    return this.#call(async () => (await this.#context.step(null)) ?? EMPTY);
  }

  protected override async step(challenge: Uint8Array): Promise<Uint8Array> {
    if (this.done) throw this.error("ERR_SASL_UNEXPECTED_CHALLENGE");
    if (!this.#context.complete)
      return this.#call(async () => (await this.#context.step(challenge)) ?? EMPTY);
    const offer = await this.#call(() => this.#context.unwrap(challenge));
    if (offer.length !== 4)
      throw this.error("ERR_SASL_BAD_CHALLENGE", "the offer of security layers is malformed");
    if ((offer[0]! & NO_LAYER) === 0) throw this.error("ERR_SASL_SECURITY_LAYER");
    const choice = await this.#call(() =>
      this.#context.wrap(concatOctets(Uint8Array.of(NO_LAYER, 0, 0, 0), this.#authorizationId)),
    );
    this.setDone(true);
    return choice;
  }

  async #call(action: () => Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      return await action();
    } catch (cause) {
      if (SaslError.is(cause)) throw cause;
      throw this.error("ERR_SASL_GSSAPI_FAILED", undefined, cause);
    }
  }
}
