import { isIP, type Socket as NetSocket } from "node:net";
import type { Duplex } from "node:stream";
import { Guard } from "./connect-guard.js";
import { awaitConnected, type DialOptions, dial, dialPath } from "./dial.js";
import { SocketError } from "./errors.js";
import { checkHost, checkMs, checkOptions, checkPort, targetName } from "./options.js";
import type { CheckedProxy, ProxyOptions } from "./proxy/proxy-options.js";
import { type HostAddress, type LookupFunction, resolveHost } from "./resolve-host.js";
import { Socket, type SocketSettings } from "./socket.js";
import type { TlsOptions } from "./tls/tls-options.js";
import { tlsSettings } from "./tls/tls-settings.js";

/** A step on the way to a connection. */
export interface ConnectStep {
  /** What was done. */
  readonly step: "resolved" | "connected" | "proxied" | "secured";
  /** How long it took. */
  readonly durationMs: number;
  /** `resolved`: every address found. `connected`: the one that answered. */
  readonly addresses?: readonly string[] | undefined;
}

/** Where to connect to, and how. */
export interface ConnectOptions {
  /** A name (A-labels or U-labels) or an address. With `path` or `socket`: the name that TLS verifies. */
  readonly host?: string | undefined;
  /** 1 to 65535. */
  readonly port?: number | undefined;
  /** A unix socket or a Windows named pipe, instead of host and port. */
  readonly path?: string | undefined;
  /** A connected or connecting stream of the caller, instead of host and port. */
  readonly socket?: Duplex | undefined;
  /** Resolving, connecting and the proxy together. Default 30,000; 0 for none. */
  readonly connectTimeoutMs?: number | undefined;
  /** Gives the attempt up. Once connected it has no effect. */
  readonly signal?: AbortSignal | undefined;
  /** 4 or 6: this family alone. 0 (default): both, overlapping (RFC 8305). */
  readonly family?: 0 | 4 | 6 | undefined;
  /** With `family: 0`: the family that goes first. Default: as the system orders them (RFC 6724). */
  readonly preferFamily?: 4 | 6 | undefined;
  /** The address to leave by. */
  readonly localAddress?: string | undefined;
  /** The port to leave by. Default: the system's choice. */
  readonly localPort?: number | undefined;
  /** Name of the network interface to leave by, as `eth0`; instead of `localAddress`. */
  readonly networkInterface?: string | undefined;
  /** Instead of the system's resolver. */
  readonly lookup?: LookupFunction | undefined;
  /** Default 250. */
  readonly attemptDelayMs?: number | undefined;
  /** Sends small writes at once. Default true. */
  readonly noDelay?: boolean | undefined;
  /** Switches keep-alive on: silence before the first probe. */
  readonly keepAliveInitialDelayMs?: number | undefined;
  /** Keeps our direction open when the peer ends its own. Default false. */
  readonly allowHalfOpen?: boolean | undefined;
  /** Ends the connection after so long a silence. Default: never. */
  readonly idleTimeoutMs?: number | undefined;
  /** Ends the connection after this time, busy or not. Default: never. */
  readonly totalTimeoutMs?: number | undefined;
  /** How long `close()` waits for the peer. Default 2,000. */
  readonly closeTimeoutMs?: number | undefined;
  /** Most octets a second, in each direction. Default: no limit. */
  readonly maxBytesPerSecond?: number | undefined;
  /**
   * Octets are lent to a receiver that `borrows`: they are overwritten after `onData`. Spares an allocation of 64 KiB for each
   * read. Everybody else gets octets of their own. While such a connection is paused nothing is read from it, so that its end is
   * not heard either. Has no effect where a proxy is named, over TLS, over a stream of the caller, nor on other runtimes than
   * Node. Default false.
   */
  readonly lendReads?: boolean | undefined;
  /** A proxy, its URL, or `"environment"`: as `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say. */
  readonly proxy?: ProxyOptions | string | undefined;
  /** TLS from the first octet; the promise resolves after the handshake. */
  readonly tls?: TlsOptions | undefined;
  /** Hears of each step when it is done. */
  readonly onProgress?: ((step: ConnectStep) => void) | undefined;
}

const CONNECT_OPTIONS: ReadonlySet<string> = new Set<keyof ConnectOptions>([
  "host",
  "port",
  "path",
  "socket",
  "connectTimeoutMs",
  "signal",
  "family",
  "preferFamily",
  "localAddress",
  "localPort",
  "networkInterface",
  "lookup",
  "attemptDelayMs",
  "noDelay",
  "keepAliveInitialDelayMs",
  "allowHalfOpen",
  "idleTimeoutMs",
  "totalTimeoutMs",
  "closeTimeoutMs",
  "maxBytesPerSecond",
  "lendReads",
  "proxy",
  "tls",
  "onProgress",
]);

