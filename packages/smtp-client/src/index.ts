// For people who send mail.

export type { ManualTransaction, ManualTransactionOptions } from "./manual-transaction.js";
export { CLIENT_ERROR_CODES, type ClientErrorCode } from "./outcome/client-error-codes.js";
export {
  type ConnectionDiagnostics,
  DIAGNOSTICS_CHANNELS,
  type SendDiagnostics,
} from "./outcome/diagnostics.js";
// What a send came to.
export {
  type Outcome,
  Receipt,
  type ReceiptInit,
  type RecipientOutcome,
  type SendTimings,
} from "./outcome/receipt.js";
export { type FailureState, type Phase, SendError, type SendErrorDetails } from "./outcome/send-error.js";
export type {
  Acceptance,
  DsnOptions,
  EnvelopeInput,
  EnvelopeRecipient,
  SendOptions,
} from "./pipeline/send-options.js";
export type { ClientOptions } from "./pool/client-options.js";
export type { BatchItem, BatchResult } from "./pool/run-batch.js";
export { type ClientStatistics, SmtpClient } from "./pool/smtp-client.js";
export type { RateLimit } from "./pool/token-bucket.js";
// For people who watch or repeat.
export { type RetryOptions, withRetry } from "./retry.js";
export type { ConnectionOptions, TlsPolicy, TlsSettings } from "./session/connection-options.js";
export { parseConnectionUrl } from "./session/connection-url.js";
export type { AuthOptions } from "./session/login.js";
export type { Observer, TransferProgress } from "./session/observer.js";
export type { SetupTimings } from "./session/open-socket.js";
export type { Timeouts } from "./session/timeouts.js";
export type { TranscriptEntry } from "./session/transcript.js";
// For people who drive a session themselves.
export {
  type CallOptions,
  type ConnectionSetup,
  type HelloOptions,
  SmtpConnection,
} from "./smtp-connection.js";
