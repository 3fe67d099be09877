import { connect, type LookupFunction, type TlsOptions } from "@wirepost/socket-core";
import { HttpError, type HttpResponse, HttpResponseReader } from "./http-response.js";

/** One GET over verified TLS. */
export interface HttpsQuestion {
  readonly host: string;
  readonly path: string;
  readonly port: number;
  readonly lookup: LookupFunction;
  readonly tls: Pick<TlsOptions, "ca" | "extraCa"> | undefined;
  readonly maxBodyBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Fetches one small document. The certificate must stand for the host; redirections are answers like any other.
 *
 * @throws SocketError, HttpError
 */
export async function httpsGet(question: HttpsQuestion): Promise<HttpResponse> {
  const { host, path, port, lookup, timeoutMs, signal } = question;
  const socket = await connect({
    host,
    port,
    lookup,
    signal,
    connectTimeoutMs: timeoutMs,
    totalTimeoutMs: timeoutMs,
    tls: { ...question.tls, verify: "full", alpn: ["http/1.1"], handshakeTimeoutMs: timeoutMs },
  });
  const onAbort = () => socket.destroy(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const authority = port === 443 ? host : `${host}:${port}`;
    socket.write(
      new TextEncoder().encode(
        `GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nAccept: text/plain\r\nConnection: close\r\n\r\n`,
      ),
    );
    const reader = new HttpResponseReader({ maxHeaderBytes: 16_384, maxBodyBytes: question.maxBodyBytes });
    for (;;) {
      const chunk = await socket.read();
      signal?.throwIfAborted();
      if (chunk === null) throw new HttpError("it was cut short");
      const response = reader.push(chunk);
      if (response !== undefined) return response;
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    socket.destroy();
  }
}
