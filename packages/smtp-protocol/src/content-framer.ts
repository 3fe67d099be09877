import { isReadyLines, type ReadyLines } from "@wirepost/octet-scan";
import { DATA_END_MAX_BYTES, DataEncoder } from "./data-encoder.js";
import { SmtpProtocolError } from "./errors.js";
import type { OutputBuffer } from "./output-buffer.js";

/** Content is taken in blocks of at most this size, so that a caller can write between them. */
const BLOCK_BYTES = 64 * 1024;
/** Room for stuffed dots and completed line ends; content with more of them takes another round. */
const GROWTH_BYTES = 64;
/** `BDAT 4294967295 LAST` CRLF. */
const CHUNK_HEADER_BYTES = 22;

/** Puts content into the output: dot-stuffed for DATA (RFC 5321 4.5.2), in sized chunks for BDAT (RFC 3030 2). */
export class ContentFramer {
  /** Octets of the source that the last call took. */
  taken = 0;
  /** Octets of the chunk that `encodeChunk` prepared. */
  chunkBytes = 0;
  /** The prepared chunk takes the rest of its source and is the last. */
  chunkIsLast = false;
  readonly #output: OutputBuffer;
  /** The one in use; the two below are kept from message to message. */
  #encoder: DataEncoder | undefined;
  #dots: DataEncoder | undefined;
  #plain: DataEncoder | undefined;
  /** The prepared chunk, where it is lines that are ready. */
  #ready: ReadyLines | undefined;

  constructor(output: OutputBuffer) {
    this.#output = output;
  }

  /** Forgets where in a line the content before stood: the next is another message's. */
  reset(): void {
    if (this.#encoder === undefined) return;
    this.#encoder = undefined;
    this.#dots = undefined;
    this.#plain = undefined;
  }

  #stuffing(): DataEncoder {
    this.#dots ??= new DataEncoder({ dotStuffing: true });
    return this.#dots;
  }

  #chunking(binary: boolean): DataEncoder {
    if (binary) return new DataEncoder({ dotStuffing: false, binary });
    this.#plain ??= new DataEncoder({ dotStuffing: false });
    return this.#plain;
  }

  /** Appends at most 64 KiB of `source`, or lines that are ready, all of them; sets `taken`. */
  append(source: Uint8Array | ReadyLines, offset: number): void {
    this.#encoder ??= this.#stuffing();
    const encoder = this.#encoder;
    const output = this.#output;
    if (isReadyLines(source)) {
      this.#takeReady(encoder, source, offset);
      output.appendReady(source);
      return;
    }
    const block = Math.min(source.length - offset, BLOCK_BYTES);
    output.ensure(block + GROWTH_BYTES);
    encoder.encodeInto(blockOf(source, offset, block), offset, output.target, output.offset);
    output.advance(encoder.written);
    this.taken = encoder.read;
  }

  /** They are taken once and whole, where a line begins. */
  #takeReady(encoder: DataEncoder, lines: ReadyLines, offset: number): void {
    if (offset !== 0 || !encoder.atLineStart || !lines.held) {
      throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", "ready lines out of place");
    }
    this.taken = lines.length;
  }

  /** Completes the last line and appends the dot. */
  end(): void {
    const encoder = this.#encoder ?? this.#stuffing();
    this.#encoder = undefined;
    this.#output.ensure(DATA_END_MAX_BYTES);
    this.#output.advance(encoder.finishInto(this.#output.target, this.#output.offset));
  }

  /**
   * Encodes at most 64 KiB of `source` behind room for a header, since a size is declared before its octets and known only
   * after them. Nothing is appended until `commitChunk()`.
   */
  encodeChunk(source: Uint8Array | ReadyLines, offset: number, last: boolean, binary: boolean): void {
    this.#encoder ??= this.#chunking(binary);
    const encoder = this.#encoder;
    const output = this.#output;
    this.#ready = undefined;
    if (isReadyLines(source)) {
      this.#ready = source;
      this.#takeReady(encoder, source, offset);
      this.chunkBytes = source.length;
      this.chunkIsLast = last;
      if (last) this.#encoder = undefined;
      return;
    }
    const block = Math.min(source.length - offset, BLOCK_BYTES);
    output.ensure(CHUNK_HEADER_BYTES + block + GROWTH_BYTES + DATA_END_MAX_BYTES);
    // The end must fit behind the content, so it gets no part of the content's room.
    const target = output.target.subarray(0, -DATA_END_MAX_BYTES);
    encoder.encodeInto(blockOf(source, offset, block), offset, target, output.offset + CHUNK_HEADER_BYTES);
    this.taken = encoder.read;
    this.chunkBytes = encoder.written;
    this.chunkIsLast = last && encoder.read === source.length - offset;
    if (this.chunkIsLast) {
      const end = output.offset + CHUNK_HEADER_BYTES + this.chunkBytes;
      this.chunkBytes += encoder.finishInto(output.target, end);
      this.#encoder = undefined;
    }
  }

  /** Appends the chunk that was encoded, behind its header. */
  commitChunk(): void {
    const output = this.#output;
    const header = `BDAT ${this.chunkBytes}${this.chunkIsLast ? " LAST" : ""}\r\n`;
    if (this.#ready !== undefined) {
      output.append(header);
      output.appendReady(this.#ready);
      return;
    }
    const gap = CHUNK_HEADER_BYTES - header.length;
    for (let i = 0; i < header.length; i++) output.target[output.offset + gap + i] = header.charCodeAt(i);
    output.advance(CHUNK_HEADER_BYTES + this.chunkBytes);
    output.closeGap(header.length + this.chunkBytes, gap);
  }
}

/** The source as far as this block goes; the encoder takes what it is given to the end. */
function blockOf(source: Uint8Array, offset: number, block: number): Uint8Array {
  return source.length - offset > block ? source.subarray(0, offset + block) : source;
}
