/** Octets that arrived and were not passed on yet, as they came: taking them copies nothing. */
export class OctetTape {
  #pieces: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** The next octets, as views of the pieces they came in. */
  take(count: number = this.#length): Uint8Array[] {
    const taken: Uint8Array[] = [];
    let left = Math.min(count, this.#length);
    this.#length -= left;
    let whole = 0;
    for (const piece of this.#pieces) {
      if (piece.length > left) break;
      left -= piece.length;
      taken.push(piece);
      whole++;
    }
    this.#pieces.splice(0, whole);
    if (left > 0) {
      const piece = this.#pieces[0]!;
      taken.push(piece.subarray(0, left));
      this.#pieces[0] = piece.subarray(left);
    }
    return taken;
  }
}

/** Octets as a string of one character each, and back: for searching and cutting without changing anything. */
export function latin1(pieces: readonly Uint8Array[]): string {
  let text = "";
  for (const { buffer, byteOffset, length } of pieces) {
    text += Buffer.from(buffer, byteOffset, length).toString("latin1");
  }
  return text;
}

export function octetsOf(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}
