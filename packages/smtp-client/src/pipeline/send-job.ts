import { formatMailbox, type Mailbox } from "@wirepost/mail-address";
import {
  type ComposedMessage,
  type EmailMessage,
  type MessageInput,
  messageEnvelope,
  releaseMessage,
} from "@wirepost/mime-message";
import type { RcptParameters, Reply } from "@wirepost/smtp-protocol";
import type { ClientErrorCode } from "../outcome/client-error-codes.js";
import { publishSend, sendsAreWatched } from "../outcome/diagnostics.js";
import { fromLowerError } from "../outcome/from-lower-error.js";
import { type Outcome, Receipt, type RecipientOutcome } from "../outcome/receipt.js";
import { shownText } from "../outcome/refused.js";
import { type FailureState, type Phase, SendError } from "../outcome/send-error.js";
import type { SetupTimings } from "../session/open-socket.js";
import type { TranscriptEntry } from "../session/transcript.js";
import { elapsed, turnNow } from "../session/turn-clock.js";
import { type ReadEnvelope, readEnvelope } from "./read-envelope.js";
import { checkSendOptions, type EnvelopeRecipient, type SendOptions } from "./send-options.js";

const DEFAULT_MAX_RECIPIENTS = 10_000;

/** One recipient of a job, on its way to an outcome. */
export class Recipient implements RecipientOutcome {
  outcome: Outcome = "not-sent";
  reply: Reply | undefined = undefined;
  error: SendError | undefined = undefined;

  constructor(
    readonly mailbox: Mailbox,
    readonly address: string,
    readonly parameters: RcptParameters | undefined,
  ) {}

  end(outcome: Outcome, reply: Reply | undefined, error?: SendError): void {
    this.outcome = outcome;
    this.reply = reply;
    this.error = error;
  }

  /** A copy that shows another outcome. */
  as(outcome: Outcome): Recipient {
    const copy = new Recipient(this.mailbox, this.address, this.parameters);
    copy.end(outcome, this.reply, this.error);
    return copy;
  }

  /** One line in a log, instead of the same error printed once for each recipient. */
  [Symbol.for("nodejs.util.inspect.custom")](): object {
    const { address, outcome, reply, error } = this;
    return {
      address,
      outcome,
      ...(reply === undefined ? {} : { reply: `${reply.code} ${shownText(reply)}` }),
      ...(error === undefined ? {} : { error: error.code }),
    };
  }
}

/**
 * One message and all of its recipients, until every one of them has an outcome. A job usually is one transaction; limits of
 * the server can split it, and a stale connection can begin it anew.
 */
export class SendJob {
  readonly from: Mailbox | null;
  readonly recipients: readonly Recipient[];
  /** Recipients that no transaction has taken yet, in order. */
  readonly waiting: Recipient[];
  /** A connection that broke before any content may be replaced once. */
  retriesLeft = 1;
  /** Recipients that this server took in one transaction before it said "too many" (RFC 5321 4.5.3.1.10). */
  mostRecipients = Number.POSITIVE_INFINITY;
  /** RCPT of every recipient was written for nothing, with SMTPUTF8 or without. */
  checkedFor: boolean | undefined = undefined;
  settled = false;
  /** Rate limits have counted it. */
  counted = false;
  /** Fires when the job ends before its work does; only jobs that can be stopped, or may wait for contents, have one. */
  readonly #stopper: AbortController | undefined;
  composed: ComposedMessage | undefined;
  /** How `composed` was made; another server may need another form. */
  composedFor = "";
  firstReply: Reply | undefined;
  envelopeMs: number | undefined;
  contentMs: number | undefined;
  queuedMs = 0;
  setup: Readonly<SetupTimings> = {};
  readonly beganAt = turnNow();
  /** The transaction that has the job in hand. */
  active: { cancel(error: SendError): void } | undefined;
  /** The decisive failure of a whole transaction, for the error's phase and code. */
  #failure: SendError | undefined;
  #onSettled: (() => void) | undefined;

  constructor(
    readonly message: MessageInput | EmailMessage,
    readonly options: SendOptions,
    private readonly resolve: (receipt: Receipt) => void,
    private readonly reject: (error: SendError) => void,
    envelopeOf: MessageInput = message,
  ) {
    try {
      checkSendOptions(options);
      const envelope = envelopeFor(options, envelopeOf);
      this.from = envelope.from;
      this.recipients = toRecipients(envelope.to, options);
      checkRecipients(this.recipients.length, options);
    } catch (error) {
      releaseMessage(message);
      throw fromLowerError(error, "compose", { otherwise: "ERR_CLIENT_OPTION" });
    }
    const stoppable = options.signal !== undefined || options.sendTimeoutMs !== undefined;
    this.#stopper = stoppable || mayWait(message) ? new AbortController() : undefined;
    this.waiting = this.recipients.slice();
  }

  /** For whoever composes or reads the content. */
  get signal(): AbortSignal | undefined {
    return this.#stopper?.signal;
  }

