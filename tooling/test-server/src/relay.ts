// What the two relays share: accept, dial, pass octets both ways, record, close cleanly.
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "./octets.js";

export interface RelayTarget {
  /** Default "127.0.0.1". */
  host?: string | undefined;
  port: number;
}

/** `to-server`: what the client says. `to-client`: what the server says. */
export type Direction = "to-server" | "to-client";

export interface Relay {
  readonly host: string;
  readonly port: number;
  /** Connections so far. */
  readonly connectionCount: number;
  /** What arrived at the relay on one connection (0 is the first) in one direction. */
  seen(direction: Direction, connection?: number): Uint8Array;
  /** Drops all connections and stops listening. Never throws. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** One connection in the middle: both sockets, and the number of the connection. */
export interface Link {
  readonly index: number;
  readonly client: Socket;
  readonly upstream: Socket;
}

/** Where one direction of a link is handled. */
export interface Wire {
  chunk(octets: Uint8Array): void;
  end(): void;
}

/** A wire that passes everything on at once, with back-pressure. */
export function plainWire(from: Socket, to: Socket): Wire {
  to.on("drain", () => from.resume());
  return {
    chunk: (octets) => {
      if (to.writable && !to.write(octets)) from.pause();
    },
    end: () => to.end(),
  };
}

export interface RelayOptions {
  /** Keep what was seen; default true. A benchmark turns it off. */
  record?: boolean | undefined;
  /** How long after accepting a client the server is dialled; default 0. */
  dialDelayMs?: number | undefined;
}

export async function startRelay(
  target: RelayTarget,
  makeWires: (link: Link) => Readonly<Record<Direction, Wire>>,
  options: RelayOptions,
): Promise<Relay> {
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const seen: Record<Direction, Uint8Array[]>[] = [];
  const keepRecord = options.record ?? true;

  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  };

  function attach(from: Socket, to: Socket, wire: Wire, record: Uint8Array[]): void {
    from.on("data", (chunk: Buffer) => {
      const octets = new Uint8Array(chunk);
      if (keepRecord) record.push(octets);
      wire.chunk(octets);
    });
    from.on("end", () => wire.end());
    // A reset on one side is a reset on the other.
    from.on("error", () => {
      if (!to.destroyed) to.resetAndDestroy();
    });
  }

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
    track(client);
    client.on("error", () => {});
    const record: Record<Direction, Uint8Array[]> = { "to-server": [], "to-client": [] };
    const index = seen.push(record) - 1;
    const dial = () => {
      if (client.destroyed) return;
      const upstream = connect({
        host: target.host ?? "127.0.0.1",
        port: target.port,
        allowHalfOpen: true,
        noDelay: true,
      });
      track(upstream);
      const wires = makeWires({ index, client, upstream });
      attach(client, upstream, wires["to-server"], record["to-server"]);
      attach(upstream, client, wires["to-client"], record["to-client"]);
      client.resume();
    };
    if (!options.dialDelayMs) return dial();
    const timer = setTimeout(() => {
      timers.delete(timer);
      dial();
    }, options.dialDelayMs);
    timers.add(timer);
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve());
  });
  const { port } = server.address() as AddressInfo;

  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const timer of timers) clearTimeout(timer);
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    host: "127.0.0.1",
    port,
    get connectionCount() {
      return seen.length;
    },
    seen: (direction, connection = 0) => join(seen[connection]?.[direction] ?? []),
    close,
    [Symbol.asyncDispose]: close,
  };
}
