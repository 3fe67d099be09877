// For people who read replies.
export { Capabilities, NO_CAPABILITIES, parseCapabilities, type SessionLimits } from "./capabilities.js";
// For people who hold a conversation.
export { ClientProtocol, type ClientProtocolOptions } from "./client-protocol.js";
export { Exchange } from "./exchange.js";
// For packages built on this one: where a session stands, and the tables that move it.
export {
  ANSWERED,
  type Awaited,
  ISSUED,
  type Move,
  type ReplyClass,
  type SessionState,
} from "./state.js";
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
export { fitsInitialResponse, serializeCommand } from "./command-serializer.js";
export { DATA_END_MAX_BYTES, DataEncoder, type DataEncoderOptions } from "./data-encoder.js";
export {
  SMTP_ERROR_KINDS,
  type SmtpErrorCode,
  type SmtpErrorKind,
  SmtpProtocolError,
  type SmtpProtocolErrorOptions,
} from "./errors.js";
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
export { MAX_SASL_LINE_BYTES, parseSaslChallenge, serializeSaslLine } from "./sasl-line.js";
export { decodeUtf8AddressXtext, decodeXtext, encodeUtf8AddressXtext, encodeXtext } from "./xtext.js";
