// For people who read replies.
export { Capabilities, NO_CAPABILITIES, parseCapabilities, type SessionLimits } from "./capabilities.js";
// For people who hold a conversation.
export { ClientProtocol, type ClientProtocolOptions } from "./client-protocol.js";
// For people who write commands.
export type {
  AuthCommand,
  BdatCommand,
  Command,
  CustomCommand,
  CustomParameters,
  DeliverBy,
  HelloCommand,
  LookupCommand,
  MailCommand,
  MailParameters,
  RcptCommand,
  RcptParameters,
} from "./command.js";
export type { CommandLine } from "./command-line.js";
// For people who write servers, proxies and log readers.
export { parseCommand, redactCommandLine } from "./command-parser.js";
export { commandLine, fitsInitialResponse, serializeCommand } from "./command-serializer.js";
export { DataDecoder, type DataDecoderOptions } from "./data-decoder.js";
export { DATA_END_MAX_BYTES, DataEncoder, type DataEncoderOptions } from "./data-encoder.js";
export {
  SMTP_ERROR_KINDS,
  type SmtpErrorCode,
  type SmtpErrorKind,
  SmtpProtocolError,
  type SmtpProtocolErrorOptions,
} from "./errors.js";
export { Exchange } from "./exchange.js";
export {
  describeReply,
  type EnhancedStatusCode,
  type EnhancedStatusCodeParts,
  escapeReplyText,
  parseEnhancedStatusCode,
  type Reply,
  replyText,
} from "./reply.js";
export { NEED_DATA, type ReplyLimits, ReplyParser } from "./reply-parser.js";
export { createReply, serializeReply } from "./reply-serializer.js";
export { MAX_SASL_LINE_BYTES, parseSaslChallenge, serializeSaslLine } from "./sasl-line.js";
export {
  type CommandEvent,
  type ContentEndEvent,
  type ContentEvent,
  NEED_REPLY,
  type SaslEvent,
  type ServerEvent,
  ServerProtocol,
  type ServerProtocolOptions,
} from "./server-protocol.js";
export { SERVER_TRANSITIONS, type ServerPhase, type Verb } from "./server-state.js";
// For packages built on this one: where a session stands, and the tables that move it.
export {
  ANSWERED,
  type Awaited,
  type CommandMove,
  ISSUED,
  type Move,
  type ReplyClass,
  type SessionState,
} from "./state.js";
export { decodeUtf8AddressXtext, decodeXtext, encodeUtf8AddressXtext, encodeXtext } from "./xtext.js";
