import { fromLowerError } from "../outcome/from-lower-error.js";
import { refused } from "../outcome/refused.js";
import type { SendError } from "../outcome/send-error.js";
import type { ReplyHandler, Session, SessionExchange } from "../session/session.js";
import { domainOf, type Recipient, recipientDomains, type SendJob } from "./send-job.js";
import { acceptsAny } from "./send-options.js";
import { type ServerFeatures, serverFeatures } from "./server-features.js";
import { MAX_RCPT_AHEAD, Transaction, type TransactionOwner } from "./transaction.js";
import { planTransaction, type TransactionPlan } from "./transaction-plan.js";

/** Where a pipeline gets its work. */
export interface JobSource {
  /** The next job, or undefined. Called when a connection can begin another message, often in the middle of a write. */
  next(): SendJob | undefined;
  /**
   * A job that this connection could not begin; it goes to another.
   * @param dead the connection had been idle and gave no sign of life, as others that were idle may not
   */
  requeue(job: SendJob, dead?: boolean): void;
  /** There is no other connection: what this one cannot begin fails, and jobs that it can begin may follow. Default false. */
  readonly alone?: boolean;
  /** The pipeline has nothing in hand any more, or less than it can carry. */
  idle(pipeline: Pipeline): void;
  /** No further job will begin on this connection, though it may still be open. */
  exhausted?(pipeline: Pipeline): void;
  /** The connection is over. Every transaction has heard of it. */
  closed(pipeline: Pipeline, error: SendError): void;
}

/** In a window many messages are begun in one turn; so many octets are worth a write of their own. */
const FLUSH_BYTES = 128 * 1024;
const DEFAULT_WINDOW_BYTES = 1024 * 1024;

/**
 * Runs transactions over one session, one behind the other. With `pipelining: "full"` the next job is pulled when the end of the
 * content before it is written, and RSET, MAIL, RCPT… of it travel in the same write (RFC 2920 3.1): a busy connection spends one
 * round trip per message.
 */
export class Pipeline implements TransactionOwner {
  readonly session: Session;
  #features: ServerFeatures;
  readonly #source: JobSource;
  readonly #maxGiven: number;
  #maxTransactions = 0;
  #windowMessages = 1;
  readonly #windowBytes: number;
  /** The transaction whose envelope or content is on its way. */
  #active: Transaction | undefined;
  /** A job whose sources are being read before its transaction can begin. */
  #preparing: SendJob | undefined;
  /** Transactions whose content is written, oldest first. */
  #finishing: Transaction[] = [];
  #finishingBytes = 0;
  #begun = 0;
  #pulling = false;
  #flushing = false;
  #postponed = false;
  /** Jobs whose further recipients need a further transaction here. */
  readonly #continued: SendJob[] = [];
  #unusable = false;
  /** Domains of recipients, where the server limits them for the whole session (RFC 9422 4.3). */
  readonly #domains = new Set<string>();
  /** A job came whose domains this session may not take any more. */
  #domainsFull = false;
  /** The last transaction ended with content that the server accepted. */
  #clean = true;
  readonly #resetHandler: ReplyHandler;

  constructor(session: Session, source: JobSource, maxTransactions: number = Number.POSITIVE_INFINITY) {
    this.session = session;
    this.#source = source;
    this.#maxGiven = maxTransactions;
    this.#windowBytes = session.options.window?.maxBytes ?? DEFAULT_WINDOW_BYTES;
    this.#features = serverFeatures(session);
    this.#readFeatures();
    this.#resetHandler = {
      onReply: (exchange: SessionExchange) => {
        const reply = exchange.reply;
        if (reply !== undefined && reply.code >= 400 && reply.code !== 421) {
          this.session.fail(refused("ERR_CLIENT_RESET_REFUSED", "the server refused RSET", "mail", reply));
        }
      },
      onLost: () => undefined,
    };
    session.onClosed = (error) => this.#onClosed(error);
    // Jobs that met a command of the caller's own, or bytes not read yet, begin now.
    session.onTurnEnd = () => {
      if (!this.#postponed) return;
      this.#pull();
      this.#announceIdle();
    };
  }

  /** Whether commands may be written before the replies to those before them. */
  get grouped(): boolean {
    return this.#features.pipelining && this.session.options.pipelining !== "off";
  }

