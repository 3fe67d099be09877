import type { Reply } from "@wirepost/smtp-protocol";
import { fromLowerError } from "../outcome/from-lower-error.js";
import { refused } from "../outcome/refused.js";
import { type Phase, SendError } from "../outcome/send-error.js";
import type { Session, SessionExchange } from "../session/session.js";
import { elapsed, turnNow } from "../session/turn-clock.js";
import { AcceptedRecipients } from "./accepted-recipients.js";
import { type ContentOwner, ContentWriter } from "./content-writer.js";
import { RecipientLimit } from "./recipient-limit.js";
import type { Recipient, SendJob } from "./send-job.js";
import { acceptsAny } from "./send-options.js";
import { rcptCommand, type TransactionPlan } from "./transaction-plan.js";

/** Recipients whose RCPT may be unanswered at a time, so that a long envelope does not have to fit into memory at once. */
export const MAX_RCPT_AHEAD = 250;

/** What a transaction tells the pipeline that runs it. */
export interface TransactionOwner {
  readonly session: Session;
  /** Whether commands may be written before the replies to those before them. */
  readonly grouped: boolean;
  /** The last octet of content has been appended: the next envelope may follow in the same write. */
  contentWritten(transaction: Transaction): void;
  /** Every reply has come; the connection can go on. */
  ended(transaction: Transaction): void;
  /** The connection broke, or the server said 421, before any content. True: the job goes to another connection. */
  retryElsewhere(job: SendJob, transaction: Transaction): boolean;
}

type Stage = "envelope" | "content" | "written" | "ended";

/**
 * One mail transaction: MAIL, RCPT…, content, final replies (RFC 5321 3.3). It hears each reply in the turn in which it came,
 * decides what it means for its recipients, and appends what follows.
 */
export class Transaction implements ContentOwner {
  stage: Stage = "envelope";
  #mailRefusal: Reply | undefined;
  #issuedRecipients = 0;
  #answeredRecipients = 0;
  #dataIssued = false;
  /** Made when a recipient is put off. */
  #limit: RecipientLimit | undefined;
  readonly #accepted: AcceptedRecipients;
  #cancelled: SendError | undefined;
  #abandoned = false;
  #writer: ContentWriter | undefined;
  #delivered = false;
  readonly #began = turnNow();

  constructor(
    readonly job: SendJob,
    readonly plan: TransactionPlan,
    readonly recipients: Recipient[],
    private readonly owner: TransactionOwner,
  ) {
    this.#accepted = new AcceptedRecipients(job, owner.session.options.protocol === "lmtp");
    job.queuedMs = elapsed(job.beganAt);
    job.setup = owner.session.timings;
    job.active = this;
  }

  get sizeBytes(): number {
    return this.plan.composed.sizeBytes ?? 0;
  }

