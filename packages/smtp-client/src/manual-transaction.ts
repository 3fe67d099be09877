import { type Mailbox, needsSmtpUtf8, parseMailbox } from "@wirepost/mail-address";
import type { ComposedMessage, MessageSource } from "@wirepost/mime-message";
import {
  type MailParameters,
  type RcptParameters,
  type Reply,
  SmtpProtocolError,
} from "@wirepost/smtp-protocol";
import { fromLowerError } from "./outcome/from-lower-error.js";
import { abortedError, refused } from "./outcome/refused.js";
import { SendError } from "./outcome/send-error.js";
import { checkOctets } from "./pipeline/content-writer.js";
import { contentParameters, serverFeatures } from "./pipeline/server-features.js";
import { untilOver } from "./session/own-step.js";
import type { ReplyHandler, Session } from "./session/session.js";

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
 *
 * It ends with its content, with `connection.reset()`, and with the connection. A call that is not possible where it stands, or
 * after its end, is refused with ERR_CLIENT_WRONG_STATE and writes nothing.
 */
export interface ManualTransaction {
  /** RCPT TO. Resolves with the reply, refusals included. @throws SendError when the connection fails */
  recipient(to: Mailbox | string, parameters?: RcptParameters): Promise<Reply>;
  /** DATA. @throws SendError unless the server says 354 and a recipient was accepted */
  data(): Promise<void>;
  /**
   * A piece of content, after `data()`. Resolves when the socket is ready for more; a piece that comes before waits for those before it.
   * A piece that cannot be sent ends the connection: without it the message must not count.
   * @throws SendError ERR_SMTP_ARGUMENT for anything but octets, ERR_SMTP_NUL, ERR_SMTP_LINE_TOO_LONG;
   * ERR_CLIENT_CONTENT_REFUSED when the server refuses before the end
   */
  write(octets: Uint8Array): Promise<void>;
  /**
   * Ends the content. Resolves with the final replies: one, or in LMTP one for each accepted recipient.
   * @throws SendError with state `unknown` when they do not come
   */
  end(): Promise<readonly Reply[]>;
  /**
   * `data()`, the whole content and `end()` in one call. A source that fails ends the connection, as content without an end of data
   * is not delivered.
   * @throws SendError ERR_CLIENT_CONTENT_SOURCE when the source fails, ERR_CLIENT_ABORTED; as `data()`, `write()` and `end()`
   */
  send(content: Uint8Array | MessageSource, signal?: AbortSignal): Promise<readonly Reply[]>;
  /**
   * Content in one BDAT chunk instead of `data()` (RFC 3030). Resolves with its reply; with `last`, with the final replies. Octets
   * that cannot be sent end the connection, as for `write()`.
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

type State =
  /** MAIL is on its way. */
  | "mail"
  | "envelope"
  | "content"
  /** The last octet was written, and final replies are owed. */
  | "ending"
  | "abandoned"
  | "ended";

/** Why a call is not possible. */
const STANDS: Readonly<Record<State, string>> = {
  mail: "MAIL was not answered",
  envelope: "no content has begun",
  content: "content has begun",
  ending: "the content has ended",
  abandoned: "the transaction was abandoned",
  ended: "the transaction has ended",
};

/** The one that writes. */
export class TransactionByHand implements ManualTransaction {
  readonly #session: Session;
  #parameters: MailParameters | undefined;
  #state: State = "mail";
  #accepted = 0;
  /** A call that writes content waits in the middle of it. */
  #writing = false;
  /** The last piece of `write()` while the socket is waited for. */
  #lastPiece: Promise<void> | undefined;
  /** Calls after which nothing is left to do. */
  readonly #finals = new Set<Promise<unknown>>();
  /** Hears of the reply to DATA, and of a refusal that comes before the end of the content. */
  #onData: ReplyHandler | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /** MAIL. @throws SendError; the transaction has ended then */
  async begin(from: Mailbox | string | null, options: ManualTransactionOptions): Promise<void> {
    try {
      this.#session.phase = "mail";
      const mailbox = typeof from === "string" ? (from === "" || from === "<>" ? null : parse(from)) : from;
      const parameters = mailParameters(this.#session, mailbox, options);
      this.#parameters = parameters;
      const reply = await this.#session.request({ verb: options.verb ?? "MAIL", from: mailbox, parameters });
      if (reply.code >= 400)
        throw refused("ERR_CLIENT_SENDER_REFUSED", "the server refused the sender", "mail", reply);
      this.#expect("mail", "transaction()");
      this.#state = "envelope";
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  get #binary(): boolean {
    return this.#parameters?.body === "BINARYMIME";
  }

  /** The session is this transaction's: from before MAIL is written until its end. */
  get open(): boolean {
    return this.#state !== "ended" && this.#session.failure === undefined;
  }

  /** Nothing can follow on the connection. */
  get abandoned(): boolean {
    return this.#state === "abandoned";
  }

  /** The end of the message is under way. */
  get finishing(): boolean {
    return this.#finals.size > 0;
  }

  /** Resolves when nothing is under way any more. */
  async finished(): Promise<void> {
    while (this.finishing) await Promise.allSettled(this.#finals);
  }

  #final<Result>(work: Promise<Result>): Promise<Result> {
    this.#finals.add(work);
    const over = (): boolean => this.#finals.delete(work);
    work.then(over, over);
    return work;
  }

  /** The session goes on without it: no call writes anything any more. */
  stop(): void {
    this.#state = "ended";
  }

  async recipient(to: Mailbox | string, parameters?: RcptParameters): Promise<Reply> {
    this.#expect("envelope", "recipient()");
    const mailbox = typeof to === "string" ? parse(to) : to;
    this.#session.phase = "rcpt";
    const smtpUtf8 = this.#parameters?.smtpUtf8 === true;
    const reply = await this.#session.request({ verb: "RCPT", to: mailbox, parameters, smtpUtf8 });
    if (reply.code < 400) this.#accepted++;
    return reply;
  }

  async data(): Promise<void> {
    this.#expect("envelope", "data()");
    if (this.#binary) {
      // RFC 3030 section 3: binary content travels by BDAT alone.
      throw wrongState("data()", "binary content needs chunk()");
    }
    if (this.#accepted === 0) {
      throw new SendError("ERR_CLIENT_RECIPIENTS_REFUSED", "no recipient was accepted", { phase: "rcpt" });
    }
    const session = this.#session;
    session.phase = "data";
    const reply = await new Promise<Reply>((resolve, reject) => {
      const handler: ReplyHandler = {
        onReply: ({ awaited, reply }) => {
          if (awaited === "refusal") this.#refusedEarly(reply as Reply);
          else resolve(reply as Reply);
        },
        onLost: reject,
      };
      this.#onData = handler;
      session.attempt(() => session.send({ verb: "DATA" }, handler), reject);
    });
    if (reply.code >= 400)
      throw refused("ERR_CLIENT_CONTENT_REFUSED", "the server refused DATA", "data", reply);
    this.#expect("envelope", "data()");
    this.#state = "content";
  }

  async chunk(octets: Uint8Array, last: boolean): Promise<readonly Reply[]> {
    this.#expect("envelope", "chunk()");
    return this.#replies(last, (handler) => this.#writeChunk(octets, last, handler));
  }

  #writeChunk(octets: Uint8Array, last: boolean, handler: ReplyHandler): void {
    const { protocol } = this.#session;
    try {
      checkOctets(octets);
      let offset = 0;
      do {
        offset += protocol.writeChunk(octets, offset, last, handler, this.#binary);
      } while (offset < octets.length);
    } catch (error) {
      // Not before a recipient was accepted: nothing was written.
      if (SmtpProtocolError.is(error) && error.code === "ERR_SMTP_WRONG_STATE") throw error;
      throw this.#contentFailed(error);
    }
  }

  async burl(url: string, last: boolean): Promise<readonly Reply[]> {
    this.#expect("envelope", "burl()");
    return this.#replies(last, (handler) => {
      this.#session.send({ verb: "BURL", argument: url, last }, handler);
    });
  }

