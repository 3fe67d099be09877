import { formatMailbox, type Mailbox } from "@wirepost/mail-address";
import type { Reply } from "@wirepost/smtp-protocol";
import type { SetupTimings } from "../session/open-socket.js";
import type { TranscriptEntry } from "../session/transcript.js";
import type { SendError } from "./send-error.js";

/** How one recipient ended. See `FailureState` for `unknown`. */
export type Outcome = "accepted" | "rejected" | "not-sent" | "unknown";

export interface RecipientOutcome {
  /** The address as it stood in RCPT TO. */
  readonly address: string;
  readonly mailbox: Mailbox;
  readonly outcome: Outcome;
  /** The reply that decided: of RCPT, MAIL or DATA when refused, of the end of data when accepted. */
  readonly reply: Reply | undefined;
  /** Why, for a recipient that did not end with a reply of the server. */
  readonly error: SendError | undefined;
}

/** Milliseconds from `send()` to each step; undefined where a step was not reached or had been done before. */
export interface SendTimings {
  readonly queuedMs: number;
  readonly envelopeMs: number | undefined;
  readonly contentMs: number | undefined;
  readonly totalMs: number;
  /** What setting up the connection took, whenever that was. */
  readonly setup?: Readonly<SetupTimings> | undefined;
}

export interface ReceiptInit {
  readonly recipients: readonly RecipientOutcome[];
  readonly messageId: string | undefined;
  readonly from: Mailbox | null;
  readonly reply: Reply;
  readonly sizeBytes: number;
  readonly timings: SendTimings;
  readonly transcript?: readonly TranscriptEntry[] | undefined;
}

/** What a send came to: at least one recipient was accepted. */
export class Receipt {
  readonly recipients: readonly RecipientOutcome[];
  /** The Message-ID with its angle brackets; undefined for raw content without one. */
  readonly messageId: string | undefined;
  /** The final reply to the content; with several (LMTP, split transactions) the first that accepted. */
  readonly reply: Reply;
  /** Octets of content handed to the server, before dot-stuffing. */
  readonly sizeBytes: number;
  readonly timings: SendTimings;
  readonly transcript: readonly TranscriptEntry[] | undefined;
  readonly #from: Mailbox | null;

  constructor(init: ReceiptInit) {
    this.recipients = init.recipients;
    this.messageId = init.messageId;
    this.reply = init.reply;
    this.sizeBytes = init.sizeBytes;
    this.timings = init.timings;
    this.transcript = init.transcript;
    this.#from = init.from;
  }

  get envelope(): { readonly from: string; readonly to: readonly string[] } {
    return {
      from: this.#from === null ? "" : formatMailbox(this.#from),
      to: this.recipients.map((recipient) => recipient.address),
    };
  }

  get accepted(): readonly RecipientOutcome[] {
    return this.#where("accepted");
  }

  get rejected(): readonly RecipientOutcome[] {
    return this.#where("rejected");
  }

  get notSent(): readonly RecipientOutcome[] {
    return this.#where("not-sent");
  }

  get unknown(): readonly RecipientOutcome[] {
    return this.#where("unknown");
  }

  toJSON(): object {
    return {
      messageId: this.messageId,
      envelope: this.envelope,
      reply: this.reply,
      sizeBytes: this.sizeBytes,
      timings: this.timings,
      recipients: this.recipients.map(({ address, outcome, reply, error }) => ({
        address,
        outcome,
        reply,
        error: error === undefined ? undefined : { code: error.code, message: error.message },
      })),
    };
  }

  #where(outcome: Outcome): readonly RecipientOutcome[] {
    return this.recipients.filter((recipient) => recipient.outcome === outcome);
  }
}
