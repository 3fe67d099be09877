// Distance on loopback: each octet takes half a round trip, and the three packets of a TCP connection cost what they cost
// on a line. Timers are good to a millisecond or so only: what the trips really took is told, and figures count in that.
import { connect, createServer } from "node:net";

/** The way between the end of the distance and the server, which are one process: part of what a trip takes. */
export class Hop {
  times = [];
  #leftMs;

  leave() {
    this.#leftMs = performance.now();
  }

  arrive() {
    if (this.#leftMs === undefined) return;
    this.times.push(performance.now() - this.#leftMs);
    this.#leftMs = undefined;
  }
}

class Wire {
  #queue = [];
  #waiting = false;
  #to;
  #delays;
  #onWrite;

  constructor(to, delays, onWrite = () => undefined) {
    this.#to = to;
    this.#delays = delays;
    this.#onWrite = onWrite;
  }

  /** `fromMs`: when the octets set out. */
  push(fromMs, delayMs, octets) {
    this.#queue.push({ fromMs, dueMs: fromMs + delayMs, octets });
    if (!this.#waiting) this.#wait();
  }

  #wait() {
    this.#waiting = true;
    setTimeout(() => this.#pump(), Math.max(1, Math.round(this.#queue[0].dueMs - performance.now())));
  }

  #pump() {
    const now = performance.now();
    while (this.#queue.length > 0 && this.#queue[0].dueMs <= now + 0.5) {
      const { octets, fromMs } = this.#queue.shift();
      this.#delays.push(now - fromMs);
      if (octets === null) this.#to.end();
      else if (this.#to.writable) {
        this.#onWrite();
        this.#to.write(octets);
      }
    }
    this.#waiting = false;
    if (this.#queue.length > 0) this.#wait();
  }
}

/**
 * @param {number} port where the server is, on loopback
 * @param {number} roundTripMs
 * @param {(acceptedMs: number) => void} onAccepted when the client began to connect
 * @param {{ toServer: number[], toClient: number[], hopIn: Hop, hopOut: Hop }} delays receives how long each piece was on its way
 */
export function distance(port, roundTripMs, onAccepted, delays) {
  const half = roundTripMs / 2;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const began = performance.now();
    onAccepted(began);
    const upstream = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const toServer = new Wire(upstream, delays.toServer, () => delays.hopIn.leave());
    const toClient = new Wire(client, delays.toClient);
    // The client may write once SYN and SYN-ACK have travelled; the server sees the connection with the ACK, half a trip later.
    const fromClient = () => Math.max(performance.now(), began + roundTripMs);
    const fromServer = () => Math.max(performance.now(), began + roundTripMs * 1.5);
    client.on("data", (octets) => toServer.push(fromClient(), half, octets));
    client.on("end", () => toServer.push(fromClient(), half, null));
    upstream.on("data", (octets) => {
      delays.hopOut.arrive();
      toClient.push(fromServer(), half, octets);
    });
    upstream.on("end", () => toClient.push(fromServer(), half, null));
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  return server.listen(0, "127.0.0.1");
}