  async write(octets: Uint8Array): Promise<void> {
    const before = this.#lastPiece;
    if (before === undefined) this.#expect("content", "write()");
    const written = before?.then(() => this.#writeBlock(octets)) ?? this.#writeBlock(octets);
    // Refused, it would be missing from a message that counts all the same.
    if (this.#writing || before !== undefined) this.#lastPiece = written;
    try {
      await written;
    } catch (error) {
      throw this.#contentFailed(error);
    } finally {
      if (this.#lastPiece === written) this.#lastPiece = undefined;
    }
  }

  async #writeBlock(octets: Uint8Array): Promise<void> {
    const session = this.#session;
    checkOctets(octets);
    for (let offset = 0; offset < octets.length; ) {
      this.#expectContent();
      offset += session.protocol.writeContent(octets, offset, this.#onData);
      session.flush();
      if (session.blocked) await this.#alone(() => session.drained());
    }
    this.#expectContent();
  }

  /** Nothing else may come into the content while the rest of a piece, or of a source, is waited for. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const before = this.#writing;
    this.#writing = true;
    try {
      await work();
    } finally {
      this.#writing = before;
    }
  }

  #expectContent(): void {
    if (this.#session.failure !== undefined) throw this.#session.failure;
    if (this.#state !== "content") throw wrongState("write()", STANDS[this.#state]);
  }

  async end(): Promise<readonly Reply[]> {
    this.#expect("content", "end()");
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
    session.phase = final ? "end-of-data" : "data";
    const replies = new Promise<readonly Reply[]>((resolve, reject) => {
      const finals: Reply[] = [];
      let chunk: Reply | undefined;
      let owed = 0;
      let written = false;
      const handler: ReplyHandler = {
        onReply: ({ awaited, reply }) => {
          if (awaited === "refusal") {
            this.#refusedEarly(reply as Reply);
            return;
          }
          if (awaited !== "chunk") finals.push(reply as Reply);
          else if (chunk === undefined || chunk.code < 400) chunk = reply;
          if (--owed > 0) return;
          if (final) this.stop();
          resolve(final ? finals : [chunk ?? (reply as Reply)]);
        },
        onLost: (error) => reject(final && written ? inDoubt(error) : error),
      };
      session.attempt(() => {
        const before = session.protocol.outstandingCount;
        write(handler);
        written = true;
        owed = session.protocol.outstandingCount - before;
        if (final) this.#state = "ending";
        // Octets that wait for what follows them (a CR alone) are no chunk yet.
        else if (owed === 0) resolve([]);
      }, reject);
    });
    return final ? this.#final(replies) : replies;
  }

  send(content: Uint8Array | MessageSource, signal?: AbortSignal): Promise<readonly Reply[]> {
    return this.#final(this.#send(content, signal));
  }

  async #send(
    content: Uint8Array | MessageSource,
    signal: AbortSignal | undefined,
  ): Promise<readonly Reply[]> {
    const session = this.#session;
    if (signal?.aborted) throw abortedError(session.phase, signal.reason);
    // Before DATA: afterwards only closing the connection would be left.
    try {
      if (!isSource(content)) checkOctets(content);
    } catch (error) {
      throw fromLowerError(error, "data");
    }
    const onAbort = (): void => session.fail(abortedError(session.phase, signal?.reason));
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      await this.data();
      await this.#alone(() => this.#pour(content, signal));
      return await this.end();
    } finally {
      signal?.removeEventListener("abort", onAbort);
    }
  }

  /** A source that does not get on is waited for no longer than the session lives. */
  async #pour(content: Uint8Array | MessageSource, signal: AbortSignal | undefined): Promise<void> {
    this.#expectContent();
    try {
      await untilOver(this.#session, () => this.#writeAll(content, signal));
    } catch (error) {
      throw this.#contentFailed(error);
    }
  }

  async #writeAll(content: Uint8Array | MessageSource, signal: AbortSignal | undefined): Promise<void> {
    if (isSource(content)) for await (const block of content.open(signal)) await this.#writeBlock(block);
    else await this.#writeBlock(content);
  }

  abandon(): void {
    if (this.#state === "content") this.#state = "abandoned";
  }

  #refusedEarly(reply: Reply): void {
    const message = "the server refused the content";
    this.#session.fail(refused("ERR_CLIENT_CONTENT_REFUSED", message, "data", reply));
  }

  /** What cannot be sent cannot be left out either: only closing keeps half a message from counting as one. */
  #contentFailed(cause: unknown): SendError {
    const session = this.#session;
    if (session.failure !== undefined) return session.failure;
    const lower = fromLowerError(cause, "data", { otherwise: "ERR_CLIENT_CONTENT_SOURCE" });
    // Abandoned meanwhile: no end of data will follow.
    if (this.#state === "abandoned" || this.#state === "ended") return lower;
    const failure = new SendError(lower.code, lower.message, { phase: "data", cause });
    session.fail(failure);
    return failure;
  }

  #expect(state: State, what: string): void {
    if (this.#session.failure !== undefined) throw this.#session.failure;
    if (this.#state !== state) throw wrongState(what, STANDS[this.#state]);
    if (this.#writing || this.#lastPiece !== undefined) throw wrongState(what, "content is being written");
  }
}

function wrongState(what: string, why: string): SendError {
  return new SendError("ERR_CLIENT_WRONG_STATE", `${what} is not possible: ${why}`, { phase: "data" });
}

function isSource(content: Uint8Array | MessageSource): content is MessageSource {
  return typeof (content as Partial<MessageSource> | null | undefined)?.open === "function";
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
