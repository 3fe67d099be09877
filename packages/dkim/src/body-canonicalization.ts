import type { Sha256 } from "./environment.js";
import { DkimError } from "./errors.js";

/** How white space counts (RFC 6376 3.4). */
export type Canonicalization = "simple" | "relaxed";

/** Takes a body in pieces, cut anywhere, and hands its canonical form on. Work and memory do not depend on the cuts. */
export interface BodyCanonicalizer {
  /** @throws DkimError ERR_DKIM_BARE_LINE_END */
  update(chunk: Uint8Array): void;
  /** Ends the body. @throws DkimError ERR_DKIM_BARE_LINE_END */
  finish(): void;
}

/** Anything that takes octets; they may be reused once the call returns. */
export type OctetSink = Pick<Sha256, "update">;

export function createBodyCanonicalizer(kind: Canonicalization, sink: OctetSink): BodyCanonicalizer {
  return kind === "simple" ? new SimpleBody(sink) : new RelaxedBody(sink);
}

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;
const LINE_ENDS = new Uint8Array(4096).map((_, i) => (i % 2 === 0 ? CR : LF));
const OUTPUT_BYTES = 32768;

function bareLineEnd(): DkimError {
  return new DkimError("ERR_DKIM_BARE_LINE_END", "The body has a CR or LF alone");
}

/** RFC 6376 3.4.3: the body as it is, with exactly one line end at its end. */
class SimpleBody implements BodyCanonicalizer {
  readonly #sink: OctetSink;
  #previous = 0;
  // Octets of CR LF CR LF… at the end of what was seen: they count only if something follows.
  #heldBytes = 0;

  constructor(sink: OctetSink) {
    this.#sink = sink;
  }

  update(chunk: Uint8Array): void {
    let previous = this.#previous;
    let contentEnd = 0;
    for (let i = 0; i < chunk.length; i++) {
      const octet = chunk[i]!;
      if (octet > CR && previous !== CR) {
        // Nearly every octet.
        contentEnd = i + 1;
      } else if (octet === LF) {
        if (previous !== CR) throw bareLineEnd();
      } else {
        if (previous === CR) throw bareLineEnd();
        if (octet !== CR) contentEnd = i + 1;
      }
      previous = octet;
    }
    this.#previous = previous;
    if (contentEnd > 0) {
      this.#release();
      this.#sink.update(chunk.subarray(0, contentEnd));
    }
    this.#heldBytes += chunk.length - contentEnd;
  }

  finish(): void {
    if (this.#previous === CR) throw bareLineEnd();
    // Also where there was no line end, and where there was no body at all.
    this.#heldBytes = 2;
    this.#release();
  }

  #release(): void {
    // The pattern begins with CR each time, as its length is even; an odd rest ends in CR, and LF follows in the chunk.
    for (; this.#heldBytes > 0; this.#heldBytes -= Math.min(this.#heldBytes, LINE_ENDS.length)) {
      this.#sink.update(LINE_ENDS.subarray(0, this.#heldBytes));
    }
  }
}

/** RFC 6376 3.4.4: runs of white space as one space, none at line ends, no empty lines at the end; nothing if empty. */
class RelaxedBody implements BodyCanonicalizer {
  readonly #sink: OctetSink;
  readonly #output = new Uint8Array(OUTPUT_BYTES);
  #outputBytes = 0;
  #afterCr = false;
  #heldSpace = false;
  #heldLineEnds = 0;
  #hasContent = false;

  constructor(sink: OctetSink) {
    this.#sink = sink;
  }

  update(chunk: Uint8Array): void {
    const output = this.#output;
    let i = 0;
    while (i < chunk.length) {
      const octet = chunk[i]!;
      if (this.#afterCr) {
        if (octet !== LF) throw bareLineEnd();
        this.#afterCr = false;
        this.#heldSpace = false;
        this.#heldLineEnds++;
        i++;
      } else if (octet === CR) {
        this.#afterCr = true;
        i++;
      } else if (octet === SPACE || octet === TAB) {
        this.#heldSpace = true;
        i++;
      } else if (octet === LF) {
        throw bareLineEnd();
      } else {
        this.#release();
        // A run of content: copied until white space, a line end or the end of the room.
        let end = this.#outputBytes;
        const limit = i + Math.min(chunk.length - i, OUTPUT_BYTES - end);
        for (; i < limit; i++) {
          const next = chunk[i]!;
          if (next <= SPACE && (next === SPACE || next === TAB || next === CR || next === LF)) break;
          output[end++] = next;
        }
        this.#outputBytes = end;
      }
    }
  }

  finish(): void {
    if (this.#afterCr) throw bareLineEnd();
    this.#heldSpace = false;
    if (this.#hasContent) {
      this.#heldLineEnds = 1;
      this.#release();
    }
    this.#flush();
  }

  /** Writes the line ends and the space that content now follows, and leaves room for at least one octet. */
  #release(): void {
    this.#hasContent = true;
    while (this.#heldLineEnds > 0) {
      if (this.#outputBytes > OUTPUT_BYTES - 2) this.#flush();
      this.#output[this.#outputBytes++] = CR;
      this.#output[this.#outputBytes++] = LF;
      this.#heldLineEnds--;
    }
    if (this.#outputBytes > OUTPUT_BYTES - 2) this.#flush();
    if (this.#heldSpace) this.#output[this.#outputBytes++] = SPACE;
    this.#heldSpace = false;
  }

  #flush(): void {
    if (this.#outputBytes > 0) this.#sink.update(this.#output.subarray(0, this.#outputBytes));
    this.#outputBytes = 0;
  }
}
