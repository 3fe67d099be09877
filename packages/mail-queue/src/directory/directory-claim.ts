import { rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import { QueueError, storageError } from "../errors.js";
import type { StoredMessage } from "../message.js";
import type { Claim, ClaimEnd } from "../store.js";
import type { DirectorySync } from "./directory-sync.js";
import { formatLiveName, type LiveName } from "./file-name.js";
import type { MessageFile } from "./message-file.js";

/** What a claim needs of the store that made it. */
export interface ClaimHome {
  readonly directory: string;
  readonly live: DirectorySync;
  /** Steady time in `retryInMs` milliseconds, as it stands in names. */
  dueMs(retryInMs: number): number;
  /** The claim has ended. `queued`: under this name. */
  ended(id: string, queued: LiveName | undefined): void;
}

/** A claimed file. Every move is a rename of exactly the name that this claim gave it: who has taken it over has renamed it. */
export class DirectoryClaim implements Claim {
  readonly interrupted: boolean;
  readonly #home: ClaimHome;
  readonly #file: MessageFile;
  #name: LiveName;
  /** What `ATTEMPTS` was before the claim, for an attempt that is not counted. */
  readonly #attemptsBefore: number;
  #marking: Promise<void> | undefined;

  constructor(
    home: ClaimHome,
    file: MessageFile,
    name: LiveName,
    attemptsBefore: number,
    interrupted: boolean,
  ) {
    this.#home = home;
    this.#file = file;
    this.#name = name;
    this.#attemptsBefore = attemptsBefore;
    this.interrupted = interrupted;
  }

  get stored(): StoredMessage {
    return {
      head: this.#file.head,
      journal: this.#file.journal,
      state: "sending",
      attempts: this.#name.attempts,
      nextTryMs: undefined,
    };
  }

  get attempt(): number {
    return this.#name.attempts;
  }

  open(signal?: AbortSignal | undefined): AsyncIterable<Uint8Array> {
    return this.#file.blocks(this.#path, signal);
  }

  markContent(): Promise<void> {
    this.#marking ??= this.#mark();
    return this.#marking;
  }

  async #mark(): Promise<void> {
    if (this.#name.file === "sending") await this.#rename({ ...this.#name, file: "content" });
    await this.#home.live.sync();
  }

  async settle(end: ClaimEnd): Promise<void> {
    const { id } = this.#name;
    let queued: LiveName | undefined;
    try {
      // A marker that is being written has the name in hand.
      await this.#marking?.catch(() => {});
      if (end.to === "sent" && end.keep === false) await this.#remove(end);
      else {
        if (end.entry !== undefined) await this.#write(end.entry);
        queued = await this.#move(end);
      }
    } finally {
      this.#home.ended(id, queued);
    }
  }

  async #write(entry: NonNullable<ClaimEnd["entry"]>): Promise<void> {
    try {
      await this.#file.append(this.#path, entry);
    } catch (error) {
      if (gone(error)) throw lost(error);
      const onlyDeferred =
        entry.type === "attempt" && entry.results.every(({ outcome }) => outcome === "deferred");
      // Nothing of it must be remembered for the next try to be right.
      if (onlyDeferred) return;
      // What the server has taken, or may have, must not look as if it had never gone out.
      const mayBeThere =
        entry.type === "attempt" &&
        entry.results.some(({ outcome }) => outcome === "accepted" || outcome === "unknown");
      if (mayBeThere && this.#name.file === "sending") {
        await this.#rename({ ...this.#name, file: "content" }).catch(() => {});
      }
      throw error;
    }
  }

  /** A sent message that is not kept needs no line about it: until its name is gone for good it is in doubt, with or without one. */
  async #remove({ entry }: ClaimEnd): Promise<void> {
    try {
      await this.#guard(unlink(this.#path));
    } catch (error) {
      // It stays, so it must tell what it is.
      if (entry !== undefined && !(error as QueueError).code.endsWith("CLAIM_LOST")) await this.#write(entry);
      throw error;
    }
    await this.#home.live.sync();
  }

  async #move(end: ClaimEnd): Promise<LiveName | undefined> {
    if (end.to === "queued") {
      const dueMs = end.retryInMs === undefined ? this.#name.dueMs : this.#home.dueMs(end.retryInMs);
      const attempts = end.uncounted === true ? this.#attemptsBefore : this.#name.attempts;
      const name: LiveName = { ...this.#name, file: "queued", dueMs, attempts, owner: "" };
      await this.#rename(name);
      return name;
    }
    // Not waited for: should power be lost and the old name come back, the journal tells where it belongs.
    await this.#guard(rename(this.#path, join(this.#home.directory, end.to, this.#name.id)));
    return undefined;
  }

  async #rename(to: LiveName): Promise<void> {
    await this.#guard(rename(this.#path, join(this.#home.directory, "live", formatLiveName(to))));
    this.#name = to;
  }

  get #path(): string {
    return join(this.#home.directory, "live", formatLiveName(this.#name));
  }

  async #guard(operation: Promise<void>): Promise<void> {
    try {
      await operation;
    } catch (error) {
      throw gone(error) ? lost(error) : storageError("a queue file cannot be moved", error);
    }
  }
}

function gone(error: unknown): boolean {
  return ((error as QueueError).errno ?? (error as NodeJS.ErrnoException).code) === "ENOENT";
}

function lost(cause: unknown): QueueError {
  return new QueueError("ERR_QUEUE_CLAIM_LOST", "another worker has taken the message over", { cause });
}
