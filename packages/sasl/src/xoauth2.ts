import { bearerToken } from "./bearer-token.js";
import { type Credentials, requireCredential, type TokenRequest } from "./credentials.js";
import { type Mechanism, type MechanismRefusal, SteppedMechanism } from "./mechanism.js";
import { readRefusal } from "./oauth-refusal.js";
import { EMPTY } from "./octets.js";
import { encodeUtf8 } from "./text.js";

/**
 * XOAUTH2 (Google's and Microsoft's form of bearer tokens). Shows the token: TLS only.
 * `request.refused` asks for another token than the one named.
 */
export function createXoauth2(credentials: Credentials, request: TokenRequest = {}): Mechanism {
  return new Xoauth2(credentials, request);
}

class Xoauth2 extends SteppedMechanism {
  readonly #credentials: Credentials;
  readonly #request: TokenRequest;
  #token = "";
  refusal: MechanismRefusal | undefined;

  constructor(credentials: Credentials, request: TokenRequest) {
    super("XOAUTH2", 1);
    const username = requireCredential(credentials, "username");
    if (/[\x00-\x1f\x7f]/.test(username)) {
      throw this.error("ERR_SASL_CREDENTIALS_INVALID", "the username holds a control character");
    }
    this.#credentials = credentials;
    this.#request = request;
  }

  protected override first(): Uint8Array | Promise<Uint8Array> {
    const token = bearerToken(this.#credentials, this.#request);
    return typeof token === "string" ? this.#message(token) : token.then((text) => this.#message(text));
  }

  #message(token: string): Uint8Array {
    this.#token = token;
    this.setDone(true);
    return encodeUtf8(`user=${this.#credentials.username}\x01auth=Bearer ${token}\x01\x01`);
  }

  // A challenge can only be the error document; an empty line is owed before the server says 535.
  protected override step(challenge: Uint8Array): Uint8Array {
    this.setDone(false);
    this.refusal = readRefusal(challenge, this.#token);
    return EMPTY;
  }
}
