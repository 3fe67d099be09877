// For people who queue mail and send it.

export type { BackoffOptions } from "./backoff.js";
export type {
  Deliver,
  DeliveryEnvelope,
  DeliveryReport,
  DeliverySource,
  ReportedRecipient,
  ReportedReply,
} from "./deliver.js";
export { deliverThrough, type Sender } from "./deliver-through.js";
export type { DestinationLimit, DestinationLimits, Pace } from "./destination-limits.js";
export type { DirectoryOptions } from "./directory/directory-options.js";
export { DirectoryStore } from "./directory/directory-store.js";
// For people who look into the directory.
export { FILE_STATES } from "./directory/file-name.js";
export type { EnqueueOptions } from "./enqueue-options.js";
export type { QueueEnvelope } from "./envelope.js";
export { QUEUE_ERROR_CODES, QueueError, type QueueErrorCode } from "./errors.js";
export type { QueueEvent, QueueObserver } from "./events.js";
export type { QueueInput } from "./freeze.js";
export type { JournalEntry, KeptError, KeptReply, RecipientResult, RecipientState } from "./journal.js";
export type { KeptSendOptions, MessageHead, QueuedMessage, StoredMessage } from "./message.js";
export { MESSAGE_STATES, type MessageState, type Place, TRANSITIONS } from "./message-state.js";
export {
  type Enqueued,
  MailQueue,
  openQueue,
  type PurgeOptions,
  type QueueOptions,
  type RetryOptions,
} from "./queue.js";
// For people who write a store of their own.
export type {
  Added,
  Claim,
  ClaimEnd,
  ClaimTerms,
  NewMessage,
  QueueCounts,
  QueueStore,
  StoreObserver,
} from "./store.js";
export { QueueWorker, type WorkerStatistics } from "./worker.js";
export type { InDoubtPolicy, WorkerOptions } from "./worker-options.js";
