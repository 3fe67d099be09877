import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  type PrivateKeyInput,
} from "node:crypto";
import { nodeCode, SocketError } from "../errors.js";
import type { PemBlock } from "./pem.js";

/** PKCS #8 without encryption: what every reader takes. */
export function exportKey(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }) as string;
}

export function keyFromPem(block: PemBlock, password: string | undefined): string {
  return guarded(() => ({ key: block.text, format: "pem" }), password);
}

/** PKCS #8, encrypted or not, PKCS #1 or SEC 1: whichever reads. */
export function keyFromDer(octets: Uint8Array, password: string | undefined): string {
  let failure: unknown;
  for (const type of ["pkcs8", "pkcs1", "sec1"] as const) {
    try {
      return guarded(() => ({ key: Buffer.from(octets), format: "der", type }), password);
    } catch (error) {
      if (SocketError.is(error) && error.code === "ERR_SOCKET_FILE_PASSWORD") throw error;
      failure ??= error;
    }
  }
  throw failure;
}

export function keyFromJwk(jwk: JsonWebKey): string {
  try {
    return exportKey(createPrivateKey({ key: jwk, format: "jwk" }));
  } catch (error) {
    throw new SocketError("ERR_SOCKET_FILE_FORMAT", { detail: "JWK", cause: error });
  }
}

/** The DER octets of SubjectPublicKeyInfo that belong to a private key. */
export function publicKeyOf(keyPem: string): Uint8Array {
  return new Uint8Array(createPublicKey(keyPem).export({ type: "spki", format: "der" }));
}

function guarded(input: () => PrivateKeyInput, password: string | undefined): string {
  try {
    return exportKey(
      createPrivateKey(password === undefined ? input() : { ...input(), passphrase: password }),
    );
  } catch (error) {
    const text = `${nodeCode(error) ?? ""} ${error instanceof Error ? error.message : ""}`;
    const wrongPassword =
      /BAD_DECRYPT|bad decrypt|INTERRUPTED|MISSING_PASSPHRASE|BAD_PASSWORD|WRONG_FINAL|BAD_PASS/i.test(text);
    throw new SocketError(wrongPassword ? "ERR_SOCKET_FILE_PASSWORD" : "ERR_SOCKET_FILE_FORMAT", {
      detail: "private key",
      cause: error,
    });
  }
}
