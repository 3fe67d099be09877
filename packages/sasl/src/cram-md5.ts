import { type Credentials, requireCredential } from "./credentials.js";
import type { SaslEnvironment } from "./environment.js";
import { type Mechanism, SteppedMechanism } from "./mechanism.js";
import { concatOctets, toHex } from "./octets.js";
import { encodeUtf8 } from "./text.js";

/** CRAM-MD5 (RFC 2195): the password keys a digest of the server's challenge. The server is not proven. */
export function createCramMd5(credentials: Credentials, environment: SaslEnvironment): Mechanism {
  return new CramMd5(credentials, environment);
}

class CramMd5 extends SteppedMechanism {
  readonly #username: Uint8Array;
  readonly #password: Uint8Array;
  readonly #environment: SaslEnvironment;

  constructor(credentials: Credentials, environment: SaslEnvironment) {
    super("CRAM-MD5", 1);
    this.#username = encodeUtf8(requireCredential(credentials, "username"));
    this.#password = encodeUtf8(requireCredential(credentials, "password"));
    this.#environment = environment;
  }

  protected override first(): null {
    return null;
  }

  protected override step(challenge: Uint8Array): Uint8Array {
    // The digest of nothing is the same for every exchange: whoever asks for it wants to use it again.
    if (challenge.length === 0) throw this.error("ERR_SASL_BAD_CHALLENGE", "the challenge is empty");
    const digest = toHex(this.#environment.hmac("md5", this.#password, challenge));
    this.setDone(true);
    return concatOctets(this.#username, encodeUtf8(` ${digest}`));
  }
}
