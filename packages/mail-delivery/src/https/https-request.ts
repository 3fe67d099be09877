import { connect, type LookupFunction, type TlsOptions } from "@wirepost/socket-core";
import { HttpError, type HttpResponse, HttpResponseReader } from "./http-response.js";

/** One request over verified TLS. */
export interface HttpsRequest {
  readonly host: string;
  /** With the query. */
  readonly path: string;
  readonly port: number;
  readonly lookup: LookupFunction;
  readonly tls: Pick<TlsOptions, "ca" | "extraCa"> | undefined;
  /** What is sent: a POST. Undefined: a GET. */
  readonly content?: { readonly mediaType: string; readonly octets: Uint8Array } | undefined;
  /** Of the answer's body; 0: only its head is waited for. */
  readonly maxBodyBytes: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks once. The certificate must stand for the host; redirections are answers like any other.
 *
 * @throws SocketError, HttpError
 */
export async function httpsRequest(request: HttpsRequest): Promise<HttpResponse> {
  const { host, port, lookup, timeoutMs, signal } = request;
  const socket = await connect({
    host,
    port,
    lookup,
    signal,
    connectTimeoutMs: timeoutMs,
    totalTimeoutMs: timeoutMs,
    tls: { ...request.tls, verify: "full", alpn: ["http/1.1"], handshakeTimeoutMs: timeoutMs },
  });
  const onAbort = () => socket.destroy(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    socket.write(head(request));
    if (request.content !== undefined) socket.write(request.content.octets);
    const reader = new HttpResponseReader({ maxHeaderBytes: 16_384, maxBodyBytes: request.maxBodyBytes });
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

function head({ host, port, path, content }: HttpsRequest): Uint8Array {
  const fields = [
    `${content === undefined ? "GET" : "POST"} ${path} HTTP/1.1`,
    `Host: ${port === 443 ? host : `${host}:${port}`}`,
    ...(content === undefined
      ? ["Accept: text/plain"]
      : [`Content-Type: ${content.mediaType}`, `Content-Length: ${content.octets.length}`]),
    "Connection: close",
    "\r\n",
  ];
  return new TextEncoder().encode(fields.join("\r\n"));
}
