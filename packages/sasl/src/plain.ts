import { authorizationIdOf, type Credentials, requireCredential } from "./credentials.js";
import { type Mechanism, SteppedMechanism } from "./mechanism.js";
import { encodeUtf8 } from "./text.js";

/** PLAIN (RFC 4616): `authzid NUL authcid NUL passwd` in one message. Shows the password: TLS only. */
export function createPlain(credentials: Credentials): Mechanism {
  return new Plain(credentials);
}

class Plain extends SteppedMechanism {
  readonly #message: Uint8Array;

  constructor(credentials: Credentials) {
    super("PLAIN", 0);
    const username = requireCredential(credentials, "username");
    const password = requireCredential(credentials, "password");
    this.#message = encodeUtf8(`${authorizationIdOf(credentials) ?? ""}\0${username}\0${password}`);
  }

  protected override first(): Uint8Array {
    this.setDone(true);
    return this.#message;
  }

  protected override step(): Uint8Array {
    throw this.error("ERR_SASL_UNEXPECTED_CHALLENGE");
  }
}
