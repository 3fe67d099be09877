// A server that does exactly what a test says, and writes down what it was told.
import { type AddressInfo, createServer, type Socket } from "node:net";
import { show } from "./octets.js";
import { ScriptError, ServerPeer, type ServerTlsOptions } from "./peer.js";

/** One thing a server does on a connection. Any async function over the peer is a step. */
export type Step = (peer: ServerPeer) => void | Promise<void>;
/** A step, or steps one after the other. */
export type Script = Step | readonly Step[];

export interface ScriptedServerOptions {
  /** Default "127.0.0.1". */
  host?: string | undefined;
  /** Default 0: any free port. */
  port?: number | undefined;
  /** Implicit TLS: the handshake comes before the script. */
  tls?: ServerTlsOptions | undefined;
  /** Keep our side open after the client's FIN; default true, so that a script can still answer. */
  allowHalfOpen?: boolean | undefined;
}

export interface ScriptedServer {
  readonly host: string;
  readonly port: number;
  /** Every connection so far, in the order of arrival. */
  readonly connections: readonly ServerPeer[];
  /** What went wrong in a script (a client that said something else), in order. */
  readonly failures: readonly Error[];
  /** Resolves with the n-th connection (0 is the first) once it was accepted. */
  connection(index: number): Promise<ServerPeer>;
  /** Waits for the scripts of all connections so far and throws the first failure. */
  finished(): Promise<void>;
  /** Drops all connections and stops listening. Never throws. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** One script per connection, in order; the last one serves all later connections. */
export function eachConnection(scripts: readonly Script[]): Step {
  return (peer) => {
    const script = scripts[Math.min(peer.index, scripts.length - 1)];
    return script === undefined ? undefined : runScript(script, peer);
  };
}

export async function runScript(script: Script, peer: ServerPeer): Promise<void> {
  for (const step of typeof script === "function" ? [script] : script) await step(peer);
}

/**
 * Listens on a free loopback port and runs `script` on every connection. When a script is over, the connection is ended
 * politely; when it fails, the connection is reset, so that the client under test does not wait.
 */
export async function scriptedServer(
  script: Script,
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const connections: ServerPeer[] = [];
  const failures: Error[] = [];
  const runs: Promise<void>[] = [];
  const sockets = new Set<Socket>();
  const waiting: { index: number; resolve: (peer: ServerPeer) => void }[] = [];
  let closing = false;

  const server = createServer({ allowHalfOpen: options.allowHalfOpen ?? true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    const peer = new ServerPeer(socket, connections.length);
    connections.push(peer);
    for (const waiter of waiting) if (waiter.index === peer.index) waiter.resolve(peer);
    runs.push(run(peer));
  });

  async function run(peer: ServerPeer): Promise<void> {
    try {
      if (options.tls !== undefined) await peer.startTls(options.tls);
      await runScript(script, peer);
      if (peer.unreadBytes > 0 && !closing) {
        throw new ScriptError(
          `the script is over, but the client had sent ${show(await peer.read(peer.unreadBytes))}`,
        );
      }
      peer.end();
    } catch (error) {
      if (!closing) failures.push(error as Error);
      peer.reset();
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", () => resolve());
  });
  const { port } = server.address() as AddressInfo;

  const close = async () => {
    closing = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
    await Promise.allSettled(runs);
  };

  return {
    host: options.host ?? "127.0.0.1",
    port,
    connections,
    failures,
    connection: (index) => {
      const there = connections[index];
      if (there !== undefined) return Promise.resolve(there);
      return new Promise((resolve) => waiting.push({ index, resolve }));
    },
    finished: async () => {
      await Promise.all(runs);
      if (failures[0] !== undefined) throw failures[0];
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
