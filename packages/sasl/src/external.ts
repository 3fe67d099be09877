import { authorizationIdOf, type Credentials } from "./credentials.js";
import type { Mechanism } from "./mechanism.js";
import { SingleMessage } from "./single-message.js";
import { encodeUtf8 } from "./text.js";

/**
 * EXTERNAL (RFC 4422 appendix A): the connection itself has shown who this is, usually by a TLS client certificate.
 * The message is the authorization identity, empty when none is asked for.
 * @throws SaslError `ERR_SASL_CREDENTIALS_INVALID`
 */
export function createExternal(credentials: Credentials): Mechanism {
  return new SingleMessage("EXTERNAL", encodeUtf8(authorizationIdOf(credentials) ?? ""));
}