  /** What is announced can change on a connection that its caller drives: EHLO again, STARTTLS, AUTH. */
  #readFeatures(): void {
    const { options } = this.session;
    this.#features = serverFeatures(this.session);
    const { mailMax } = this.#features.capabilities.limits;
    this.#maxTransactions = Math.min(this.#maxGiven, mailMax ?? this.#maxGiven);
    const windowed = this.grouped && this.#features.chunking && options.protocol === "smtp";
    this.#windowMessages = windowed ? (options.window?.maxMessages ?? 1) : 1;
  }

  /** Jobs in hand. */
  get load(): number {
    return (
      this.#finishing.length + (this.#active === undefined ? 0 : 1) + (this.#preparing === undefined ? 0 : 1)
    );
  }

  /** Whether a job can begin now, its envelope perhaps behind content that is not answered yet. */
  get ready(): boolean {
    if (this.#active !== undefined || this.#preparing !== undefined) return false;
    if (this.exhausted) return false;
    if (this.#finishing.length === 0) return true;
    if (!this.grouped || this.session.options.pipelining !== "full") return false;
    // Without a window the envelope goes ahead, and content waits for its replies.
    return (
      this.#windowMessages === 1 ||
      (this.#finishing.length < this.#windowMessages && this.#finishingBytes < this.#windowBytes)
    );
  }

  /** No further job will begin on this connection: it is closed, abandoned, or the server's limits are reached. */
  get exhausted(): boolean {
    return this.#unusable || this.#domainsFull || this.#begun >= this.#maxTransactions;
  }

  /** Messages whose transaction was begun here. */
  get transactions(): number {
    return this.#begun;
  }

  /** The session could not take a command just now; the pipeline looks again when this turn's replies are read. */
  get postponed(): boolean {
    return this.#postponed;
  }

  #mayWrite(): boolean {
    const { protocol } = this.session;
    // A command of the caller's own is on its way.
    if (!protocol.may("mail") && !protocol.may("reset")) return false;
    // What has come and is not read yet may be a 421; nothing may be written before it was looked at.
    return protocol.outstandingCount > 0 || protocol.pendingBytes === 0;
  }

  #announceIdle(): void {
    if (!this.#postponed && this.load === 0 && this.session.failure === undefined) this.#source.idle(this);
  }

  /**
   * Begins jobs as long as there are any and the connection can carry them. The write follows when this turn's callbacks are
   * done: messages that are handed over one after the other leave together.
   */
  wake(): void {
    this.#pull();
    if (this.#flushing) return;
    this.#flushing = true;
    process.nextTick(() => {
      this.#flushing = false;
      this.session.flush();
    });
  }

  contentWritten(transaction: Transaction): void {
    if (this.#active === transaction) this.#active = undefined;
    this.#finishing.push(transaction);
    this.#finishingBytes += transaction.sizeBytes;
    this.#pull();
  }

  ended(transaction: Transaction): void {
    this.#forget(transaction);
    if (this.#active === transaction) this.#active = undefined;
    this.#clean = transaction.delivered;
    if (transaction.abandoned) this.#unusable = true;
    if (transaction.job.waiting.length > 0) this.#continued.push(transaction.job);
    this.#pull();
    this.#announceIdle();
  }

  /** Replies come in order, so it is the oldest that ends, unless it is cancelled. */
  #forget(transaction: Transaction): void {
    const at = this.#finishing.indexOf(transaction);
    if (at === -1) return;
    if (at === 0) this.#finishing.shift();
    else this.#finishing.splice(at, 1);
    this.#finishingBytes -= transaction.sizeBytes;
  }

  retryElsewhere(job: SendJob, transaction: Transaction): boolean {
    if (job.settled) return false;
    const dead = this.session.suspected;
    if (!dead) {
      // On the first transaction of a fresh connection there is nothing stale about it, and trying again would only repeat the failure.
      if (this.#begun <= 1 || job.retriesLeft === 0) return false;
      job.retriesLeft--;
    }
    const waiting = new Set(job.waiting);
    for (const recipient of transaction.recipients) {
      if (waiting.has(recipient)) continue;
      recipient.end("not-sent", undefined);
      job.waiting.push(recipient);
    }
    job.active = undefined;
    this.#source.requeue(job, dead);
    return true;
  }

  #pull(): void {
    // A transaction that ends while it is being begun comes back here; the loop below goes on with it.
    if (this.#pulling) return;
    this.#pulling = true;
    this.#postponed = false;
    try {
      while (this.ready) {
        if (!this.#mayWrite()) {
          this.#postponed = true;
          return;
        }
        const job = this.#continued.shift() ?? this.#source.next();
        if (job === undefined) return;
        if (!job.settled) this.#prepare(job);
        if (this.session.protocol.outputBytes >= FLUSH_BYTES) this.session.flush();
      }
    } finally {
      this.#pulling = false;
    }
    if (this.exhausted) {
      this.#releaseContinued();
      this.#source.exhausted?.(this);
    }
  }

  /** Further recipients of a job whose connection may not carry another transaction (RFC 9422 MAILMAX). */
  #releaseContinued(): void {
    for (const job of this.#continued.splice(0)) this.#source.requeue(job);
  }

  #prepare(job: SendJob): void {
    if (this.#features.capabilities !== this.session.protocol.capabilities) this.#readFeatures();
    let plan: TransactionPlan | Promise<TransactionPlan>;
    try {
      plan = planTransaction(job, this.#features, this.session);
    } catch (error) {
      job.fail(error as SendError, this.session.transcript?.entries);
      return;
    }
    if (!(plan instanceof Promise)) {
      this.#begin(job, plan);
      return;
    }
    this.#preparing = job;
    // Until its transaction begins, the pipeline itself lets go of a job that is cancelled.
    job.active = {
      cancel: (error) => {
        job.active = undefined;
        job.fail(error, this.session.transcript?.entries);
        this.#prepared(job);
      },
    };
    plan.then(
      (ready) => {
        // Cancelled, or given to another connection, while its sources were read.
        if (this.#preparing !== job) return;
        this.#preparing = undefined;
        job.active = undefined;
        this.#begin(job, ready);
        this.wake();
      },
      (error: unknown) => {
        if (this.#preparing !== job) return;
        job.active = undefined;
        job.fail(error as SendError, this.session.transcript?.entries);
        this.#prepared(job);
      },
    );
  }

  /** A job that was being prepared is no longer ours. */
  #prepared(job: SendJob): void {
    if (this.#preparing === job) this.#preparing = undefined;
    this.wake();
    this.#announceIdle();
  }

  #begin(job: SendJob, plan: TransactionPlan): void {
    const recipients = this.#take(job);
    if (recipients.length === 0) {
      this.#domainsFull = this.#source.alone !== true;
      this.#source.requeue(job);
      queueMicrotask(() => this.#announceIdle());
      return;
    }
    const transaction = new Transaction(job, plan, recipients, this);
    this.#active = transaction;
    const first = this.#begun === 0;
    this.#begun++;
    const { content } = plan.composed;
    // Whole messages in flight: those that fit in one group, and that nobody may still stop. On a connection that may be dead
    // the envelope goes first: as long as no content was written, another connection can take the message.
    const window =
      this.#windowMessages > 1 &&
      !this.session.suspected &&
      content instanceof Uint8Array &&
      content.length < 64 * 1024 &&
      recipients.length <= MAX_RCPT_AHEAD &&
      acceptsAny(job.options) &&
      job.options.onProgress === undefined &&
      job.options.beforeContent === undefined &&
      this.session.options.observer?.onTransfer === undefined;
    try {
      if (first) {
        transaction.begin(window);
      } else if (this.grouped) {
        // Some servers keep a refused transaction open; RSET costs nothing in a group.
        this.session.send({ verb: "RSET" }, this.#resetHandler);
        transaction.begin(window);
      } else if (this.#clean) {
        transaction.begin(false);
      } else {
        this.#beginAfterReset(transaction);
      }
    } catch (error) {
      // Nothing may be left half written in the output: what was appended is discarded with the connection.
      this.session.fail(fromLowerError(error, "mail", { otherwise: "ERR_CLIENT_CALLBACK" }));
    }
  }

  /** Without PIPELINING the reply to RSET has to come first; it is only spent where a transaction may be open. */
  #beginAfterReset(transaction: Transaction): void {
    this.session.send(
      { verb: "RSET" },
      {
        onReply: (exchange) => {
          this.#resetHandler.onReply(exchange);
          if (this.session.failure === undefined) transaction.begin(false);
        },
        onLost: () => undefined,
      },
    );
  }

  /**
   * As many waiting recipients as one transaction may have (RFC 9422 4.2, or found out before) with domains that the session may
   * still take (4.3). None: a fresh connection takes the job as a whole.
   */
  #take(job: SendJob): Recipient[] {
    const { rcptMax, rcptDomainMax } = this.#features.capabilities.limits;
    const most = Math.min(rcptMax ?? Number.POSITIVE_INFINITY, job.mostRecipients);
    return rcptDomainMax === undefined
      ? job.waiting.splice(0, most)
      : this.#takeByDomain(job, most, rcptDomainMax);
  }

  #takeByDomain(job: SendJob, most: number, mostDomains: number): Recipient[] {
    const domains = this.#domains;
    const own = recipientDomains(job);
    if (own.size <= mostDomains && new Set([...domains, ...own]).size > mostDomains) return [];
    const taken: Recipient[] = [];
    const left: Recipient[] = [];
    for (const recipient of job.waiting) {
      const domain = domainOf(recipient);
      if (taken.length < most && (domains.has(domain) || domains.size < mostDomains)) {
        taken.push(recipient);
        domains.add(domain);
      } else {
        left.push(recipient);
      }
    }
    job.waiting.length = 0;
    for (const recipient of left) job.waiting.push(recipient);
    return taken;
  }

  #onClosed(error: SendError): void {
    this.#unusable = true;
    const inHand = [...this.#finishing, ...(this.#active === undefined ? [] : [this.#active])];
    this.#finishing = [];
    this.#active = undefined;
    for (const transaction of inHand) transaction.onLost(error);
    const preparing = this.#preparing;
    this.#preparing = undefined;
    if (preparing !== undefined && !preparing.settled) {
      preparing.active = undefined;
      this.#source.requeue(preparing);
    }
    this.#releaseContinued();
    this.#source.closed(this, error);
  }
}
