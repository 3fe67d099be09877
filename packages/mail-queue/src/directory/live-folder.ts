import { opendir, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { QueueClock } from "../clock.js";
import { storageError } from "../errors.js";
import { type LiveName, parseLiveName } from "./file-name.js";
import { ReadyList } from "./ready-list.js";
import { SoonList } from "./soon-list.js";

/** Names are read from the directory in batches of this many. */
const BATCH = 512;

export interface LiveFolderOptions {
  readonly readyLimit: number;
  readonly pollIntervalMs: number;
}

/** What a scan came upon beside messages that are due. */
export interface ScanVisitor {
  onClaimed(name: LiveName): void;
  onWriting(name: LiveName): void;
  onForeign(name: string): void;
}

/**
 * What this process knows of `live/`: which messages are due and which will be next. The directory is read again when what was known
 * of either is used up, and when its modification time says that somebody changed it.
 */
export class LiveFolder {
  readonly path: string;
  readonly clock = new QueueClock();
  readonly ready: ReadyList;
  readonly #soon: SoonList;
  readonly #options: LiveFolderOptions;
  #scannedAt = Number.NEGATIVE_INFINITY;
  #scanCostMs = 0;
  #changeSeen = 0n;
  #mustScan = true;

  constructor(path: string, options: LiveFolderOptions) {
    this.path = path;
    this.#options = options;
    this.ready = new ReadyList(options.readyLimit);
    this.#soon = new SoonList(options.readyLimit);
  }

  /** Milliseconds until a message is due; 0 or less when it is. `maxDelayMs` bounds what a wall clock set back can do. */
  waitFor(name: LiveName, maxDelayMs: number): number {
    if (name.dueMs === 0) return 0;
    if (name.attempts === 0) return name.dueMs - this.clock.wallMs();
    const waitMs = name.dueMs - this.clock.steadyMs();
    return waitMs > maxDelayMs ? 0 : waitMs;
  }

  /** A message that this process has queued, so that no scan is needed to find it. */
  note(name: LiveName, maxDelayMs: number): void {
    const waitMs = this.waitFor(name, maxDelayMs);
    if (waitMs <= 0) this.ready.insert(name);
    else this.#soon.insert(name, this.clock.steadyMs() + waitMs);
  }

  /** How long until a look is worth while. */
  waitMs(): number {
    if (this.ready.size > 0 || !this.ready.complete || this.#mustScan) return 0;
    const pollMs = this.#pollMs() - (performance.now() - this.#scannedAt);
    return Math.max(0, Math.min(pollMs, this.#soon.nextAt - this.clock.steadyMs()));
  }

  /** A scan of a large directory takes its time; it must not become all that is done. */
  #pollMs(): number {
    return Math.max(this.#options.pollIntervalMs, this.#scanCostMs * 20);
  }

  /** Reads the directory again if that can bring something new. */
  async refresh(maxDelayMs: number, visitor: ScanVisitor): Promise<void> {
    const now = this.clock.steadyMs();
    for (const name of this.#soon.take(now)) this.ready.insert(name);
    const usedUp = this.#soon.isUsedUp(now) || (this.ready.size === 0 && !this.ready.complete);
    const poll = performance.now() - this.#scannedAt >= this.#pollMs();
    if (!this.#mustScan && !usedUp && !(poll && (await this.#changed()))) return;
    await this.scan(maxDelayMs, visitor);
  }

  async #changed(): Promise<boolean> {
    const { mtimeNs } = await stat(this.path, { bigint: true });
    if (mtimeNs !== this.#changeSeen) return true;
    this.#scannedAt = performance.now();
    return false;
  }

  async scan(maxDelayMs: number, visitor: ScanVisitor): Promise<void> {
    const began = performance.now();
    try {
      const { mtimeNs } = await stat(this.path, { bigint: true });
      // A change within the file system's clock tick of this look would not show: look again next time.
      const recent = Math.abs(Date.now() - Number(mtimeNs / 1_000_000n)) < 100;
      this.#changeSeen = recent ? 0n : mtimeNs;
      this.#mustScan = false;
      this.ready.begin();
      this.#soon.begin();
      for await (const entry of await opendir(this.path, { bufferSize: BATCH })) {
        this.#meet(entry.name, maxDelayMs, visitor);
      }
      this.ready.finish();
      this.#soon.finish();
    } catch (cause) {
      this.#mustScan = true;
      throw storageError("the queue directory cannot be read", cause, this.path);
    } finally {
      this.#scannedAt = performance.now();
      this.#scanCostMs = this.#scannedAt - began;
    }
  }

  #meet(text: string, maxDelayMs: number, visitor: ScanVisitor): void {
    const name = parseLiveName(text);
    if (name === undefined) {
      // Network file systems keep files of this kind for themselves (.nfs…).
      if (!text.startsWith(".")) visitor.onForeign(text);
    } else if (name.file === "queued") {
      const waitMs = this.waitFor(name, maxDelayMs);
      if (waitMs <= 0) this.ready.collect(name);
      else this.#soon.collect(name, this.clock.steadyMs() + waitMs);
    } else if (name.file === "writing") {
      visitor.onWriting(name);
    } else {
      visitor.onClaimed(name);
    }
  }

  /** The live name of a message, read from the directory; a message that is being renamed may need the second look. */
  async find(id: string): Promise<LiveName | undefined> {
    for (let look = 0; look < 2; look++) {
      for await (const entry of await opendir(this.path, { bufferSize: BATCH })) {
        if (!entry.name.includes(id)) continue;
        const name = parseLiveName(entry.name);
        if (name !== undefined && name.file !== "writing") return name;
      }
    }
    return undefined;
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(join(this.path, from), join(this.path, to));
  }
}
