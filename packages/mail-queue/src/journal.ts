import type { MessageState } from "./message-state.js";

/** A reply of the server as it is kept: enough to judge and to show. */
export interface KeptReply {
  readonly code: number;
  readonly enhanced?: string | undefined;
  readonly text: string;
}

/** A failure as it is kept. */
export interface KeptError {
  readonly code: string;
  readonly message: string;
}

/** What one attempt came to for one recipient. `deferred`: may be tried again. */
export interface RecipientResult {
  /** Place in the envelope. */
  readonly index: number;
  readonly outcome: "accepted" | "rejected" | "deferred" | "unknown";
  readonly reply?: KeptReply | undefined;
  readonly error?: KeptError | undefined;
}

/** One line of a message's journal. Entries are only ever added. */
export type JournalEntry =
  /** An attempt ended and its result is known. */
  | {
      readonly type: "attempt";
      readonly atMs: number;
      readonly attempt: number;
      readonly results: readonly RecipientResult[];
      readonly error?: KeptError | undefined;
    }
  /** The worker of this attempt died, or lost its memory, after content had begun: recipients that waited are unknown. */
  | { readonly type: "interrupted"; readonly atMs: number; readonly attempt: number }
  /** Recipients that still wait will not be tried any more. */
  | { readonly type: "given-up"; readonly atMs: number; readonly error: KeptError }
  /** These wait again, and attempts count from `attempts` on. */
  | {
      readonly type: "retry";
      readonly atMs: number;
      readonly attempts: number;
      readonly indexes: readonly number[];
      readonly by: "hand" | "policy";
    }
  /** Somebody found out, or decided, what became of the recipients in doubt. */
  | {
      readonly type: "decided";
      readonly atMs: number;
      readonly outcome: "accepted" | "rejected";
      readonly by: "hand" | "policy";
    };

/** How one recipient stands. */
export interface RecipientState {
  readonly address: string;
  readonly state: "waiting" | "accepted" | "rejected" | "unknown";
  /** The last reply that concerned this recipient. */
  readonly reply: KeptReply | undefined;
  readonly error: KeptError | undefined;
}

/** What a journal says when read to its end. */
export interface Standing {
  readonly recipients: readonly RecipientState[];
  /** Attempts made before the last retry by hand; they do not count against the cap. */
  readonly attemptsBase: number;
  /** The highest attempt whose end is in the journal. */
  readonly lastEndedAttempt: number;
  readonly lastError: KeptError | undefined;
  readonly lastAtMs: number | undefined;
}

type Writable = { -readonly [Key in keyof RecipientState]: RecipientState[Key] };

/** Reads a journal from its beginning; recipients wait until something else is said of them. */
export function standing(addresses: readonly string[], journal: readonly JournalEntry[]): Standing {
  const recipients: Writable[] = addresses.map((address) => ({
    address,
    state: "waiting",
    reply: undefined,
    error: undefined,
  }));
  let attemptsBase = 0;
  let lastEndedAttempt = 0;
  let lastError: KeptError | undefined;
  let lastAtMs: number | undefined;
  for (const entry of journal) {
    lastAtMs = entry.atMs;
    switch (entry.type) {
      case "attempt":
        lastEndedAttempt = Math.max(lastEndedAttempt, entry.attempt);
        lastError = entry.error ?? lastError;
        for (const result of entry.results) apply(recipients[result.index], result);
        break;
      case "interrupted":
        lastEndedAttempt = Math.max(lastEndedAttempt, entry.attempt);
        move(recipients, "waiting", "unknown", undefined);
        break;
      case "given-up":
        lastError = entry.error;
        move(recipients, "waiting", "rejected", entry.error);
        break;
      case "retry":
        attemptsBase = entry.attempts;
        for (const index of entry.indexes) {
          const recipient = recipients[index];
          if (recipient !== undefined && recipient.state !== "accepted") recipient.state = "waiting";
        }
        break;
      case "decided":
        move(recipients, "unknown", entry.outcome, undefined);
        break;
    }
  }
  return { recipients, attemptsBase, lastEndedAttempt, lastError, lastAtMs };
}

function apply(recipient: Writable | undefined, result: RecipientResult): void {
  // What the server took once stays taken, whatever a later entry says.
  if (recipient === undefined || recipient.state === "accepted") return;
  recipient.state = result.outcome === "deferred" ? "waiting" : result.outcome;
  recipient.reply = result.reply ?? recipient.reply;
  recipient.error = result.error;
}

function move(
  recipients: readonly Writable[],
  from: RecipientState["state"],
  to: RecipientState["state"],
  error: KeptError | undefined,
): void {
  for (const recipient of recipients) {
    if (recipient.state !== from) continue;
    recipient.state = to;
    recipient.error = error ?? recipient.error;
  }
}

/** Where a message belongs by how its recipients stand: on as long as one waits, in doubt before failed, sent when all were accepted. */
export function placeFor(recipients: readonly RecipientState[]): Exclude<MessageState, "sending"> {
  if (recipients.some(({ state }) => state === "waiting")) return "queued";
  if (recipients.some(({ state }) => state === "unknown")) return "in-doubt";
  return recipients.every(({ state }) => state === "accepted") ? "sent" : "failed";
}

const MAX_TEXT = 300;

/** Text of a server or an error as it is kept: short, on one line. */
export function keptText(text: string): string {
  const line = text.replace(/[\u0000-\u001f\u007f]+/g, " ");
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT - 1)}…` : line;
}
