import type { Socket } from "@wirepost/socket-core";

const EHLO = [0x45, 0x48, 0x4c, 0x4f];
const HELO = [0x48, 0x45, 0x4c, 0x4f];

/**
 * Makes the first command of a session HELO. The core greets with EHLO and takes HELO only where that is refused; without
 * AllowExtensions a program says that the server does not even know the question. To be left out once `hello()` of the core can
 * be told.
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

/** The line as it really went out. */
export function asHelo(text: string): string {
  return text.replace(/^EHLO (?=\S)/, "HELO ");
}
