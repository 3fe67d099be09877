import { connect } from "node:net";
import { HOST } from "./mail-server.js";

/** Whether something accepts connections at this port. */
export function accepts(port: number, host = HOST, localAddress?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, ...(localAddress === undefined ? {} : { localAddress }) });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

/** Whether all these ports accept connections. */
export async function allAccept(ports: Readonly<Record<string, number>>): Promise<boolean> {
  for (const port of Object.values(ports)) {
    if (!(await accepts(port))) return false;
  }
  return true;
}
