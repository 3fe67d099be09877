/** An SHA-256 that takes its input in pieces. */
export interface Sha256 {
  /** Takes octets in; they may be reused once it returns. */
  update(octets: Uint8Array): void;
  digest(): Uint8Array | Promise<Uint8Array>;
}

/** A private key that can sign. `@wirepost/dkim/node` makes them from PEM, DER and KeyObject. */
export interface DkimKey {
  readonly algorithm: DkimAlgorithm;
  /** Length of the RSA modulus in bits; shorter than 1024 is refused (RFC 8301 3.2). Not needed for Ed25519. */
  readonly modulusBits?: number | undefined;
  /**
   * Signs. "rsa-sha256": RSASSA-PKCS1-v1_5 with SHA-256 over the octets (RFC 6376 3.3.2). "ed25519-sha256": PureEdDSA
   * over the octets, which are already an SHA-256 hash (RFC 8463 3).
   */
  sign(octets: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

/** The signing algorithms that are not forbidden (RFC 8301, RFC 8463). */
export type DkimAlgorithm = "rsa-sha256" | "ed25519-sha256";

/** What the signer needs from its platform. `@wirepost/dkim/node` has Node's. */
export interface DkimEnvironment {
  createSha256(): Sha256;
  /** Milliseconds since 1970, for t= and x=. */
  now(): number;
}
