import { createSocket } from "node:dgram";
import { isIP } from "node:net";
import { connect } from "../connect.js";
import { Guard } from "../connect-guard.js";
import { SocketError } from "../errors.js";
import { targetName } from "../options.js";

export interface NameServer {
  readonly address: string;
  readonly port: number;
}

/** `192.0.2.1`, `192.0.2.1:5353`, `[::1]:53`, `::1`. Addresses only: a name would have to be resolved first. */
export function parseServer(text: string): NameServer {
  const match = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? /^([^:]+):(\d+)$/.exec(text);
  const address = match?.[1] ?? text;
  const port = match?.[2] === undefined ? 53 : Number(match[2]);
  if (isIP(address) === 0 || port < 1 || port > 65_535) {
    throw new SocketError("ERR_SOCKET_BAD_OPTION", {
      detail: `${JSON.stringify(text)} is no address of a name server`,
    });
  }
  return { address, port };
}

/**
 * One question by UDP. `accept` looks at each datagram: undefined means that it is not the answer, and waiting goes on,
 * as a stranger can send datagrams too. The socket has a random port of its own and hears this server alone (RFC 5452).
 */
export function askByUdp<T>(
  server: NameServer,
  query: Uint8Array,
  accept: (octets: Uint8Array) => T | undefined,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<T> {
  const target = targetName(server.address, server.port);
  const guard = new Guard(signal, timeoutMs, target, "ERR_SOCKET_DNS_TIMEOUT");
  const answered = guard.step<T>("dns", (resolve, reject) => {
    const socket = createSocket(isIP(server.address) === 6 ? "udp6" : "udp4");
    let open = true;
    const close = (): void => {
      if (open) socket.close();
      open = false;
    };
    const fail = (error: unknown): void => {
      close();
      reject(error);
    };
    socket.on("error", fail);
    socket.on("message", (octets) => {
      if (!open) return;
      try {
        const value = accept(octets);
        if (value === undefined) return;
        close();
        resolve(value);
      } catch (error) {
        fail(error);
      }
    });
    socket.connect(server.port, server.address, () => {
      if (open) socket.send(query, (error) => error !== null && error !== undefined && fail(error));
    });
    return close;
  });
  return answered.finally(() => guard.done());
}

/** One question by TCP (RFC 7766): two octets of length before each message. */
export async function askByTcp(
  server: NameServer,
  query: Uint8Array,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const deadline = performance.now() + timeoutMs;
  const target = targetName(server.address, server.port);
  let socket: Awaited<ReturnType<typeof connect>>;
  try {
    socket = await connect({ host: server.address, port: server.port, connectTimeoutMs: timeoutMs, signal });
  } catch (error) {
    if (SocketError.is(error) && error.code === "ERR_SOCKET_CONNECT_TIMEOUT") {
      throw new SocketError("ERR_SOCKET_DNS_TIMEOUT", { cause: error, target });
    }
    throw error;
  }
  const guard = new Guard(
    signal,
    Math.max(1, deadline - performance.now()),
    target,
    "ERR_SOCKET_DNS_TIMEOUT",
  );
  try {
    return await guard.step<Uint8Array>("dns", (resolve, reject) => {
      const framed = new Uint8Array(2 + query.length);
      framed[0] = query.length >> 8;
      framed[1] = query.length & 0xff;
      framed.set(query, 2);
      socket.write(framed);
      const chunks: Uint8Array[] = [];
      const closed = (): void =>
        reject(new SocketError("ERR_SOCKET_DNS_PROTOCOL", { detail: "cut short", target }));
      socket.setReceiver({
        onData(chunk) {
          chunks.push(chunk);
          const octets = Buffer.concat(chunks);
          if (octets.length < 2) return;
          const end = 2 + octets.readUInt16BE();
          if (octets.length >= end) resolve(octets.subarray(2, end));
        },
        onEnd: closed,
        onError: reject,
        onClose: closed,
      });
      return () => socket.destroy();
    });
  } finally {
    guard.done();
    socket.destroy();
  }
}
