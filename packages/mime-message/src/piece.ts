// What a composed message is made of before it becomes octets: text, octets, and contents read when they are sent.

import { LineFacts } from "@wirepost/octet-scan";
import { checkAborted } from "./abort.js";
import {
  BASE64_LINE_OCTETS,
  Base64Encoder,
  base64LinesLength,
  encodeBase64Into,
  encodeByStrings,
} from "./base64.js";
import { LineEndNormalizer, MAX_BODY_LINE_OCTETS } from "./body-scan.js";
import { MimeError } from "./errors.js";
import { type AbortSignalLike, allocate } from "./platform.js";
import { QuotedPrintableEncoder } from "./quoted-printable.js";
import type { Source } from "./source.js";

/** A content that is read when the message is sent. */
export interface StreamPiece {
  readonly sizeBytes: number | undefined;
  readonly repeatable: boolean;
  open(signal?: AbortSignalLike | undefined, options?: OpenOptions | undefined): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** How a message is read. */
export interface OpenOptions {
  /**
   * True lets a block be overwritten once the next is asked for, for readers that copy or hash each block at once: a
   * third faster for large contents in memory. Default false: each block belongs to its reader.
   */
  readonly reuseBlocks?: boolean | undefined;
}

/** ASCII text, octets, or a stream of octets. */
export type Piece = string | Uint8Array | StreamPiece;

// Octets of source per block: one chunk of the encoder, 44 KiB of output. From 128 KiB on, a block would be mapped from the
// system and unmapped each time.
const BLOCK_OCTETS = BASE64_LINE_OCTETS * 574;

/** A content as base64 lines. */
export function base64Piece(source: Source): StreamPiece {
  const size = source.sizeBytes;
  return {
    sizeBytes: size === undefined ? undefined : base64LinesLength(size),
    repeatable: source.repeatable,
    async *open(signal, options) {
      const octets = source.octets;
      const reuse = options?.reuseBlocks === true;
      if (octets !== undefined) {
        const kept = reuse ? allocate(base64LinesLength(BLOCK_OCTETS) + 2) : undefined;
        for (let at = 0; at < octets.length; at += BLOCK_OCTETS) {
          checkAborted(signal);
          const end = Math.min(octets.length, at + BLOCK_OCTETS);
          // Every block but the last ends with the line end of its last line.
          const more = end < octets.length ? 2 : 0;
          const size = base64LinesLength(end - at) + more;
          const block = kept === undefined ? allocate(size) : kept.subarray(0, size);
          (reuse ? encodeBase64Into : encodeByStrings)(octets, at, end, block, 0);
          if (more > 0) {
            block[block.length - 2] = 13;
            block[block.length - 1] = 10;
          }
          yield block;
        }
        return;
      }
      // A line may be carried from one block into the next.
      const encoder = new Base64Encoder(reuse ? base64LinesLength(BLOCK_OCTETS) + 80 : 0);
      for await (const piece of source.open(signal)) {
        for (let at = 0; at < piece.length; at += BLOCK_OCTETS) {
          const encoded = encoder.push(piece.subarray(at, at + BLOCK_OCTETS));
          if (encoded.length > 0) yield encoded;
        }
      }
      const rest = encoder.end();
      if (rest.length > 0) yield rest;
    },
    close: () => source.close(),
  };
}

/** Text in a stream with its line ends as CRLF. */
export function normalizedSource(source: Source): Source {
  return {
    what: source.what,
    octets: undefined,
    sizeBytes: undefined,
    repeatable: source.repeatable,
    prepare: undefined,
    async *open(signal) {
      const normalizer = new LineEndNormalizer();
      for await (const piece of source.open(signal)) yield normalizer.push(piece);
      yield normalizer.end();
    },
    close: () => source.close(),
  };
}

/** A content as quoted-printable; `binary` keeps its line ends as octets. */
export function quotedPrintablePiece(source: Source, binary: boolean): StreamPiece {
  return {
    sizeBytes: undefined,
    repeatable: source.repeatable,
    async *open(signal) {
      const encoder = new QuotedPrintableEncoder({ binary });
      for await (const piece of source.open(signal)) yield encoder.push(piece);
      yield encoder.end();
    },
    close: () => source.close(),
  };
}

/** A content as it is. */
export function identityPiece(source: Source): StreamPiece {
  return {
    sizeBytes: source.sizeBytes,
    repeatable: source.repeatable,
    async *open(signal) {
      // A source may use its buffer again for the next piece; a block of a message belongs to its reader.
      for await (const piece of source.open(signal)) yield piece.slice();
    },
    close: () => source.close(),
  };
}

/** What octets may hold that travel unencoded. */
export interface IdentityLimits {
  readonly allowHigh: boolean;
  /** Bare line ends become CRLF; otherwise they are refused. */
  readonly normalize: boolean;
}

/** Refuses octets that cannot travel as they are. */
export function assertIdentity(
  facts: { nuls: number; longestLine: number; highOctets: number },
  limits: IdentityLimits,
  what: string,
): void {
  if (facts.nuls > 0) {
    throw new MimeError("ERR_MIME_NUL", `The content of ${what} holds a NUL and must travel as it is`, {
      subject: what,
    });
  }
  if (facts.longestLine > MAX_BODY_LINE_OCTETS) {
    throw new MimeError(
      "ERR_MIME_LINE_TOO_LONG",
      `The content of ${what} has a line of ${facts.longestLine} octets and must travel as it is`,
      { subject: what },
    );
  }
  if (facts.highOctets > 0 && !limits.allowHigh) {
    throw new MimeError(
      "ERR_MIME_8BIT_REQUIRED",
      `The content of ${what} holds octets above 127, must travel as it is, and the transport is 7bit`,
      { subject: what },
    );
  }
}

/** Unencoded lines from a stream, checked as they pass. */
export function checkedPiece(source: Source, limits: IdentityLimits, sizeBytes?: number): StreamPiece {
  return {
    sizeBytes: sizeBytes ?? (limits.normalize ? undefined : source.sizeBytes),
    repeatable: source.repeatable,
    async *open(signal) {
      const facts = new LineFacts();
      const normalizer = limits.normalize ? new LineEndNormalizer() : undefined;
      for await (const piece of source.open(signal)) {
        facts.add(piece);
        assertIdentity(facts, limits, source.what);
        const lines = normalizer === undefined ? piece : normalizer.push(piece);
        yield lines === piece ? piece.slice() : lines;
      }
      if (normalizer !== undefined) yield normalizer.end();
      else if (facts.bareLineEnds > 0) {
        throw new MimeError(
          "ERR_MIME_ENCODING_UNSUITABLE",
          `The content of ${source.what} has bare line ends, which its transfer encoding cannot carry`,
          { subject: source.what },
        );
      }
    },
    close: () => source.close(),
  };
}
