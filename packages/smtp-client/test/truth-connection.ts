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
  /** Connections of which the other end was not closed yet. */
  readonly open: number;
  /** The most of them at one time. */
  readonly mostOpen: number;
  close(): Promise<void>;
}

/** Runs `talk` on each connection; `index` counts them from 0. */
export async function loopbackServer(
  talk: (socket: NodeSocket, index: number) => void,
): Promise<LoopbackServer> {
  const sockets = new Set<NodeSocket>();
  let count = 0;
  let mostOpen = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    mostOpen = Math.max(mostOpen, sockets.size);
    socket.on("error", () => undefined);
    // What has sent its last octet is over for the client; waiting for our own end would count it too long.
    socket.on("end", () => sockets.delete(socket));
    socket.on("close", () => sockets.delete(socket));
    talk(socket, count++);
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
    get mostOpen() {
      return mostOpen;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
