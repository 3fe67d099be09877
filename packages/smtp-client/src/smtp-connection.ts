import type { Mailbox } from "@wirepost/mail-address";
import type { EmailMessage, MessageInput } from "@wirepost/mime-message";
import type { Capabilities, Command, Reply } from "@wirepost/smtp-protocol";
import type { Socket, TlsInfo } from "@wirepost/socket-core";
import type { ManualTransaction, ManualTransactionOptions, TransactionByHand } from "./manual-transaction.js";
import { notLoaded } from "./outcome/not-loaded.js";
import type { Receipt } from "./outcome/receipt.js";
import { SendError } from "./outcome/send-error.js";
import type { Pipeline } from "./pipeline/pipeline.js";
import type { SendJob } from "./pipeline/send-job.js";
import { NO_OPTIONS, type SendOptions } from "./pipeline/send-options.js";
import { type ConnectionOptions, resolveConnectionOptions } from "./session/connection-options.js";
import { type AuthOptions, Login } from "./session/login.js";
import type { SetupTimings } from "./session/open-socket.js";
import type { Session } from "./session/session.js";
import type { TranscriptEntry } from "./session/transcript.js";

export interface ConnectionSetup {
  /** `full`: EHLO, TLS by policy and AUTH as the options say. `greeting`: connect and read the greeting only. Default `full`. */
  readonly setup?: "full" | "greeting" | undefined;
}

/** A call that waits for replies. */
export interface CallOptions {
  /** Gives up waiting, which ends the connection. */
  readonly signal?: AbortSignal | undefined;
}

export interface HelloOptions extends CallOptions {
  /** False says HELO at once. Default: as the connection's options say. */
  readonly extended?: boolean | undefined;
}

/** What an open connection works with; loaded with the first. */
type Engine = typeof import("./engine.js");

/**
 * One SMTP or LMTP session. `send()` may be called again before the first has ended: messages are pipelined. For many messages or
 * several connections use `SmtpClient`.
 */
export class SmtpConnection {
  readonly #engine: Engine;
  readonly #session: Session;
  readonly #queue: SendJob[] = [];
  #pipeline: Pipeline | undefined;
  #idleWaiters: (() => void)[] = [];
  #closing = false;
  /** The last transaction that was driven by hand, or is. */
  #byHand: TransactionByHand | undefined;
  /** Calls that wait for replies; messages wait for them. */
  #calls = 0;
  /** What `command()` began at the server is not over: no message may follow before RSET. */
  #begun = false;

  /**
   * Connects, secures and logs in.
   * @throws SendError with the phase that failed
   */
  static async connect(
    options: (ConnectionOptions & ConnectionSetup) | string | URL,
  ): Promise<SmtpConnection> {
    let setup: ConnectionSetup["setup"] = "full";
    let given: ConnectionOptions | string | URL = options;
    if (typeof options === "object" && !(options instanceof URL)) {
      const { setup: how, ...rest } = options;
      setup = how ?? "full";
      given = rest;
    }
    const resolved = resolveConnectionOptions(given);
    const engine = await loadEngine();
    const open = setup === "greeting" ? engine.openAndGreet : engine.establish;
    return new SmtpConnection(engine, await open(resolved));
  }

  private constructor(engine: Engine, session: Session) {
    this.#engine = engine;
    this.#session = session;
  }

  /** What the server announced last. */
  get capabilities(): Capabilities {
    return this.#session.protocol.capabilities;
  }

  /** The certificate, protocol and cipher; undefined in plaintext. */
  get tls(): TlsInfo | undefined {
    return this.#session.socket.tls;
  }

  /** The socket below, for facts and settings. It belongs to the session: a receiver of your own takes its replies away. */
  get socket(): Socket {
    return this.#session.socket;
  }

  get timings(): Readonly<SetupTimings> {
    return this.#session.timings;
  }

  /** The redacted conversation so far; empty unless `transcript: true`. */
  get transcript(): readonly TranscriptEntry[] {
    return this.#session.transcript?.entries ?? [];
  }

  /** Resolves with the server's greeting. */
  get greeting(): Promise<Reply> {
    return this.#session.greeting;
  }

  /** Why the connection is over; undefined while it is not. */
  get failure(): SendError | undefined {
    return this.#session.failure;
  }

  get closed(): boolean {
    return this.#session.failure !== undefined;
  }

