import { connect, type NetConnectOpts, type Socket as NetSocket, type OnReadOpts } from "node:net";

const PLACE_BYTES = 64 * 1024;

/**
 * One place for what every socket reads: octets are handed on, or copied, before the next read of any of them. Otherwise Node
 * allocates 64 KiB for each read (decisions/0015).
 */
let place: Uint8Array | undefined;

const lentReads = new WeakMap<object, LentReads>();

/** What a stream of node:net reads into the place, brought to whoever has taken the stream over. */
class LentReads {
  #deliver: ((octets: Uint8Array) => void) | undefined;
  /** Copies of what came before anybody took the stream over. */
  #early: Uint8Array[] = [];
  readonly onread: OnReadOpts;

  constructor() {
    place ??= new Uint8Array(PLACE_BYTES);
    this.onread = { buffer: place, callback: (length, buffer) => this.#read(buffer.subarray(0, length)) };
  }

  /** Names who gets what is read, octets that are overwritten after the call. What has come already comes at once. */
  deliverTo(deliver: (octets: Uint8Array) => void): void {
    this.#deliver = deliver;
    for (const octets of this.#early.splice(0)) deliver(octets);
  }

  #read(octets: Uint8Array): boolean {
    if (this.#deliver === undefined) this.#early.push(octets.slice());
    else this.#deliver(octets);
    return true;
  }
}

/** Connects; with `lend`, what arrives is read into the place, where the runtime can do so: `lentReadsOf()` tells whether it does. */
export function connectStream(options: NetConnectOpts, lend: boolean): NetSocket {
  // Deno does not take a stream with `onread` over for TLS, and Bun is not known to.
  if (!lend || "deno" in process.versions || "bun" in process.versions) return connect(options);
  const lent = new LentReads();
  const stream = connect({ ...options, onread: lent.onread });
  lentReads.set(stream, lent);
  return stream;
}

/** Undefined for a stream that gives octets of their own. */
export function lentReadsOf(stream: object): LentReads | undefined {
  return lentReads.get(stream);
}
