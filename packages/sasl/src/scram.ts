import { decodeBase64, encodeBase64 } from "./base64.js";
import type { ChannelBinding } from "./channel-binding.js";
import { authorizationIdOf, type Credentials, requireCredential } from "./credentials.js";
import type { HashAlgorithm, SaslEnvironment } from "./environment.js";
import { SaslError } from "./errors.js";
import { type Mechanism, SteppedMechanism } from "./mechanism.js";
import { concatOctets, EMPTY, equalOctets, xorOctets } from "./octets.js";
import { checkOptionNames } from "./option-names.js";
import { prepareString } from "./saslprep.js";
import { gs2Header, readServerFinal, readServerFirst } from "./scram-messages.js";
import { encodeUtf8 } from "./text.js";

/** The members of the family (RFC 5802, RFC 7677; SHA-512 as deployed), each with a -PLUS form. */
export type ScramName =
  | "SCRAM-SHA-1"
  | "SCRAM-SHA-256"
  | "SCRAM-SHA-512"
  | "SCRAM-SHA-1-PLUS"
  | "SCRAM-SHA-256-PLUS"
  | "SCRAM-SHA-512-PLUS";

/** What an exchange may cost and must cost; both ends included. */
export interface IterationLimits {
  /** Default 4,096 (RFC 7677 section 4): fewer make a stolen exchange cheap to guess from. */
  readonly minimum?: number | undefined;
  /** Default 600,000: more lets a server keep this machine busy (RFC 5802 section 9). */
  readonly maximum?: number | undefined;
}

/** Optional parts of {@link createScram}. */
export interface ScramOptions {
  /** Needed by the -PLUS forms; given to a plain form it says that the client could have bound (see `plusOffered`). */
  readonly binding?: ChannelBinding | undefined;
  /**
   * Whether the server named any -PLUS mechanism. When not, and there is a binding, the exchange says so (gs2 flag `y`),
   * and a server whose offer was cut on the way finds out.
   */
  readonly plusOffered?: boolean | undefined;
  readonly iterations?: IterationLimits | undefined;
}

interface Hash {
  readonly algorithm: HashAlgorithm;
  readonly lengthBytes: number;
}

const HASHES: Readonly<Record<ScramName, Hash>> = {
  "SCRAM-SHA-1": { algorithm: "sha1", lengthBytes: 20 },
  "SCRAM-SHA-256": { algorithm: "sha256", lengthBytes: 32 },
  "SCRAM-SHA-512": { algorithm: "sha512", lengthBytes: 64 },
  "SCRAM-SHA-1-PLUS": { algorithm: "sha1", lengthBytes: 20 },
  "SCRAM-SHA-256-PLUS": { algorithm: "sha256", lengthBytes: 32 },
  "SCRAM-SHA-512-PLUS": { algorithm: "sha512", lengthBytes: 64 },
};
const NONCE_BYTES = 24;

/**
 * SCRAM (RFC 5802): the password never leaves, and the server proves that it knows it too.
 * @throws SaslError `ERR_SASL_CREDENTIALS_…`, `ERR_SASL_CHANNEL_BINDING_UNAVAILABLE`, `ERR_SASL_INVALID_OPTION`
 */
export function createScram(
  name: ScramName,
  credentials: Credentials,
  environment: SaslEnvironment,
  options: ScramOptions = {},
): Mechanism {
  return new Scram(name, credentials, environment, options);
}

/** @throws SaslError `ERR_SASL_INVALID_OPTION`, `ERR_SASL_UNKNOWN_OPTION` */
export function iterationLimits(limits: IterationLimits = {}): { minimum: number; maximum: number } {
  checkOptionNames(limits, ["minimum", "maximum"], "iterations");
  const { minimum = 4_096, maximum = 600_000 } = limits;
  if (!Number.isSafeInteger(minimum) || !Number.isSafeInteger(maximum) || minimum < 1 || maximum < minimum) {
    throw new SaslError("ERR_SASL_INVALID_OPTION", "the limits of SCRAM iterations are not a range");
  }
  return { minimum, maximum };
}