  /**
   * Sends one message. Resolves when at least one recipient was accepted. Behind another call that waits for its reply it waits;
   * while a transaction is driven by hand, from `transaction()` to its end, it is refused.
   * @throws SendError otherwise, or where the message cannot be composed; ERR_CLIENT_WRONG_STATE where no message can begin
   */
  send(message: MessageInput | EmailMessage, options: SendOptions = NO_OPTIONS): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      const refusal = this.#refusalOfSend();
      if (refusal !== undefined) {
        this.#engine.releaseMessage(message);
        reject(refusal);
        return;
      }
      // A throw in here becomes the promise's rejection.
      const job = new this.#engine.SendJob(message, options, resolve, reject);
      this.#engine.watchJob(job);
      if (job.settled) return;
      this.#queue.push(job);
      if (job.signal !== undefined) job.onSettled(() => this.#wakeWaiters());
      this.#work().wake();
    });
  }

  /** EHLO, or HELO where EHLO is refused. @throws SendError */
  async hello(options: HelloOptions = {}): Promise<Capabilities> {
    await this.#call("hello()", options, () => this.#engine.hello(this.#session, options.extended));
    return this.capabilities;
  }

  /**
   * STARTTLS, the handshake, and EHLO again. Verifies the server unless `tls.verify` says `none`, whatever the policy.
   * @throws SendError
   */
  async startTls(options: CallOptions = {}): Promise<TlsInfo> {
    return this.#call("startTls()", options, async () => {
      if (!(await this.#engine.startTls(this.#session, "full"))) {
        throw new SendError("ERR_CLIENT_TLS_REFUSED", "the server refused STARTTLS", { phase: "tls" });
      }
      await this.#engine.hello(this.#session);
      return this.tls as TlsInfo;
    });
  }

  /** Logs in. @throws SendError */
  authenticate(auth: AuthOptions, options: CallOptions = {}): Promise<void> {
    const login = new Login(auth);
    return this.#call("authenticate()", options, async () => {
      this.#session.phase = "auth";
      const { authenticate } = await import("./session/authenticate.js");
      await authenticate(this.#session, login.reveal());
    });
  }

  /**
   * MAIL FROM. The transaction is then driven by hand, until its content has ended or `reset()`: meanwhile `send()` and another
   * `transaction()` are refused.
   * @throws SendError when the sender is refused; ERR_CLIENT_WRONG_STATE while messages are being sent
   */
  async transaction(
    from: Mailbox | string | null,
    options: ManualTransactionOptions = {},
  ): Promise<ManualTransaction> {
    this.#notWhileSending("transaction()");
    const why = this.#whyNoTransaction();
    if (why !== undefined) throw wrongState("transaction()", why);
    // From here on: until MAIL is answered, the session is its own already.
    const transaction = new this.#engine.TransactionByHand(this.#session);
    this.#byHand = transaction;
    await transaction.begin(from, options);
    return transaction;
  }

  /** VRFY (RFC 5321 3.5.1). Resolves with whatever the server says below 400. @throws SendError */
  verify(address: string, options: CallOptions = {}): Promise<Reply> {
    return this.#ask({ verb: "VRFY", argument: address, ...utf8(address) }, options);
  }

  /** EXPN (RFC 5321 3.5.2). @throws SendError */
  expand(list: string, options: CallOptions = {}): Promise<Reply> {
    return this.#ask({ verb: "EXPN", argument: list, ...utf8(list) }, options);
  }

  help(topic?: string, options: CallOptions = {}): Promise<Reply> {
    return this.#ask({ verb: "HELP", argument: topic }, options);
  }

  noop(options: CallOptions = {}): Promise<Reply> {
    return this.#ask({ verb: "NOOP" }, options);
  }

  /** ETRN (RFC 1985): asks the server to deliver what it holds for a host. @throws SendError */
  etrn(node: string, options: CallOptions = {}): Promise<Reply> {
    return this.#ask({ verb: "ETRN", argument: node }, options);
  }

  /** RSET. A transaction that is driven by hand has ended when it is written. @throws SendError */
  reset(options: CallOptions = {}): Promise<Reply> {
    return this.#ask({ verb: "RSET" }, options);
  }

  /**
   * One command line of the caller's own, without its CRLF. Resolves with the reply, whatever its code. After MAIL, and after a 3yz
   * reply, messages are refused until `reset()`. RSET ends a transaction that is driven by hand, as `reset()` does.
   * @throws SendError
   */
  command(line: string, options: CallOptions = {}): Promise<Reply> {
    return this.#call("command()", options, async () => {
      // As the command that it is: what follows depends on the transaction's being over.
      if (/^RSET$/i.test(line)) return this.#requestReset();
      const reply = await this.#session.request({ verb: "CUSTOM", line });
      this.#begun = leavesOpen(line, reply.code, this.#begun);
      return reply;
    });
  }

  /** QUIT, then closes. Never throws. */
  async quit(): Promise<void> {
    this.#closing = true;
    this.#byHand?.stop();
    await this.#session.quit();
  }

  /**
   * Waits for the messages in hand, one by hand whose end is under way among them, `closeTimeoutMs` at most; then `quit()`. Never
   * throws.
   */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#byHand?.finishing !== true) this.#byHand?.stop();
    if (this.#busy) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, this.#session.options.closeTimeoutMs);
      });
      await Promise.race([this.#drained(), late]);
      clearTimeout(timer);
      if (this.#busy) this.#session.destroy();
    }
    await this.quit();
  }

  /** Closes at once, without QUIT. Messages in hand end as the promises of the outcome law say. */
  destroy(): void {
    this.#closing = true;
    this.#session.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Why no message can begin now; undefined when one can. */
  #refusalOfSend(): SendError | undefined {
    if (this.#session.failure !== undefined) return notBegun(this.#session.failure);
    if (this.#closing) return this.#engine.closedError();
    if (this.#pipeline?.exhausted === true) return notBegun(undefined);
    if (this.#byHand?.abandoned === true) return notBegun(undefined);
    const why = this.#whyNoTransaction();
    if (why !== undefined) return wrongState("send()", why);
    const { answered, issued } = this.#session.protocol;
    const greeted = answered !== "greeting" && answered !== "connected";
    return greeted || issued === "ready" ? undefined : wrongState("send()", "EHLO was not said");
  }

  /** Whose transaction the server has open, as far as that is not a message of `send()`. */
  #whyNoTransaction(): string | undefined {
    if (this.#byHand?.open === true) return "a transaction is driven by hand";
    return this.#begun ? "what command() began ends with reset()" : undefined;
  }

  get #busy(): boolean {
    if (this.#session.failure !== undefined) return false;
    return this.#sending || this.#byHand?.finishing === true;
  }

  get #sending(): boolean {
    // What was given up while it waited is still in the queue, and nobody's message any more.
    return this.#queue.some(({ settled }) => !settled) || (this.#pipeline?.load ?? 0) > 0;
  }

  async #drained(): Promise<void> {
    await this.#byHand?.finished();
    while (this.#busy) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  #failQueue(error: SendError): void {
    for (const job of this.#queue.splice(0)) job.fail(error);
    this.#wakeWaiters();
  }

  #work(): Pipeline {
    this.#pipeline ??= new this.#engine.Pipeline(this.#session, {
      next: () => (this.#calls > 0 ? undefined : this.#queue.shift()),
      requeue: (job) => job.fail(notBegun(this.#session.failure)),
      alone: true,
      idle: () => this.#wakeWaiters(),
      exhausted: () => this.#failQueue(notBegun(undefined)),
      closed: (_pipeline, error) => this.#failQueue(notBegun(error)),
    });
    return this.#pipeline;
  }

  #wakeWaiters(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const waiter of waiters) waiter();
  }

  #ask(command: Command, options: CallOptions): Promise<Reply> {
    return this.#call(command.verb, options, async () => {
      const reply = await (command.verb === "RSET" ? this.#requestReset() : this.#session.request(command));
      if (reply.code >= 400) {
        throw this.#engine.refused("ERR_CLIENT_REFUSED", `the server refused ${command.verb}`, "ehlo", reply);
      }
      return reply;
    });
  }

  async #requestReset(): Promise<Reply> {
    const { protocol } = this.#session;
    const before = protocol.outstandingCount;
    const answer = this.#session.request({ verb: "RSET" });
    // Written: whatever the reply, the transaction is not to be gone on with.
    if (protocol.outstandingCount > before) this.#byHand?.stop();
    const reply = await answer;
    if (reply.code < 400) this.#begun = false;
    return reply;
  }

  /** A step of the caller's own; its signal ends the connection, as there is no other way to stop waiting for a reply. */
  async #call<Result>(what: string, { signal }: CallOptions, step: () => Promise<Result>): Promise<Result> {
    this.#notWhileSending(what);
    const session = this.#session;
    if (signal?.aborted) throw this.#engine.abortedError(session.phase, signal.reason);
    const onAbort = (): void => session.fail(this.#engine.abortedError(session.phase, signal?.reason));
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#calls++;
    try {
      return await step();
    } finally {
      this.#calls--;
      signal?.removeEventListener("abort", onAbort);
      this.#workAgain();
    }
  }

  /** Messages that met a call begin when it is over. */
  #workAgain(): void {
    if (this.#calls > 0 || this.#queue.length === 0) return;
    const why = this.#whyNoTransaction();
    if (why === undefined) this.#work().wake();
    else this.#failQueue(wrongState("send()", why));
  }

  #notWhileSending(what: string): void {
    if (this.#sending) throw wrongState(what, "messages are being sent");
  }
}

