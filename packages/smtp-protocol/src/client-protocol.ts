import type { ReadyLines } from "@wirepost/octet-scan";
import { type Capabilities, NO_CAPABILITIES, parseCapabilities } from "./capabilities.js";
import { CommandLine } from "./command-line.js";
import { ContentFramer } from "./content-framer.js";
import { SmtpProtocolError } from "./errors.js";
import { Exchange } from "./exchange.js";
import { OutputBuffer } from "./output-buffer.js";
import type { Reply } from "./reply.js";
import { classifyReply } from "./reply-class.js";
import { NEED_DATA, type ReplyLimits, ReplyParser } from "./reply-parser.js";
import { MAX_SASL_LINE_BYTES, serializeSaslLine } from "./sasl-line.js";
import {
  ANSWERED,
  type AnsweredTable,
  type Awaited,
  ISSUED,
  type IssuedTable,
  type Move,
  type SessionState,
} from "./state.js";

export interface ClientProtocolOptions<Token = unknown> {
  /** Comes back with the greeting. */
  readonly greetingToken?: Token | undefined;
  /** `lmtp`: one final reply for each accepted recipient (RFC 2033 4.2). Default `smtp`. */
  readonly protocol?: "smtp" | "lmtp" | undefined;
  /** Limits of one reply. Defaults: 4,096 octets a line, 64 KiB and 256 lines a reply. */
  readonly replyLimits?: ReplyLimits | undefined;
  /** Limits for the replies of EXPN and HELP, which may be long. Defaults: 1 MiB, 20,000 lines. */
  readonly listingLimits?: ReplyLimits | undefined;
  /** Refuses replies whose lines end in LF alone. Default false. */
  readonly strictLineEnd?: boolean | undefined;
  /** Allows commands ahead of their predecessors' replies although PIPELINING was not announced. Default false. */
  readonly assumePipelining?: boolean | undefined;
  /** Allows EHLO before the greeting came: for servers known to announce PIPECONNECT. Default false. */
  readonly earlyHello?: boolean | undefined;
  /** Allows BDAT before the replies of MAIL and RCPT (a window of messages in flight). Default false. */
  readonly chunksAhead?: boolean | undefined;
}

// Complete, because the parser keeps a limit until another is named.
const REPLY_LIMITS = { maxLineBytes: 4_096, maxReplyBytes: 64 * 1024, maxLines: 256 };
const LISTING_LIMITS = { maxLineBytes: 4_096, maxReplyBytes: 1024 * 1024, maxLines: 20_000 };

const issuedTable: IssuedTable = ISSUED;
const answeredTable: AnsweredTable = ANSWERED;

/**
 * The client's side of an SMTP or LMTP session as a pure engine (RFC 5321, 2033, 2920, 3030, 3207, 4954): bytes in, events out;
 * commands in, bytes out. It has no socket, clock or promise.
 *
 * Each command written becomes an `Exchange` in a FIFO; each reply answers the oldest (RFC 5321 4.2, RFC 2920 3.1). Take all
 * events that a chunk holds before `takeOutput()`: a reply can only answer what was taken before its bytes came.
 *
 * `Token` is whatever the caller wants back with the reply, such as the message a command belongs to.
 */
export class ClientProtocol<Token = unknown> {
  readonly protocol: "smtp" | "lmtp";
  readonly #parser: ReplyParser;
  readonly #replyLimits: ReplyLimits;
  readonly #listingLimits: ReplyLimits;
  readonly #challengeLimits: ReplyLimits;
  readonly #assumePipelining: boolean;
  readonly #chunksAhead: boolean;
  readonly #earlyHello: boolean;
  readonly #output = new OutputBuffer();
  readonly #framer = new ContentFramer(this.#output);

  #issued: SessionState = "greeting";
  #answered: SessionState = "greeting";
  #fifo: Exchange<Token>[] = [];
  /** Index in `#fifo` of the oldest exchange without a reply. */
  #head = 0;
  /** Index in `#fifo` behind the last exchange whose octets were taken. */
  #taken = 0;
  #acceptedRecipients = 0;
  /** Whoever hears of a refusal that comes while content may go out: it answers nothing that was written. */
  #contentToken: Token | undefined;
  #capabilities: Capabilities = NO_CAPABILITIES;
  #readEnhanced = false;
  #pipelining: boolean;
  #limits: ReplyLimits;
  #failure: SmtpProtocolError | undefined;

