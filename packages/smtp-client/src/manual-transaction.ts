import { type Mailbox, needsSmtpUtf8, parseMailbox } from "@wirepost/mail-address";
import type { ComposedMessage, MessageSource } from "@wirepost/mime-message";
import type { MailParameters, RcptParameters, Reply } from "@wirepost/smtp-protocol";
import { fromLowerError } from "./outcome/from-lower-error.js";
import { abortedError, refused } from "./outcome/refused.js";
import { SendError } from "./outcome/send-error.js";
import { contentParameters, serverFeatures } from "./pipeline/server-features.js";
import type { ReplyHandler, Session, SessionExchange } from "./session/session.js";

export interface ManualTransactionOptions {
  /** Parameters of MAIL, written as they are; they win over those that `content` leads to. */
  readonly parameters?: MailParameters | undefined;
  /**
   * The message that will follow, as `composeMessage()` returned it. SIZE, BODY and SMTPUTF8 are then set by what the server
   * announces, and a message that the server does not take is refused before MAIL, by its code.
   */
  readonly content?: Pick<ComposedMessage, "sizeBytes" | "body" | "smtpUtf8"> | undefined;
  /** SEND, SOML and SAML are RFC 821's; hardly any server knows them. Default `MAIL`. */
  readonly verb?: "MAIL" | "SEND" | "SOML" | "SAML" | undefined;
}

/**
 * A transaction driven step by step, for programs that decide at each; made by `SmtpConnection.transaction()`. Nothing is
 * pipelined: every call waits for its reply. Content is sent as it is, with line ends normalised and dots stuffed.
 */
export interface ManualTransaction {
  /** RCPT TO. Resolves with the reply, refusals included. @throws SendError when the connection fails */
  recipient(to: Mailbox | string, parameters?: RcptParameters): Promise<Reply>;
  /** DATA. @throws SendError unless the server says 354 and a recipient was accepted */
  data(): Promise<void>;
  /** A piece of content, after `data()`. Resolves when the socket is ready for more. @throws SendError */
  write(octets: Uint8Array): Promise<void>;
  /**
   * Ends the content. Resolves with the final replies: one, or in LMTP one for each accepted recipient.
   * @throws SendError with state `unknown` when they do not come
   */
  end(): Promise<readonly Reply[]>;
  /** `data()`, the whole content and `end()` in one call. @throws SendError */
  send(content: Uint8Array | MessageSource, signal?: AbortSignal): Promise<readonly Reply[]>;
  /**
   * Content in one BDAT chunk instead of `data()` (RFC 3030). Resolves with its reply; with `last`, with the final replies.
   * @throws SendError with state `unknown` when the reply to the last chunk does not come
   */
  chunk(octets: Uint8Array, last: boolean): Promise<readonly Reply[]>;
  /** Content that the server fetches itself (RFC 4468): the argument is written as it is. */
  burl(url: string, last: boolean): Promise<readonly Reply[]>;
  /**
   * Stops content without an end of data: the server will not take what it has. The socket stays open, but the connection can
   * then only be closed. Before content it does nothing; use `connection.reset()`.
   */
  abandon(): void;
}

/** The one that writes. */
export class TransactionByHand implements ManualTransaction {
  readonly #parameters: MailParameters | undefined;
  readonly #session: Session;
  #state: "envelope" | "content" | "ended" = "envelope";
  #accepted = 0;
  #refusal: SendError | undefined;

  static async begin(
    session: Session,
    from: Mailbox | string | null,
    options: ManualTransactionOptions,
  ): Promise<TransactionByHand> {
    session.phase = "mail";
    const mailbox = typeof from === "string" ? (from === "" || from === "<>" ? null : parse(from)) : from;
    const parameters = mailParameters(session, mailbox, options);
    const reply = await session.request({ verb: options.verb ?? "MAIL", from: mailbox, parameters });
    if (reply.code >= 400)
      throw refused("ERR_CLIENT_SENDER_REFUSED", "the server refused the sender", "mail", reply);
    return new TransactionByHand(session, parameters);
  }

  private constructor(session: Session, parameters: MailParameters | undefined) {
    this.#session = session;
    this.#parameters = parameters;
  }

