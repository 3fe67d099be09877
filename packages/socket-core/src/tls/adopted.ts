import type { TLSSocket } from "node:tls";
import { verifyFailure } from "./failures.js";
import { peerCertificate } from "./handshake.js";
import { makeTlsInfo, type TlsInfo } from "./tls-info.js";

/**
 * Facts of a TLS stream that the caller made and handed over. Node judged it, not we; and Node checks no host name on
 * a resumed session, so such a one counts as not verified.
 */
export function adoptedTlsInfo(stream: TLSSocket): TlsInfo | undefined {
  if (stream.getProtocol() === null) return undefined; // no handshake yet
  const judged = stream.authorized && !stream.isSessionReused();
  return makeTlsInfo(stream, {
    certificate: peerCertificate(stream),
    ownCertificate: undefined,
    failure: judged
      ? undefined
      : verifyFailure(String(stream.authorizationError ?? "CERT_UNTRUSTED"), undefined),
    servername: undefined,
    server: false,
  });
}
