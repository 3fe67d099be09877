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
