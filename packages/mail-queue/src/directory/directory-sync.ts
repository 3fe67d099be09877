import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { storageError } from "../errors.js";

/**
 * Makes the names in one directory durable. Renames that wait at the same time share one fsync: the one that runs may have begun
 * before a later rename, so each caller waits for one that began after its call.
 */
export class DirectorySync {
  readonly #path: string;
  readonly #shared: boolean;
  #handle: Promise<FileHandle> | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #closed = false;
  /** How many were asked for, and how many were done. For the benchmark. */
  readonly count = { asked: 0, done: 0 };

  constructor(path: string, shared: boolean) {
    this.#path = path;
    this.#shared = shared;
  }

  sync(): Promise<void> {
    this.count.asked++;
    // Windows has no way to open a directory, and NTFS journals its names by itself.
    if (process.platform === "win32") return Promise.resolve();
    if (!this.#shared) return this.#syncOnce();
    if (this.#running === undefined) return this.#start();
    this.#next ??= this.#running.then(
      () => this.#start(),
      () => this.#start(),
    );
    return this.#next;
  }

  #start(): Promise<void> {
    this.#next = undefined;
    const running = this.#syncOnce().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #syncOnce(): Promise<void> {
    this.count.done++;
    try {
      this.#handle ??= open(this.#path, constants.O_RDONLY | (constants.O_DIRECTORY ?? 0));
      // One that could not be opened is asked for again.
      this.#handle.catch(() => {
        this.#handle = undefined;
      });
      await (await this.#handle).sync();
    } catch (cause) {
      throw storageError("the queue directory cannot be made durable", cause, this.#path);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#running?.catch(() => {});
    await this.#next?.catch(() => {});
    await (await this.#handle?.catch(() => undefined))?.close().catch(() => {});
  }
}
