// For people who read replies.
export { Capabilities, NO_CAPABILITIES, parseCapabilities, type SessionLimits } from "./capabilities.js";
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
