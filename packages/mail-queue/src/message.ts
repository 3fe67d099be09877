import type { SendOptions } from "@wirepost/smtp-client";
import type { JournalEntry, KeptError, RecipientState } from "./journal.js";
import { placeFor, standing } from "./journal.js";
import type { MessageState } from "./message-state.js";

/** Options of `SmtpClient.send` that make sense later and elsewhere; kept with the message and handed to `deliver`. */
export type KeptSendOptions = Pick<
  SendOptions,
  "dsn" | "requireTls" | "deliverBy" | "priority" | "submitter" | "mailParameters" | "rcptParameters"
>;

/** What is fixed when a message is queued. Plain data. */
export interface MessageHead {
  readonly id: string;
  readonly createdAtMs: number;
  /** With its angle brackets. */
  readonly messageId: string | undefined;
  /** The null reverse-path is null. */
  readonly from: string | null;
  readonly to: readonly string[];
  /** 0 goes first, 9 last. */
  readonly priority: number;
  readonly notBeforeMs: number | undefined;
  readonly expiresAtMs: number | undefined;
  readonly idempotencyKey: string | undefined;
  readonly sizeBytes: number;
  /** SHA-256 of the content, hexadecimal. */
  readonly sha256: string;
  readonly sendOptions: KeptSendOptions | undefined;
}

/** A message as a store has it. */
export interface StoredMessage {
  readonly head: MessageHead;
  readonly journal: readonly JournalEntry[];
  readonly state: MessageState;
  /** Attempts begun. */
  readonly attempts: number;
  /** Only while queued; undefined: at once. */
  readonly nextTryMs: number | undefined;
}

/** A message as callers see it. */
export interface QueuedMessage {
  readonly id: string;
  readonly state: MessageState;
  readonly createdAt: Date;
  readonly messageId: string | undefined;
  readonly from: string | null;
  readonly recipients: readonly RecipientState[];
  readonly sizeBytes: number;
  readonly priority: number;
  /** Attempts begun, since the last retry by hand. */
  readonly attempts: number;
  /** The earliest next try, when queued and not due at once. */
  readonly nextTryAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly idempotencyKey: string | undefined;
  /** When the journal was last written. */
  readonly changedAt: Date | undefined;
  /** Why it failed, or why the last attempt did. */
  readonly error: KeptError | undefined;
  readonly journal: readonly JournalEntry[];
}

export function describeMessage(stored: StoredMessage): QueuedMessage {
  const { head, journal } = stored;
  const stands = standing(head.to, journal);
  const refusal = stands.recipients.find(({ state }) => state === "rejected" || state === "unknown");
  const dueMs = stored.state === "queued" ? stored.nextTryMs : undefined;
  return {
    id: head.id,
    state: stored.state,
    createdAt: new Date(head.createdAtMs),
    messageId: head.messageId,
    from: head.from,
    recipients: stands.recipients,
    sizeBytes: head.sizeBytes,
    priority: head.priority,
    attempts: Math.max(0, stored.attempts - stands.attemptsBase),
    nextTryAt: dueMs === undefined || dueMs === 0 ? undefined : new Date(dueMs),
    expiresAt: head.expiresAtMs === undefined ? undefined : new Date(head.expiresAtMs),
    idempotencyKey: head.idempotencyKey,
    changedAt: stands.lastAtMs === undefined ? undefined : new Date(stands.lastAtMs),
    error: refusal?.error ?? stands.lastError,
    journal,
  };
}

/** The state that a finished message's journal tells. */
export function stateOfJournal(head: MessageHead, journal: readonly JournalEntry[]): MessageState {
  return placeFor(standing(head.to, journal).recipients);
}
