import { constants, readFileSync, readlinkSync } from "node:fs";
import { open, readdir, readFile, rename, stat, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, storageError } from "../errors.js";
import { randomWord } from "../message-id.js";

/** What a process writes about itself, so that others can tell whether it still lives. */
interface MemberFacts {
  readonly pid: number;
  /** Of this boot of the machine, and the room in which pids mean something (a container has its own); `""` if unknown. */
  readonly boot: string;
  /** When the process started, in ticks since boot: a pid is used again, the two together are not. */
  readonly startedAt: string;
}

/**
 * The processes that use a directory. Each has a file in `members/`, whose modification time is its heartbeat. A claim names its
 * member; it may be taken over when the member is certainly gone: no such process, or another one under its pid. Where pids tell
 * nothing (another machine, another boot, another container), it is gone when this process has seen no heartbeat for a whole
 * lease by its own monotonic clock: two machines may have one name, and their clocks need not agree.
 */
export class Members {
  readonly self = randomWord(12);
  readonly #folder: string;
  readonly #leaseMs: number;
  #registered: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #beats = new Map<string, { mtimeMs: number; seenAt: number }>();

  constructor(folder: string, leaseMs: number) {
    this.#folder = folder;
    this.#leaseMs = leaseMs;
  }

  /** Writes this process's file, once; must have resolved before anything names `self`. */
  register(): Promise<void> {
    this.#registered ??= this.#write().catch((error: unknown) => {
      this.#registered = undefined;
      throw error;
    });
    return this.#registered;
  }

  async #write(): Promise<void> {
    const path = join(this.#folder, this.self);
    try {
      const { O_CREAT, O_EXCL, O_WRONLY } = constants;
      const file = await open(`${path}.new`, O_CREAT | O_EXCL | O_WRONLY, 0o600);
      try {
        await file.writeFile(`${JSON.stringify(ownFacts())}\n`);
      } finally {
        await file.close();
      }
      await rename(`${path}.new`, path);
    } catch (cause) {
      await unlink(`${path}.new`).catch(() => {});
      throw storageError("this process cannot be registered in the queue directory", cause, path);
    }
    if (this.#closed) return;
    this.#timer = setInterval(() => {
      const now = new Date();
      // A missed beat is made up by the next; a disk without room still takes a time stamp.
      utimes(path, now, now).catch(() => {});
    }, this.#leaseMs / 6);
    this.#timer.unref();
  }

  /** Whether what this member claimed may be taken over. */
  async isGone(member: string): Promise<boolean> {
    if (member === this.self) return false;
    const path = join(this.#folder, member);
    let theirs: Partial<MemberFacts>;
    let mtimeMs: number;
    try {
      ({ mtimeMs } = await stat(path));
      theirs = JSON.parse(await readFile(path, "utf8")) as Partial<MemberFacts>;
    } catch (error) {
      // A member's file is written before its first claim and removed after its last.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
      if (!(error instanceof SyntaxError)) throw storageError("a member's file cannot be read", error, path);
      // Power was lost before its content reached the disk: only the heartbeat can tell.
      theirs = {};
      ({ mtimeMs } = await stat(path));
    }
    const own = ownFacts();
    if (own.boot !== "" && theirs.boot === own.boot) return startOf(theirs.pid ?? 0) !== theirs.startedAt;
    return this.#isSilent(member, mtimeMs);
  }

  #isSilent(member: string, mtimeMs: number): boolean {
    const now = performance.now();
    const before = this.#beats.get(member);
    if (before === undefined || before.mtimeMs !== mtimeMs) {
      this.#beats.set(member, { mtimeMs, seenAt: now });
      return false;
    }
    return now - before.seenAt > this.#leaseMs;
  }

  /** Removes the files of members that are gone and hold nothing. */
  async sweep(holding: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const member = name.slice(0, 12);
      if (holding.has(member)) continue;
      if (name.endsWith(".new") ? await this.#isOld(name) : await this.isGone(member)) {
        this.#beats.delete(member);
        await unlink(join(this.#folder, name)).catch(() => {});
      }
    }
  }

  async #isOld(name: string): Promise<boolean> {
    const { mtimeMs } = await stat(join(this.#folder, name));
    return Math.abs(Date.now() - mtimeMs) > this.#leaseMs;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    if (this.#registered === undefined) return;
    await this.#registered.catch(() => {});
    clearInterval(this.#timer);
    await unlink(join(this.#folder, this.self)).catch(() => {});
  }
}

let facts: MemberFacts | undefined;

function ownFacts(): MemberFacts {
  facts ??= {
    pid: process.pid,
    boot: bootOf(),
    startedAt: startOf(process.pid) ?? "",
  };
  return facts;
}

function bootOf(): string {
  const bootId = readOr("/proc/sys/kernel/random/boot_id", "").trim();
  if (bootId === "" || startOf(process.pid) === undefined) return "";
  try {
    return `${bootId} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch (cause) {
    return absent(cause, "");
  }
}

/** The start of a process in ticks since boot, `""` when it is gone, undefined where the system does not tell (no /proc). */
function startOf(pid: number): string | undefined {
  if (readOr("/proc/self/stat", "") === "") return undefined;
  const text = readOr(`/proc/${pid}/stat`, "");
  if (text === "") return "";
  // Field 22; the second is the program's name, which may hold anything but ends with the last ")".
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // A zombie has done its last write.
  return fields[0] === "Z" || fields[0] === "X" ? "" : (fields[19] ?? "");
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch (cause) {
    return absent(cause, otherwise);
  }
}

/** That something is not there is an answer; that it cannot be read now (EMFILE) is none. ESRCH: it went while it was read. */
function absent(cause: unknown, otherwise: string): string {
  if (["ENOENT", "ENOTDIR", "ESRCH", "EACCES", "EPERM"].includes(errnoOf(cause) ?? "")) return otherwise;
  throw storageError("the system does not tell which processes live", cause);
}
