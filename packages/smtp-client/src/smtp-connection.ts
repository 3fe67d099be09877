import type { Mailbox } from "@wirepost/mail-address";
import type { EmailMessage, MessageInput } from "@wirepost/mime-message";
import type { Capabilities, Command, Reply } from "@wirepost/smtp-protocol";
import type { Socket, TlsInfo } from "@wirepost/socket-core";
import {
  type ManualTransaction,
  type ManualTransactionOptions,
  TransactionByHand,
} from "./manual-transaction.js";
import type { Receipt } from "./outcome/receipt.js";
import { refused } from "./outcome/refused.js";
import { SendError } from "./outcome/send-error.js";
import { Pipeline } from "./pipeline/pipeline.js";
import { SendJob } from "./pipeline/send-job.js";
import { NO_OPTIONS, type SendOptions } from "./pipeline/send-options.js";
import { watchJob } from "./pipeline/watch-job.js";
import { type ConnectionOptions, resolveConnectionOptions } from "./session/connection-options.js";
import { establish, hello, openAndGreet, startTls } from "./session/establish.js";
import type { AuthOptions } from "./session/login.js";
import { closedError, type Session, type SetupTimings } from "./session/session.js";
import type { TranscriptEntry } from "./session/transcript.js";

export interface ConnectionSetup {
  /** `full`: EHLO, TLS by policy and AUTH as the options say. `greeting`: connect and read the greeting only. Default `full`. */
  readonly setup?: "full" | "greeting" | undefined;
}

/**
 * One SMTP or LMTP session. `send()` may be called again before the first has ended: messages are pipelined. For many messages or
 * several connections use `SmtpClient`.
 */
export class SmtpConnection {
  readonly #session: Session;
  readonly #queue: SendJob[] = [];
  #pipeline: Pipeline | undefined;
  #idleWaiters: (() => void)[] = [];
  #closing = false;

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
    return new SmtpConnection(await (setup === "greeting" ? openAndGreet(resolved) : establish(resolved)));
  }

  private constructor(session: Session) {
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
   * Sends one message. Resolves when at least one recipient was accepted.
   * @throws SendError otherwise, or where the message cannot be composed
   */
  send(message: MessageInput | EmailMessage, options: SendOptions = NO_OPTIONS): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      if (this.#closing || this.#session.failure !== undefined) {
        reject(this.#session.failure ?? closedError());
        return;
      }
      // A throw in here becomes the promise's rejection.
      const job = new SendJob(message, options, resolve, reject);
      watchJob(job);
      if (job.settled) return;
      this.#queue.push(job);
      this.#work().wake();
    });
  }

  /** EHLO, or HELO where EHLO is refused. @throws SendError */
  async hello(): Promise<Capabilities> {
    await hello(this.#session);
    return this.capabilities;
  }

  /** STARTTLS, the handshake, and EHLO again. @throws SendError */
  async startTls(): Promise<TlsInfo> {
    if (!(await startTls(this.#session))) {
      throw new SendError("ERR_CLIENT_TLS_REFUSED", "the server refused STARTTLS", { phase: "tls" });
    }
    await hello(this.#session);
    return this.tls as TlsInfo;
  }

  /** Logs in. @throws SendError */
  async authenticate(auth: AuthOptions): Promise<void> {
    this.#session.phase = "auth";
    const { authenticate } = await import("./session/authenticate.js");
    await authenticate(this.#session, auth);
  }

  /** MAIL FROM. The transaction is then driven by hand. @throws SendError when the sender is refused */
  async transaction(
    from: Mailbox | string | null,
    options: ManualTransactionOptions = {},
  ): Promise<ManualTransaction> {
    this.#notWhileSending("transaction()");
    return TransactionByHand.begin(this.#session, from, options);
  }

  /** VRFY (RFC 5321 3.5.1). Resolves with whatever the server says below 400. @throws SendError */
  verify(address: string): Promise<Reply> {
    return this.#ask({ verb: "VRFY", argument: address, ...this.#utf8(address) });
  }

  /** EXPN (RFC 5321 3.5.2). @throws SendError */
  expand(list: string): Promise<Reply> {
    return this.#ask({ verb: "EXPN", argument: list, ...this.#utf8(list) });
  }

  help(topic?: string): Promise<Reply> {
    return this.#ask({ verb: "HELP", argument: topic });
  }

  noop(): Promise<Reply> {
    return this.#ask({ verb: "NOOP" });
  }

  /** ETRN (RFC 1985): asks the server to deliver what it holds for a host. @throws SendError */
  etrn(node: string): Promise<Reply> {
    return this.#ask({ verb: "ETRN", argument: node });
  }

  reset(): Promise<Reply> {
    return this.#ask({ verb: "RSET" });
  }

  /** One command line of the caller's own, without its CRLF. Resolves with the reply, whatever its code. @throws SendError */
  command(line: string): Promise<Reply> {
    this.#notWhileSending("command()");
    return this.#session.request({ verb: "CUSTOM", line });
  }

  /** QUIT, then closes. Never throws. */
  async quit(): Promise<void> {
    this.#closing = true;
    await this.#session.quit();
  }

  /** Waits for the messages in hand, then `quit()`. */
  async close(): Promise<void> {
    this.#closing = true;
    while (
      this.#session.failure === undefined &&
      (this.#queue.length > 0 || (this.#pipeline?.load ?? 0) > 0)
    ) {
      await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    }
    await this.#session.quit();
  }

  /** Closes at once, without QUIT. Messages in hand end as the promises of the outcome law say. */
  destroy(): void {
    this.#closing = true;
    this.#session.destroy();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #work(): Pipeline {
    this.#pipeline ??= new Pipeline(this.#session, {
      next: () => this.#queue.shift(),
      requeue: (job) => job.fail(this.#session.failure ?? closedError()),
      idle: () => this.#wakeWaiters(),
      closed: (_pipeline, error) => {
        for (const job of this.#queue.splice(0)) job.fail(error);
        this.#wakeWaiters();
      },
    });
    return this.#pipeline;
  }

  #wakeWaiters(): void {
    const waiters = this.#idleWaiters;
    this.#idleWaiters = [];
    for (const waiter of waiters) waiter();
  }

  async #ask(command: Command): Promise<Reply> {
    this.#notWhileSending(command.verb);
    const reply = await this.#session.request(command);
    if (reply.code >= 400) {
      throw refused("ERR_CLIENT_REFUSED", `the server refused ${command.verb}`, "ehlo", reply);
    }
    return reply;
  }

  #utf8(text: string): { smtpUtf8?: true } {
    for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return { smtpUtf8: true };
    return {};
  }

  #notWhileSending(what: string): void {
    if ((this.#pipeline?.load ?? 0) > 0) {
      throw new SendError("ERR_CLIENT_WRONG_STATE", `${what} is not possible while messages are being sent`, {
        phase: "mail",
      });
    }
  }
}
