/** What a {@link RateLimiter} drives. */
export interface RateLimitedSink {
  write(octets: Uint8Array, done: (() => void) | undefined): boolean;
  pause(): void;
  resume(): void;
  drained(): void;
}

/** Longest burst, in milliseconds of the rate: short enough for a smooth flow, long enough for few timers. */
const SLICE_MS = 50;
const HIGH_WATER_BYTES = 65_536;

interface Waiting {
  octets: Uint8Array;
  readonly done: (() => void) | undefined;
}

/** Token buckets for both directions of one socket. Costs nothing where no limit is set: it does not exist then. */
export class RateLimiter {
  readonly #sink: RateLimitedSink;
  #rate: number;
  #sendTokens = 0;
  #filledAtMs = performance.now();
  #queue: Waiting[] = [];
  #waitingBytes = 0;
  #sendTimer: NodeJS.Timeout | undefined;
  #receiveTimer: NodeJS.Timeout | undefined;
  #receiveDebtUntilMs = 0;
  #sinkFull = false;
  #wantsDrain = false;
  #atEnd: (() => void) | undefined;
  #stopped = false;

  constructor(bytesPerSecond: number, sink: RateLimitedSink) {
    this.#rate = bytesPerSecond;
    this.#sink = sink;
  }

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** True while more octets came than the rate allows. */
  get holdsReceiving(): boolean {
    return this.#receiveTimer !== undefined;
  }

  /** 0 lifts the limit. */
  setRate(bytesPerSecond: number): void {
    this.#rate = bytesPerSecond;
    this.#pump();
  }

  write(octets: Uint8Array, done: (() => void) | undefined): boolean {
    this.#queue.push({ octets, done });
    this.#waitingBytes += octets.length;
    this.#pump();
    const room = !this.#sinkFull && this.#waitingBytes < HIGH_WATER_BYTES;
    if (!room) this.#wantsDrain = true;
    return room;
  }

  /** Calls back once everything queued was handed on. */
  end(callback: () => void): void {
    this.#atEnd = callback;
    this.#pump();
  }

  received(bytes: number): void {
    if (this.#rate === 0 || this.#stopped) return;
    const now = performance.now();
    this.#receiveDebtUntilMs = Math.max(now, this.#receiveDebtUntilMs) + (bytes * 1000) / this.#rate;
    const wait = this.#receiveDebtUntilMs - now;
    if (wait < SLICE_MS || this.#receiveTimer !== undefined) return;
    this.#sink.pause();
    this.#receiveTimer = setTimeout(() => {
      this.#receiveTimer = undefined;
      if (!this.#stopped) this.#sink.resume();
    }, wait);
  }

  sinkDrained(): void {
    this.#sinkFull = false;
    this.#pump();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    clearTimeout(this.#sendTimer);
    clearTimeout(this.#receiveTimer);
    const queue = this.#queue;
    this.#queue = [];
    this.#waitingBytes = 0;
    for (const { done } of queue) done?.();
  }

  #pump(): void {
    if (this.#stopped) return;
    clearTimeout(this.#sendTimer);
    this.#sendTimer = undefined;
    this.#fill();
    while (this.#queue.length > 0 && !this.#sinkFull) {
      const head = this.#queue[0]!;
      const allowed =
        this.#rate === 0 ? head.octets.length : Math.min(head.octets.length, Math.floor(this.#sendTokens));
      if (allowed <= 0 && head.octets.length > 0) {
        this.#sendTimer = setTimeout(() => this.#pump(), Math.max(1, Math.min(SLICE_MS, 1000 / this.#rate)));
        return;
      }
      this.#sendTokens -= allowed;
      this.#waitingBytes -= allowed;
      const last = allowed === head.octets.length;
      if (last) this.#queue.shift();
      this.#sinkFull = !this.#sink.write(
        last ? head.octets : head.octets.subarray(0, allowed),
        last ? head.done : undefined,
      );
      if (!last) head.octets = head.octets.subarray(allowed);
    }
    this.#afterPump();
  }

  #afterPump(): void {
    if (this.#queue.length === 0 && this.#atEnd !== undefined) {
      const atEnd = this.#atEnd;
      this.#atEnd = undefined;
      atEnd();
    }
    if (this.#wantsDrain && !this.#sinkFull && this.#waitingBytes === 0) {
      this.#wantsDrain = false;
      this.#sink.drained();
    }
  }

  #fill(): void {
    const now = performance.now();
    const most = Math.max(1, (this.#rate * SLICE_MS) / 1000);
    this.#sendTokens = Math.min(most, this.#sendTokens + ((now - this.#filledAtMs) * this.#rate) / 1000);
    this.#filledAtMs = now;
  }
}
