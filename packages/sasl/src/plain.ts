import { authorizationIdOf, type Credentials, requireCredential } from "./credentials.js";
import type { Mechanism } from "./mechanism.js";
import { SingleMessage } from "./single-message.js";
import { encodeUtf8 } from "./text.js";

/**
 * PLAIN (RFC 4616): `authzid NUL authcid NUL passwd` in one message. Shows the password: TLS only. The strings go as
 * they are: preparing them is the server's part (section 2).
 * @throws SaslError `ERR_SASL_CREDENTIALS_MISSING`, `ERR_SASL_CREDENTIALS_INVALID`
 */
export function createPlain(credentials: Credentials): Mechanism {
  const username = requireCredential(credentials, "username");
  const password = requireCredential(credentials, "password");
  const identity = authorizationIdOf(credentials) ?? "";
  return new SingleMessage("PLAIN", encodeUtf8(`${identity}\0${username}\0${password}`));
}