  /** Appends the envelope: all of it where the server takes groups, otherwise MAIL. */
  begin(window: boolean): void {
    const { session, grouped } = this.owner;
    session.phase = "mail";
    session.send({ verb: "MAIL", from: this.job.from, parameters: this.plan.parameters }, this);
    if (!grouped) return;
    this.#issueRecipients();
    if (window) this.#writeContent();
    else if (this.#issuedRecipients === this.recipients.length) this.#issueEarlyData();
  }

  onReply(exchange: SessionExchange): void {
    const reply = exchange.reply as Reply;
    switch (exchange.awaited) {
      case "mail":
        this.#onMail(reply);
        break;
      case "recipient":
        this.#onRecipient(reply);
        break;
      case "data":
        this.#onData(reply);
        break;
      case "chunk":
        if (reply.code >= 400) this.#onContentRefused(reply);
        this.#writer?.chunkAnswered();
        break;
      case "refusal":
        this.#onEarlyRefusal(reply);
        break;
      case "endForOne":
      case "end":
      case "lastChunk":
        this.#onFinal(reply, exchange.awaited !== "endForOne");
        break;
    }
  }

  onLost(error: SendError): void {
    if (this.stage === "ended") return;
    const { stage } = this;
    this.stage = "ended";
    if (this.#cancelled !== undefined) return;
    if (stage === "envelope" && this.owner.retryElsewhere(this.job, this)) return;
    const { chunkRefusal } = this.#accepted;
    if (chunkRefusal !== undefined && error.code !== "ERR_SMTP_UNEXPECTED_REPLY") {
      // Unless the server contradicts itself.
      this.#refusedByChunk(chunkRefusal, error);
      return;
    }
    const outcome = stage === "written" ? "unknown" : "not-sent";
    const failure = new SendError(error.code, error.message, {
      phase: this.#phase(stage),
      state: outcome,
      retryable: outcome === "not-sent" && error.retryable,
      reply: error.reply,
      cause: error.cause ?? error,
    });
    // A 421 to the envelope is the server's own "not now" for whoever was accepted so far.
    const refusal = stage === "envelope" && error.reply?.code === 421 ? error.reply : undefined;
    const waiting = new Set(this.job.waiting);
    for (const recipient of this.recipients) {
      if (recipient.outcome !== "not-sent" || waiting.has(recipient)) continue;
      recipient.end(refusal === undefined ? outcome : "rejected", refusal, failure);
    }
    this.job.fail(failure, this.owner.session.transcript?.entries);
  }

  /** One chunk was refused, so the content was (RFC 3030 2), though LAST has no reply. */
  #refusedByChunk(refusal: Reply, error: SendError): void {
    this.#accepted.reject(refusal, "data");
    this.#accepted.forget();
    this.job.fail(asNotSent(error), this.owner.session.transcript?.entries);
  }

  /**
   * The caller waits no longer. Before content: nothing will be sent, the replies still owed are read first. While content goes
   * out: only closing the connection keeps half a message from being taken for a whole one. After it: nobody knows.
   */
  cancel(error: SendError): void {
    if (this.stage === "ended") return;
    this.#cancelled = error;
    const { chunkRefusal } = this.#accepted;
    if (this.stage === "written" && chunkRefusal !== undefined) {
      this.#refusedByChunk(chunkRefusal, error);
      return;
    }
    const outcome = this.stage === "written" ? "unknown" : "not-sent";
    const failure = new SendError(error.code, error.message, {
      phase: this.#phase(this.stage),
      state: outcome,
      cause: error.cause,
    });
    for (const recipient of this.job.recipients) {
      if (recipient.outcome === "not-sent" && recipient.reply === undefined)
        recipient.end(outcome, undefined, failure);
    }
    this.#accepted.forget();
    this.job.fail(failure, this.owner.session.transcript?.entries);
    if (this.stage === "content") this.owner.session.fail(failure);
  }

  /** Stops content without an end of data. The socket stays open, but the connection can then only be closed. */
  abandon(): void {
    if (this.stage !== "content") return;
    this.#abandoned = true;
    const failure = new SendError("ERR_CLIENT_ABANDONED", "the transaction was abandoned", { phase: "data" });
    this.#accepted.decline(failure);
    // Recipients that were to follow in a further transaction are abandoned with it.
    this.job.fail(failure, this.owner.session.transcript?.entries);
    this.#end();
  }

  /** The server took the content; it has nothing open for us any more. */
  get delivered(): boolean {
    return this.#delivered;
  }

  get abandoned(): boolean {
    return this.#abandoned;
  }

  #issueRecipients(): void {
    const { session } = this.owner;
    const { recipients } = this;
    // Behind DATA or LAST the issued cursor stands in another transaction, perhaps in another message's.
    if (this.stage !== "envelope" || this.#dataIssued) return;
    const ahead = this.owner.grouped ? MAX_RCPT_AHEAD : 1;
    while (
      this.#issuedRecipients < recipients.length &&
      this.#issuedRecipients - this.#answeredRecipients < ahead
    ) {
      const recipient = recipients[this.#issuedRecipients++] as Recipient;
      session.send(rcptCommand(this.plan, recipient), this);
    }
  }

  /** DATA may travel with the envelope only if no refusal of a recipient could make us change our mind. */
  #issueEarlyData(): void {
    if (
      !this.owner.grouped ||
      !acceptsAny(this.job.options) ||
      this.plan.chunking ||
      this.#cancelled !== undefined
    )
      return;
    this.#issueData();
  }

  #issueData(): void {
    if (this.#dataIssued) return;
    this.#dataIssued = true;
    this.owner.session.send({ verb: "DATA" }, this);
  }

  #onMail(reply: Reply): void {
    this.owner.session.phase = "rcpt";
    if (reply.code < 400) {
      if (!this.owner.grouped) this.#issueRecipients();
      return;
    }
    if (reply.code === 421) return;
    this.#mailRefusal = reply;
    if (this.#cancelled !== undefined) {
      if (!this.owner.grouped) this.#end();
      return;
    }
    const failure = refused("ERR_CLIENT_SENDER_REFUSED", "the server refused the sender", "mail", reply);
    this.job.noteFailure(failure);
    for (const recipient of this.recipients) recipient.end("rejected", reply, failure);
    if (!this.owner.grouped) this.#end();
  }

