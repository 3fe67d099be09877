import { SaslError } from "./errors.js";
import { decodeLatin1 } from "./text.js";

/** What counts in a digest-challenge (RFC 2831 section 2.1.1); one character per octet. */
export interface DigestChallenge {
  readonly realms: readonly string[];
  readonly nonce: string;
  /** The server takes UTF-8. */
  readonly utf8: boolean;
}

/** @throws SaslError `ERR_SASL_BAD_CHALLENGE`, `ERR_SASL_SECURITY_LAYER` */
export function readDigestChallenge(challenge: Uint8Array): DigestChallenge {
  const directives = readDirectives(decodeLatin1(challenge));
  const nonce = onlyOne(directives, "nonce");
  const algorithm = onlyOne(directives, "algorithm");
  const charset = onlyOne(directives, "charset");
  const qop = onlyOne(directives, "qop") ?? "auth";
  if (nonce === undefined || nonce === "") throw bad("has no nonce");
  if (algorithm?.toLowerCase() !== "md5-sess") throw bad("names no algorithm, or another than md5-sess");
  if (charset !== undefined && charset.toLowerCase() !== "utf-8") throw bad("names an unknown charset");
  const offersAuth = qop.split(",").some((word) => word.trim().toLowerCase() === "auth");
  if (!offersAuth) throw new SaslError("ERR_SASL_SECURITY_LAYER");
  return { realms: directives.get("realm") ?? [], nonce, utf8: charset !== undefined };
}

/** The value of `rspauth`, or the empty string. @throws SaslError `ERR_SASL_BAD_CHALLENGE` */
export function readResponseAuth(challenge: Uint8Array): string {
  return onlyOne(readDirectives(decodeLatin1(challenge)), "rspauth") ?? "";
}

const DIRECTIVE =
  /[ \t\r\n]*([A-Za-z0-9!#$%&'*+.^_`|~-]+)[ \t\r\n]*=[ \t\r\n]*(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s",]+))[ \t\r\n]*(,|$)/y;

/** `name=value` or `name="quoted value"`, divided by commas; empty elements are allowed (RFC 2831 section 7.1). */
function readDirectives(text: string): ReadonlyMap<string, readonly string[]> {
  const directives = new Map<string, string[]>();
  let position = 0;
  while (position < text.length) {
    if (text[position] === "," || /\s/.test(text[position]!)) {
      position++;
      continue;
    }
    DIRECTIVE.lastIndex = position;
    const match = DIRECTIVE.exec(text);
    if (match === null) throw bad("is malformed");
    const name = match[1]!.toLowerCase();
    const value = match[2] === undefined ? match[3]! : match[2].replace(/\\([\s\S])/g, "$1");
    const values = directives.get(name);
    if (values === undefined) directives.set(name, [value]);
    else values.push(value);
    position = DIRECTIVE.lastIndex;
  }
  return directives;
}

/** All but `realm` may stand once (RFC 2831 section 2.1.1): two nonces are two meanings. */
function onlyOne(directives: ReadonlyMap<string, readonly string[]>, name: string): string | undefined {
  const values = directives.get(name);
  if (values !== undefined && values.length > 1) throw bad(`repeats ${name}`);
  return values?.[0];
}

function bad(what: string): SaslError {
  return new SaslError("ERR_SASL_BAD_CHALLENGE", `the challenge ${what}`);
}
