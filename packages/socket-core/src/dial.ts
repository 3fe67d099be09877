import type { Socket as NetSocket, TcpNetConnectOpts } from "node:net";
import { networkInterfaces } from "node:os";
import type { Begin } from "./connect-guard.js";
import { SocketError } from "./errors.js";
import { connectStream } from "./lent-reads.js";
import type { HostAddress } from "./resolve-host.js";

export interface DialOptions {
  readonly port: number;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly networkInterface?: string | undefined;
  readonly noDelay: boolean;
  readonly keepAliveInitialDelayMs?: number | undefined;
  readonly allowHalfOpen: boolean;
  /** Head start of each address over the next (RFC 8305 section 5). */
  readonly attemptDelayMs: number;
  /** What arrives is lent. */
  readonly lendReads: boolean;
  readonly target: string;
}

/**
 * Connects to the first address that answers (RFC 8305). Attempts overlap: unlike Node's autoSelectFamily, an attempt
 * that is slower than its head start goes on, so a host that is far away is reached too.
 */
export function dial(addresses: readonly HostAddress[], options: DialOptions): Begin<NetSocket> {
  return (resolve, reject) => {
    const attempts = new Set<NetSocket>();
    const errors: unknown[] = [];
    let next = 0;
    let timer: NodeJS.Timeout | undefined;

    const stop = (winner?: NetSocket): void => {
      clearTimeout(timer);
      next = addresses.length;
      for (const attempt of attempts) if (attempt !== winner) attempt.destroy();
      attempts.clear();
    };
    const failed = (error: unknown): void => {
      errors.push(error);
      if (next < addresses.length) begin();
      else if (attempts.size === 0) reject(errors.length === 1 ? errors[0] : new AggregateError(errors));
    };
    const begin = (): void => {
      clearTimeout(timer);
      const entry = addresses[next++];
      if (entry === undefined) return;
      if (next < addresses.length) timer = setTimeout(begin, options.attemptDelayMs);
      let attempt: NetSocket;
      try {
        attempt = connectStream(attemptOptions(entry, options), options.lendReads);
      } catch (error) {
        failed(error);
        return;
      }
      attempts.add(attempt);
      // The listener stays: a socket that lost the race may still report an error, and nobody wants it.
      attempt.on("error", (error) => {
        if (attempts.delete(attempt)) failed(error);
      });
      attempt.once("connect", () => {
        if (!attempts.has(attempt)) return;
        stop(attempt);
        resolve(attempt);
      });
    };
    begin();
    return () => stop();
  };
}

function attemptOptions(entry: HostAddress, options: DialOptions): TcpNetConnectOpts {
  const localAddress =
    options.networkInterface === undefined
      ? options.localAddress
      : interfaceAddress(options.networkInterface, entry.family, options.target);
  return {
    host: entry.address,
    port: options.port,
    family: entry.family,
    autoSelectFamily: false,
    noDelay: options.noDelay,
    allowHalfOpen: options.allowHalfOpen,
    ...(options.keepAliveInitialDelayMs === undefined
      ? {}
      : { keepAlive: true, keepAliveInitialDelay: options.keepAliveInitialDelayMs }),
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(options.localPort === undefined ? {} : { localPort: options.localPort }),
  };
}

function interfaceAddress(name: string, family: 4 | 6, target: string): string {
  const entry = networkInterfaces()[name]?.find((address) => address.family === `IPv${family}`);
  if (entry !== undefined) return family === 6 && entry.scopeid ? `${entry.address}%${name}` : entry.address;
  throw new SocketError("ERR_SOCKET_ADDRESS_NOT_AVAILABLE", {
    detail: `${name} has no IPv${family} address`,
    target,
  });
}

/** Connects to a unix socket or a named pipe. */
export function dialPath(path: string, allowHalfOpen: boolean, lendReads: boolean): Begin<NetSocket> {
  return (resolve, reject) => {
    const attempt = connectStream({ path, allowHalfOpen }, lendReads);
    attempt.on("error", reject);
    attempt.once("connect", () => resolve(attempt));
    return () => attempt.destroy();
  };
}

/** Waits for a socket of the caller that is still connecting. */
export function awaitConnected(socket: NetSocket): Begin<NetSocket> {
  return (resolve, reject) => {
    const onConnect = (): void => finish(() => resolve(socket));
    const onError = (error: Error): void => finish(() => reject(error));
    const onClose = (): void =>
      finish(() => reject(new SocketError("ERR_SOCKET_CLOSED", { phase: "connect" })));
    const finish = (report: () => void): void => {
      socket.removeListener("connect", onConnect);
      socket.removeListener("close", onClose);
      report(); // the error listener stays: a given-up socket must not end the process
    };
    socket.on("error", onError).once("connect", onConnect).once("close", onClose);
    return () => socket.destroy();
  };
}