  #onRecipient(reply: Reply): void {
    const recipient = this.recipients[this.#answeredRecipients++] as Recipient;
    if (this.#mailRefusal === undefined && this.#cancelled === undefined && reply.code !== 421) {
      if (reply.code < 400) {
        this.#limit?.accepted();
        this.#accepted.add(recipient);
      } else if (this.#isTooMany(reply)) this.#putOff(recipient, reply);
      else recipient.end("rejected", reply, this.#recipientRefused(reply));
    }
    if (reply.code === 421) return;
    const more = this.#mailRefusal === undefined && this.#cancelled === undefined;
    if (more && this.#issuedRecipients < this.recipients.length) this.#issueRecipients();
    if (this.#issuedRecipients === this.recipients.length) this.#issueEarlyData();
    if (this.#limit !== undefined && this.#answeredRecipients === this.recipients.length)
      this.#learnLimit(this.#limit);
    if (this.#answeredRecipients === this.#issuedRecipients && !this.#dataIssued) this.#onEnvelopeAnswered();
  }

  #recipientRefused(reply: Reply): SendError {
    return refused("ERR_CLIENT_RECIPIENTS_REFUSED", "the server refused the recipient", "rcpt", reply);
  }

  /** RFC 5321 4.5.3.1.10: 452 (or 552) after recipients that were accepted means "no more in this transaction". */
  #isTooMany(reply: Reply): boolean {
    const tooMany = (reply.code === 452 || reply.code === 552) && this.#accepted.count > 0;
    // A message for all or none cannot be sent to some now and to some later.
    return tooMany && acceptsAny(this.job.options) && this.#contentCanRepeat();
  }

  /** To a further transaction; and with it those that were not named yet, where they have no chance in this one. */
  #putOff(recipient: Recipient, reply: Reply): void {
    const { waiting } = this.job;
    waiting.push(recipient);
    this.#limit ??= new RecipientLimit();
    if (!this.#limit.putOff(reply)) return;
    for (const next of this.recipients.splice(this.#issuedRecipients)) waiting.push(next);
  }

  #learnLimit(limit: RecipientLimit): void {
    const { job } = this;
    job.mostRecipients = Math.min(job.mostRecipients, limit.most(this.#accepted.count));
  }

  #contentCanRepeat(): boolean {
    const { content } = this.plan.composed;
    return content instanceof Uint8Array || content.repeatable;
  }

  /** All replies to the envelope are in, and DATA was not written ahead. */
  #onEnvelopeAnswered(): void {
    if (!this.#inEnvelope) return;
    const sendable = this.#cancelled === undefined && this.#accepted.count > 0 && this.#satisfied();
    // A function for `acceptance` may have given up the message meanwhile, or the whole client.
    if (!this.#inEnvelope) return;
    if (!sendable || this.#cancelled !== undefined) {
      this.#end();
      return;
    }
    this.job.envelopeMs ??= elapsed(this.#began);
    if (this.plan.chunking) this.#writeContent();
    else this.#issueData();
  }

  get #inEnvelope(): boolean {
    return this.stage === "envelope" && this.owner.session.failure === undefined;
  }

  #satisfied(): boolean {
    if (this.#accepted.satisfy(this.recipients)) return true;
    const why = "the accepted recipients do not satisfy `acceptance`";
    this.#accepted.decline(new SendError("ERR_CLIENT_ACCEPTANCE", why, { phase: "rcpt" }));
    return false;
  }

  #onData(reply: Reply): void {
    if (this.#mailRefusal !== undefined) {
      // A 354 here is a violation that the engine has refused already.
      this.#end();
      return;
    }
    if (reply.code >= 400) {
      if (reply.code === 421) return;
      this.#accepted.reject(reply, "data");
      this.#end();
      return;
    }
    if (this.#cancelled !== undefined) {
      // The server waits for content that must not come, and a lone dot would deliver an empty message.
      this.owner.session.fail(this.#cancelled);
      return;
    }
    if (this.#accepted.count === 0) {
      if (this.owner.session.options.protocol === "lmtp") {
        this.owner.session.fail(
          new SendError("ERR_CLIENT_CONNECTION_LOST", "354 without a recipient", { phase: "data" }),
        );
        return;
      }
      // RFC 2920 3.1: 354 although nobody was accepted is answered with a lone dot.
      this.stage = "written";
      this.owner.session.protocol.endContent(this);
      this.owner.contentWritten(this);
      return;
    }
    this.job.envelopeMs ??= elapsed(this.#began);
    this.#writeContent();
  }

  #writeContent(): void {
    this.stage = "content";
    this.owner.session.phase = "data";
    this.#writer = new ContentWriter(this.owner.session, this.plan, this.job, this.owner.grouped, this);
    const { beforeContent } = this.job.options;
    if (beforeContent === undefined) this.#writer.begin();
    else void this.#writeContentAfter(beforeContent, this.#writer);
  }

  async #writeContentAfter(
    beforeContent: NonNullable<SendJob["options"]["beforeContent"]>,
    writer: ContentWriter,
  ): Promise<void> {
    const { session } = this.owner;
    let refusal: { readonly cause: unknown } | undefined;
    try {
      await beforeContent();
    } catch (cause) {
      refusal = { cause };
    }
    // Cancelled, refused by the server, or the connection lost, while the caller was asked.
    if (!this.writingContent || session.failure !== undefined) return;
    if (refusal === undefined) {
      try {
        writer.begin();
        session.flush();
      } catch (cause) {
        this.contentFailed(cause);
      }
    } else {
      this.#holdContentBack(refusal.cause);
    }
  }

  #holdContentBack(cause: unknown): void {
    const { session } = this.owner;
    const why = "`beforeContent` did not let the content go";
    const failure = new SendError("ERR_CLIENT_CALLBACK", why, { phase: "data", cause });
    if (!this.plan.chunking) {
      // Behind a 354 the server waits for content; a lone dot would deliver an empty message.
      session.fail(failure);
      return;
    }
    this.#accepted.decline(failure);
    this.job.fail(failure, session.transcript?.entries);
    this.#end();
    session.flush();
  }

  get writingContent(): boolean {
    return this.stage === "content";
  }

  contentEnded(): void {
    this.stage = "written";
    this.job.contentMs ??= elapsed(this.#began);
    this.owner.session.phase = "end-of-data";
    // From the write of the last octet on, only the server knows (RFC 1047).
    this.owner.contentWritten(this);
  }

  contentFailed(cause: unknown): void {
    if (!this.writingContent || this.owner.session.failure !== undefined) return;
    const lower = fromLowerError(cause, "data", { otherwise: "ERR_CLIENT_CONTENT_SOURCE" });
    const failure = new SendError(lower.code, lower.message, { phase: "data", cause });
    // Content has begun: without an end of data the server drops it, and that takes closing the connection.
    this.owner.session.fail(failure);
  }

  #onContentRefused(reply: Reply): void {
    if (this.stage === "written") {
      // LAST is on its way and has the final word.
      this.#accepted.chunkRefusal ??= reply;
    } else if (this.stage === "content") {
      // Chunks already written are still to be answered; RSET behind them begins anew.
      this.#accepted.reject(reply, "data");
      this.#end();
    }
  }

  #onEarlyRefusal(reply: Reply): void {
    this.#accepted.reject(reply, "data");
    this.stage = "ended";
    const failure = new SendError("ERR_CLIENT_CONNECTION_LOST", "the server refused content before its end", {
      phase: "data",
      retryable: true,
      reply,
    });
    this.job.fail(failure, this.owner.session.transcript?.entries);
    this.owner.session.fail(failure);
  }

  #onFinal(reply: Reply, last: boolean): void {
    if (this.stage === "ended") return;
    this.#accepted.final(reply);
    this.#delivered = reply.code < 400;
    if (last) this.#end();
  }

  #phase(stage: Stage): Phase {
    if (stage === "written") return "end-of-data";
    if (stage === "content") return "data";
    if (this.#answeredRecipients > 0) return "rcpt";
    return this.owner.session.phase === "rcpt" ? "rcpt" : "mail";
  }

  #end(): void {
    if (this.stage === "ended") return;
    this.stage = "ended";
    // First, because `ended` may begin the next transaction of the same job.
    this.#settle();
    this.owner.ended(this);
  }

  #settle(): void {
    if (this.job.waiting.length === 0) this.job.settle(this.owner.session.transcript?.entries);
  }
}

function asNotSent(error: SendError): SendError {
  return new SendError(error.code, error.message, {
    phase: "data",
    retryable: error.retryable,
    reply: error.reply,
    cause: error.cause ?? error,
  });
}
