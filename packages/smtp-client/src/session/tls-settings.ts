// What a session asks of TLS, and how a transcript shows what came of it.
import type { Socket, TlsOptions } from "@wirepost/socket-core";
import { isAddress, type ResolvedConnectionOptions } from "./connection-options.js";

/** @param onAccepted the observer vouched for the certificate */
export function tlsOptionsFor(options: ResolvedConnectionOptions, onAccepted: () => void): TlsOptions {
  const { observer } = options;
  return {
    // Opportunistic TLS meets certificates that nobody promised to verify (RFC 7435 3).
    verify: options.policy === "opportunistic" ? "none" : "full",
    // Where the caller brought the socket, only the caller knows whom it should reach.
    ...(options.hostGiven && (options.socket !== undefined || options.path !== undefined)
      ? { hostNames: [options.host], ...(isAddress(options.host) ? {} : { servername: options.host }) }
      : {}),
    handshakeTimeoutMs: options.times.tlsMs,
    signal: options.signal,
    ...options.tlsOptions,
    ...(observer?.onCertificate === undefined
      ? {}
      : {
          onCertificate: (certificate, failure) => {
            const decision = observer.onCertificate?.(certificate, failure);
            if (decision === true) onAccepted();
            return decision;
          },
        }),
  };
}

/** One line for the transcript. */
export function describeTls({ tls }: Socket): string {
  return `${tls?.protocol} with ${tls?.cipher?.name}${tls?.verified === true ? "" : ", not verified"}${tls?.resumed === true ? ", resumed" : ""}`;
}