  get #binary(): boolean {
    return this.#parameters?.body === "BINARYMIME";
  }

  /** The server has this transaction open; it ends with its content, or with RSET. */
  get open(): boolean {
    return this.#state !== "ended" && this.#session.failure === undefined;
  }

  async recipient(to: Mailbox | string, parameters?: RcptParameters): Promise<Reply> {
    this.#expect("envelope", "recipient()");
    this.#session.phase = "rcpt";
    const reply = await this.#session.request({
      verb: "RCPT",
      to: typeof to === "string" ? parse(to) : to,
      parameters,
      smtpUtf8: this.#parameters?.smtpUtf8 === true,
    });
    if (reply.code < 400) this.#accepted++;
    return reply;
  }

  async data(): Promise<void> {
    this.#expect("envelope", "data()");
    if (this.#binary) {
      // RFC 3030 section 3: binary content travels by BDAT alone.
      const why = "binary content needs chunk(), not data()";
      throw new SendError("ERR_CLIENT_WRONG_STATE", why, { phase: "data" });
    }
    if (this.#accepted === 0) {
      throw new SendError("ERR_CLIENT_RECIPIENTS_REFUSED", "no recipient was accepted", { phase: "rcpt" });
    }
    this.#session.phase = "data";
    const reply = await this.#session.request({ verb: "DATA" });
    if (reply.code >= 400)
      throw refused("ERR_CLIENT_CONTENT_REFUSED", "the server refused DATA", "data", reply);
    this.#state = "content";
  }

  chunk(octets: Uint8Array, last: boolean): Promise<readonly Reply[]> {
    this.#expect("envelope", "chunk()");
    if (last) this.#state = "ended";
    this.#session.phase = last ? "end-of-data" : "data";
    return this.#replies(last, (handler) => {
      let offset = 0;
      do {
        offset += this.#session.protocol.writeChunk(octets, offset, last, handler, this.#binary);
      } while (offset < octets.length);
    });
  }

  burl(url: string, last: boolean): Promise<readonly Reply[]> {
    this.#expect("envelope", "burl()");
    if (last) this.#state = "ended";
    this.#session.phase = last ? "end-of-data" : "data";
    return this.#replies(last, (handler) => {
      this.#session.send({ verb: "BURL", argument: url, last }, handler);
    });
  }

  async write(octets: Uint8Array): Promise<void> {
    this.#expect("content", "write()");
    const { protocol } = this.#session;
    const token: ReplyHandler = {
      onReply: (exchange: SessionExchange) => this.#refusedEarly(exchange),
      onLost: () => undefined,
    };
    let offset = 0;
    while (offset < octets.length) {
      if (this.#refusal !== undefined) throw this.#refusal;
      if (this.#session.failure !== undefined) throw this.#session.failure;
      try {
        offset += protocol.writeContent(octets, offset, token);
      } catch (error) {
        // What cannot be sent cannot be left out either: only closing keeps half a message from counting as one.
        const failure = fromLowerError(error, "data");
        this.#session.fail(failure);
        throw failure;
      }
      this.#session.flush();
      if (this.#session.blocked) await this.#session.drained();
    }
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  end(): Promise<readonly Reply[]> {
    this.#expect("content", "end()");
    this.#state = "ended";
    this.#session.phase = "end-of-data";
    return this.#replies(true, (handler) => {
      this.#session.protocol.endContent(handler);
    });
  }

  /**
   * Writes, and gathers the replies to all that was written: the final ones with `final`; otherwise one that stands for the
   * chunks, the first refusal if there is any.
   */
  #replies(final: boolean, write: (handler: ReplyHandler) => void): Promise<readonly Reply[]> {
    const session = this.#session;
    return new Promise((resolve, reject) => {
      const failure = this.#refusal ?? session.failure;
      if (failure !== undefined) {
        reject(failure);
        return;
      }
      const finals: Reply[] = [];
      let chunk: Reply | undefined;
      let owed = session.protocol.outstandingCount;
      try {
        write({
          onReply: ({ awaited, reply }) => {
            if (awaited !== "chunk") finals.push(reply as Reply);
            else if (chunk === undefined || chunk.code < 400) chunk = reply;
            if (--owed === 0) resolve(final ? finals : [chunk ?? (reply as Reply)]);
          },
          onLost: (error) => reject(final ? inDoubt(error) : error),
        });
      } catch (error) {
        reject(fromLowerError(error, "data"));
        return;
      }
      owed = session.protocol.outstandingCount - owed;
      // Octets that wait for what follows them (a CR alone) are no chunk yet.
      if (owed === 0) resolve([]);
      session.flush();
    });
  }

  async send(content: Uint8Array | MessageSource, signal?: AbortSignal): Promise<readonly Reply[]> {
    const onAbort = (): void => this.#session.fail(abortedError(this.#session.phase, signal?.reason));
    if (signal?.aborted) throw abortedError(this.#session.phase, signal.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await this.data();
      if (content instanceof Uint8Array) await this.write(content);
      else for await (const block of content.open(signal)) await this.write(block);
      return await this.end();
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  abandon(): void {
    if (this.#state === "content") this.#state = "ended";
  }

  #refusedEarly(exchange: SessionExchange): void {
    if (exchange.reply === undefined) return;
    this.#refusal = refused(
      "ERR_CLIENT_CONTENT_REFUSED",
      "the server refused the content",
      "data",
      exchange.reply,
    );
    this.#session.fail(this.#refusal);
  }

  #expect(state: "envelope" | "content", what: string): void {
    if (this.#session.failure !== undefined && this.#refusal === undefined) throw this.#session.failure;
    if (this.#state !== state) {
      throw new SendError("ERR_CLIENT_WRONG_STATE", `${what} is not possible now`, { phase: "data" });
    }
  }
}

function inDoubt(error: SendError): SendError {
  return new SendError(error.code, error.message, {
    phase: "end-of-data",
    state: "unknown",
    reply: error.reply,
    cause: error,
  });
}

function mailParameters(
  session: Session,
  from: Mailbox | null,
  { content, parameters }: ManualTransactionOptions,
): MailParameters | undefined {
  if (content === undefined) return parameters;
  const smtpUtf8 = content.smtpUtf8 || (from !== null && needsSmtpUtf8(from));
  return { ...contentParameters(content, smtpUtf8, serverFeatures(session)), ...parameters };
}

function parse(address: string): Mailbox {
  try {
    return parseMailbox(address);
  } catch (error) {
    throw fromLowerError(error, "compose");
  }
}