  constructor(options: ClientProtocolOptions<Token> = {}) {
    this.protocol = options.protocol ?? "smtp";
    const { strictLineEnd = false } = options;
    this.#replyLimits = { ...REPLY_LIMITS, ...options.replyLimits, strictLineEnd };
    this.#listingLimits = { ...LISTING_LIMITS, ...options.listingLimits, strictLineEnd };
    this.#assumePipelining = options.assumePipelining ?? false;
    this.#pipelining = this.#assumePipelining;
    this.#chunksAhead = options.chunksAhead ?? false;
    this.#earlyHello = options.earlyHello ?? false;
    this.#challengeLimits = { ...this.#replyLimits, maxLineBytes: MAX_SASL_LINE_BYTES + 6 };
    this.#limits = this.#replyLimits;
    this.#parser = new ReplyParser(this.#replyLimits);
    this.#await("greeting", "", options.greetingToken);
    this.#taken = 1;
  }

  /** Where the session stands once everything written has succeeded. */
  get issued(): SessionState {
    return this.#issued;
  }

  /** Where the session stands by the replies that came. */
  get answered(): SessionState {
    return this.#answered;
  }

  /** What the server announced in its last EHLO or LHLO reply; empty before, after HELO and after STARTTLS. */
  get capabilities(): Capabilities {
    return this.#capabilities;
  }

  /** Exchanges whose reply is still owed, oldest first. */
  get outstanding(): readonly Exchange<Token>[] {
    return this.#fifo.slice(this.#head);
  }

  /** The exchange that the next reply will answer. */
  get oldest(): Exchange<Token> | undefined {
    return this.#fifo[this.#head];
  }

  get outstandingCount(): number {
    return this.#fifo.length - this.#head;
  }

  /** Recipients accepted so far in the transaction that the answered cursor is in. */
  get acceptedRecipients(): number {
    return this.#acceptedRecipients;
  }

  /** Octets of a reply that is not complete yet, or of replies not taken with `nextEvent()`. */
  get pendingBytes(): number {
    return this.#parser.pendingBytes;
  }

  /** Whether `move` may be written now. */
  may(move: Move): boolean {
    return this.#failure === undefined && issuedTable[this.#issued][move] !== undefined;
  }

