import type { Pace } from "./destination-limits.js";
import type { JournalEntry } from "./journal.js";
import type { MessageHead, StoredMessage } from "./message.js";
import type { MessageState } from "./message-state.js";

/** What a store tells the queue above it. */
export interface StoreObserver {
  /** Something may be due earlier than `waitMs` said. */
  onReady(): void;
  /** What was in the store and cannot be used was moved out of the way. */
  onSetAside(name: string, error: Error): void;
  /** Something failed that no caller waits for. */
  onProblem(error: Error): void;
}

/** A message to be stored; the head still lacks what only the content tells. */
export interface NewMessage {
  readonly head: Omit<MessageHead, "sizeBytes" | "sha256">;
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
  readonly maxBytes: number;
}

export interface Added {
  readonly id: string;
  /** The idempotency key was known: nothing was added, `id` is the message of that key. */
  readonly duplicate: boolean;
}

/** How a claim ends. */
export interface ClaimEnd {
  readonly to: Exclude<MessageState, "sending">;
  /** Written durably before the message moves. */
  readonly entry: JournalEntry | undefined;
  /** For `queued`: from now, 0 for at once, undefined for the time that was set when it was claimed. */
  readonly retryInMs?: number | undefined;
  /** For `queued`: the attempt was none, and is not counted. */
  readonly uncounted?: boolean | undefined;
  /** For `sent`: false removes the message instead. */
  readonly keep?: boolean | undefined;
}

/** A message that this process alone works on, until `settle`. */
export interface Claim {
  readonly stored: StoredMessage;
  /** Counts this attempt. */
  readonly attempt: number;
  /** The content phase of this attempt was begun by a worker that is gone, and its end is not in the journal. */
  readonly interrupted: boolean;
  /** The frozen octets; checked against their checksum before the first is given. */
  open(signal?: AbortSignal | undefined): AsyncIterable<Uint8Array>;
  /** Resolves once it is durable that content may go out. @throws QueueError ERR_QUEUE_CLAIM_LOST, ERR_QUEUE_STORAGE */
  markContent(): Promise<void>;
  /**
   * How long this message must wait for a place in the pace of its destinations, counted for all workers of the store; 0: it may go
   * now and has been counted. A message that had to wait has its place when it comes again. Absent: each worker counts for itself.
   * @throws QueueError ERR_QUEUE_CLAIM_LOST, ERR_QUEUE_STORAGE
   */
  waitForPlace?(paces: readonly Pace[]): Promise<number>;
  /** @throws QueueError ERR_QUEUE_CLAIM_LOST, ERR_QUEUE_STORAGE */
  settle(end: ClaimEnd): Promise<void>;
}

export interface ClaimTerms {
  /** The delay that is persisted before attempt number n (from 1, since the last retry by hand or not) begins. */
  retryDelayMs(attempt: number): number;
  /** No queued message that was tried before waits longer than this, whatever clocks did. */
  readonly maxDelayMs: number;
}

export type QueueCounts = Readonly<Record<MessageState, number>>;

/** Where messages are kept. Implemented by the directory and by Redis; the same tests hold both. */
export interface QueueStore {
  open(observer: StoreObserver): Promise<void>;
  /** Looks the idempotency key up before it reads the content, and rejects with what the content throws. */
  add(message: NewMessage): Promise<Added>;
  /** The next message that is due; undefined when there is none. */
  claim(terms: ClaimTerms): Promise<Claim | undefined>;
  /** How long until `claim` is worth another call. */
  waitMs(): number;
  /** Makes what dead workers held claimable. Called when work begins, and now and then. */
  recover(terms: ClaimTerms): Promise<void>;
  /** Takes one message by hand, from one of these states; undefined when it is not there. */
  take(id: string, from: readonly MessageState[]): Promise<Claim | undefined>;
  get(id: string): Promise<StoredMessage | undefined>;
  /** In no promised order; a message that moves meanwhile may be missed or seen twice. */
  list(states: readonly MessageState[]): AsyncIterable<StoredMessage>;
  /** The next messages that wait for their time, soonest first. */
  upcoming(limit: number): Promise<readonly StoredMessage[]>;
  /** The frozen octets of a message. */
  content(id: string): AsyncIterable<Uint8Array>;
  counts(): Promise<QueueCounts>;
  /** Removes finished messages that changed before this time. Resolves to how many. */
  purge(states: readonly MessageState[], beforeMs: number): Promise<number>;
  close(): Promise<void>;
}
