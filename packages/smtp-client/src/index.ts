// For people who send mail.
export { SmtpClient, type ClientStatistics } from "./pool/smtp-client.js";
export type { ClientOptions } from "./pool/client-options.js";
export type { RateLimit } from "./pool/token-bucket.js";
export type { BatchItem, BatchResult } from "./pool/run-batch.js";
export type { Acceptance, DsnOptions, EnvelopeInput, EnvelopeRecipient, SendOptions } from "./pipeline/send-options.js";

// What a send came to.
export { Receipt, type Outcome, type RecipientOutcome, type SendTimings } from "./outcome/receipt.js";
export { type FailureState, type Phase, SendError } from "./outcome/send-error.js";
export { CLIENT_ERROR_CODES, type ClientErrorCode } from "./outcome/client-error-codes.js";

// For people who drive a session themselves.
export { SmtpConnection, type ConnectionSetup } from "./smtp-connection.js";
export { ManualTransaction, type ManualTransactionOptions } from "./manual-transaction.js";
export type { AuthOptions, ConnectionOptions, TlsPolicy, TlsSettings } from "./session/connection-options.js";
export { parseConnectionUrl } from "./session/connection-url.js";
export type { Timeouts } from "./session/timeouts.js";
export type { Observer, TransferProgress } from "./session/observer.js";
export type { SetupTimings } from "./session/session.js";
export type { TranscriptEntry } from "./session/transcript.js";
