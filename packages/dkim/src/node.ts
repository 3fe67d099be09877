import { createHash, createPrivateKey, KeyObject, sign as signOctets } from "node:crypto";
import { promisify } from "node:util";
import type { DkimEnvironment, DkimKey } from "./environment.js";
import { DkimError } from "./errors.js";
import type { DkimSignatureOptions, DkimSignerOptions } from "./options.js";
import { DkimSigner } from "./signer.js";

// With a callback Node signs on its thread pool: an RSA signature takes about a millisecond.
const signOnPool = promisify(signOctets);

/** Node's SHA-256 and clock. */
export const nodeEnvironment: DkimEnvironment = Object.freeze({
  createSha256() {
    const hash = createHash("sha256");
    return {
      update: (octets: Uint8Array) => void hash.update(octets),
      digest: () => new Uint8Array(hash.digest()),
    };
  },
  now: () => Date.now(),
});

/** A private key: PEM text, DER (PKCS #8), the 32 octets of an Ed25519 seed (RFC 8032 5.1.5), or Node's KeyObject. */
export type PrivateKeyInput = string | Uint8Array | KeyObject;

// PKCS #8 around a bare Ed25519 seed (RFC 8410 7).
const ED25519_PKCS8_PREFIX = Uint8Array.from([
  0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
]);
const ED25519_SEED_BYTES = 32;

/**
 * Reads a private key for signing: RSA of at least 1024 bits, or Ed25519.
 *
 * @param passphrase for an encrypted PEM or DER
 * @throws DkimError ERR_DKIM_KEY, ERR_DKIM_WEAK_KEY; neither the key nor the passphrase is in the message
 */
export function importPrivateKey(input: PrivateKeyInput, passphrase?: string | undefined): DkimKey {
  const key = toKeyObject(input, passphrase);
  if (key.type !== "private") throw new DkimError("ERR_DKIM_KEY", "The key is not a private key");
  if (key.asymmetricKeyType === "ed25519") {
    return {
      algorithm: "ed25519-sha256",
      sign: async (octets) => new Uint8Array(await signOnPool(null, octets, key)),
    };
  }
  if (key.asymmetricKeyType !== "rsa") {
    throw new DkimError("ERR_DKIM_KEY", `DKIM has no use for a key of type ${key.asymmetricKeyType}`);
  }
  const modulusBits = key.asymmetricKeyDetails?.modulusLength;
  if (modulusBits === undefined || modulusBits < 1024) {
    throw new DkimError("ERR_DKIM_WEAK_KEY", `An RSA key of ${modulusBits} bits is too short to sign with`);
  }
  return {
    algorithm: "rsa-sha256",
    modulusBits,
    sign: async (octets) => new Uint8Array(await signOnPool("sha256", octets, key)),
  };
}

function toKeyObject(input: PrivateKeyInput, passphrase: string | undefined): KeyObject {
  if (input instanceof KeyObject) return input;
  const secret = passphrase === undefined ? {} : { passphrase };
  try {
    if (typeof input === "string") return createPrivateKey({ key: input, format: "pem", ...secret });
    const der =
      input.length === ED25519_SEED_BYTES ? Buffer.concat([ED25519_PKCS8_PREFIX, input]) : Buffer.from(input);
    return createPrivateKey({ key: der, format: "der", type: "pkcs8", ...secret });
  } catch (error) {
    // OpenSSL's reason names the format, never the octets; the stack of the cause is of no use to anyone.
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new DkimError("ERR_DKIM_KEY", `The private key cannot be read (${reason})`);
  }
}

/** One signature, its key as Node users have it. */
export interface NodeSignatureOptions extends Omit<DkimSignatureOptions, "key"> {
  readonly privateKey: PrivateKeyInput;
  /** For an encrypted key. */
  readonly passphrase?: string | undefined;
}

/** Options of {@link createSigner}. */
export interface NodeSignerOptions extends Omit<DkimSignerOptions, "signatures"> {
  readonly signatures: readonly NodeSignatureOptions[];
}

/**
 * A signer on Node's crypto. Keys are read once, here.
 *
 * @throws DkimError as {@link importPrivateKey} and the constructor of {@link DkimSigner}
 */
export function createSigner(options: NodeSignerOptions): DkimSigner {
  if (!Array.isArray(options?.signatures)) {
    throw new DkimError("ERR_DKIM_INVALID_ARGUMENT", "signatures must be a list of at least one");
  }
  const signatures = options.signatures.map((signature: NodeSignatureOptions) => {
    if (typeof signature !== "object" || signature === null) {
      throw new DkimError("ERR_DKIM_INVALID_ARGUMENT", "a signature must be an object");
    }
    const { privateKey, passphrase, ...rest } = signature;
    if ("key" in rest)
      throw new DkimError("ERR_DKIM_UNKNOWN_OPTION", "The key of a signature is named privateKey here");
    return { ...rest, key: importPrivateKey(privateKey, passphrase) };
  });
  return new DkimSigner({ ...options, signatures }, nodeEnvironment);
}