/** @throws SendError ERR_CLIENT_NOT_LOADED */
async function loadEngine(): Promise<Engine> {
  try {
    return await import("./engine.js");
  } catch (cause) {
    throw notLoaded(cause);
  }
}

/**
 * Whether the server waits for more than a line of the caller's own, or has a transaction open since, of which the session knows
 * nothing: what a message consists of could then reach the wrong people.
 */
function leavesOpen(line: string, code: number, before: boolean): boolean {
  if (code >= 300) return code < 400 || before;
  return /^(?:MAIL|SEND|SOML|SAML)\b/i.test(line) || before;
}

function utf8(text: string): { smtpUtf8?: true } {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return { smtpUtf8: true };
  return {};
}

function wrongState(what: string, why: string): SendError {
  return new SendError("ERR_CLIENT_WRONG_STATE", `${what} is not possible: ${why}`, { phase: "mail" });
}

/** For messages of which nothing was written: another connection may take them, whatever became of this one. */
function notBegun(cause: SendError | undefined): SendError {
  const why = cause === undefined ? "takes no further messages" : "ended before this message was begun";
  return new SendError("ERR_CLIENT_CONNECTION_LOST", `the connection ${why}`, {
    phase: "mail",
    retryable: true,
    reply: cause?.reply,
    cause,
  });
}
