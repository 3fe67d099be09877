import { escapeReplyText, type Reply } from "@wirepost/smtp-protocol";
import type { ClientErrorCode } from "./client-error-codes.js";
import { type Phase, SendError } from "./send-error.js";

/** What a client may do next after a refused step is in `retryable`: 4yz may pass. */
export function refused(code: ClientErrorCode, message: string, phase: Phase, reply: Reply): SendError {
  return new SendError(code, `${message}: ${reply.code} ${shownText(reply)}`, {
    phase,
    reply,
    state:
      phase === "mail" || phase === "rcpt" || phase === "data" || phase === "end-of-data"
        ? "rejected"
        : "not-sent",
    retryable: reply.code < 500,
  });
}

/** Reply text for an error message: one line, no control characters, not endless. */
export function shownText(reply: Reply): string {
  return escapeReplyText(reply.lines.join(" ")).slice(0, 500);
}

/** The caller's signal fired. */
export function abortedError(phase: Phase, reason: unknown): SendError {
  return new SendError("ERR_CLIENT_ABORTED", "aborted by the caller", { phase, cause: reason });
}
