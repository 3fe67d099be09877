import { opendir, stat } from "node:fs/promises";
import { join } from "node:path";
import { QueueError } from "../errors.js";
import type { JournalEntry } from "../journal.js";
import { type StoredMessage, stateOfJournal } from "../message.js";
import { MESSAGE_ID } from "../message-id.js";
import type { MessageState } from "../message-state.js";
import type { QueueCounts } from "../store.js";
import { FINISHED, type Finished, formatLiveName, type LiveName, parseLiveName } from "./file-name.js";
import type { LiveFolder } from "./live-folder.js";
import { MessageFile } from "./message-file.js";

/** Where a message was a moment ago. */
interface Location {
  readonly path: string;
  readonly state: MessageState;
  readonly live: LiveName | undefined;
}

/** Looks at messages without touching them. */
export class DirectoryReader {
  readonly #directory: string;
  readonly #live: LiveFolder;
  readonly #onProblem: (error: Error) => void;

  constructor(directory: string, live: LiveFolder, onProblem: (error: Error) => void) {
    this.#directory = directory;
    this.#live = live;
    this.#onProblem = onProblem;
  }

  async locate(id: string): Promise<Location | undefined> {
    if (!MESSAGE_ID.test(id)) return undefined;
    // A message moves from live to finished; the second look finds one that moved while the first was taken.
    for (let look = 0; look < 2; look++) {
      const live = await this.#live.find(id);
      if (live !== undefined) {
        return { path: join(this.#live.path, formatLiveName(live)), live, state: liveState(live) };
      }
      for (const state of FINISHED) {
        const path = join(this.#directory, state, id);
        if (await isThere(path)) return { path, live: undefined, state };
      }
    }
    return undefined;
  }

  async get(id: string): Promise<StoredMessage | undefined> {
    for (let look = 0; look < 3; look++) {
      const place = await this.locate(id);
      if (place === undefined) return undefined;
      const file = await readIfThere(place.path, id);
      if (file !== undefined) return stored(file, place.live);
    }
    return undefined;
  }

  async *list(states: readonly MessageState[]): AsyncGenerator<StoredMessage> {
    for await (const { name, folder } of this.walk(states)) {
      const live = folder === "live" ? name : undefined;
      const path = join(this.#directory, folder, live === undefined ? name.id : formatLiveName(live));
      try {
        const file = await readIfThere(path, name.id);
        if (file !== undefined) yield stored(file, live);
      } catch (error) {
        // Looking does not move anything; the worker sets it aside.
        this.#onProblem(error as Error);
      }
    }
  }

  async upcoming(limit: number): Promise<readonly StoredMessage[]> {
    let soonest: LiveName[] = [];
    const byTime = (one: LiveName, other: LiveName) => one.dueMs - other.dueMs;
    for await (const { name } of this.walk(["queued"])) {
      if (name.dueMs === 0) continue;
      soonest.push(name);
      if (soonest.length >= limit * 2 + 64) soonest = soonest.sort(byTime).slice(0, limit);
    }
    const messages: StoredMessage[] = [];
    for (const name of soonest.sort(byTime).slice(0, limit)) {
      const path = join(this.#live.path, formatLiveName(name));
      const file = await readIfThere(path, name.id).catch(() => undefined);
      if (file !== undefined) messages.push(stored(file, name));
    }
    return messages;
  }

  async *content(id: string): AsyncGenerator<Uint8Array> {
    const place = await this.locate(id);
    const file = place === undefined ? undefined : await readIfThere(place.path, id);
    if (place === undefined || file === undefined) {
      throw new QueueError("ERR_QUEUE_NOT_FOUND", `there is no message ${id}`);
    }
    yield* file.blocks(place.path);
  }

  async counts(): Promise<QueueCounts> {
    const counts = { queued: 0, sending: 0, sent: 0, failed: 0, "in-doubt": 0 };
    for await (const { name, folder } of this.walk(["queued", "sending", ...FINISHED])) {
      counts[folder === "live" ? liveState(name) : folder]++;
    }
    return counts;
  }

  /** Names alone: nothing is opened. In a finished folder only the id of a name means something. */
  async *walk(
    states: readonly MessageState[],
  ): AsyncGenerator<{ name: LiveName; folder: "live" | Finished }> {
    if (states.includes("queued") || states.includes("sending")) {
      for await (const entry of await opendir(this.#live.path, { bufferSize: 512 })) {
        const name = parseLiveName(entry.name);
        if (name === undefined || name.file === "writing") continue;
        if (states.includes(liveState(name))) yield { name, folder: "live" };
      }
    }
    for (const folder of FINISHED) {
      if (!states.includes(folder)) continue;
      for await (const { name: id } of await opendir(join(this.#directory, folder), { bufferSize: 512 })) {
        if (!MESSAGE_ID.test(id)) continue;
        yield { name: { file: "queued", id, dueMs: 0, priority: 0, attempts: 0, owner: "" }, folder };
      }
    }
  }
}

function liveState(name: LiveName): "queued" | "sending" {
  return name.file === "queued" ? "queued" : "sending";
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Undefined when nothing has this name. */
export async function readIfThere(path: string, id: string): Promise<MessageFile | undefined> {
  try {
    return await MessageFile.read(path, id);
  } catch (error) {
    if (QueueError.is(error) && error.errno === "ENOENT") return undefined;
    throw error;
  }
}

/** The number of the last attempt that a journal tells of. */
export function lastAttempt(journal: readonly JournalEntry[]): number {
  return journal.reduce((last, entry) => ("attempt" in entry ? Math.max(last, entry.attempt) : last), 0);
}

function stored(file: MessageFile, live: LiveName | undefined): StoredMessage {
  const { head, journal } = file;
  return {
    head,
    journal,
    state: live === undefined ? stateOfJournal(head, journal) : liveState(live),
    attempts: live?.attempts ?? lastAttempt(journal),
    nextTryMs: live === undefined || live.dueMs === 0 ? undefined : live.dueMs,
  };
}