/**
 * Connects, and secures the connection when `tls` is given.
 *
 * @throws SocketError of the groups use, resolve, connect, timeout, proxy, tls and certificate. Nothing stays open.
 */
export async function connect(options: ConnectOptions): Promise<Socket> {
  const plan = makePlan(options);
  // Bad TLS options, unreadable keys among them, are found before anybody is called.
  if (options.tls !== undefined) tlsSettings(options.tls, plan.host);
  const guard = new Guard(options.signal, plan.timeoutMs, plan.target);
  let stream: Duplex;
  let proxied = false;
  try {
    // Only now, as it loads the code for proxies.
    const proxy = options.proxy === undefined ? undefined : await findProxy(options.proxy, plan);
    proxied = proxy !== undefined;
    stream =
      proxy === undefined ? await open(plan, options, guard) : await openProxied(proxy, plan, options, guard);
  } finally {
    guard.done();
  }
  const socket = new Socket(stream, { ...plan.settings, proxied });
  if (options.tls !== undefined) {
    const begin = performance.now();
    // An aborted or failed handshake destroys the socket before it rejects.
    await socket.startTls(
      options.tls.signal === undefined ? { ...options.tls, signal: options.signal } : options.tls,
    );
    report(options, "secured", begin);
  }
  return socket;
}

interface Plan {
  readonly host: string | undefined;
  readonly port: number;
  readonly target: string;
  readonly timeoutMs: number;
  readonly settings: SocketSettings;
}

function makePlan(options: ConnectOptions): Plan {
  checkOptions("connect", options, CONNECT_OPTIONS);
  const ways = [options.path, options.socket, options.port].filter((way) => way !== undefined).length;
  const host = options.host === undefined ? undefined : checkHost(options.host);
  if (ways > 1 && (options.path !== undefined || options.port === undefined)) {
    throw new SocketError("ERR_SOCKET_BAD_OPTION", { detail: "give host and port, or path, or socket" });
  }
  if (options.proxy !== undefined && (options.path !== undefined || options.socket !== undefined)) {
    throw new SocketError("ERR_SOCKET_BAD_OPTION", { detail: "a proxy needs host and port" });
  }
  if (options.path === "") throw new SocketError("ERR_SOCKET_BAD_OPTION", { detail: "path is empty" });
  const direct = options.path === undefined && options.socket === undefined;
  if (direct && host === undefined)
    throw new SocketError("ERR_SOCKET_BAD_HOST", { detail: "no host was given" });
  const port = direct || options.port !== undefined ? checkPort(options.port) : 0;
  const family = options.family ?? 0;
  if (family !== 0 && family !== 4 && family !== 6) {
    throw new SocketError("ERR_SOCKET_BAD_OPTION", { detail: "family must be 0, 4 or 6" });
  }
  if (options.preferFamily !== undefined && options.preferFamily !== 4 && options.preferFamily !== 6) {
    throw new SocketError("ERR_SOCKET_BAD_OPTION", { detail: "preferFamily must be 4 or 6" });
  }
  if (options.localAddress !== undefined && isIP(options.localAddress) === 0) {
    throw new SocketError("ERR_SOCKET_BAD_OPTION", { detail: "localAddress must be an IP address" });
  }
  if (options.localPort !== undefined) checkPort(options.localPort, 0);
  const target = options.path ?? (host === undefined ? "the given socket" : targetName(host, port));
  return {
    host,
    port,
    target,
    timeoutMs: checkMs("connectTimeoutMs", options.connectTimeoutMs, 30_000),
    settings: {
      host,
      target,
      idleTimeoutMs: options.idleTimeoutMs,
      totalTimeoutMs: options.totalTimeoutMs,
      closeTimeoutMs: options.closeTimeoutMs,
      maxBytesPerSecond: options.maxBytesPerSecond,
    },
  };
}

async function open(plan: Plan, options: ConnectOptions, guard: Guard): Promise<Duplex> {
  if (options.socket !== undefined) return adopt(options.socket, guard);
  if (options.path !== undefined) {
    const begin = performance.now();
    const stream = await guard.step(
      "connect",
      dialPath(options.path, options.allowHalfOpen ?? false, lendsReads(options)),
    );
    report(options, "connected", begin, [options.path]);
    return stream;
  }
  return openTcp(plan.host!, plan.port, plan.target, options, guard);
}

