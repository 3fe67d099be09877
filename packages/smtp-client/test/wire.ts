import { Duplex } from "node:stream";

/** One end of a connection in memory. What is written here arrives at the other end, in a later turn, as pieces of its own. */
class WireEnd extends Duplex {
  other: WireEnd | undefined;
  /** Octets of this direction that still pass; then the whole connection ends. */
  passes = Number.POSITIVE_INFINITY;
  onCut: (() => void) | undefined;

  /** Writers at the other end that wait until this end is read again. */
  #waiting: (() => void)[] = [];

  override _read(): void {
    for (const done of this.#waiting.splice(0)) done();
  }

  /** Hands octets to whoever reads this end; `done` comes at once, or when there is room for more. */
  #deliver(piece: Buffer, done: () => void): void {
    if (this.destroyed || this.push(Buffer.from(piece))) done();
    else this.#waiting.push(done);
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const piece = chunk.subarray(0, Math.min(chunk.length, this.passes));
    this.passes -= piece.length;
    const cut = this.passes === 0;
    setImmediate(() => {
      if (cut) setImmediate(() => this.onCut?.());
      if (piece.length > 0 && this.other !== undefined) this.other.#deliver(piece, done);
      else done();
    });
  }

  override _final(done: () => void): void {
    setImmediate(() => {
      if (this.other?.destroyed === false) this.other.push(null);
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    setImmediate(() => {
      if (this.other?.destroyed === false) this.other.push(null);
    });
    done(error);
  }
}

export interface Cut {
  readonly direction: "client" | "server";
  readonly afterBytes: number;
}

/** A connection in memory that ends in both directions once `cut` says so. */
export function wire(cut?: Cut): { client: Duplex; server: Duplex } {
  const client = new WireEnd();
  const server = new WireEnd();
  client.other = server;
  server.other = client;
  const end = (): void => {
    client.push(null);
    server.push(null);
  };
  if (cut !== undefined) {
    const side = cut.direction === "client" ? client : server;
    side.passes = cut.afterBytes;
    side.onCut = end;
    if (cut.afterBytes === 0) setImmediate(end);
  }
  return { client, server };
}
