import { type AddressInfo, createServer, type Socket as NetSocket, type Server } from "node:net";
import { fromNodeError, SocketError } from "./errors.js";
import {
  abortError,
  checkHost,
  checkMs,
  checkOptions,
  checkPort,
  targetName,
  throwIfAborted,
} from "./options.js";
import { Socket, type SocketSettings } from "./socket.js";
import type { TlsOptions } from "./tls/tls-options.js";
import { tlsSettings } from "./tls/tls-settings.js";

/** Where to listen, and how. */
export interface ListenOptions {
  /** The address to listen on. Default `127.0.0.1`; `::` is every address of the machine. */
  readonly host?: string | undefined;
  /** Default 0: the system chooses one; see {@link Listener.port}. */
  readonly port?: number | undefined;
  /** A unix socket or a Windows named pipe, instead of host and port. */
  readonly path?: string | undefined;
  /** TLS from the first octet. Needs a certificate and key, or a PFX. Connections arrive after the handshake. */
  readonly tls?: TlsOptions | undefined;
  /** Connections the system keeps waiting. Default: Node's. */
  readonly backlog?: number | undefined;
  /** Open connections at a time; more are closed at once. Default: no limit. */
  readonly maxConnections?: number | undefined;
  /** Sends small writes at once. Default true. */
  readonly noDelay?: boolean | undefined;
  /** Switches keep-alive on: silence before the first probe. */
  readonly keepAliveInitialDelayMs?: number | undefined;
  /** Keeps our direction open when the peer ends its own. Default false. */
  readonly allowHalfOpen?: boolean | undefined;
  /** Ends a connection after so long a silence. Default: never. */
  readonly idleTimeoutMs?: number | undefined;
  /** Ends a connection after this time, busy or not. Default: never. */
  readonly totalTimeoutMs?: number | undefined;
  /** How long `close()` of a connection waits for its peer. Default 2,000. */
  readonly closeTimeoutMs?: number | undefined;
  /** Most octets a second of each connection, in each direction. Default: no limit. */
  readonly maxBytesPerSecond?: number | undefined;
  /** Ends listening. Open connections go on. */
  readonly signal?: AbortSignal | undefined;
  /** A failed handshake, or an error of the listening socket itself. Default: ignored. */
  readonly onError?: ((error: SocketError) => void) | undefined;
}

const LISTEN_OPTIONS: ReadonlySet<string> = new Set<keyof ListenOptions>([
  "host",
  "port",
  "path",
  "tls",
  "backlog",
  "maxConnections",
  "noDelay",
  "keepAliveInitialDelayMs",
  "allowHalfOpen",
  "idleTimeoutMs",
  "totalTimeoutMs",
  "closeTimeoutMs",
  "maxBytesPerSecond",
  "signal",
  "onError",
]);

/** A listening socket. */
export class Listener {
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  readonly #stop: () => void;
  readonly #closed: Promise<void>;
  /** The bound address; undefined for a path. */
  readonly address: string | undefined;
  /** The bound port, also when 0 was asked for; undefined for a path. */
  readonly port: number | undefined;

  constructor(server: Server, sockets: Set<Socket>, stop: () => void) {
    this.#server = server;
    this.#sockets = sockets;
    this.#stop = stop;
    const bound = server.address() as AddressInfo | string | null;
    this.address = typeof bound === "object" && bound !== null ? bound.address : undefined;
    this.port = typeof bound === "object" && bound !== null ? bound.port : undefined;
    this.#closed = new Promise((resolve) => server.once("close", resolve));
  }

  /** The connections that are open now. */
  get connections(): ReadonlySet<Socket> {
    return this.#sockets;
  }

  /** False once listening has ended. */
  get listening(): boolean {
    return this.#server.listening;
  }

  /** Accepts nothing more; open connections go on. */
  stopListening(): void {
    this.#stop();
  }

