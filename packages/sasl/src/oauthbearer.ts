import { bearerToken } from "./bearer-token.js";
import { authorizationIdOf, type Credentials, requireCredential, type TokenRequest } from "./credentials.js";
import { type Mechanism, type MechanismRefusal, SteppedMechanism } from "./mechanism.js";
import { readRefusal } from "./oauth-refusal.js";
import { gs2Header } from "./scram-messages.js";
import { encodeUtf8 } from "./text.js";

/** Where the token is shown; part of the message (RFC 7628 section 3.1). */
export interface OauthBearerTarget {
  readonly host: string;
  readonly port: number;
}

/** What is owed after the error document, so that the server can end the exchange (RFC 7628 section 3.2.3). */
const ACKNOWLEDGEMENT = Uint8Array.of(1);

/**
 * OAUTHBEARER (RFC 7628). Shows the token: TLS only. The identity is `authorizationId`, or else `username`.
 * `request.refused` asks for another token than the one named.
 */
export function createOauthBearer(
  credentials: Credentials,
  target: OauthBearerTarget,
  request: TokenRequest = {},
): Mechanism {
  return new OauthBearer(credentials, target, request);
}

class OauthBearer extends SteppedMechanism {
  readonly #credentials: Credentials;
  readonly #header: string;
  readonly #request: TokenRequest;
  #token = "";
  refusal: MechanismRefusal | undefined;

  constructor(credentials: Credentials, { host, port }: OauthBearerTarget, request: TokenRequest) {
    super("OAUTHBEARER", 1);
    const identity =
      authorizationIdOf(credentials) ??
      (credentials.username === undefined ? undefined : requireCredential(credentials, "username"));
    if (/[\x00-\x1f\x7f]/.test(`${identity ?? ""}${host}`)) {
      throw this.error("ERR_SASL_CREDENTIALS_INVALID", "the username or host holds a control character");
    }
    this.#credentials = credentials;
    this.#header = `${gs2Header("n", identity)}\x01host=${host}\x01port=${port}\x01`;
    this.#request = request;
  }

  protected override first(): Uint8Array | Promise<Uint8Array> {
    const token = bearerToken(this.#credentials, this.#request);
    return typeof token === "string" ? this.#message(token) : token.then((text) => this.#message(text));
  }

  #message(token: string): Uint8Array {
    this.#token = token;
    this.setDone(true);
    return encodeUtf8(`${this.#header}auth=Bearer ${token}\x01\x01`);
  }

  protected override step(challenge: Uint8Array): Uint8Array {
    this.setDone(false);
    this.refusal = readRefusal(challenge, this.#token);
    return ACKNOWLEDGEMENT;
  }
}
