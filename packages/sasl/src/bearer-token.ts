import type { Credentials, TokenFunction, TokenRequest } from "./credentials.js";
import { SaslError } from "./errors.js";

const inFlight = new WeakMap<TokenFunction, Promise<string>>();

/**
 * The token of these credentials. A token function runs once at a time: calls that come while it runs share its
 * result, so that a pool that opens ten connections asks the identity provider once.
 * @throws SaslError `ERR_SASL_CREDENTIALS_MISSING`, `…_TOKEN_UNAVAILABLE`, `…_TOKEN_REFUSED`, `…_CREDENTIALS_INVALID`
 */
export function bearerToken(credentials: Credentials, request: TokenRequest): string | Promise<string> {
  const { token } = credentials;
  if (token === undefined) throw new SaslError("ERR_SASL_CREDENTIALS_MISSING", "no token was given");
  const given = typeof token === "function" ? single(token, request) : token;
  return typeof given === "string" ? accept(given, request) : given.then((text) => accept(text, request));
}

async function single(token: TokenFunction, request: TokenRequest): Promise<string> {
  const running = inFlight.get(token);
  if (running !== undefined) {
    const shared = await running;
    // The call that was joined may have begun before this token was refused; then one more is fair.
    if (shared !== request.refused) return shared;
    return inFlight.get(token) ?? start(token, request);
  }
  return start(token, request);
}

function start(token: TokenFunction, request: TokenRequest): Promise<string> {
  const started = ask(token, request).finally(() => inFlight.delete(token));
  inFlight.set(token, started);
  return started;
}

async function ask(token: TokenFunction, request: TokenRequest): Promise<string> {
  try {
    return await token(request);
  } catch (cause) {
    if (SaslError.is(cause)) throw cause;
    throw new SaslError("ERR_SASL_TOKEN_UNAVAILABLE", "the token function failed", { cause });
  }
}

/** A token stands between separators of octet 1 (RFC 7628 section 3.1): visible ASCII alone is safe there. */
function accept(text: string, request: TokenRequest): string {
  if (typeof text !== "string" || text === "") {
    throw new SaslError("ERR_SASL_TOKEN_UNAVAILABLE", "the token function gave no token");
  }
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw new SaslError("ERR_SASL_CREDENTIALS_INVALID", "the token holds a character outside visible ASCII");
  }
  if (text === request.refused) throw new SaslError("ERR_SASL_TOKEN_REFUSED");
  return text;
}
