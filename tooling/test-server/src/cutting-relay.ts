// A wire with an accident at a chosen octet.
import type { Socket } from "node:net";
import {
  type Direction,
  type Link,
  plainWire,
  type Relay,
  type RelayOptions,
  type RelayTarget,
  startRelay,
  type Wire,
} from "./relay.js";

/** What happens once `afterBytes` octets have passed in `direction`. */
export interface Accident {
  direction: Direction;
  /** This many octets pass unharmed; 0: the first octet is already hit. */
  afterBytes: number;
  /**
   * `fin`: both sides see an orderly end, and nothing more passes either way.
   * `reset`: both sides get RST.
   * `stall`: nothing more passes either way, and nobody is told.
   * `garble`: the next octets are altered (see `garble`), then all goes on.
   */
  action: "fin" | "reset" | "stall" | "garble";
  /** For `garble`: how many octets are altered; default 1. */
  garbleBytes?: number | undefined;
  /** For `garble`: what becomes of an octet; default: its bits are inverted. */
  garble?: ((octet: number) => number) | undefined;
}

export interface CuttingRelay extends Relay {
  /** Resolves when the accident has happened on some connection. */
  readonly happened: Promise<void>;
}

const OTHER: Record<Direction, Direction> = { "to-server": "to-client", "to-client": "to-server" };

function garbled(
  octets: Uint8Array,
  start: number,
  end: number,
  change: (octet: number) => number,
): Uint8Array {
  const copy = new Uint8Array(octets);
  for (let i = start; i < end; i++) copy[i] = change(copy[i] as number);
  return copy;
}

function spoiledWires(link: Link, accident: Accident, report: () => void): Readonly<Record<Direction, Wire>> {
  const ends: Record<Direction, [from: Socket, to: Socket]> = {
    "to-server": [link.client, link.upstream],
    "to-client": [link.upstream, link.client],
  };
  const wires: Record<Direction, Wire> = {
    "to-server": plainWire(...ends["to-server"]),
    "to-client": plainWire(...ends["to-client"]),
  };
  const inner = wires[accident.direction];
  const other = wires[OTHER[accident.direction]];
  const [, to] = ends[accident.direction];
  let passed = 0;
  let broken = false;

  /** Acts once the last octet that passes was handed to the kernel. */
  function strike(last: Uint8Array): void {
    broken = true;
    const act = () => {
      if (accident.action === "fin") {
        link.client.end();
        link.upstream.end();
      } else if (accident.action === "reset") {
        // libuv reports octets and RST that it finds in one poll as an orderly end: let the octets be read first.
        setTimeout(() => {
          link.client.resetAndDestroy();
          link.upstream.resetAndDestroy();
        }, 2);
      }
      report();
    };
    if (last.length > 0 && to.writable) to.write(last, act);
    else if (link.upstream.connecting) link.upstream.once("connect", act);
    else act();
  }

  const { afterBytes } = accident;
  if (accident.action === "garble") {
    const stop = afterBytes + (accident.garbleBytes ?? 1);
    wires[accident.direction] = {
      end: inner.end,
      chunk: (octets) => {
        const start = Math.max(0, afterBytes - passed);
        const end = Math.min(octets.length, stop - passed);
        passed += octets.length;
        if (start < end) report();
        inner.chunk(
          start < end ? garbled(octets, start, end, accident.garble ?? ((octet) => octet ^ 0xff)) : octets,
        );
      },
    };
    return wires;
  }

  wires[accident.direction] = {
    chunk: (octets) => {
      if (broken) return;
      const room = afterBytes - passed;
      passed += octets.length;
      if (octets.length < room) inner.chunk(octets);
      else strike(octets.subarray(0, room));
    },
    end: () => {
      if (!broken) inner.end();
    },
  };
  wires[OTHER[accident.direction]] = {
    chunk: (octets) => {
      if (!broken) other.chunk(octets);
    },
    end: () => {
      if (!broken) other.end();
    },
  };
  if (afterBytes === 0) strike(new Uint8Array(0));
  return wires;
}

/**
 * Passes everything on until the accident. Give one accident for every connection, or a function that says which
 * connection (0 is the first) has which.
 */
export async function cuttingRelay(
  target: RelayTarget,
  accident: Accident | ((connection: number) => Accident | undefined),
  options: Pick<RelayOptions, "record"> = {},
): Promise<CuttingRelay> {
  let report = () => {};
  const happened = new Promise<void>((resolve) => {
    report = resolve;
  });
  const relay = await startRelay(
    target,
    (link) => {
      const mine = typeof accident === "function" ? accident(link.index) : accident;
      return mine === undefined
        ? {
            "to-server": plainWire(link.client, link.upstream),
            "to-client": plainWire(link.upstream, link.client),
          }
        : spoiledWires(link, mine, report);
    },
    options,
  );
  return Object.defineProperty(relay, "happened", { value: happened, enumerable: true }) as CuttingRelay;
}
