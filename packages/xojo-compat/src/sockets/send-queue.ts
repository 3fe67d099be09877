import type { Socket } from "@wirepost/socket-core";

/** What Write queued: goes out in chunks, each announced by SendProgress, which may cancel. */
export class SendQueue {
  #chunks: Uint8Array[] = [];
  #waiting = 0;
  #underWay = 0;
  #scheduled = false;

  constructor(
    private readonly socket: () => Socket | undefined,
    private readonly onProgress: (chunkBytes: number, leftBytes: number) => boolean,
    private readonly onComplete: (aborted: boolean) => void,
  ) {}

  /** Octets that wait, and those that the system has not taken. */
  get sizeBytes(): number {
    return this.#waiting + (this.socket()?.bytesLeftToSend ?? 0);
  }

  push(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; at += CHUNK_BYTES)
      this.#chunks.push(octets.subarray(at, at + CHUNK_BYTES));
    this.#waiting += octets.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.flush());
  }

  /** Sends what waits now. */
  flush(): void {
    this.#scheduled = false;
    for (;;) {
      const socket = this.socket();
      const chunk = this.#chunks[0];
      if (socket === undefined || !socket.writable || chunk === undefined) return;
      if (this.onProgress(chunk.length, this.#waiting - chunk.length)) {
        this.clear();
        this.onComplete(true);
        return;
      }
      // The handler may have closed the socket, or sent the rest by Flush.
      if (this.#chunks[0] !== chunk || this.socket() !== socket) return;
      this.#chunks.shift();
      this.#waiting -= chunk.length;
      this.#underWay++;
      socket.write(chunk, () => this.#written(socket));
    }
  }

  clear(): void {
    this.#chunks = [];
    this.#waiting = 0;
  }

  #written(socket: Socket): void {
    this.#underWay--;
    if (this.#underWay > 0 || this.#waiting > 0 || this.socket() !== socket) return;
    this.onProgress(0, 0);
    this.onComplete(false);
  }
}

const CHUNK_BYTES = 32_768;
