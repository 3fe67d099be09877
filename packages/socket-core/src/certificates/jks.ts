import jks from "jks-js";
import { SocketError } from "../errors.js";
import { pemBlocks } from "./pem.js";
import type { RawEntry } from "./store.js";

/** Opens a Java key store (JKS; PKCS #12 stores of newer Java are opened as such). */
export function openJks(
  octets: Uint8Array,
  password: string | undefined,
  keyPassword: string | undefined,
): RawEntry[] {
  if (password === undefined || password === "") {
    throw new SocketError("ERR_SOCKET_FILE_PASSWORD", { detail: "a JKS needs a password" });
  }
  let parsed: ReturnType<typeof jks.parseJks>;
  try {
    parsed = jks.parseJks(Buffer.from(octets), password);
  } catch (error) {
    throw failure(error);
  }
  return parsed.map((entry) => {
    if ("cert" in entry)
      return { alias: entry.alias, key: undefined, certificates: [new Uint8Array(entry.cert.value)] };
    return {
      alias: entry.alias,
      key: () => decryptKey(entry.protectedPrivateKey, keyPassword ?? password),
      certificates: entry.chain.map((certificate) => new Uint8Array(certificate.value)),
    };
  });
}

/** Each entry may have a password of its own; it is tried when the entry is used. */
function decryptKey(protectedKey: Buffer, password: string): string {
  try {
    const text = jks.decrypt(protectedKey, password);
    return pemBlocks(text)[0]?.text ?? text;
  } catch (error) {
    throw failure(error);
  }
}

function failure(error: unknown): SocketError {
  const text = error instanceof Error ? error.message : "";
  const password = /password|tampered|recover key/i.test(text);
  return new SocketError(password ? "ERR_SOCKET_FILE_PASSWORD" : "ERR_SOCKET_FILE_FORMAT", {
    detail: "JKS",
    cause: error,
  });
}
