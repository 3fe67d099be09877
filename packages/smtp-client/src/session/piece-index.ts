/** A run of so many characters of a form is recognised; shorter ones are found in ordinary text by chance. */
export const PIECE_LENGTH = 8;

const FACTOR = 31;
/** What the oldest character of a piece weighs in its hash once the next one has been taken in. */
const LEAVING = Math.imul(FACTOR ** 4, FACTOR ** 4);
/** Between two forms; stands in no text. */
const BORDER = 0xffff;

/**
 * Finds every piece of some texts ("forms") that stands in another text, whatever was cut off in front and behind. Upper and lower
 * case are one, and so are the two alphabets of base64.
 *
 * The pieces of the forms are in a hash table of places, one entry for each different piece; a text is walked once. Time is that of
 * the forms, once, and of the text.
 */
export class PieceIndex {
  /** The characters of all forms, folded. */
  readonly #folded: Uint16Array;
  /** Where in `#folded` a piece begins, and 1 more; 0: free. At most half of them are taken. */
  readonly #slots: Uint32Array;
  readonly #shift: number;

  constructor(forms: Iterable<string>) {
    const texts = Array.from(forms).filter((form) => form.length >= PIECE_LENGTH);
    const length = texts.reduce((sum, { length }) => sum + length + 1, 0);
    const bits = Math.max(4, Math.ceil(Math.log2(2 * length + 1)));
    this.#folded = new Uint16Array(length);
    this.#slots = new Uint32Array(1 << bits);
    this.#shift = 32 - bits;
    let at = 0;
    for (const text of texts) {
      let hash = 0;
      for (let i = 0; i < text.length; i++, at++) {
        hash = roll(hash, text, i);
        this.#folded[at] = fold(text.charCodeAt(i));
        if (i >= PIECE_LENGTH - 1) this.#insert(hash, text, i + 1 - PIECE_LENGTH, at + 1 - PIECE_LENGTH);
      }
      this.#folded[at++] = BORDER;
    }
  }

  /** Begin and end of each run that consists of pieces, in order and apart from each other. */
  find(text: string): number[] {
    const runs: number[] = [];
    let hash = 0;
    for (let i = 0; i < text.length; i++) {
      hash = roll(hash, text, i);
      const begin = i + 1 - PIECE_LENGTH;
      if (begin < 0 || this.#slots[this.#slotOf(hash, text, begin)] === 0) continue;
      if (runs.length > 0 && begin <= (runs.at(-1) as number)) runs[runs.length - 1] = i + 1;
      else runs.push(begin, i + 1);
    }
    return runs;
  }

  #insert(hash: number, text: string, begin: number, place: number): void {
    const slot = this.#slotOf(hash, text, begin);
    if (this.#slots[slot] === 0) this.#slots[slot] = place + 1;
  }

  /** The slot that holds the piece of `text` at `begin`, or the free one where it would be. */
  #slotOf(hash: number, text: string, begin: number): number {
    const last = this.#slots.length - 1;
    for (let slot = Math.imul(hash, 0x9e3779b1) >>> this.#shift; ; slot = (slot + 1) & last) {
      const place = this.#slots[slot] as number;
      if (place === 0 || this.#same(place - 1, text, begin)) return slot;
    }
  }

  #same(place: number, text: string, begin: number): boolean {
    for (let i = 0; i < PIECE_LENGTH; i++) {
      if (this.#folded[place + i] !== fold(text.charCodeAt(begin + i))) return false;
    }
    return true;
  }
}

/** The hash of the piece that ends at `i`, from that of the piece before it. */
function roll(hash: number, text: string, i: number): number {
  const taken = Math.imul(hash, FACTOR) + fold(text.charCodeAt(i));
  if (i < PIECE_LENGTH) return taken | 0;
  return (taken - Math.imul(LEAVING, fold(text.charCodeAt(i - PIECE_LENGTH)))) | 0;
}

function fold(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code + 0x20;
  return code === 0x2d ? 0x2b : code === 0x5f ? 0x2f : code;
}
