import { MIN_VECTOR_BYTES, type VectorUnit, vectorUnit, WINDOW_BYTES } from "./vector-unit.js";

/** The vector half looks at so many octets in a step, and takes lines within one for short enough. */
const STEP_BYTES = 32;
/** Shorter runs are copied octet by octet: a view and a native call cost more. */
const SHORT_RUN_BYTES = 64;

export interface RunFinderOptions {
  /** Stop at a dot at the start of a line. */
  readonly dots: boolean;
  /** Stop behind this many octets of a line. */
  readonly maxLineBytes: number;
  /** `scalar` leaves the vector unit out: for tests, and for measuring. Default `auto`. */
  readonly unit?: "auto" | "scalar" | undefined;
}

/**
 * Finds runs of lines that are right as they are: each ends in CRLF, none holds a NUL, none is too long. `open()` a source, then
 * ask for `runEnd()` and `copy()` as often as needed, all in one turn; the next `open()`, of whichever finder, ends it.
 */
export class RunFinder {
  /** Octets of the present line; the caller sets it to 0 where it ended a line itself. */
  column = 0;
  readonly #dots: boolean;
  readonly #maxLineBytes: number;
  readonly #scalar: boolean;
  #source: Uint8Array = NOTHING;
  #end = 0;
  #unit: VectorUnit | null = null;
  /** What part of the source the unit holds. */
  #loadedFrom = 0;
  #loadedTo = 0;

  constructor(options: RunFinderOptions) {
    this.#dots = options.dots;
    this.#maxLineBytes = options.maxLineBytes;
    this.#scalar = options.unit === "scalar" || options.maxLineBytes < STEP_BYTES;
  }

  /** The octets to look at: `source[from, end)`. */
  open(source: Uint8Array, from: number, end: number): void {
    this.#source = source;
    this.#end = end;
    this.#loadedFrom = 0;
    this.#loadedTo = 0;
    this.#unit = this.#scalar || end - from < MIN_VECTOR_BYTES ? null : vectorUnit();
  }

  /** Lets go of the source. */
  close(): void {
    this.#source = NOTHING;
  }

  /**
   * Where octets from `start` on stop being right, `limit` at most: at a bare CR or LF, at a CRLF that `limit` cuts in two, at a
   * NUL, at a dot that starts a line, or in or behind a line that is too long: then `column` is above the limit. It may stop
   * short of these: ask again from there. `start` is not at a dot that `dots` would stop at.
   */
  runEnd(start: number, limit: number): number {
    return this.#unit === null ? this.#scalarEnd(start, limit) : this.#vectorEnd(this.#unit, start, limit);
  }

  /** Copies a run that `runEnd()` has found: the very octets that were looked at, whatever becomes of the source. */
  copy(from: number, end: number, target: Uint8Array, to: number): void {
    const held = this.#unit !== null;
    const base = held ? this.#loadedFrom : 0;
    const source = held ? (this.#unit as VectorUnit).window : this.#source;
    if (end - from < SHORT_RUN_BYTES) {
      for (let at = from - base; at < end - base; at++) target[to++] = source[at]!;
    } else {
      target.set(source.subarray(from - base, end - base), to);
    }
  }

  #vectorEnd(unit: VectorUnit, start: number, limit: number): number {
    // What the unit holds may end within a CRLF.
    if (start + (this.#loadedTo < this.#end ? 1 : 0) >= this.#loadedTo || start < this.#loadedFrom) {
      this.#loadedFrom = start;
      this.#loadedTo = Math.min(this.#end, start + WINDOW_BYTES);
      unit.window.set(this.#source.subarray(start, this.#loadedTo));
    }
    const base = this.#loadedFrom;
    const at = start - base;
    const stop = Math.min(limit, this.#loadedTo) - base;
    const end = unit.runEnd(at, stop, at - this.column, this.#dots ? 1 : 0, this.#maxLineBytes);
    this.column = unit.found[7]!;
    return end + base;
  }

  /** Octet by octet: for short pieces, for the first ones of a process, and for platforms without the vector unit. */
  #scalarEnd(start: number, limit: number): number {
    const source = this.#source;
    const dots = this.#dots;
    let lineStart = start - this.column;
    let at = start;
    while (at < limit) {
      const octet = source[at]!;
      if (octet > 0x0d || (octet !== 0x0d && octet !== 0x0a && octet !== 0x00)) {
        at++;
      } else if (octet === 0x0d && at + 1 < limit && source[at + 1] === 0x0a) {
        if (at - lineStart > this.#maxLineBytes) break;
        at += 2;
        lineStart = at;
        if (dots && at < limit && source[at] === 0x2e) break;
      } else {
        break;
      }
    }
    this.column = at - lineStart;
    return at;
  }
}

const NOTHING = new Uint8Array(0);