async function findProxy(given: ProxyOptions | string, plan: Plan): Promise<CheckedProxy | undefined> {
  const { checkProxy, parseProxyUrl } = await import("./proxy/proxy-options.js");
  const { detectProxy } = await import("./proxy/detect-proxy.js");
  const { isException } = await import("./proxy/exceptions.js");
  const host = plan.host!;
  const found =
    given === "environment"
      ? detectProxy(host, plan.port)
      : typeof given === "string"
        ? parseProxyUrl(given)
        : given;
  if (found === undefined || isException(found.exceptions ?? [], host, plan.port)) return undefined;
  return checkProxy(found);
}

async function openProxied(
  proxy: CheckedProxy,
  plan: Plan,
  options: ConnectOptions,
  guard: Guard,
): Promise<Duplex> {
  if (proxy.type === "https") tlsSettings(proxy.tls ?? {}, proxy.host);
  const target = targetName(proxy.host, proxy.port);
  guard.target = target;
  const stream = await openTcp(proxy.host, proxy.port, target, options, guard, "proxy");
  const begin = performance.now();
  const { openTunnel } = await import("./proxy/tunnel.js");
  try {
    const tunnel = await openTunnel(
      stream,
      proxy,
      { host: plan.host!, port: plan.port, lookup: options.lookup },
      guard,
    );
    report(options, "proxied", begin);
    return tunnel;
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

async function adopt(stream: Duplex, guard: Guard): Promise<Duplex> {
  if (stream.destroyed || !stream.writable || !stream.readable) {
    throw new SocketError("ERR_SOCKET_NOT_CONNECTED", {
      phase: "connect",
      detail: "the given socket is closed",
    });
  }
  if ((stream as Partial<NetSocket>).connecting === true)
    return guard.step("connect", awaitConnected(stream as NetSocket));
  return stream;
}

async function openTcp(
  host: string,
  port: number,
  target: string,
  options: ConnectOptions,
  guard: Guard,
  phase: "connect" | "proxy" = "connect",
): Promise<NetSocket> {
  const family = options.family ?? 0;
  const literal = isIP(host);
  let addresses: HostAddress[];
  if (literal !== 0) {
    if (family !== 0 && family !== literal)
      throw new SocketError("ERR_SOCKET_FAMILY_UNSUPPORTED", { target });
    addresses = [{ address: host, family: literal as 4 | 6 }];
  } else {
    const begin = performance.now();
    addresses = await guard.step(
      "resolve",
      resolveHost(host, family, options.lookup, target, options.preferFamily),
    );
    report(
      options,
      "resolved",
      begin,
      addresses.map((entry) => entry.address),
    );
  }
  const dialOptions: DialOptions = {
    port,
    localAddress: options.localAddress,
    localPort: options.localPort,
    networkInterface: options.networkInterface,
    noDelay: options.noDelay ?? true,
    keepAliveInitialDelayMs: options.keepAliveInitialDelayMs,
    allowHalfOpen: options.allowHalfOpen ?? false,
    attemptDelayMs: checkMs("attemptDelayMs", options.attemptDelayMs, 250),
    lendReads: lendsReads(options),
    target,
  };
  const begin = performance.now();
  const stream = await guard.step(phase, dial(fitting(addresses, options.localAddress, target), dialOptions));
  report(options, "connected", begin, [stream.remoteAddress ?? host]);
  return stream;
}

/** What TLS or a proxy reads is not ours to lend. */
function lendsReads({ lendReads, tls, proxy }: ConnectOptions): boolean {
  return lendReads === true && tls === undefined && proxy === undefined;
}

/** A local address of one family reaches only that family. */
function fitting(addresses: HostAddress[], localAddress: string | undefined, target: string): HostAddress[] {
  if (localAddress === undefined) return addresses;
  const family = isIP(localAddress);
  const result = addresses.filter((entry) => entry.family === family);
  if (result.length === 0) {
    throw new SocketError("ERR_SOCKET_FAMILY_UNSUPPORTED", {
      detail: "localAddress is of another family",
      target,
    });
  }
  return result;
}

function report(
  options: ConnectOptions,
  step: ConnectStep["step"],
  beginMs: number,
  addresses?: readonly string[],
): void {
  options.onProgress?.({ step, durationMs: performance.now() - beginMs, addresses });
}
