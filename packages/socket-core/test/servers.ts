// Loopback servers for the tests; each test closes its own.
import { type AddressInfo, createServer, type Socket as NetSocket, type Server } from "node:net";
import {
  createServer as createTlsServer,
  type TlsOptions as ServerTlsOptions,
  type TLSSocket,
  type Server as TlsServer,
} from "node:tls";

export interface TestServer {
  readonly port: number;
  readonly connections: NetSocket[];
  close(): Promise<void>;
}

async function started<T extends NetSocket>(server: Server, connections: T[]): Promise<TestServer> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close: () =>
      new Promise((resolve) => {
        for (const connection of connections) connection.destroy();
        server.close(() => resolve());
      }),
  };
}

export function plainServer(
  onConnection: (socket: NetSocket) => void,
  allowHalfOpen = false,
): Promise<TestServer> {
  const connections: NetSocket[] = [];
  const server = createServer({ allowHalfOpen }, (socket) => {
    connections.push(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  return started(server, connections);
}

export function tlsServer(
  options: ServerTlsOptions,
  onConnection: (socket: TLSSocket) => void = () => {},
  prepare: (server: TlsServer) => void = () => {},
): Promise<TestServer> {
  const connections: NetSocket[] = [];
  const server = createTlsServer(options, (socket) => {
    socket.on("error", () => {});
    onConnection(socket);
  });
  server.on("connection", (socket) => {
    connections.push(socket);
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  prepare(server);
  return started(server, connections);
}

/** What a call rejected with; fails when it did not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not reject");
}

export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return ((await rejection(promise)) as { code?: unknown }).code;
}

/** Resolves when the condition holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Reads until the peer has sent so many octets or ended. */
export async function readBytes(
  socket: { read(): Promise<Uint8Array | null> },
  bytes: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < bytes) {
    const chunk = await socket.read();
    if (chunk === null) break;
    chunks.push(chunk);
    length += chunk.length;
  }
  return Buffer.concat(chunks);
}
