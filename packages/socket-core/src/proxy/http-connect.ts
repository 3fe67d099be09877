import type { Duplex } from "node:stream";
import type { Begin } from "../connect-guard.js";
import type { SocketErrorCode } from "../error-table.js";
import { fromNodeError, SocketError } from "../errors.js";
import { targetName } from "../options.js";
import { showsLogin } from "./login-echo.js";
import type { CheckedProxy } from "./proxy-options.js";

/** Headers of the answer; anything longer is not an answer to CONNECT. */
const MAX_ANSWER_BYTES = 16_384;
/** Characters of the proxy's own words in an error. */
const MAX_REASON_LENGTH = 80;

const STATUS_CODES: Readonly<Record<number, SocketErrorCode>> = {
  403: "ERR_SOCKET_PROXY_NOT_ALLOWED",
  404: "ERR_SOCKET_PROXY_HOST_UNREACHABLE",
  405: "ERR_SOCKET_PROXY_UNSUPPORTED",
  408: "ERR_SOCKET_PROXY_TARGET_TIMEOUT",
  501: "ERR_SOCKET_PROXY_UNSUPPORTED",
  // Proxies say these when the name is unknown, unreachable or refused alike (RFC 9110 section 15.6.3).
  500: "ERR_SOCKET_PROXY_HOST_UNREACHABLE",
  502: "ERR_SOCKET_PROXY_HOST_UNREACHABLE",
  503: "ERR_SOCKET_PROXY_HOST_UNREACHABLE",
  504: "ERR_SOCKET_PROXY_TARGET_TIMEOUT",
};

/** Opens a tunnel by CONNECT (RFC 9110 section 9.3.6). Octets behind the answer stay in the stream. */
export function httpConnect(
  stream: Duplex,
  proxy: CheckedProxy,
  host: string,
  port: number,
  target: string,
): Begin<Duplex> {
  return (resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    if (stream.destroyed) {
      reject(new SocketError("ERR_SOCKET_PROXY_CLOSED", { target }));
      return () => {};
    }
    const finish = (): void => {
      stream.removeListener("data", onData);
      stream.removeListener("end", onClose);
      stream.removeListener("close", onClose);
      stream.removeListener("error", onError);
      stream.pause();
    };
    const fail = (error: SocketError): void => {
      finish();
      stream.destroy();
      reject(error);
    };
    const onClose = (): void => fail(new SocketError("ERR_SOCKET_PROXY_CLOSED", { target }));
    const onError = (error: Error): void => fail(fromNodeError(error, { phase: "proxy", target }));
    const onData = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      const answer = chunks.length === 1 ? chunk : Buffer.concat(chunks, length);
      chunks.splice(0, chunks.length, answer);
      const end = headerEnd(answer);
      const garbage = !startsLikeHttp(answer);
      if (garbage || (end < 0 && length > MAX_ANSWER_BYTES)) {
        fail(new SocketError("ERR_SOCKET_PROXY_PROTOCOL", { target, detail: "not an HTTP answer" }));
        return;
      }
      if (end < 0) return;
      const refusal = refusalOf(answer.toString("latin1", 0, end), proxy, target);
      if (refusal !== undefined) {
        fail(refusal);
        return;
      }
      finish();
      if (end < answer.length) stream.unshift(answer.subarray(end));
      resolve(stream);
    };
    stream.on("data", onData).on("end", onClose).on("close", onClose).on("error", onError);
    stream.write(request(proxy, host, port));
    stream.resume();
    return () => {
      finish();
      stream.on("error", () => {}); // given up: nobody wants to hear of it
      stream.destroy();
    };
  };
}

function request(proxy: CheckedProxy, host: string, port: number): string {
  const authority = targetName(host, port);
  const login =
    proxy.username === undefined
      ? ""
      : `Proxy-Authorization: Basic ${Buffer.from(`${proxy.username}:${proxy.password ?? ""}`).toString("base64")}\r\n`;
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${login}\r\n`;
}

function startsLikeHttp(answer: Buffer): boolean {
  const wanted = "HTTP/1.";
  return answer.toString("latin1", 0, wanted.length) === wanted.slice(0, answer.length);
}

/** Offset behind the empty line; -1 while it has not come. */
function headerEnd(answer: Buffer): number {
  const end = answer.indexOf("\r\n\r\n");
  if (end >= 0) return end + 4;
  const bare = answer.indexOf("\n\n");
  return bare >= 0 ? bare + 2 : -1;
}

function refusalOf(header: string, proxy: CheckedProxy, target: string): SocketError | undefined {
  const match = /^HTTP\/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?\n/.exec(header);
  if (match === null)
    return new SocketError("ERR_SOCKET_PROXY_PROTOCOL", { target, detail: "not an HTTP answer" });
  const status = Number(match[1]);
  if (status >= 200 && status < 300) return undefined;
  const detail = `${status} ${shownReason(match[2] ?? "", proxy)}`.trim();
  // 407 is the status for it; tinyproxy says 401 when the credentials are wrong.
  if (status === 407 || status === 401) {
    const code =
      proxy.username === undefined ? "ERR_SOCKET_PROXY_AUTH_REQUIRED" : "ERR_SOCKET_PROXY_AUTH_FAILED";
    return new SocketError(code, { target, detail });
  }
  return new SocketError(STATUS_CODES[status] ?? "ERR_SOCKET_PROXY_REFUSED", { target, detail });
}

/** What the proxy says of a refusal, unless it repeats what it was told. */
function shownReason(reason: string, proxy: CheckedProxy): string {
  // A little more than is shown: the end may be the begin of a password.
  if (showsLogin(reason.slice(0, 2 * MAX_REASON_LENGTH), proxy)) return "";
  return reason.replace(/[^\x20-\x7e]/g, "?").slice(0, MAX_REASON_LENGTH);
}
