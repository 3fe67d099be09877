import { decodeTime, encodeTime, newMessageId, TIME_DIGITS } from "../message-id.js";
import type { MessageState } from "../message-state.js";

/**
 * The legal states of a file and its name in each: the one table, printed in the README. All that changes often is in the name,
 * so that a change is one rename in one directory, which file systems make whole or not at all.
 */
export const FILE_STATES = [
  {
    file: "writing",
    name: "live/ID.OWNER.writing",
    state: undefined,
    means: "being written; not a message yet",
    ownerDied: "removed",
  },
  {
    file: "queued",
    name: "live/DUE.PRIORITY.ATTEMPTS.ID.queued",
    state: "queued",
    means: "waits until DUE (zeros: at once)",
    ownerDied: "",
  },
  {
    file: "sending",
    name: "live/DUE.PRIORITY.ATTEMPTS.ID.OWNER.sending",
    state: "sending",
    means: "claimed; no content has gone out; DUE is the next try, should this one not end",
    ownerDied: "renamed to queued",
  },
  {
    file: "content",
    name: "live/DUE.PRIORITY.ATTEMPTS.ID.OWNER.content",
    state: "sending",
    means: "content may have gone out: the in-doubt marker",
    ownerDied: "what the journal says; without a result: in doubt",
  },
  { file: "sent", name: "sent/ID", state: "sent", means: "every recipient accepted", ownerDied: "" },
  {
    file: "failed",
    name: "failed/ID",
    state: "failed",
    means: "a recipient was refused or given up",
    ownerDied: "",
  },
  {
    file: "in-doubt",
    name: "in-doubt/ID",
    state: "in-doubt",
    means: "somebody must decide",
    ownerDied: "",
  },
  {
    file: "set-aside",
    name: "set-aside/NAME.REASON",
    state: undefined,
    means: "damaged, foreign or not a file; never opened again",
    ownerDied: "",
  },
] as const satisfies readonly {
  file: string;
  name: string;
  state: MessageState | undefined;
  means: string;
  ownerDied: string;
}[];

/** Folders of finished messages, by state. */
export const FINISHED = ["sent", "failed", "in-doubt"] as const;
export type Finished = (typeof FINISHED)[number];

/** What a name in `live/` says. */
export interface LiveName {
  readonly file: "writing" | "queued" | "sending" | "content";
  readonly id: string;
  /** 0: at once. */
  readonly dueMs: number;
  readonly priority: number;
  /** Attempts begun. */
  readonly attempts: number;
  /** `""` while queued. */
  readonly owner: string;
}

const ID = "[0-9a-z]{9}-[0-9a-z]{16}";
const OWNER = "[0-9a-z]{12}";
const LIVE = new RegExp(
  `^([0-9a-z]{${TIME_DIGITS}})\\.([0-9])\\.([0-9]{5})\\.(${ID})(?:\\.queued|\\.(${OWNER})\\.(sending|content))$`,
);
const WRITING = new RegExp(`^(${ID})\\.(${OWNER})\\.writing$`);
const MAX_ATTEMPTS = 99_999;

/** Undefined for a name that is not one of ours. */
export function parseLiveName(name: string): LiveName | undefined {
  const live = LIVE.exec(name);
  if (live !== null) {
    const [, due, priority, attempts, id, owner, phase] = live as unknown as string[];
    return {
      file: phase === undefined ? "queued" : (phase as "sending" | "content"),
      id: id!,
      dueMs: decodeTime(due!),
      priority: Number(priority),
      attempts: Number(attempts),
      owner: owner ?? "",
    };
  }
  const writing = WRITING.exec(name);
  if (writing === null) return undefined;
  return { file: "writing", id: writing[1]!, dueMs: 0, priority: 0, attempts: 0, owner: writing[2]! };
}

export function formatLiveName(name: LiveName): string {
  const { file, id, owner } = name;
  if (file === "writing") return `${id}.${owner}.writing`;
  const attempts = String(Math.min(name.attempts, MAX_ATTEMPTS)).padStart(5, "0");
  const schedule = `${encodeTime(name.dueMs)}.${name.priority}.${attempts}.${id}`;
  return file === "queued" ? `${schedule}.queued` : `${schedule}.${owner}.${file}`;
}

/** A name under which a stranger can be set aside: no character of it can hurt, and it meets no other. */
export function asideName(name: string, reason: string): string {
  const tame = name.replace(/[^0-9A-Za-z._-]/g, "_").slice(0, 100);
  return `${tame}.${newMessageId(Date.now()).slice(-8)}.${reason}`;
}
