// For people who run a proxy.

export type { CertifiedIdentity, Identity } from "./authority.js";
export { createIdentity } from "./authority.js";
export type { ConnectionInfo } from "./connection-info.js";
// For people who read conversations.
export type { EntryKind, TranscriptEntry } from "./entry.js";
export { WIRETAP_ERRORS, WiretapError, type WiretapErrorCode } from "./errors.js";
export { type LinePart, REDACTED } from "./octet-text.js";
export type {
  ResolvedOptions,
  ServerOptions,
  TlsMode,
  WiretapObserver,
  WiretapOptions,
} from "./options.js";
export { entryOctets, formatEntry, parseTranscript, TRANSCRIPT_HEADING } from "./transcript.js";
export { startWiretap, Wiretap } from "./wiretap.js";
