import type { Command, MailParameters } from "./command.js";
import type { SmtpProtocolError } from "./errors.js";
import type { Reply } from "./reply.js";
import { createReply } from "./reply-serializer.js";
import { phaseAfter, type ServerPhase } from "./server-state.js";

interface Circumstances {
  readonly lmtp: boolean;
  readonly secure: boolean;
  readonly authenticated: boolean;
  /** The parameters of the last MAIL. */
  readonly mail: MailParameters | undefined;
}

/** The reply owed to a line that is no command. `lost`: nobody can say where the next command begins. */
export function refusalOfError(error: SmtpProtocolError, lost: boolean): Reply {
  if (lost) return createReply(421, "4.5.0", "Cannot tell where the chunk ends; closing");
  switch (error.code) {
    case "ERR_SMTP_COMMAND_UNKNOWN":
      return createReply(500, "5.5.2", "Not a command");
    case "ERR_SMTP_COMMAND_TOO_LONG":
      return createReply(500, "5.5.6", "Line too long");
    case "ERR_SMTP_PARAMETER_SYNTAX":
      return createReply(501, "5.5.4", "Syntax error in a parameter");
    default:
      return createReply(501, "5.5.4", "Syntax error in the arguments");
  }
}

/** The reply owed to a command that is out of order (RFC 5321 4.1.4), or undefined when it is not. */
export function refusalOfOrder(command: Command, phase: ServerPhase, at: Circumstances): Reply | undefined {
  const { verb } = command;
  if (verb === "CUSTOM") return createReply(500, "5.5.1", "Command not known");
  // RFC 2033 4.1: each protocol has its own greeting.
  if (at.lmtp ? verb === "EHLO" || verb === "HELO" : verb === "LHLO") {
    return createReply(500, "5.5.1", at.lmtp ? "This is LMTP" : "This is not LMTP");
  }
  if (verb === "STARTTLS" && at.secure) return createReply(503, "5.5.1", "TLS is already active");
  if (verb === "AUTH" && at.authenticated) return createReply(503, "5.5.1", "Already authenticated");
  if (phaseAfter(phase, command) === undefined) return createReply(503, "5.5.1", ORDER[phase]);
  if (verb === "RCPT" && command.smtpUtf8 === true && at.mail?.smtpUtf8 !== true) {
    return createReply(553, "5.6.7", "A non-ASCII mailbox needs SMTPUTF8");
  }
  // RFC 3030 3: what was announced as binary cannot end at a dot.
  if (verb === "DATA" && at.mail?.body === "BINARYMIME")
    return createReply(503, "5.5.1", "BINARYMIME needs BDAT");
  return undefined;
}

const ORDER: Readonly<Record<ServerPhase, string>> = {
  start: "Say hello first",
  ready: "MAIL comes first",
  mail: "Not before a recipient is accepted, nor a second MAIL",
  recipients: "Not within a transaction",
  chunks: "Not after BDAT",
  failed: "A chunk was refused: RSET first",
};
