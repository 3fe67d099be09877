import { Duplex } from "node:stream";
import type { SocksClientOptions } from "socks";
import { SocksClient } from "socks";
import type { Begin } from "../connect-guard.js";
import type { SocketErrorCode } from "../error-table.js";
import { fromNodeError, SocketError } from "../errors.js";
import type { CheckedProxy } from "./proxy-options.js";

/** The texts of the library's errors -> our codes; the first that fits. RFC 1928 section 6, SOCKS4 protocol memo. */
const REASONS: readonly (readonly [RegExp, SocketErrorCode])[] = [
  [/NotAllowed/, "ERR_SOCKET_PROXY_NOT_ALLOWED"],
  [/NetworkUnreachable/, "ERR_SOCKET_PROXY_NETWORK_UNREACHABLE"],
  [/HostUnreachable/, "ERR_SOCKET_PROXY_HOST_UNREACHABLE"],
  [/ConnectionRefused/, "ERR_SOCKET_PROXY_TARGET_REFUSED"],
  [/TTLExpired/, "ERR_SOCKET_PROXY_TARGET_TIMEOUT"],
  [/CommandNotSupported|AddressNotSupported/, "ERR_SOCKET_PROXY_UNSUPPORTED"],
  [/RejectedIdent/, "ERR_SOCKET_PROXY_AUTH_FAILED"],
  [/Authentication failed/, "ERR_SOCKET_PROXY_AUTH_FAILED"],
  [/no accepted authentication type/, "ERR_SOCKET_PROXY_AUTH_REQUIRED"],
  [/rejected connection - \(?(Failed|Failure|Rejected)\)?$/, "ERR_SOCKET_PROXY_REFUSED"],
  [/Socket closed/, "ERR_SOCKET_PROXY_CLOSED"],
];

/**
 * Opens a tunnel by SOCKS 4, 4a or 5.
 *
 * The library is given a stand-in for the connection: it pauses, resumes, destroys and emits on what it is given, and
 * hands octets behind the last answer over as a `data` event of a later turn. On the real socket they could be lost or
 * come out of order; from the stand-in they are collected and put back in front.
 */
export function socksConnect(
  stream: Duplex,
  proxy: CheckedProxy,
  host: string,
  port: number,
  target: string,
): Begin<Duplex> {
  return (resolve, reject) => {
    if (stream.destroyed) {
      reject(new SocketError("ERR_SOCKET_PROXY_CLOSED", { target }));
      return () => {};
    }
    const standIn = new StandIn(stream);
    let over = false;
    const finish = (): boolean => {
      if (over) return false;
      over = true;
      standIn.release();
      return true;
    };
    const fail = (error: SocketError): void => {
      if (!finish()) return;
      stream.on("error", () => {}); // the connection is given up; what it still reports is dropped on purpose
      stream.destroy();
      reject(error);
    };
    standIn.onStreamError = (error) => fail(fromNodeError(error, { phase: "proxy", target }));
    const client = new SocksClient(clientOptions(proxy, host, port));
    client.on("error", (error: Error) => fail(refusal(error, target)));
    client.on("established", () => {
      stream.pause();
      const excess: Buffer[] = [];
      standIn.on("data", (chunk: Buffer) => excess.push(chunk));
      // The library emits its excess in a setImmediate that it queued before this one.
      setImmediate(() => {
        if (!finish()) return;
        if (excess.length > 0) stream.unshift(Buffer.concat(excess));
        resolve(stream);
      });
    });
    try {
      client.connect(standIn as never);
    } catch (error) {
      fail(fromNodeError(error, { phase: "proxy", target }));
    }
    stream.resume();
    return () => fail(new SocketError("ERR_SOCKET_PROXY_CLOSED", { target }));
  };
}

function clientOptions(proxy: CheckedProxy, host: string, port: number): SocksClientOptions {
  const login = proxy.username === undefined ? {} : { userId: proxy.username };
  const password = proxy.password === undefined ? {} : { password: proxy.password };
  return {
    command: "connect",
    proxy: {
      host: proxy.host,
      port: proxy.port,
      type: proxy.type === "socks5" ? 5 : 4,
      ...login,
      ...password,
    },
    destination: { host, port },
    // Our own deadline covers the whole way; the library's must only not come before it.
    timeout: 2_147_483_647,
  };
}

/** The library's error holds all its options, the password among them: only its text is kept. */
function refusal(error: Error, target: string): SocketError {
  const code = REASONS.find(([pattern]) => pattern.test(error.message))?.[1] ?? "ERR_SOCKET_PROXY_PROTOCOL";
  return new SocketError(code, { target, detail: error.message });
}

class StandIn extends Duplex {
  readonly #stream: Duplex;
  onStreamError: (error: Error) => void = () => {};

  constructor(stream: Duplex) {
    super();
    this.#stream = stream;
    stream
      .on("data", this.#onData)
      .on("end", this.#onEnd)
      .on("close", this.#onEnd)
      .on("error", this.#onError);
  }

  release(): void {
    this.#stream.removeListener("data", this.#onData);
    this.#stream.removeListener("end", this.#onEnd);
    this.#stream.removeListener("close", this.#onEnd);
    this.#stream.removeListener("error", this.#onError);
    this.#stream.pause();
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#stream.write(chunk);
    done();
  }

  // Not push(): the library's answer to an octet must come in the turn of that octet, so that pause() is in time.
  readonly #onData = (chunk: Buffer): void => {
    this.emit("data", chunk);
  };

  readonly #onEnd = (): void => {
    this.emit("close");
  };

  readonly #onError = (error: Error): void => this.onStreamError(error);
}
