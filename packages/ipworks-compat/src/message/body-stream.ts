// SetMessageStream: a body that is read while it is sent.
import type { Fail } from "../failure.js";

/** What SetMessageStream takes: a stream of Node or of the web, anything that gives octets piece by piece, or octets. */
export type MessageStream = AsyncIterable<Uint8Array | string> | Iterable<Uint8Array> | Uint8Array;

interface Closable {
  destroy?(): unknown;
  cancel?(): Promise<unknown>;
  readonly destroyed?: boolean;
  readonly locked?: boolean;
}

export class BodyStream {
  readonly #source: MessageStream;
  readonly #fail: Fail;
  #closed = false;

  constructor(source: MessageStream, fail: Fail) {
    this.#source = source;
    this.#fail = fail;
  }

  get closed(): boolean {
    const { destroyed, locked } = this.#source as Closable;
    return this.#closed || destroyed === true || locked === true;
  }

  /**
   * The pieces, from where the stream stands.
   *
   * @param signal gives up waiting for the next one
   * @throws 302, and the signal's reason
   */
  async *pieces(signal?: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
    if (this.closed) throw this.#fail(302, "the stream of SetMessageStream is closed");
    if (this.#source instanceof Uint8Array) {
      yield this.#source;
      return;
    }
    const iterator =
      Symbol.asyncIterator in this.#source
        ? this.#source[Symbol.asyncIterator]()
        : this.#source[Symbol.iterator]();
    // By hand: `for await` would close the stream at its end or at an error, which CloseStreamAfterTransfer decides.
    for (;;) {
      const next = await this.#next(iterator, signal);
      if (next.done === true) return;
      const piece = typeof next.value === "string" ? Buffer.from(next.value, "utf8") : next.value;
      if (!(piece instanceof Uint8Array))
        throw this.#fail(302, "the stream of SetMessageStream gives something that is not octets");
      if (piece.length > 0) yield piece;
    }
  }

  #next(
    iterator: AsyncIterator<Uint8Array | string> | Iterator<Uint8Array>,
    signal: AbortSignal | undefined,
  ): Promise<IteratorResult<Uint8Array | string>> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => reject(signal?.reason);
      if (signal?.aborted === true) {
        onAbort();
        return;
      }
      signal?.addEventListener("abort", onAbort, { once: true });
      const end = (settle: () => void): void => {
        signal?.removeEventListener("abort", onAbort);
        settle();
      };
      const unreadable = (error: unknown): void =>
        end(() => reject(this.#fail(302, "the stream of SetMessageStream cannot be read", error)));
      try {
        Promise.resolve(iterator.next()).then((next) => end(() => resolve(next)), unreadable);
      } catch (error) {
        unreadable(error);
      }
    });
  }

  close(): void {
    this.#closed = true;
    const stream = this.#source as Closable;
    stream.destroy?.();
    if (stream.destroy === undefined && stream.locked !== true) void stream.cancel?.().catch(() => undefined);
  }
}

/** Line ends of a body in pieces, as the transport writes them: CRLF always, and one at the end. */
export class LineEnds {
  #last = 10;

  push(piece: Uint8Array): Uint8Array {
    const out: number[] = [];
    for (const octet of piece) {
      if (octet === 10 && this.#last !== 13) out.push(13);
      else if (this.#last === 13 && octet !== 10) out.push(10);
      out.push(octet);
      this.#last = octet;
    }
    return Uint8Array.from(out);
  }

  end(): Uint8Array {
    if (this.#last === 10) return new Uint8Array(0);
    return this.#last === 13 ? Uint8Array.of(10) : Uint8Array.of(13, 10);
  }
}
