import { type Credentials, checkCredentialText } from "./credentials.js";
import { SaslError } from "./errors.js";
import type { Mechanism } from "./mechanism.js";
import { SingleMessage } from "./single-message.js";
import { encodeUtf8 } from "./text.js";

/** RFC 4505 section 2: a trace token has at most 255 characters. */
const MAX_TRACE_CHARACTERS = 255;

/**
 * ANONYMOUS (RFC 4505): nobody logs in; a text may be left for the server's log.
 * @throws SaslError `ERR_SASL_CREDENTIALS_INVALID`
 */
export function createAnonymous(credentials: Credentials): Mechanism {
  const trace = typeof credentials.anonymous === "string" ? credentials.anonymous : "";
  checkCredentialText(trace, "anonymous trace");
  if (/\p{Cc}/u.test(trace) || Array.from(trace).length > MAX_TRACE_CHARACTERS) {
    throw new SaslError(
      "ERR_SASL_CREDENTIALS_INVALID",
      "the trace holds a control character or is over 255 characters",
      { mechanism: "ANONYMOUS" },
    );
  }
  return new SingleMessage("ANONYMOUS", encodeUtf8(trace));
}