  /** Runs `release` when the job has ended; used to let go of signals and timers. */
  onSettled(release: () => void): void {
    const before = this.#onSettled;
    this.#onSettled = () => {
      before?.();
      release();
    };
  }

  /** A step that failed for the whole message before or outside any reply: the recipients without an outcome take it. */
  fail(error: SendError, transcript?: readonly TranscriptEntry[]): void {
    this.#failure ??= error;
    for (const recipient of this.waiting) recipient.end("not-sent", undefined, error);
    this.waiting.length = 0;
    this.settle(transcript);
  }

  noteFailure(error: SendError): void {
    this.#failure ??= error;
  }

  /** Gives the promise its end from what the recipients came to. */
  settle(transcript: readonly TranscriptEntry[] | undefined): void {
    if (this.settled) return;
    this.settled = true;
    this.#stopper?.abort();
    this.#onSettled?.();
    this.active = undefined;
    // Nobody came to read it: streams of the caller would stay open.
    if (this.composed === undefined) releaseMessage(this.message);
    const shown = this.options.transcript === true ? transcript : undefined;
    if (
      this.firstReply !== undefined &&
      this.recipients.some((recipient) => recipient.outcome === "accepted")
    ) {
      const receipt = this.#receipt(this.firstReply, shown);
      if (sendsAreWatched()) publishSend({ receipt });
      this.resolve(receipt);
      return;
    }
    const error = this.#error();
    error.transcript = shown ?? (this.options.transcript === true ? this.#failure?.transcript : undefined);
    if (sendsAreWatched()) publishSend({ error });
    this.reject(error);
  }

  /** The caller does not want to wait any longer: ends the promise now, with what is known now. */
  cancel(error: SendError): void {
    if (this.settled) return;
    this.active?.cancel(error);
    if (this.settled) return;
    this.fail(error);
  }

  #receipt(reply: Reply, transcript: readonly TranscriptEntry[] | undefined): Receipt {
    return new Receipt({
      recipients: this.recipients,
      messageId: this.composed?.messageId || undefined,
      from: this.from,
      reply,
      sizeBytes: this.composed?.sizeBytes ?? 0,
      timings: {
        queuedMs: this.queuedMs,
        envelopeMs: this.envelopeMs,
        contentMs: this.contentMs,
        totalMs: elapsed(this.beganAt),
        setup: this.setup,
      },
      transcript,
    });
  }

  #error(): SendError {
    const { recipients } = this;
    const state = worstState(recipients);
    const deciding = recipients.find((recipient) => recipient.outcome === state);
    const cause = deciding?.error ?? this.#failure;
    const reply = deciding?.reply ?? cause?.reply;
    const { code, phase, message } = cause ?? rejection(reply);
    return new SendError(code, message, {
      phase,
      state,
      // A second try must not reach anybody twice, and must have a chance.
      retryable: recipients.every(mayRetry),
      recipients,
      reply,
      cause: cause?.cause ?? cause,
    });
  }
}

const CONTENTS = [
  "text",
  "html",
  "attachments",
  "alternatives",
  "calendar",
  "icalEvent",
  "enriched",
  "amp",
  "watchHtml",
] as const;

/** Whether contents may have to be read from somewhere: reading stops when the job ends. */
function mayWait(message: MessageInput): boolean {
  const { raw } = message;
  if (raw !== undefined) return typeof raw !== "string" && !(raw instanceof Uint8Array);
  return CONTENTS.some((name) => typeof message[name] === "object");
}

function envelopeFor(options: SendOptions, message: MessageInput): ReadEnvelope {
  const { envelope, maxLocalPartBytes } = options;
  const limits = maxLocalPartBytes === undefined ? undefined : { maxLocalPartBytes };
  return envelope === undefined ? messageEnvelope(message, limits) : readEnvelope(envelope, limits);
}

function checkRecipients(count: number, { maxRecipients = DEFAULT_MAX_RECIPIENTS }: SendOptions): void {
  if (count === 0) {
    throw new SendError("ERR_CLIENT_NO_RECIPIENTS", "the message has no recipient", { phase: "compose" });
  }
  if (count > maxRecipients) {
    throw new SendError("ERR_CLIENT_TOO_MANY_RECIPIENTS", `${count} recipients`, { phase: "compose" });
  }
}

/** The domain as it counts: without regard to case. */
export function domainOf({ mailbox }: Recipient): string {
  return mailbox.domain.toLowerCase();
}

/** The domains of those who wait. */
export function recipientDomains({ waiting }: SendJob): Set<string> {
  return new Set(waiting.map(domainOf));
}

function mayRetry(recipient: Recipient): boolean {
  if (recipient.outcome === "rejected") return recipient.reply !== undefined && recipient.reply.code < 500;
  return recipient.outcome === "not-sent" && recipient.error?.retryable === true;
}

function worstState(recipients: readonly Recipient[]): FailureState {
  if (recipients.some((recipient) => recipient.outcome === "unknown")) return "unknown";
  return recipients.some((recipient) => recipient.outcome === "rejected") ? "rejected" : "not-sent";
}

function rejection(reply: Reply | undefined): { code: ClientErrorCode; phase: Phase; message: string } {
  const shown = reply === undefined ? "" : `: ${reply.code} ${shownText(reply)}`;
  return {
    code: "ERR_CLIENT_RECIPIENTS_REFUSED",
    phase: "rcpt",
    message: `the server refused every recipient${shown}`,
  };
}

function toRecipients(to: readonly (Mailbox | EnvelopeRecipient)[], options: SendOptions): Recipient[] {
  const common = options.rcptParameters;
  const notify = options.dsn?.notify;
  const original = options.dsn?.originalRecipient === true;
  const plain = common === undefined && notify === undefined && !original;
  return to.map((entry) => {
    const mailbox = "address" in entry ? (entry.address as Mailbox) : entry;
    const own = "address" in entry ? entry.parameters : undefined;
    const address = formatMailbox(mailbox);
    if (plain) return new Recipient(mailbox, address, own);
    const parameters: RcptParameters = {
      ...(notify === undefined ? {} : { notify }),
      ...(original ? { originalRecipient: { type: isAscii(address) ? "rfc822" : "utf-8", address } } : {}),
      ...own,
      ...(common === undefined ? {} : { custom: { ...common, ...own?.custom } }),
    };
    return new Recipient(mailbox, address, parameters);
  });
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}
