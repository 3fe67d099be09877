import { createServer, type Socket as NodeSocket } from "node:net";
import { connect } from "@wirepost/socket-core";
import { type ConnectionOptions, SmtpConnection } from "../src/index.js";
import { type Truth, type TruthOptions, truthServer } from "./truth-server.js";
import { wire } from "./wire.js";

/** A connection in memory to a server that knows what it accepted. */
export async function connectToTruth(
  options: TruthOptions = {},
  client: Partial<ConnectionOptions> = {},
): Promise<{ connection: SmtpConnection; server: Truth }> {
  const ends = wire();
  const server = truthServer(ends.server, options);
  const connection = await SmtpConnection.connect({
    host: "mail.example",
    socket: await connect({ socket: ends.client }),
    tls: "none",
    clientName: "client.example",
    ...client,
  });
  return { connection, server };
}

export interface LoopbackServer {
  readonly port: number;
  /** Connections made since the beginning. */
  readonly count: number;
  /** Connections that are not closed yet. */
  readonly open: number;
  close(): Promise<void>;
}

/** Runs `talk` on each connection; `index` counts them from 0. */
export async function loopbackServer(
  talk: (socket: NodeSocket, index: number) => void,
): Promise<LoopbackServer> {
  const sockets = new Set<NodeSocket>();
  let count = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    talk(socket, count++);
    // An end that nobody reads up to is never seen.
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    get count() {
      return count;
    },
    get open() {
      return sockets.size;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
