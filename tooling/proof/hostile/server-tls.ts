import type { Socket } from "node:net";
import { TLSSocket, type TLSSocketOptions } from "node:tls";
import type { TestIdentity } from "@wirepost/test-server";

/** The server's end of a handshake on this socket. */
export function serverTls(
  raw: Socket,
  identity: Pick<TestIdentity, "certificate" | "key">,
  options: TLSSocketOptions,
  onName: (name: string) => void,
): TLSSocket {
  return new TLSSocket(raw, {
    cert: identity.certificate,
    key: identity.key,
    ...options,
    isServer: true,
    SNICallback: (name, done) => {
      onName(name);
      done(null);
    },
  });
}
