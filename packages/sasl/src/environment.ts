/** The digests that mechanisms use. */
export type HashAlgorithm = "md5" | "sha1" | "sha256" | "sha512";

/**
 * All that a mechanism needs from outside. Nothing in this package reads a clock, draws a random number or hashes by
 * itself, so every exchange can be replayed with injected values. `nodeEnvironment` of `@wirepost/sasl/node` is the
 * usual one.
 */
export interface SaslEnvironment {
  hash(algorithm: HashAlgorithm, octets: Uint8Array): Uint8Array;
  hmac(algorithm: HashAlgorithm, key: Uint8Array, octets: Uint8Array): Uint8Array;
  /** A promise, because a server chooses the cost: the work must not be done on the event loop. */
  pbkdf2(
    algorithm: HashAlgorithm,
    password: Uint8Array,
    salt: Uint8Array,
    iterations: number,
    lengthBytes: number,
  ): Promise<Uint8Array>;
  /** Cryptographically strong. */
  randomBytes(lengthBytes: number): Uint8Array;
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** For NTLM alone: what current crypto libraries no longer carry. Called only when NTLM is used. */
  readonly legacyCrypto?: (() => LegacyCrypto | Promise<LegacyCrypto>) | undefined;
  /** For GSSAPI alone. Called only when GSSAPI is used. */
  readonly gssapi?: ((request: GssapiRequest) => GssapiContext | Promise<GssapiContext>) | undefined;
}

/** Broken algorithms that NTLM still stands on. */
export interface LegacyCrypto {
  md4(octets: Uint8Array): Uint8Array;
  /** One block of 8 octets; the key is 8 octets, of which the parity bits are ignored. */
  desEncryptBlock(key: Uint8Array, block: Uint8Array): Uint8Array;
  rc4(key: Uint8Array, octets: Uint8Array): Uint8Array;
}

/** Whom to speak to, and as whom. */
export interface GssapiRequest {
  /** Service name as GSSAPI knows it, e.g. `smtp`. */
  readonly service: string;
  readonly host: string;
  /** A principal such as `ann@EXAMPLE.ORG`; absent: the default of the credential cache. */
  readonly principal?: string | undefined;
}

/** An initiator's security context, as RFC 2743 has it. */
export interface GssapiContext {
  readonly complete: boolean;
  /** `null` at the first step; `null` back when there is no token left to send. */
  step(token: Uint8Array | null): Promise<Uint8Array | null>;
  /** Without confidentiality. */
  wrap(octets: Uint8Array): Promise<Uint8Array>;
  unwrap(octets: Uint8Array): Promise<Uint8Array>;
}
