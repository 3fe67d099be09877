// Distance on loopback: every octet takes half a round trip, and so does the end of a stream.
import type { Socket } from "node:net";
import { type Relay, type RelayOptions, type RelayTarget, startRelay, type Wire } from "./relay.js";

export interface DelayingRelayOptions extends Pick<RelayOptions, "record"> {
  /** Round-trip time; half of it is added each way. Timers are good to about a millisecond. */
  roundTripMs: number;
  /**
   * Let the set-up of the connection cost what TCP's three packets cost: the server sees the connection after one and a
   * half round trips (the client's own `connect` still returns at once). Default true.
   */
  handshake?: boolean | undefined;
}

/** Octets on their way at once, at most; beyond, the sender feels back-pressure. */
const WINDOW_BYTES = 16 * 1024 * 1024;

function delayedWire(from: Socket, to: Socket, delayMs: number): Wire {
  const queue: { dueMs: number; octets: Uint8Array | null }[] = [];
  let queuedBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let blocked = false;

  function flush(): void {
    timer = undefined;
    if (to.destroyed) return;
    const now = performance.now();
    while (!blocked) {
      const first = queue[0];
      if (first === undefined) return;
      if (first.dueMs > now + 0.5) {
        timer = setTimeout(flush, Math.max(1, Math.round(first.dueMs - now)));
        return;
      }
      queue.shift();
      if (first.octets === null) to.end();
      else {
        queuedBytes -= first.octets.length;
        if (to.writable && !to.write(first.octets)) blocked = true;
        if (from.isPaused() && queuedBytes < WINDOW_BYTES / 2) from.resume();
      }
    }
  }

  to.on("drain", () => {
    blocked = false;
    if (timer === undefined) flush();
  });
  for (const socket of [from, to]) {
    socket.on("close", (failed) => {
      if (failed || socket === to) clearTimeout(timer);
    });
  }
  const push = (octets: Uint8Array | null) => {
    queue.push({ dueMs: performance.now() + delayMs, octets });
    if (timer === undefined && !blocked) flush();
  };
  return {
    chunk: (octets) => {
      queuedBytes += octets.length;
      if (queuedBytes > WINDOW_BYTES) from.pause();
      push(octets);
    },
    end: () => push(null),
  };
}

/** Puts a server `roundTripMs` away. */
export function delayingRelay(target: RelayTarget, options: DelayingRelayOptions): Promise<Relay> {
  const oneWayMs = options.roundTripMs / 2;
  return startRelay(
    target,
    ({ client, upstream }) => ({
      "to-server": delayedWire(client, upstream, oneWayMs),
      "to-client": delayedWire(upstream, client, oneWayMs),
    }),
    { record: options.record, dialDelayMs: options.handshake === false ? 0 : options.roundTripMs * 1.5 },
  );
}
