import { DkimError } from "./errors.js";
import { concatenate } from "./octets.js";

/** The part of AbortSignal that is looked at here; the signal itself is handed on to `open`. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
}

/** Content that is read when it is needed. For signing it must be repeatable: it is read once before it is sent. */
export interface SignableSource {
  /** Total octets, if known without reading. */
  readonly sizeBytes?: number | undefined;
  /** Whether `open` can be called again and gives the same octets. */
  readonly repeatable: boolean;
  open(signal?: AbortSignalLike): AsyncIterable<Uint8Array>;
}

/** Throws when the caller's signal has ended the operation. */
export function checkSignal(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted) {
    throw new DkimError("ERR_DKIM_ABORTED", "Signing was aborted", { cause: signal.reason });
  }
}

const CR = 0x0d;
const LF = 0x0a;

/** Takes the octets of a message in pieces, cut anywhere; keeps the header and hands the body on. */
export class MessageSplitter {
  readonly #onBody: (chunk: Uint8Array) => void;
  readonly #maxHeaderBytes: number;
  readonly #headerPieces: Uint8Array[] = [];
  #headerBytes = 0;
  #previous = LF;
  // Octets since the last line end; a CR LF on an empty line ends the header.
  #lineBytes = 0;
  #inBody = false;

  constructor(maxHeaderBytes: number, onBody: (chunk: Uint8Array) => void) {
    this.#maxHeaderBytes = maxHeaderBytes;
    this.#onBody = onBody;
  }

  /** @throws DkimError ERR_DKIM_BARE_LINE_END, _HEADER_SYNTAX, _HEADER_TOO_LONG, _CONTENT */
  update(chunk: Uint8Array): void {
    if (!(chunk instanceof Uint8Array)) {
      throw new DkimError("ERR_DKIM_CONTENT", "The content must be made of Uint8Array");
    }
    if (this.#inBody) {
      this.#onBody(chunk);
      return;
    }
    const end = this.#scanHeader(chunk);
    this.#headerBytes += end;
    if (this.#headerBytes > this.#maxHeaderBytes) {
      throw new DkimError("ERR_DKIM_HEADER_TOO_LONG", `The header exceeds ${this.#maxHeaderBytes} octets`);
    }
    // A copy: the chunk belongs to whoever made it.
    this.#headerPieces.push(chunk.slice(0, end));
    if (end < chunk.length) this.#onBody(chunk.subarray(end));
  }

  /**
   * The header, without the empty line that ends it. A message without one is refused: what a reader would take for
   * the body of it is not certain.
   */
  finish(): Uint8Array {
    if (!this.#inBody) {
      if (this.#previous === CR) throw bareLineEnd();
      throw new DkimError("ERR_DKIM_HEADER_SYNTAX", "No empty line ends the header");
    }
    return concatenate(this.#headerPieces).subarray(0, -2);
  }

  /** Offset in the chunk where the body begins, or its length. */
  #scanHeader(chunk: Uint8Array): number {
    for (let i = 0; i < chunk.length; i++) {
      const octet = chunk[i]!;
      const afterCr = this.#previous === CR;
      this.#previous = octet;
      if (octet === LF) {
        if (!afterCr) throw bareLineEnd();
        if (this.#lineBytes === 0) {
          this.#inBody = true;
          return i + 1;
        }
        this.#lineBytes = 0;
      } else if (afterCr) {
        throw bareLineEnd();
      } else if (octet === 0) {
        throw new DkimError("ERR_DKIM_HEADER_SYNTAX", "The header holds a NUL");
      } else if (octet !== CR) {
        this.#lineBytes++;
      }
    }
    return chunk.length;
  }
}

function bareLineEnd(): DkimError {
  return new DkimError("ERR_DKIM_BARE_LINE_END", "The header has a CR or LF alone");
}
