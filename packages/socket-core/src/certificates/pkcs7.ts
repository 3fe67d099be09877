import { DER, DerError, readChildren, readElement, whole } from "../certificate/der.js";
import { SocketError } from "../errors.js";

/** The certificates of a SignedData (RFC 2315 section 9.1), as P7B files hold them; signatures are not looked at. */
export function certificatesOfPkcs7(octets: Uint8Array): Uint8Array[] {
  try {
    const [, explicit] = readChildren(octets, readElement(octets, 0, octets.length));
    if (explicit?.tag !== 0xa0) throw new DerError("no content");
    const signedData = readElement(octets, explicit.contentStart, explicit.end);
    const set = readChildren(octets, signedData).find((element) => element.tag === 0xa0);
    if (set === undefined) return [];
    return readChildren(octets, set)
      .filter((element) => element.tag === DER.SEQUENCE)
      .map((element) => whole(octets, element));
  } catch (error) {
    if (error instanceof DerError)
      throw new SocketError("ERR_SOCKET_FILE_FORMAT", { detail: "PKCS #7", cause: error });
    throw error;
  }
}
