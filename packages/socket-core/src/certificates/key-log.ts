import { appendFileSync } from "node:fs";
import { nodeCode, SocketError } from "../errors.js";

/**
 * Makes a `TlsOptions.onKeyLog` that appends to a file in the format of SSLKEYLOGFILE, for analysis with Wireshark and
 * the like. Who reads the file reads the connections: it is made readable for its owner alone.
 *
 * @throws SocketError ERR_SOCKET_FILE_UNREADABLE when the file cannot be written
 */
export function keyLogTo(path: string): (line: Uint8Array) => void {
  const append = (line: Uint8Array): void => appendFileSync(path, line, { mode: 0o600 });
  try {
    append(new Uint8Array(0));
  } catch (error) {
    throw new SocketError("ERR_SOCKET_FILE_UNREADABLE", {
      target: path,
      errno: nodeCode(error),
      cause: error,
    });
  }
  return (line) => {
    try {
      append(line);
    } catch {
      // A disk that fills up in the middle must not take the connection with it; the log is an aid, no part of the work.
    }
  };
}
