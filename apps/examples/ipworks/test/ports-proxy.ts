// Ports below 1024 cannot be had everywhere. This proxy stands for a host that has them: CONNECT to port 25, 465 or 587 of any name
// ends at a free port of the loopback address, so that a program runs with the very port numbers that SSLStartMode looks at.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface PortsProxy {
  readonly host: string;
  readonly port: number;
  /** The ports that were asked for. */
  readonly asked: readonly number[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param ports what stands behind each port number */
export async function portsProxy(ports: Readonly<Record<number, number>>): Promise<PortsProxy> {
  const asked: number[] = [];
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    return socket.on("close", () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    keep(near);
    let request = "";
    const read = (chunk: Buffer): void => {
      request += chunk.toString("latin1");
      if (!request.includes("\r\n\r\n")) return;
      near.off("data", read);
      const wanted = Number(/^CONNECT \S+:(\d+) HTTP\/1\.[01]\r\n/.exec(request)?.[1]);
      asked.push(wanted);
      const port = ports[wanted];
      if (port === undefined) {
        near.end("HTTP/1.1 404 Not Found\r\n\r\n");
        return;
      }
      const far = keep(connect(port, "127.0.0.1"));
      far.once("connect", () => {
        near.write("HTTP/1.1 200 OK\r\n\r\n");
        near.pipe(far).pipe(near);
      });
    };
    near.on("data", read);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: "127.0.0.1",
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
