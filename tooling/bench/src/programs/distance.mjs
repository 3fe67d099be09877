// Distance on loopback: each octet takes half a round trip, and the three packets of a TCP connection cost what they cost
// on a line. Timers are good to a millisecond only, so the last one and a half are waited for in turns of the event loop.
import { connect, createServer } from "node:net";

class Wire {
  #queue = [];
  #waiting = false;
  #to;

  constructor(to) {
    this.#to = to;
  }

  push(dueMs, octets) {
    this.#queue.push({ dueMs, octets });
    if (!this.#waiting) this.#wait();
  }

  #wait() {
    this.#waiting = true;
    const left = this.#queue[0].dueMs - performance.now();
    if (left > 3) setTimeout(() => this.#pump(), left - 2);
    else setImmediate(() => this.#pump());
  }

  #pump() {
    const now = performance.now();
    while (this.#queue.length > 0 && this.#queue[0].dueMs <= now) {
      const { octets } = this.#queue.shift();
      if (octets === null) this.#to.end();
      else if (this.#to.writable) this.#to.write(octets);
    }
    this.#waiting = false;
    if (this.#queue.length > 0) this.#wait();
  }
}

/**
 * @param {number} port where the server is, on loopback
 * @param {number} roundTripMs
 * @param {(acceptedMs: number) => void} onAccepted when the client began to connect
 */
export function distance(port, roundTripMs, onAccepted) {
  const half = roundTripMs / 2;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const began = performance.now();
    onAccepted(began);
    const upstream = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const toServer = new Wire(upstream);
    const toClient = new Wire(client);
    // The client may write once SYN and SYN-ACK have travelled; the server sees the connection with the ACK, half a trip later.
    const fromClient = () => Math.max(performance.now(), began + roundTripMs) + half;
    const fromServer = () => Math.max(performance.now(), began + roundTripMs * 1.5) + half;
    client.on("data", (octets) => toServer.push(fromClient(), octets));
    client.on("end", () => toServer.push(fromClient(), null));
    upstream.on("data", (octets) => toClient.push(fromServer(), octets));
    upstream.on("end", () => toClient.push(fromServer(), null));
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  return server.listen(0, "127.0.0.1");
}
