import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { link, open, opendir, readFile, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { QueueError, storageError } from "../errors.js";
import { MESSAGE_ID, randomWord } from "../message-id.js";
import type { Added } from "../store.js";
import type { DirectorySync } from "./directory-sync.js";
import type { Members } from "./member.js";

interface Reservation {
  readonly id: string;
  readonly owner: string;
}

const WAIT_MS = 10;
const MAX_WAIT_MS = 500;
/** How long a key is waited for that another process is using. */
const PATIENCE_MS = 30_000;

/**
 * Idempotency keys. A key is reserved by the file `keys/HASH.N`, made by link(2) so that it appears whole and only one process can
 * make it, with N counting the reservations whose owners died. `keys/HASH.done` names the message once it is queued.
 */
export class Keys {
  readonly #folder: string;
  readonly #members: Members;
  readonly #sync: DirectorySync;
  /** Tells whether a message is in the queue, in any state. */
  readonly #exists: (id: string) => Promise<boolean>;

  readonly #onProblem: (error: Error) => void;

  constructor(
    folder: string,
    members: Members,
    sync: DirectorySync,
    exists: (id: string) => Promise<boolean>,
    onProblem: (error: Error) => void,
  ) {
    this.#folder = folder;
    this.#members = members;
    this.#sync = sync;
    this.#exists = exists;
    this.#onProblem = onProblem;
  }

  /** Runs `publish` unless the key has a message already. */
  async once(key: string, id: string, publish: () => Promise<void>): Promise<Added> {
    const hash = createHash("sha256").update(key).digest("hex");
    const done = join(this.#folder, `${hash}.done`);
    const patienceEndsAt = performance.now() + PATIENCE_MS;
    try {
      for (let waitMs = WAIT_MS; ; waitMs = Math.min(waitMs * 2, MAX_WAIT_MS)) {
        const known = await this.#read(done);
        if (known !== undefined) return { id: known.id, duplicate: true };
        const found = await this.#reserve(hash, id);
        if (found === "wait") {
          if (performance.now() > patienceEndsAt) {
            throw new QueueError(
              "ERR_QUEUE_STORAGE",
              "another process holds the idempotency key and does not end",
            );
          }
          await sleep(waitMs);
          continue;
        }
        if (found.id !== id) {
          // Its owner ended between queueing the message and saying so.
          await this.#finish(done, found.path, found.id);
          return { id: found.id, duplicate: true };
        }
        try {
          // Before the message can be found the key must be, or a power failure between the two makes two of one.
          await this.#sync.sync();
          await publish();
        } catch (error) {
          await unlink(found.path).catch(() => {});
          throw error;
        }
        await this.#finish(done, found.path, id);
        return { id, duplicate: false };
      }
    } catch (cause) {
      throw storageError("the idempotency key cannot be kept", cause, this.#folder);
    }
  }

  /** The message is queued, and that is the answer: should this fail, the reservation goes on telling of it. */
  async #finish(done: string, reservation: string, id: string): Promise<void> {
    try {
      await this.#write(done, id);
      await this.#sync.sync();
      await unlink(reservation);
    } catch (cause) {
      this.#onProblem(storageError("the idempotency key could not be put in its final place", cause));
    }
  }

  async #reserve(hash: string, id: string): Promise<"wait" | { id: string; path: string }> {
    for (let n = 0; ; n++) {
      const path = join(this.#folder, `${hash}.${n}`);
      const before = await this.#read(path);
      if (before === undefined) {
        if (!(await this.#write(path, id))) return "wait";
        // Whoever finished meanwhile has removed the file that would have made us wait.
        if ((await this.#read(join(this.#folder, `${hash}.done`))) === undefined) return { id, path };
        await unlink(path).catch(() => {});
        return "wait";
      }
      const gone = await this.#members.isGone(before.owner);
      // Asked after the owner: one that is gone queues nothing more.
      if (await this.#exists(before.id)) return { id: before.id, path };
      if (!gone) return "wait";
    }
  }

  async #read(path: string): Promise<Reservation | undefined> {
    try {
      const [id = "", owner = ""] = (await readFile(path, "latin1")).trim().split(" ");
      return MESSAGE_ID.test(id) ? { id, owner } : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  /** False when the name was there already. */
  async #write(path: string, id: string): Promise<boolean> {
    const draft = join(this.#folder, `${this.#members.self}-${randomWord(8)}.new`);
    const { O_CREAT, O_EXCL, O_WRONLY } = constants;
    try {
      const file = await open(draft, O_CREAT | O_EXCL | O_WRONLY, 0o600);
      try {
        await file.writeFile(`${id} ${this.#members.self}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await link(draft, path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      await unlink(draft).catch(() => {});
    }
  }

  /** Forgets keys that were used before this time. */
  async purge(beforeMs: number): Promise<void> {
    for await (const { name } of await opendir(this.#folder, { bufferSize: 256 })) {
      const path = join(this.#folder, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
      if (mtimeMs < beforeMs) await unlink(path).catch(() => {});
    }
  }
}
