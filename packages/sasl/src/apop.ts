import { requireCredential } from "./credentials.js";
import type { SaslEnvironment } from "./environment.js";
import { SaslError } from "./errors.js";
import { toHex } from "./octets.js";
import { encodeUtf8 } from "./text.js";

/**
 * The digest of POP3's APOP command (RFC 1939 section 7), which is not SASL but stands in the same old enumerations.
 * `timestamp` is the `<…>` of the greeting, brackets included.
 * @throws SaslError `ERR_SASL_BAD_CHALLENGE` when the timestamp is not a bracketed msg-id: a server in between that
 * chooses it freely can use MD5 collisions to get at the password.
 */
export function apopDigest(timestamp: string, password: string, environment: SaslEnvironment): string {
  if (!/^<[\x21-\x3b\x3d\x3f-\x7e]+@[\x21-\x3b\x3d\x3f-\x7e]+>$/.test(timestamp)) {
    throw new SaslError("ERR_SASL_BAD_CHALLENGE", "the timestamp is not a msg-id", { mechanism: "APOP" });
  }
  const secret = requireCredential({ password }, "password");
  return toHex(environment.hash("md5", encodeUtf8(timestamp + secret)));
}
