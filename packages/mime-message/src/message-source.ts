// Composed messages that are too large for one array, or whose contents are read when they are sent.

import { checkAborted } from "./abort.js";
import type { OpenOptions, Piece, StreamPiece } from "./piece.js";
import { type AbortSignalLike, allocate, latin1Encode } from "./platform.js";

/** A message that is read block by block. */
export interface MessageSource {
  /** Size of all blocks together, when it is known. */
  readonly sizeBytes?: number | undefined;
  /** True when it can be opened again, for a retry or for signing. */
  readonly repeatable: boolean;
  /**
   * Blocks of tens of kilobytes; each belongs to the caller, unless `reuseBlocks` says otherwise. The signal ends the reading,
   * also while a content gives nothing.
   *
   * @throws MimeError `ERR_MIME_SOURCE_CONSUMED` when a one-shot content is opened a second time
   */
  open(signal?: AbortSignalLike | undefined, options?: OpenOptions | undefined): AsyncIterable<Uint8Array>;
  /**
   * Lets go of streams that were opened while composing, when the message is not sent after all. Sources that
   * `composeMessage` makes have it; hand-made ones need none.
   */
  close?(): Promise<void>;
}

/** Blocks smaller than this are put together: each block costs its consumer a write. */
const BLOCK_BYTES = 65_536;

function isStream(piece: Piece): piece is StreamPiece {
  return typeof piece !== "string" && !(piece instanceof Uint8Array);
}

/** Octets of a piece in memory. */
function octetsOf(piece: string | Uint8Array): Uint8Array {
  return typeof piece === "string" ? latin1Encode(piece) : piece;
}

/** Size of all pieces, when each is known. */
export function piecesSize(pieces: readonly Piece[]): number | undefined {
  let size = 0;
  for (const piece of pieces) {
    if (!isStream(piece)) size += piece.length;
    else if (piece.sizeBytes === undefined) return undefined;
    else size += piece.sizeBytes;
  }
  return size;
}

/** True when no piece has to be read. */
export function allInMemory(pieces: readonly Piece[]): pieces is readonly (string | Uint8Array)[] {
  return !pieces.some(isStream);
}

/** Pieces in memory as one array. */
export function joinPieces(pieces: readonly (string | Uint8Array)[], sizeBytes: number): Uint8Array {
  if (pieces.length === 1) return octetsOf(pieces[0]!);
  const whole = allocate(sizeBytes);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(octetsOf(piece), offset);
    offset += piece.length;
  }
  return whole;
}

/** Puts small blocks together. */
class BlockJoiner {
  #held: Uint8Array[] = [];
  #size = 0;

  get isEmpty(): boolean {
    return this.#size === 0;
  }

  /** The blocks that are due once `octets` follows. */
  *add(octets: Uint8Array): Generator<Uint8Array> {
    if (octets.length >= BLOCK_BYTES / 2) {
      yield* this.flush();
      yield octets;
      return;
    }
    // What is small may be part of a larger array of its producer's: it is copied when blocks are joined.
    this.#held.push(octets);
    this.#size += octets.length;
    if (this.#size >= BLOCK_BYTES) yield* this.flush();
  }

  *flush(): Generator<Uint8Array> {
    if (this.#size > 0) yield joinPieces(this.#held, this.#size);
    this.#held = [];
    this.#size = 0;
  }
}

/** A message of pieces as a source. */
export function messageSource(pieces: readonly Piece[]): MessageSource {
  const streams = pieces.filter(isStream);
  return {
    sizeBytes: piecesSize(pieces),
    repeatable: streams.every((piece) => piece.repeatable),
    async *open(signal, options) {
      const joiner = new BlockJoiner();
      for (const piece of pieces) {
        checkAborted(signal);
        if (!isStream(piece)) {
          yield* joiner.add(octetsOf(piece));
          continue;
        }
        for await (const block of piece.open(signal, options)) {
          // Straight through when nothing is held: a large content is all blocks like this one.
          if (block.length >= BLOCK_BYTES / 2 && joiner.isEmpty) yield block;
          else yield* joiner.add(block);
        }
      }
      yield* joiner.flush();
    },
    async close() {
      await Promise.all(streams.map((piece) => piece.close()));
    },
  };
}
