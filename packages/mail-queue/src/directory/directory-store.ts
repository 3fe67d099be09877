import { rename, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { QueueError, storageError } from "../errors.js";
import type { StoredMessage } from "../message.js";
import { MESSAGE_ID } from "../message-id.js";
import type { MessageState } from "../message-state.js";
import type {
  Added,
  Claim,
  ClaimTerms,
  NewMessage,
  QueueCounts,
  QueueStore,
  StoreObserver,
} from "../store.js";
import { type ClaimHome, DirectoryClaim } from "./directory-claim.js";
import { type DirectoryOptions, readDirectoryOptions } from "./directory-options.js";
import { DirectoryReader, lastAttempt, readIfThere } from "./directory-reader.js";
import { DirectorySync } from "./directory-sync.js";
import { asideName, FINISHED, type Finished, formatLiveName, type LiveName } from "./file-name.js";
import { prepareFolders } from "./folders.js";
import { Keys } from "./keys.js";
import { LiveFolder, type ScanVisitor } from "./live-folder.js";
import { Members } from "./member.js";
import { MessageFile, writeMessageFile } from "./message-file.js";

/** A file that was being written when its process was lost on another machine. */
const MAX_ABANDONED = 10_000;

/** Messages as files in one directory. See FILE_STATES for what may be in it. */
export class DirectoryStore implements QueueStore {
  readonly #directory: string;
  readonly #live: LiveFolder;
  readonly #sync: DirectorySync;
  readonly #keySync: DirectorySync;
  readonly #members: Members;
  readonly #keys: Keys;
  readonly #reader: DirectoryReader;
  readonly #keepKeysMs: number;
  readonly #active = new Set<string>();
  /** Claims whose content phase nobody is left to end. */
  #interrupted: LiveName[] = [];
  #maxDelayMs = Number.MAX_SAFE_INTEGER;
  /** How many names beside the next one a claim may choose from: more than one once another worker was met. */
  #spread = 1;
  #observer: StoreObserver | undefined;
  #scanning: Promise<void> | undefined;
  readonly #home: ClaimHome;

  /** @throws QueueError `ERR_QUEUE_UNKNOWN_OPTION`, `ERR_QUEUE_OPTION` */
  constructor(options: DirectoryOptions) {
    const settings = readDirectoryOptions(options);
    this.#directory = settings.directory;
    this.#keepKeysMs = settings.keepKeysMs;
    this.#live = new LiveFolder(join(settings.directory, "live"), settings);
    this.#reader = new DirectoryReader(options.directory, this.#live, (error) =>
      this.#observer?.onProblem(error),
    );
    this.#sync = new DirectorySync(this.#live.path, settings.sharedSync);
    this.#keySync = new DirectorySync(join(options.directory, "keys"), settings.sharedSync);
    this.#members = new Members(join(settings.directory, "members"), settings.leaseMs);
    this.#keys = new Keys(
      join(options.directory, "keys"),
      this.#members,
      this.#keySync,
      async (id) => (await this.#reader.locate(id)) !== undefined,
      (error) => this.#observer?.onProblem(error),
    );
    this.#home = {
      directory: this.#directory,
      live: this.#sync,
      dueMs: (retryInMs) => (retryInMs <= 0 ? 0 : this.#live.clock.steadyMs() + retryInMs),
      ended: (id, queued) => {
        this.#active.delete(id);
        if (queued === undefined) return;
        this.#live.note(queued, this.#maxDelayMs);
        this.#observer?.onReady();
      },
    };
  }

  async open(observer: StoreObserver): Promise<void> {
    this.#observer = observer;
    await prepareFolders(this.#directory);
  }

  async add(message: NewMessage): Promise<Added> {
    await this.#members.register();
    const { id, idempotencyKey } = message.head;
    if (idempotencyKey !== undefined)
      return this.#keys.once(idempotencyKey, id, () => this.#publish(message));
    await this.#publish(message);
    return { id, duplicate: false };
  }

  /** Temporary name, fsync, rename, fsync of the directory: only then is it queued (row Q1). */
  async #publish(message: NewMessage): Promise<void> {
    const { id, priority, notBeforeMs } = message.head;
    const name: LiveName = {
      file: "queued",
      id,
      dueMs: notBeforeMs ?? 0,
      priority,
      attempts: 0,
      owner: "",
    };
    const writing = formatLiveName({ ...name, file: "writing", owner: this.#members.self });
    const queued = formatLiveName(name);
    try {
      await writeMessageFile(join(this.#live.path, writing), message);
      await this.#live.rename(writing, queued);
    } catch (cause) {
      await unlink(join(this.#live.path, writing)).catch(() => {});
      throw storageError("the message cannot be stored", cause);
    }
    try {
      await this.#sync.sync();
    } catch (error) {
      // Rejected means that nothing is left to be claimed. If it was claimed already, it is on its way, and that is the answer.
      const left = await unlink(join(this.#live.path, queued)).then(
        () => true,
        (cause: NodeJS.ErrnoException) => cause.code !== "ENOENT",
      );
      if (left) throw error;
    }
    this.#live.note(name, this.#maxDelayMs);
    this.#observer?.onReady();
  }

  async claim(terms: ClaimTerms): Promise<Claim | undefined> {
    this.#maxDelayMs = terms.maxDelayMs;
    await this.#members.register();
    const interrupted = await this.#claimInterrupted();
    if (interrupted !== undefined) return interrupted;
    await this.#refresh();
    for (;;) {
      const name = this.#live.ready.take(this.#spread);
      if (name === undefined) {
        if (this.#live.ready.complete) return undefined;
        await this.#refresh();
        if (this.#live.ready.size === 0) return undefined;
        continue;
      }
      const claim = await this.#claimQueued(name, terms.retryDelayMs(name.attempts + 1));
      if (claim !== undefined) return claim;
    }
  }

  /** One scan at a time, whoever asks. */
  async #refresh(): Promise<void> {
    this.#scanning ??= this.#live.refresh(this.#maxDelayMs, this.#visitor()).finally(() => {
      this.#scanning = undefined;
    });
    await this.#scanning;
  }

  #visitor(): ScanVisitor {
    return {
      onClaimed: () => {},
      onWriting: () => {},
      onForeign: (name) => {
        void this.#setAside(join(this.#live.path, name), name, "ERR_QUEUE_FOREIGN");
      },
    };
  }

  async #claimQueued(queued: LiveName, retryDelayMs: number): Promise<Claim | undefined> {
    const sending: LiveName = {
      ...queued,
      file: "sending",
      dueMs: this.#home.dueMs(retryDelayMs),
      attempts: queued.attempts + 1,
      owner: this.#members.self,
    };
    this.#active.add(queued.id);
    try {
      await this.#live.rename(formatLiveName(queued), formatLiveName(sending));
    } catch (cause) {
      this.#active.delete(queued.id);
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT")
        throw storageError("a message cannot be claimed", cause);
      // Another worker was faster.
      this.#spread = 64;
      return undefined;
    }
    return this.#openClaim(queued, sending, false, true);
  }

  /** Reads what was claimed. What cannot be used is set aside; what cannot be read now goes back. */
  async #openClaim(
    before: LiveName,
    claimed: LiveName,
    interrupted: boolean,
    persist: boolean,
  ): Promise<Claim | undefined> {
    const path = join(this.#live.path, formatLiveName(claimed));
    try {
      // The attempt counts, and the next try is known, before anything is tried (row Q9).
      if (persist) await this.#sync.sync();
      const file = await MessageFile.read(path, claimed.id);
      // Content that is small was read with the rest; a damaged one must not be found by whoever sends it.
      void file.smallContent;
      return new DirectoryClaim(this.#home, file, claimed, before.attempts, interrupted);
    } catch (error) {
      this.#active.delete(claimed.id);
      // Settled, or taken over, between the look at the directory and now.
      if (QueueError.is(error) && error.errno === "ENOENT") return undefined;
      if (QueueError.is(error) && error.code !== "ERR_QUEUE_STORAGE") {
        await this.#setAside(path, formatLiveName(before), error.code, error);
        return undefined;
      }
      await rename(path, join(this.#live.path, formatLiveName(before))).catch(() => {});
      throw error;
    }
  }

  async #claimInterrupted(): Promise<Claim | undefined> {
    for (;;) {
      const name = this.#interrupted.pop();
      if (name === undefined) return undefined;
      const mine: LiveName = { ...name, owner: this.#members.self };
      this.#active.add(name.id);
      try {
        if (name.owner !== mine.owner) await this.#live.rename(formatLiveName(name), formatLiveName(mine));
      } catch (cause) {
        this.#active.delete(name.id);
        if ((cause as NodeJS.ErrnoException).code === "ENOENT") continue;
        throw storageError("a message cannot be taken over", cause);
      }
      const claim = await this.#openClaim(mine, mine, true, false);
      if (claim !== undefined) return claim;
    }
  }

  waitMs(): number {
    return this.#interrupted.length > 0 ? 0 : this.#live.waitMs();
  }

  async recover(terms: ClaimTerms): Promise<void> {
    this.#maxDelayMs = terms.maxDelayMs;
    await this.#members.register();
    const claimed: LiveName[] = [];
    const writing: LiveName[] = [];
    const owners = new Set<string>();
    const keep = (list: LiveName[]) => (name: LiveName) => {
      owners.add(name.owner);
      if (list.length < MAX_ABANDONED) list.push(name);
    };
    await this.#live.scan(this.#maxDelayMs, {
      ...this.#visitor(),
      onClaimed: keep(claimed),
      onWriting: keep(writing),
    });
    const gone = new Set<string>();
    for (const owner of owners) if (await this.#members.isGone(owner)) gone.add(owner);
    for (const name of writing) {
      if (gone.has(name.owner)) await unlink(join(this.#live.path, formatLiveName(name))).catch(() => {});
    }
    this.#interrupted = [];
    for (const name of claimed) {
      // What this process claimed and does not work on was given up when the disk failed.
      const mine = name.owner === this.#members.self && !this.#active.has(name.id);
      if (mine || gone.has(name.owner)) await this.#takeBack(name);
    }
    await this.#members.sweep(owners);
    if (this.#interrupted.length > 0) this.#observer?.onReady();
  }

  async #takeBack(name: LiveName): Promise<void> {
    if (name.file === "content") {
      this.#interrupted.push(name);
      return;
    }
    const queued: LiveName = { ...name, file: "queued", owner: "" };
    try {
      await this.#live.rename(formatLiveName(name), formatLiveName(queued));
      this.#live.note(queued, this.#maxDelayMs);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT")
        throw storageError("a message cannot be taken back", cause);
    }
  }

  async take(id: string, from: readonly MessageState[]): Promise<Claim | undefined> {
    if (!MESSAGE_ID.test(id)) return undefined;
    await this.#members.register();
    if (from.includes("queued")) {
      const name = await this.#live.find(id);
      // Not claimed by anybody, and still so when it is renamed.
      if (name?.file === "queued") {
        const sending: LiveName = { ...name, file: "sending", owner: this.#members.self };
        this.#active.add(id);
        try {
          await this.#live.rename(formatLiveName(name), formatLiveName(sending));
        } catch (cause) {
          this.#active.delete(id);
          if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
          throw storageError("the message cannot be claimed", cause);
        }
        return this.#openClaim(name, sending, false, false);
      }
    }
    for (const folder of FINISHED) {
      if (from.includes(folder)) {
        const claim = await this.#takeFinished(id, folder);
        if (claim !== undefined) return claim;
      }
    }
    return undefined;
  }

  async #takeFinished(id: string, folder: Finished): Promise<Claim | undefined> {
    const path = join(this.#directory, folder, id);
    const file = await readIfThere(path, id);
    if (file === undefined) return undefined;
    const attempts = lastAttempt(file.journal);
    const name: LiveName = {
      file: "sending",
      id,
      dueMs: 0,
      priority: file.head.priority,
      attempts,
      owner: this.#members.self,
    };
    this.#active.add(id);
    try {
      await rename(path, join(this.#live.path, formatLiveName(name)));
      return new DirectoryClaim(this.#home, file, name, attempts, false);
    } catch (cause) {
      this.#active.delete(id);
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw storageError("the message cannot be claimed", cause);
    }
  }

  get(id: string): Promise<StoredMessage | undefined> {
    return this.#reader.get(id);
  }

  list(states: readonly MessageState[]): AsyncIterable<StoredMessage> {
    return this.#reader.list(states);
  }

  upcoming(limit: number): Promise<readonly StoredMessage[]> {
    return this.#reader.upcoming(limit);
  }

  content(id: string): AsyncIterable<Uint8Array> {
    return this.#reader.content(id);
  }

  counts(): Promise<QueueCounts> {
    return this.#reader.counts();
  }

  async purge(states: readonly MessageState[], beforeMs: number): Promise<number> {
    let removed = 0;
    for await (const { name, folder } of this.#reader.walk(
      FINISHED.filter((state) => states.includes(state)),
    )) {
      const path = join(this.#directory, folder, name.id);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
      if (mtimeMs >= beforeMs) continue;
      await unlink(path).then(
        () => removed++,
        () => {},
      );
    }
    await this.#keys.purge(Date.now() - this.#keepKeysMs);
    return removed;
  }

  async #setAside(path: string, name: string, reason: string, error?: QueueError): Promise<void> {
    try {
      await rename(path, join(this.#directory, "set-aside", asideName(name, reason)));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") {
        this.#observer?.onProblem(storageError("a foreign file cannot be set aside", cause));
      }
      return;
    }
    this.#observer?.onSetAside(
      name,
      error ?? new QueueError("ERR_QUEUE_FOREIGN", "a name that the queue does not use"),
    );
  }

  async close(): Promise<void> {
    await this.#members.close();
    await this.#sync.close();
    await this.#keySync.close();
  }
}
