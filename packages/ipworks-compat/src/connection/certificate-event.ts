import type { CertificateInfo, SocketError } from "@wirepost/socket-core";
import { nameText } from "../certificate/names.js";
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
    certSubject: nameText(info.subject),
    certIssuer: nameText(info.issuer),
    status: failure === undefined ? "OK" : failure.message,
    accept: failure === undefined,
  };
}
