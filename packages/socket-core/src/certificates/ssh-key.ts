import { createPrivateKey } from "node:crypto";
import sshpk from "sshpk";
import { SocketError } from "../errors.js";
import { exportKey } from "./private-key.js";

/** Reads a private key of OpenSSH or PuTTY (PPK 2, and PPK 3 without encryption). */
export function keyFromSsh(octets: Uint8Array, format: "ssh" | "ppk", password: string | undefined): string {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  const head = text.toString("latin1", 0, 200);
  if (/^\s*PuTTY-User-Key-File-3/.test(head) && !/^Encryption: none/m.test(head)) {
    throw new SocketError("ERR_SOCKET_FILE_UNSUPPORTED", {
      detail: "PPK version 3 with a password; convert it to version 2",
    });
  }
  try {
    const options = password === undefined ? {} : { passphrase: password };
    const key = sshpk.parsePrivateKey(
      text,
      format === "ppk" ? ("putty" as never) : "ssh-private",
      options as never,
    );
    return exportKey(createPrivateKey(key.toString("pkcs8")));
  } catch (error) {
    throw failure(error, text.toString("latin1"), format);
  }
}

function failure(error: unknown, text: string, format: string): SocketError {
  const { name = "", message = "" } = error instanceof Error ? error : {};
  if (/^(ssh-|ecdsa-)/.test(text))
    return new SocketError("ERR_SOCKET_FILE_NO_KEY", { detail: "this is a public key" });
  // PPK 2 has its check value ignored by the reader: with a wrong password the key comes out broken.
  const encryptedPpk = format === "ppk" && /^Encryption: aes/m.test(text);
  const password = encryptedPpk || name === "KeyEncryptedError" || /passphrase/i.test(message);
  return new SocketError(password ? "ERR_SOCKET_FILE_PASSWORD" : "ERR_SOCKET_FILE_FORMAT", {
    detail: format,
    cause: error,
  });
}
