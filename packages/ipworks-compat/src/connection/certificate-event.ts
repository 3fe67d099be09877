import type { CertificateInfo, SocketError } from "@wirepost/socket-core";
import { pemOf } from "../certificate/pem.js";
import type { EventFields } from "../host.js";

/** What SSLServerAuthentication carries. A certificate that is good is accepted unless a handler says no. */
export function certificateEvent(
  info: CertificateInfo,
  failure: SocketError | undefined,
  wholeChain: boolean,
): EventFields["SSLServerAuthentication"] {
  const shown = wholeChain ? [info, ...info.issuers] : [info];
  return {
    certEncoded: Buffer.from(shown.map(({ raw }) => pemOf("CERTIFICATE", raw)).join(""), "utf8"),
    certSubject: info.subject.text,
    certIssuer: info.issuer.text,
    status: failure === undefined ? "OK" : failure.message,
    accept: failure === undefined,
  };
}
