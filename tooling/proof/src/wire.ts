// A connection in memory with an accident at a chosen octet. No kernel, no ports: tens of thousands of them in a minute.
import { Duplex } from "node:stream";

/** Whose octets: what the client writes, or what the server writes. */
export type Side = "client" | "server";

export interface Accident {
  readonly side: Side;
  /** So many octets of that side pass unharmed. */
  readonly afterBytes: number;
  /**
   * `cut`: the reader of that side sees an orderly end, the way back stays open until somebody closes it.
   * `reset`: both ends break at once.
   * `stall`: nothing more of that side passes, and nobody is told.
   * `invert`, `flip`: all bits, or the lowest bit, of the next octet are inverted; everything else passes.
   */
  readonly action: "cut" | "reset" | "stall" | "invert" | "flip";
}

const MASK: Partial<Record<Accident["action"], number>> = { invert: 0xff, flip: 0x01 };

class WireEnd extends Duplex {
  other: WireEnd | undefined;
  #over = false;

  constructor(private readonly transmit: (octets: Buffer) => Buffer | undefined) {
    super({ allowHalfOpen: true });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    // The writer may use its octets again as soon as it is called back.
    const piece = this.transmit(Buffer.from(chunk));
    setImmediate(() => {
      if (piece !== undefined && piece.length > 0) this.other?.deliver(piece);
      done();
    });
  }

  override _final(done: () => void): void {
    setImmediate(() => {
      if (this.transmit(Buffer.alloc(0)) !== undefined) this.other?.deliver(null);
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    setImmediate(() => {
      if (this.transmit(Buffer.alloc(0)) !== undefined) this.other?.deliver(null);
    });
    done(error);
  }

  deliver(piece: Buffer | null): void {
    if (this.#over || this.destroyed) return;
    if (piece === null) this.#over = true;
    this.push(piece);
  }

  break(): void {
    this.#over = true;
    this.destroy(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" }));
  }
}

export class Wire {
  readonly client: Duplex;
  readonly server: Duplex;
  /** Everything written, passed on or not. */
  readonly written: Record<Side, Buffer[]> = { client: [], server: [] };
  /** Octets passed on. */
  readonly passedBytes: Record<Side, number> = { client: 0, server: 0 };
  /** The accident has happened. */
  struck = false;
  /** Grows with each write of either side. */
  activity = 0;
  readonly #ends: Record<Side, WireEnd>;
  readonly #accident: Accident | undefined;

  constructor(accident?: Accident) {
    this.#accident = accident;
    this.#ends = {
      client: new WireEnd((octets) => this.#pass("client", octets)),
      server: new WireEnd((octets) => this.#pass("server", octets)),
    };
    this.#ends.client.other = this.#ends.server;
    this.#ends.server.other = this.#ends.client;
    this.client = this.#ends.client;
    this.server = this.#ends.server;
    if (accident?.afterBytes === 0 && MASK[accident.action] === undefined) this.#strike();
  }

  writtenText(side: Side): string {
    return Buffer.concat(this.written[side]).toString("latin1");
  }

  /** The octet that the accident altered, as it was written; undefined when it altered none. */
  get spoiledOctet(): number | undefined {
    const accident = this.#accident;
    if (accident === undefined || MASK[accident.action] === undefined) return undefined;
    return Buffer.concat(this.written[accident.side])[accident.afterBytes];
  }

  destroy(): void {
    this.client.destroy();
    this.server.destroy();
  }

  /** What of these octets goes on; undefined: that side says nothing any more, not even that it ends. */
  #pass(side: Side, octets: Buffer): Buffer | undefined {
    this.activity++;
    if (octets.length > 0) this.written[side].push(octets);
    const accident = this.#accident;
    if (accident === undefined || accident.side !== side) return this.#count(side, octets);
    const room = accident.afterBytes - this.passedBytes[side];
    const mask = MASK[accident.action];
    if (mask !== undefined) {
      if (this.struck || room >= octets.length) return this.#count(side, octets);
      this.struck = true;
      const spoiled = Buffer.from(octets);
      spoiled[room] = (octets[room] as number) ^ mask;
      return this.#count(side, spoiled);
    }
    if (this.struck) return undefined;
    if (octets.length < room) return this.#count(side, octets);
    this.#strike();
    return this.#count(side, octets.subarray(0, room));
  }

  #count(side: Side, octets: Buffer): Buffer {
    this.passedBytes[side] += octets.length;
    return octets;
  }

  #strike(): void {
    const { side, action } = this.#accident as Accident;
    this.struck = true;
    const reader = this.#ends[side === "client" ? "server" : "client"];
    // Behind the octets that still pass, which arrive in the next turn.
    if (action === "cut") setImmediate(() => setImmediate(() => reader.deliver(null)));
    if (action === "reset") {
      setImmediate(() =>
        setImmediate(() => {
          this.#ends.client.break();
          this.#ends.server.break();
        }),
      );
    }
  }
}
