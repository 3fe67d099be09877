// The embedded server, for programs and tests that want to catch mail in their own process.

export { CLI_ERRORS, CliError, type CliErrorCode } from "./errors.js";
export type {
  CaughtEnvelope,
  CaughtMessage,
  CaughtRecipient,
  CaughtSession,
} from "./serve/caught-message.js";
export { generateCertificate, type ServerCertificate } from "./serve/certificate.js";
export {
  type EmbeddedServer,
  startEmbeddedServer,
} from "./serve/embedded-server.js";
export {
  type AttachmentSummary,
  type MessageJson,
  type MessageSummary,
  messageJson,
  messageSummary,
} from "./serve/message-json.js";
export { type MessageStore, openMessageStore, type StoreFormat } from "./serve/message-store.js";
export type { EmbeddedServerOptions, HideableExtension, ServerProblem, ServerTls } from "./serve/options.js";
export {
  type ParsedAttachment,
  type ParsedMailbox,
  type ParsedMessage,
  parseMessage,
} from "./serve/parsed-message.js";
export { readSimulation, type Simulation } from "./serve/simulation.js";
