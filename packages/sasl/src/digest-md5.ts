import {
  authorizationIdOf,
  type Credentials,
  checkCredentialText,
  requireCredential,
} from "./credentials.js";
import { type DigestChallenge, readDigestChallenge, readResponseAuth } from "./digest-md5-messages.js";
import type { SaslEnvironment } from "./environment.js";
import { type Mechanism, SteppedMechanism } from "./mechanism.js";
import { concatOctets, EMPTY, equalOctets, toHex } from "./octets.js";
import { decodeLatin1, decodeUtf8, encodeLatin1, encodeUtf8 } from "./text.js";

/** Whom the digest is for; part of what is hashed (RFC 2831 section 2.1.2, digest-uri). */
export interface DigestMd5Target {
  readonly host: string;
  /** E.g. `smtp`. */
  readonly service: string;
}

const CNONCE_BYTES = 16;

/**
 * DIGEST-MD5 (RFC 2831; historic since RFC 6331) with quality of protection `auth`. The server proves itself by its
 * `rspauth`.
 * @throws SaslError `ERR_SASL_CREDENTIALS_MISSING`, `ERR_SASL_CREDENTIALS_INVALID`
 */
export function createDigestMd5(
  credentials: Credentials,
  target: DigestMd5Target,
  environment: SaslEnvironment,
): Mechanism {
  return new DigestMd5(credentials, target, environment);
}

class DigestMd5 extends SteppedMechanism {
  readonly #username: string;
  readonly #password: string;
  readonly #authorizationId: string | undefined;
  readonly #realm: string | undefined;
  readonly #uri: string;
  readonly #environment: SaslEnvironment;
  /** What `rspauth` must be; known once the challenge was answered. */
  #expected: Uint8Array | undefined;

  constructor(credentials: Credentials, { host, service }: DigestMd5Target, environment: SaslEnvironment) {
    super("DIGEST-MD5", 2);
    this.#username = this.#quotable(requireCredential(credentials, "username"), "username");
    this.#password = requireCredential(credentials, "password");
    const identity = authorizationIdOf(credentials);
    this.#authorizationId = identity === undefined ? undefined : this.#quotable(identity, "authorizationId");
    const { realm } = credentials;
    this.#realm =
      realm === undefined ? undefined : this.#quotable(checkCredentialText(realm, "realm"), "realm");
    this.#uri = this.#quotable(`${service}/${host}`, "host");
    this.#environment = environment;
  }

  protected override first(): null {
    return null;
  }

  protected override step(challenge: Uint8Array): Uint8Array {
    return this.#expected === undefined ? this.#answer(challenge) : this.#verify(challenge, this.#expected);
  }

  // Values are kept as strings of one character per octet: the server's realm must come back octet for octet.
  #answer(challenge: Uint8Array): Uint8Array {
    const fields = readDigestChallenge(challenge);
    const realm = this.#realmFor(fields);
    const cnonce = toHex(this.#environment.randomBytes(CNONCE_BYTES));
    const uri = this.#encode(this.#uri, fields);
    const authzid =
      this.#authorizationId === undefined ? undefined : decodeLatin1(encodeUtf8(this.#authorizationId));

    const secret = this.#md5(
      this.#hashed(this.#username, fields),
      ":",
      realm === undefined ? "" : hashedRealm(realm, fields),
      ":",
      this.#hashed(this.#password, fields),
    );
    const tail = `:${fields.nonce}:${cnonce}${authzid === undefined ? "" : `:${authzid}`}`;
    const key = toHex(this.#environment.hash("md5", concatOctets(secret, encodeLatin1(tail))));
    const digest = (a2: string): string =>
      toHex(this.#md5(`${key}:${fields.nonce}:00000001:${cnonce}:auth:${toHex(this.#md5(a2))}`));
    this.#expected = encodeLatin1(digest(`:${uri}`));

    const parts = [
      ...(fields.utf8 ? ["charset=utf-8"] : []),
      `username=${quoted(this.#encode(this.#username, fields))}`,
      ...(realm === undefined ? [] : [`realm=${quoted(realm)}`]),
      `nonce=${quoted(fields.nonce)}`,
      "nc=00000001",
      `cnonce=${quoted(cnonce)}`,
      `digest-uri=${quoted(uri)}`,
      `response=${digest(`AUTHENTICATE:${uri}`)}`,
      "qop=auth",
      ...(authzid === undefined ? [] : [`authzid=${quoted(authzid)}`]),
    ];
    return encodeLatin1(parts.join(","));
  }

  #verify(challenge: Uint8Array, expected: Uint8Array): Uint8Array {
    if (!equalOctets(encodeLatin1(readResponseAuth(challenge)), expected)) {
      throw this.error("ERR_SASL_SERVER_NOT_PROVEN");
    }
    this.setDone(true);
    return EMPTY;
  }

  /** The caller's realm, or else the server's first. */
  #realmFor(fields: DigestChallenge): string | undefined {
    return this.#realm === undefined ? fields.realms[0] : this.#encode(this.#realm, fields);
  }

  /** As it goes on the wire. */
  #encode(text: string, fields: DigestChallenge): string {
    return fields.utf8 ? decodeLatin1(encodeUtf8(text)) : this.#latin1(text);
  }

  /** As it is hashed: ISO 8859-1 whenever that can hold it, even where UTF-8 is spoken (RFC 2831 section 2.1.2.1). */
  #hashed(text: string, fields: DigestChallenge): string {
    return fields.utf8 && !isLatin1(text) ? decodeLatin1(encodeUtf8(text)) : this.#latin1(text);
  }

  #latin1(text: string): string {
    if (isLatin1(text)) return text;
    throw this.error("ERR_SASL_CREDENTIALS_INVALID", "the server speaks ISO 8859-1 only");
  }

  #md5(...parts: readonly string[]): Uint8Array {
    return this.#environment.hash("md5", encodeLatin1(parts.join("")));
  }

  #quotable(text: string, name: string): string {
    if (!/[\x00-\x1f\x7f]/.test(text)) return text;
    throw this.error("ERR_SASL_CREDENTIALS_INVALID", `the ${name} holds a control character`);
  }
}

function hashedRealm(realm: string, { utf8 }: DigestChallenge): string {
  if (!utf8) return realm;
  const text = decodeUtf8(encodeLatin1(realm));
  return isLatin1(text) ? text : realm;
}

function isLatin1(text: string): boolean {
  return /^[\x00-\xff]*$/.test(text);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
