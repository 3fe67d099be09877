import { createServer, type Server, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { ServerCertificate } from "../src/server.js";

/** A server that lets everybody log in and writes down each line that it was sent. */
export interface RecordingServer {
  readonly port: number;
  readonly lines: readonly string[];
  close(): Promise<void>;
}

export async function startRecordingServer(
  { certificate: cert, key }: ServerCertificate,
  implicit: boolean,
): Promise<RecordingServer> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const secured = (socket: Socket) => new TLSSocket(socket, { isServer: true, cert, key });
  const serve = (socket: Socket, overTls: boolean) => {
    let rest = "";
    // A client that refuses the certificate breaks the handshake.
    socket.on("error", () => {});
    socket.on("data", (octets) => {
      const [last = "", ...whole] = `${rest}${octets}`.split("\r\n").reverse();
      rest = last;
      for (const line of whole.reverse()) {
        lines.push(line);
        if (/^EHLO/.test(line)) {
          const offers = overTls ? "" : "250-STARTTLS\r\n";
          socket.write(`250-recorder\r\n${offers}250 AUTH PLAIN CRAM-MD5\r\n`);
        } else if (line === "STARTTLS") {
          socket.removeAllListeners("data");
          socket.write("220 Go on\r\n");
          serve(secured(socket), true);
        } else socket.write(line === "QUIT" ? "221 Bye\r\n" : "235 Welcome\r\n");
      }
    });
  };
  const server: Server = createServer((raw) => {
    sockets.add(raw);
    raw.on("error", () => {}).on("close", () => sockets.delete(raw));
    const socket = implicit ? secured(raw) : raw;
    serve(socket, implicit);
    socket.write("220 recorder ESMTP\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    lines,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
