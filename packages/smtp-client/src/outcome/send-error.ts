import type { Reply } from "@wirepost/smtp-protocol";
import type { TranscriptEntry } from "../session/transcript.js";
import type { RecipientOutcome } from "./receipt.js";

/** The step of a session that failed. `compose` is before any of them: nothing was written. */
export type Phase =
  | "compose"
  | "resolve"
  | "connect"
  | "tls"
  | "greeting"
  | "ehlo"
  | "auth"
  | "mail"
  | "rcpt"
  | "data"
  | "end-of-data"
  | "quit";

/**
 * What became of the message. `unknown`: its last octet was written and no final reply came, so the server may have it
 * (RFC 1047); only the caller can decide whether a second copy is worse than none.
 */
export type FailureState = "not-sent" | "rejected" | "unknown";

export interface SendErrorDetails {
  readonly phase: Phase;
  readonly state?: FailureState | undefined;
  readonly retryable?: boolean | undefined;
  readonly recipients?: readonly RecipientOutcome[] | undefined;
  readonly reply?: Reply | undefined;
  readonly cause?: unknown;
}

const BRAND: unique symbol = Symbol.for("@wirepost/smtp-client.SendError") as never;

/** A send, or a step of a session, that did not succeed. Decide by `code`, `state` and `retryable`, never by the message. */
export class SendError extends Error {
  override readonly name: string = "SendError";
  /** `ERR_CLIENT_…`, or the code of the floor below that failed, such as `ERR_SOCKET_REFUSED`. */
  readonly code: string;
  readonly phase: Phase;
  readonly state: FailureState;
  /** True when the same message may succeed later and cannot arrive twice by it: not sent or refused with 4yz. */
  readonly retryable: boolean;
  /** Each recipient's outcome; empty when the envelope was not known yet. */
  readonly recipients: readonly RecipientOutcome[];
  /** The server's reply that decided, if one did. */
  readonly reply: Reply | undefined;
  /** The redacted conversation, when it was asked for. */
  transcript: readonly TranscriptEntry[] | undefined = undefined;
  /** @internal */
  readonly [BRAND] = true;

  constructor(code: string, message: string, details: SendErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.phase = details.phase;
    this.state = details.state ?? "not-sent";
    this.retryable = details.retryable ?? false;
    this.recipients = details.recipients ?? [];
    this.reply = details.reply;
  }

  /** True for an error of this class from any copy of this package. */
  static is(value: unknown): value is SendError {
    return typeof value === "object" && value !== null && (value as { [BRAND]?: unknown })[BRAND] === true;
  }
}
