import type { Socket } from "@wirepost/socket-core";

const EHLO = [0x45, 0x48, 0x4c, 0x4f];
const HELO = [0x48, 0x45, 0x4c, 0x4f];

/**
 * Makes HELO of the EHLO that is written next. The core greets with EHLO and falls back to HELO where that is refused; a client
 * without Extended must not even ask (statement S5), as servers of its time closed the connection upon EHLO.
 */
export function sayHeloOnly(socket: Socket): void {
  const write = socket.write.bind(socket);
  socket.write = (octets, done) => {
    socket.write = write;
    if (!EHLO.every((octet, at) => octets[at] === octet)) return write(octets, done);
    const helo = octets.slice();
    helo.set(HELO);
    return write(helo, done);
  };
}
