import type { Say } from "./entry.js";
import { latin1 } from "./octet-tape.js";
import { type LinePart, lineText } from "./octet-text.js";

/** A longer line is shown in pieces, so that content without line ends is held in bounded memory. */
const MAX_PIECE_BYTES = 8192;

/** Cuts content that comes in pieces of any size into lines, each with its line end. One character is one octet. */
export class ContentLines {
  readonly #onLine: (line: string) => void;
  #begun = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(octets: string): void {
    let at = 0;
    for (;;) {
      const end = octets.indexOf("\n", at);
      if (end === -1) break;
      this.#line(this.#begun + octets.slice(at, end + 1));
      this.#begun = "";
      at = end + 1;
    }
    this.#begun += octets.slice(at);
    while (this.#begun.length > MAX_PIECE_BYTES) {
      this.#onLine(this.#begun.slice(0, MAX_PIECE_BYTES));
      this.#begun = this.#begun.slice(MAX_PIECE_BYTES);
    }
  }

  #line(line: string): void {
    let at = 0;
    for (; line.length - at > MAX_PIECE_BYTES; at += MAX_PIECE_BYTES)
      this.#onLine(line.slice(at, at + MAX_PIECE_BYTES));
    this.#onLine(line.slice(at));
  }

  /** Gives out a line that has no end. */
  flush(): void {
    if (this.#begun !== "") this.#onLine(this.#begun);
    this.#begun = "";
  }
}

/** What goes by of the content of one message, or of one chunk: counted, and shown line by line when asked for. */
export class ContentMeter {
  readonly #verb: "DATA" | "BDAT";
  readonly #say: Say;
  readonly #lines: ContentLines | undefined;
  #lineCount = 0;
  #octetCount = 0;

  /** @param show how a line is shown; undefined to count only */
  constructor(verb: "DATA" | "BDAT", say: Say, show: ((line: string) => readonly LinePart[]) | undefined) {
    this.#verb = verb;
    this.#say = say;
    if (show !== undefined) this.#lines = new ContentLines((line) => say("content", lineText(show(line))));
  }

  /** Octets of the content itself, dots single. */
  count(octets: Uint8Array): void {
    this.#octetCount += octets.length;
    for (let at = octets.indexOf(0x0a); at !== -1; at = octets.indexOf(0x0a, at + 1)) this.#lineCount++;
  }

  /** Octets as they are on the wire. */
  show(raw: readonly Uint8Array[]): void {
    this.#lines?.push(latin1(raw));
  }

  /** @param how what is to be said besides, as `, last` */
  end(how: string): void {
    this.#lines?.flush();
    this.#say("content-end", `${this.#verb} ${this.#lineCount} lines, ${this.#octetCount} octets${how}`);
  }
}