class Scram extends SteppedMechanism {
  readonly #hash: Hash;
  readonly #environment: SaslEnvironment;
  readonly #password: Uint8Array;
  readonly #gs2Header: string;
  readonly #bindingOctets: Uint8Array;
  readonly #limits: { minimum: number; maximum: number };
  readonly #username: string;
  #nonce = "";
  /** What the server must send to prove itself; known once its first message was answered. */
  #serverSignature: Uint8Array | undefined;

  constructor(
    name: ScramName,
    credentials: Credentials,
    environment: SaslEnvironment,
    { binding, plusOffered = false, iterations }: ScramOptions,
  ) {
    super(name, 2);
    const plus = name.endsWith("-PLUS");
    if (plus && binding === undefined) throw this.error("ERR_SASL_CHANNEL_BINDING_UNAVAILABLE");
    this.#hash = HASHES[name];
    this.#environment = environment;
    this.#limits = iterationLimits(iterations);
    this.#username = prepareString(requireCredential(credentials, "username"), "query");
    this.#password = encodeUtf8(prepareString(requireCredential(credentials, "password"), "stored"));
    const flag = plus ? `p=${binding!.type}` : binding !== undefined && !plusOffered ? "y" : "n";
    this.#gs2Header = gs2Header(flag, authorizationIdOf(credentials));
    this.#bindingOctets = plus ? binding!.octets : EMPTY;
  }

  protected override first(): Uint8Array {
    this.#nonce = encodeBase64(this.#environment.randomBytes(NONCE_BYTES));
    return encodeUtf8(this.#gs2Header + this.#clientFirstBare());
  }

  #clientFirstBare(): string {
    const name = this.#username.replaceAll("=", "=3D").replaceAll(",", "=2C");
    return `n=${name},r=${this.#nonce}`;
  }

  protected override step(challenge: Uint8Array): Uint8Array | Promise<Uint8Array> {
    return this.#serverSignature === undefined ? this.#prove(challenge) : this.#verify(challenge);
  }

  async #prove(challenge: Uint8Array): Promise<Uint8Array> {
    const { text, nonce, salt, iterations } = readServerFirst(challenge);
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length) {
      throw this.error("ERR_SASL_NONCE_MISMATCH");
    }
    // Before any hashing: the server must not choose what this machine spends.
    if (iterations < this.#limits.minimum) throw this.error("ERR_SASL_ITERATIONS_TOO_FEW");
    if (iterations > this.#limits.maximum) throw this.error("ERR_SASL_ITERATIONS_TOO_MANY");
    const { algorithm, lengthBytes } = this.#hash;
    const salted = await this.#environment.pbkdf2(algorithm, this.#password, salt, iterations, lengthBytes);
    const clientKey = this.#hmac(salted, encodeUtf8("Client Key"));
    const serverKey = this.#hmac(salted, encodeUtf8("Server Key"));
    const bound = concatOctets(encodeUtf8(this.#gs2Header), this.#bindingOctets);
    const withoutProof = `c=${encodeBase64(bound)},r=${nonce}`;
    const authMessage = encodeUtf8(`${this.#clientFirstBare()},${text},${withoutProof}`);
    const storedKey = this.#environment.hash(algorithm, clientKey);
    const proof = xorOctets(clientKey, this.#hmac(storedKey, authMessage));
    this.#serverSignature = this.#hmac(serverKey, authMessage);
    return encodeUtf8(`${withoutProof},p=${encodeBase64(proof)}`);
  }

  #verify(challenge: Uint8Array): Uint8Array {
    const signature = decodeBase64(readServerFinal(challenge));
    if (signature === undefined || !equalOctets(signature, this.#serverSignature!)) {
      throw this.error("ERR_SASL_SERVER_NOT_PROVEN");
    }
    this.setDone(true);
    return EMPTY;
  }

  #hmac(key: Uint8Array, octets: Uint8Array): Uint8Array {
    return this.#environment.hmac(this.#hash.algorithm, key, octets);
  }
}
