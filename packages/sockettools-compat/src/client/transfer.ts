/** Octets go out, and are told of, in pieces of this size. */
export const PIECE_BYTES = 32_768;

/** TransferBytes, TransferTime, TransferRate, and OnProgress. */
export class Transfer {
  bytes = 0;
  #totalBytes = 0;
  #beganAt: number | undefined;
  #endedAt: number | undefined;
  #toldBytes = -1;

  constructor(private readonly raise: (event: "OnProgress", ...args: readonly number[]) => void) {}

  /** @param totalBytes 0 where the size is not known */
  begin(totalBytes: number): void {
    this.bytes = 0;
    this.#totalBytes = totalBytes;
    this.#beganAt = performance.now();
    this.#endedAt = undefined;
    this.#toldBytes = -1;
  }

  /** So many octets have gone out in all. */
  reached(bytes: number): void {
    this.bytes = bytes;
    this.#tell();
  }

  /** @param complete the message has gone out in full, which then was its size */
  end(complete: boolean): void {
    this.#endedAt = performance.now();
    if (!complete || (this.#toldBytes === this.bytes && this.#totalBytes === this.bytes)) return;
    this.#totalBytes = this.bytes;
    this.#tell();
  }

  #tell(): void {
    const total = this.#totalBytes;
    const percent = total > 0 ? Math.min(100, Math.floor((this.bytes / total) * 100)) : 0;
    this.#toldBytes = this.bytes;
    this.raise("OnProgress", total, this.bytes, percent);
  }

  get #elapsedMs(): number {
    if (this.#beganAt === undefined) return 0;
    return (this.#endedAt ?? performance.now()) - this.#beganAt;
  }

  get seconds(): number {
    return Math.floor(this.#elapsedMs / 1000);
  }

  /** Octets a second. */
  get rate(): number {
    return this.bytes === 0 ? 0 : Math.round((this.bytes * 1000) / Math.max(1, this.#elapsedMs));
  }
}
