import { readFile } from "node:fs/promises";
import { readCertificate } from "../certificate/certificate-info.js";
import { nodeCode, SocketError } from "../errors.js";
import { normalFingerprint } from "../tls/fingerprints.js";
import { pemBlocks } from "./pem.js";

/**
 * Reads a deny list for `TlsOptions.denied`: certificates in PEM, or lines with a fingerprint (SHA-1 or SHA-256) or a
 * serial number in hexadecimal; `#` begins a comment.
 *
 * @throws SocketError ERR_SOCKET_FILE_UNREADABLE; ERR_SOCKET_FILE_FORMAT for a line that is none of these: a list that
 *   is half understood protects half
 */
export async function loadDenyList(path: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(path, "latin1");
  } catch (error) {
    throw new SocketError("ERR_SOCKET_FILE_UNREADABLE", {
      target: path,
      errno: nodeCode(error),
      cause: error,
    });
  }
  const denied = pemBlocks(text)
    .filter((block) => block.label === "CERTIFICATE")
    .map((block) => normalFingerprint(readCertificate(block.body).fingerprints.sha256));
  const lines = text.replace(/-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g, "").split(/\r?\n/);
  lines.forEach((line, index) => {
    const entry = line.replace(/#.*$/, "").trim();
    if (entry === "") return;
    const mark = normalFingerprint(entry);
    if (!/^[0-9a-f]{1,64}$/.test(mark)) {
      throw new SocketError("ERR_SOCKET_FILE_FORMAT", { target: path, detail: `line ${index + 1}` });
    }
    denied.push(mark);
  });
  return denied;
}