  /** Accepts nothing more and closes the open connections, each as {@link Socket.close} does. */
  async close(): Promise<void> {
    this.#stop();
    await Promise.all([...this.#sockets].map((socket) => socket.close()));
    await this.#closed;
  }

  /** Accepts nothing more and destroys the open connections. */
  destroy(): void {
    this.#stop();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The same as {@link Listener.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Listens and hands over each connection, with TLS already made when `tls` is given.
 *
 * @throws SocketError ERR_SOCKET_ADDRESS_IN_USE, ERR_SOCKET_ACCESS_DENIED…; of the groups use and file for bad options
 */
export async function listen(
  options: ListenOptions,
  onConnection: (socket: Socket) => void,
): Promise<Listener> {
  checkOptions("listen", options, LISTEN_OPTIONS);
  throwIfAborted(options.signal);
  if (options.path !== undefined && (options.port !== undefined || options.host !== undefined)) {
    throw new SocketError("ERR_SOCKET_BAD_OPTION", { detail: "give host and port, or path" });
  }
  const host = checkHost(options.host ?? "127.0.0.1");
  const port = checkPort(options.port ?? 0, 0);
  const target = options.path ?? targetName(host, port);
  if (options.tls !== undefined) checkServerTls(options.tls);
  const settings: SocketSettings = {
    role: "server",
    idleTimeoutMs: options.idleTimeoutMs,
    totalTimeoutMs: options.totalTimeoutMs,
    closeTimeoutMs: options.closeTimeoutMs,
    maxBytesPerSecond: options.maxBytesPerSecond,
  };
  const sockets = new Set<Socket>();
  const server = createServer({
    allowHalfOpen: options.allowHalfOpen ?? false,
    noDelay: options.noDelay ?? true,
    keepAlive: options.keepAliveInitialDelayMs !== undefined,
    keepAliveInitialDelay: checkMs("keepAliveInitialDelayMs", options.keepAliveInitialDelayMs, 0),
  });
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections;
  server.on("connection", (stream) => {
    const socket = accept(stream, settings, sockets);
    if (options.tls === undefined) onConnection(socket);
    else {
      socket.startTls(options.tls).then(
        () => onConnection(socket),
        (error: unknown) => options.onError?.(fromNodeError(error)),
      );
    }
  });
  await bound(server, { port, host, path: options.path, backlog: options.backlog }, target);
  server.on("error", (error) => options.onError?.(fromNodeError(error, { phase: "listen", target })));
  const stop = (): void => {
    options.signal?.removeEventListener("abort", stop);
    if (server.listening) server.close();
  };
  options.signal?.addEventListener("abort", stop, { once: true });
  if (options.signal?.aborted) {
    stop();
    throw abortError(options.signal);
  }
  return new Listener(server, sockets, stop);
}

/** Listens for one connection, takes it, and stops listening. */
export async function acceptOne(
  options: ListenOptions & { onListening?: ((listener: Listener) => void) | undefined },
): Promise<Socket> {
  const { onListening, ...listenOptions } = options;
  let take: (socket: Socket) => void = () => {};
  let giveUp: (error: SocketError) => void = () => {};
  const taken = new Promise<Socket>((resolve, reject) => {
    take = resolve;
    giveUp = reject;
  });
  const onAbort = (): void => giveUp(abortError(options.signal!));
  let first = true;
  const listener = await listen(listenOptions, (socket) => {
    if (first) take(socket);
    else socket.destroy();
    first = false;
  });
  options.signal?.addEventListener("abort", onAbort, { once: true });
  try {
    onListening?.(listener);
    return await taken;
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    listener.stopListening();
  }
}

function checkServerTls(tls: TlsOptions): void {
  if (tls.certificate === undefined && tls.pfx === undefined)
    throw new SocketError("ERR_SOCKET_FILE_NO_CERTIFICATE");
  tlsSettings(tls, undefined);
}

function accept(stream: NetSocket, settings: SocketSettings, sockets: Set<Socket>): Socket {
  const { remoteAddress, remotePort } = stream;
  const target = remoteAddress === undefined ? undefined : targetName(remoteAddress, remotePort ?? 0);
  const socket = new Socket(stream, { ...settings, target });
  sockets.add(socket);
  stream.once("close", () => sockets.delete(socket));
  return socket;
}

function bound(
  server: Server,
  place: { port: number; host: string; path: string | undefined; backlog: number | undefined },
  target: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(fromNodeError(error, { phase: "listen", target }));
    server.once("error", onError);
    const backlog = place.backlog === undefined ? {} : { backlog: place.backlog };
    const address = place.path === undefined ? { port: place.port, host: place.host } : { path: place.path };
    server.listen({ ...address, ...backlog }, () => {
      server.removeListener("error", onError);
      resolve();
    });
  });
}