  /**
   * Appends a command, as `commandLine()` has checked and written it, to the output.
   * @throws SmtpProtocolError ERR_SMTP_WRONG_STATE where RFC 5321 4.1.4 or RFC 2920 3.1 does not allow it, ERR_SMTP_ARGUMENT
   * for anything but a CommandLine, ERR_SMTP_UNEXPECTED_REPLY when bytes arrived that no command asked for.
   */
  send(line: CommandLine, token?: Token): Exchange<Token> {
    const text = CommandLine.textOf(line);
    const { move, verb } = line;
    const next = this.#allow(move, verb);
    if ((move === "chunk" || move === "lastChunk") && !this.#mayChunk())
      throw wrongState(verb, this.#answered);
    this.#output.append(text);
    this.#issued = next;
    // A new transaction begins at the start of a line, whatever the content before it came to.
    if (move === "mail") this.#framer.reset();
    if (move === "lastChunk") return this.#awaitFinal(move, verb, token);
    return this.#await(move, verb, token);
  }

  /**
   * Answers a 334 with the mechanism's octets, or cancels the exchange with `*` when given null (RFC 4954 4).
   */
  respond(octets: Uint8Array | null, token?: Token): Exchange<Token> {
    const next = this.#allow("response", "AUTH");
    this.#output.append(serializeSaslLine(octets));
    this.#issued = next;
    return this.#await("auth", "AUTH", token);
  }

  /**
   * Appends content after 354: line ends become CRLF, dots are stuffed (RFC 5321 4.5.2). Lines that are ready already are copied.
   * A refusal that comes before the end has this `token`; that of DATA while none was given here.
   * @returns octets of `source` taken from `offset` on, at most 64 KiB; call again for the rest, writing in between as the
   * socket likes. Ready lines are taken as a whole, from offset 0.
   * @throws SmtpProtocolError ERR_SMTP_WRONG_STATE unless this transaction's MAIL and a recipient were accepted and 354 came.
   */
  writeContent(source: Uint8Array | ReadyLines, offset: number, token?: Token): number {
    this.#issued = this.#allow("content", "content");
    if (token !== undefined) this.#contentToken = token;
    this.#framer.append(source, offset);
    return this.#framer.taken;
  }

  /** Ends the content: completes the last line and appends the dot. In LMTP each accepted recipient gets a reply of its own. */
  endContent(token?: Token): Exchange<Token> {
    const next = this.#allow("end", "end of data");
    this.#framer.end();
    this.#issued = next;
    return this.#awaitFinal("end", "DATA", token);
  }

  /**
   * Appends content as a BDAT chunk of at most 64 KiB (RFC 3030 2): normalises line ends unless `binary`.
   * With `last`, the chunk that takes the rest of `source` is marked LAST and closes the content.
   * @returns octets of `source` taken from `offset` on; fewer than all of them mean that the chunk was not the last.
   */
  writeChunk(
    source: Uint8Array | ReadyLines,
    offset: number,
    last: boolean,
    token?: Token,
    binary = false,
  ): number {
    if (!this.#mayChunk()) throw wrongState("BDAT", this.#answered);
    this.#allow("lastChunk", "BDAT");
    const framer = this.#framer;
    framer.encodeChunk(source, offset, last, binary);
    // An empty chunk that is not the last says nothing.
    if (framer.chunkBytes === 0 && !framer.chunkIsLast) return framer.taken;
    const move = framer.chunkIsLast ? "lastChunk" : "chunk";
    const next = this.#allow(move, "BDAT");
    framer.commitChunk();
    this.#issued = next;
    if (move === "lastChunk") this.#awaitFinal("lastChunk", "BDAT", token);
    else this.#await("chunk", "BDAT", token);
    return framer.taken;
  }

  /**
   * Octets to write, or undefined. They stay valid until `releaseOutput()`; call that when the socket is done with them.
   * Replies that come after this call may answer everything taken.
   */
  takeOutput(): Uint8Array | undefined {
    this.#taken = this.#fifo.length;
    return this.#output.take();
  }

  releaseOutput(octets: Uint8Array): void {
    this.#output.release(octets);
  }

  /** Octets appended and not taken yet. */
  get outputBytes(): number {
    return this.#output.length;
  }

  /** Stores bytes from the server; `nextEvent()` reads them. */
  receiveData(chunk: Uint8Array): void {
    this.#parser.push(chunk);
  }

  /**
   * The next reply with the command that it answers, or NEED_DATA.
   * @throws SmtpProtocolError when the server broke the protocol; the session is closed then and the error is thrown again.
   */
  nextEvent(): Exchange<Token> | typeof NEED_DATA {
    if (this.#failure !== undefined) throw this.#failure;
    const oldest = this.#fifo[this.#head];
    const limits = this.#limitsFor(oldest);
    if (limits !== this.#limits) {
      this.#limits = limits;
      this.#parser.setLimits(limits);
    }
    const plain = oldest !== undefined && (oldest.awaited === "greeting" || oldest.awaited === "hello");
    let reply: Reply | typeof NEED_DATA;
    try {
      reply = this.#parser.next(this.#readEnhanced && !plain);
    } catch (error) {
      this.#fail(error as SmtpProtocolError);
      throw error;
    }
    if (reply === NEED_DATA) return NEED_DATA;
    if (oldest === undefined) return this.#unasked(reply);
    if (this.#head >= this.#taken) {
      // Nothing that was written is owed a reply, so this is a 421 on the server's own account, or an error.
      if (reply.code === 421) return this.#unasked(reply);
      throw this.#violation(`a reply came before ${oldest.verb} was written`, reply);
    }
    return this.#answer(oldest, reply);
  }

  /**
   * The TLS handshake that a 220 to STARTTLS asked for is about to begin in this turn: everything learnt in clear is forgotten
   * (RFC 3207 4.2).
   * @throws SmtpProtocolError ERR_SMTP_LEFTOVER_BYTES when bytes came behind the 220: someone wrote them who was not authenticated.
   */
  tlsStarted(): void {
    if (this.#answered !== "tls" || this.#head < this.#fifo.length) throw wrongState("TLS", this.#answered);
    if (this.#parser.pendingBytes > 0) throw this.#leftover();
    this.#parser.reset();
    this.#announced(NO_CAPABILITIES);
    this.#issued = "connected";
    this.#answered = "connected";
  }

  /** The connection is gone. Returns the exchanges whose reply will not come. */
  connectionClosed(): readonly Exchange<Token>[] {
    const owed = this.outstanding;
    this.#issued = "closed";
    this.#answered = "closed";
    this.#output.discard();
    return owed;
  }

  #limitsFor(exchange: Exchange<Token> | undefined): ReplyLimits {
    if (exchange === undefined) return this.#replyLimits;
    if (exchange.awaited === "auth") return this.#challengeLimits;
    return exchange.verb === "EXPN" || exchange.verb === "HELP" ? this.#listingLimits : this.#replyLimits;
  }

  #answer(exchange: Exchange<Token>, reply: Reply): Exchange<Token> {
    const replyClass = classifyReply(exchange.awaited as Awaited, reply.code);
    const next =
      replyClass === undefined
        ? undefined
        : answeredTable[this.#answered][exchange.awaited as Awaited]?.[replyClass];
    if (replyClass === undefined || next === undefined) {
      throw this.#violation(`${exchange.verb || "the greeting"} was answered with ${reply.code}`, reply);
    }
    // Before the exchange leaves the FIFO: whoever waits for it must still hear of the failure.
    if (next === "tls" && this.#parser.pendingBytes > 0) throw this.#leftover();
    this.#shift();
    exchange.reply = reply;
    exchange.replyClass = replyClass;
    this.#answered = next;
    switch (exchange.awaited) {
      case "hello":
        if (replyClass === "positive")
          this.#announced(exchange.verb === "HELO" ? NO_CAPABILITIES : parseCapabilities(reply));
        break;
      case "mail":
        this.#acceptedRecipients = 0;
        break;
      case "recipient":
        if (replyClass === "positive") this.#acceptedRecipients++;
        break;
    }
    if (this.#head === this.#fifo.length) {
      this.#issued = next;
      const inContent = next === "content" || next === "chunk";
      if (!inContent) this.#framer.reset();
      this.#contentToken = inContent ? exchange.token : undefined;
    }
    return exchange;
  }

  #shift(): void {
    this.#head++;
    if (this.#head === this.#fifo.length) {
      this.#fifo.length = 0;
      this.#head = 0;
      this.#taken = 0;
    } else if (this.#head >= 64) {
      this.#fifo.splice(0, this.#head);
      this.#taken -= this.#head;
      this.#head = 0;
    }
  }

  #announced(capabilities: Capabilities): void {
    this.#capabilities = capabilities;
    this.#readEnhanced = capabilities.has("ENHANCEDSTATUSCODES");
    this.#pipelining = this.#assumePipelining || capabilities.has("PIPELINING");
  }

  /** A reply with nothing outstanding: an early refusal of content, a 421, or an error of the server. */
  #unasked(reply: Reply): Exchange<Token> {
    // RFC 5321 4.2.5: the server may give up while content is going out. Nothing but closing is possible afterwards.
    const refused = (this.#issued === "content" || this.#issued === "chunk") && reply.code >= 400;
    if (refused || reply.code === 421) {
      const notice = refused
        ? new Exchange<Token>("refusal", "DATA", this.#contentToken)
        : new Exchange<Token>("unsolicited", "", undefined);
      notice.reply = reply;
      notice.replyClass = "negative";
      this.#issued = "closed";
      this.#answered = "closed";
      return notice;
    }
    throw this.#violation(`the server sent ${reply.code} without having been asked`, reply);
  }

  #allow(move: Move, what: string): SessionState {
    if (this.#failure !== undefined) throw this.#failure;
    const early = this.#earlyHello && this.#issued === "greeting" && move === "hello";
    const next = early ? "hello" : issuedTable[this.#issued][move];
    if (next === undefined) throw wrongState(what, this.#issued);
    const owed = this.#fifo.length - this.#head;
    if (owed === 0) {
      // With nothing outstanding, bytes that are here already were not sent in answer to what is written now.
      if (this.#parser.pendingBytes > 0) {
        throw this.#violation(`a reply came before ${what} was written`);
      }
    } else if (
      !early &&
      !this.#pipelining &&
      move !== "content" &&
      move !== "end" &&
      move !== "chunk" &&
      move !== "lastChunk"
    ) {
      throw new SmtpProtocolError(
        "ERR_SMTP_NOT_ANNOUNCED",
        `${what} before the reply to ${this.#fifo[this.#head]?.verb}: PIPELINING was not announced`,
      );
    }
    return next;
  }

  #mayChunk(): boolean {
    if (this.#chunksAhead) return true;
    return (this.#answered === "rcpt" && this.#acceptedRecipients > 0) || this.#answered === "chunk";
  }

  #await(awaited: Awaited, verb: string, token: Token | undefined): Exchange<Token> {
    const exchange = new Exchange<Token>(awaited, verb, token);
    this.#fifo.push(exchange);
    return exchange;
  }

  #awaitFinal(awaited: "end" | "lastChunk", verb: string, token: Token | undefined): Exchange<Token> {
    if (this.protocol === "lmtp" && this.#answered !== "empty") {
      for (let i = 1; i < this.#acceptedRecipients; i++) this.#await("endForOne", verb, token);
    }
    return this.#await(awaited, verb, token);
  }

  #violation(what: string, reply?: Reply): SmtpProtocolError {
    return this.#fail(new SmtpProtocolError("ERR_SMTP_UNEXPECTED_REPLY", what, { reply }));
  }

  #leftover(): SmtpProtocolError {
    return this.#fail(
      new SmtpProtocolError("ERR_SMTP_LEFTOVER_BYTES", "bytes came in clear behind the reply to STARTTLS"),
    );
  }

  #fail(error: SmtpProtocolError): SmtpProtocolError {
    this.#failure = error;
    this.#issued = "closed";
    this.#answered = "closed";
    return error;
  }
}

function wrongState(what: string, state: SessionState): SmtpProtocolError {
  return new SmtpProtocolError("ERR_SMTP_WRONG_STATE", `${what} is not possible in state "${state}"`);
}
