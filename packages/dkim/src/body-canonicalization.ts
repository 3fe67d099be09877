import type { Sha256 } from "./environment.js";
import { DkimError } from "./errors.js";
import { WordScanner } from "./word-scanner.js";

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
const LONG_RUN_BYTES = 2048;
// Octets from here on mean nothing to the simple form, or to the relaxed one.
const AFTER_CR = CR + 1;
const AFTER_SPACE = SPACE + 1;

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
    const scanner = new WordScanner(chunk, AFTER_CR);
    let previous = this.#previous;
    let contentEnd = 0;
    for (let i = 0; i < chunk.length; i++) {
      if (previous !== CR) {
        const plainEnd = scanner.skip(i);
        if (plainEnd > i) {
          i = contentEnd = plainEnd;
          previous = 0;
          if (i === chunk.length) break;
        }
      }
      const octet = chunk[i]!;
      if (octet === LF) {
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

/**
 * Where the run of octets from `start` (content) ends that the relaxed form leaves as they are: single spaces and single
 * line ends between content belong to it. What it cannot decide within the chunk is left to the slow walk.
 */
function unchangedEnd(chunk: Uint8Array, start: number, scanner: WordScanner): number {
  let i = start + 1;
  for (;;) {
    i = scanner.skip(i);
    if (i >= chunk.length) return chunk.length;
    const octet = chunk[i]!;
    if (octet > SPACE) {
      i++;
    } else if (octet === SPACE) {
      if (i + 1 >= chunk.length || chunk[i + 1]! <= SPACE) return i;
      i += 2;
    } else if (octet === CR) {
      if (i + 2 >= chunk.length || chunk[i + 1] !== LF || chunk[i + 2]! <= SPACE) return i;
      i += 3;
    } else if (octet === TAB || octet === LF) {
      return i;
    } else {
      i++;
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
    const scanner = new WordScanner(chunk, AFTER_SPACE);
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
        const end = unchangedEnd(chunk, i, scanner);
        this.#write(chunk.subarray(i, end));
        i = end;
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

  /** Writes the line ends and the space that content now follows. */
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

  /** Long runs go on as they are; short ones are gathered, as each call to a native hash costs as much as a kilobyte. */
  #write(run: Uint8Array): void {
    if (run.length > OUTPUT_BYTES - this.#outputBytes || run.length >= LONG_RUN_BYTES) this.#flush();
    if (run.length >= LONG_RUN_BYTES) {
      this.#sink.update(run);
    } else {
      this.#output.set(run, this.#outputBytes);
      this.#outputBytes += run.length;
    }
  }

  #flush(): void {
    if (this.#outputBytes > 0) this.#sink.update(this.#output.subarray(0, this.#outputBytes));
    this.#outputBytes = 0;
  }
}
