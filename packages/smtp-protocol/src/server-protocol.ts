import type { Command } from "./command.js";
import { CommandLineReader, type CutLine } from "./command-line-reader.js";
import { parseCommand } from "./command-parser.js";
import { DataDecoder } from "./data-decoder.js";
import { SmtpProtocolError } from "./errors.js";
import { OctetQueue } from "./octet-queue.js";
import { checkLimit, refuseUnknownOptions } from "./options.js";
import { utf8Octets } from "./platform.js";
import type { Reply } from "./reply.js";
import { NEED_DATA } from "./reply-parser.js";
import { serializeReply } from "./reply-serializer.js";
import { decodeBase64 } from "./sasl-line.js";
import { refusalOfError } from "./server-refusals.js";
import { ServerSession } from "./server-session.js";
import { isLastChunk, type ServerPhase } from "./server-state.js";

/** "A reply first": what the next octets mean depends on the answer to what came before. */
export const NEED_REPLY: unique symbol = Symbol.for("@wirepost/smtp-protocol.NEED_REPLY") as never;

export interface ServerProtocolOptions {
  /** Speak LMTP (RFC 2033): LHLO, and one final reply for each accepted recipient. Default false. */
  readonly lmtp?: boolean | undefined;
  /** Octets of a command line, its line end included; lines of AUTH may have 12,288 at least. Default 2,048. */
  readonly maxLineBytes?: number | undefined;
  /** Commands that may be read before the oldest is answered; more are left unread. Default 1,000. */
  readonly maxPipelined?: number | undefined;
  /** Refuse bare CR and bare LF in content, and LF at the end of a command. Default false. */
  readonly strictLineEnd?: boolean | undefined;
  /** TLS is active from the start, so that STARTTLS is out of order. Default false. */
  readonly secure?: boolean | undefined;
}

const OPTION_NAMES = ["lmtp", "maxLineBytes", "maxPipelined", "strictLineEnd", "secure"];

/** A command line was read. It is to be answered. */
export interface CommandEvent {
  readonly type: "command";
  /** The line as it came, without its line end; cut where it was too long. May hold secrets: see `redactCommandLine`. */
  readonly line: string;
  /** Undefined when the line is no command. */
  readonly command: Command | undefined;
  /** What is wrong with a line that is no command. */
  readonly error: SmtpProtocolError | undefined;
  /** The reply that the protocol owes a line that is no command, or a command out of order; else undefined. */
  readonly refusal: Reply | undefined;
}

/** Octets of the message: from DATA unstuffed, from BDAT as they are. */
export interface ContentEvent {
  readonly type: "content";
  readonly octets: Uint8Array;
}

/** The end of the data, which is to be answered; or of a chunk, whose command is. */
export interface ContentEndEvent {
  readonly type: "content-end";
  readonly verb: "DATA" | "BDAT";
  /** The message is complete. */
  readonly last: boolean;
}

/** A line of an AUTH exchange. It is to be answered. */
export interface SaslEvent {
  readonly type: "sasl";
  /** The client's response; null when it cancels, undefined when the line is no base64. */
  readonly response: Uint8Array | null | undefined;
}

export type ServerEvent = CommandEvent | ContentEvent | ContentEndEvent | SaslEvent;

/** What a reply is owed to, oldest first. */
interface Owed {
  readonly kind: "greeting" | "command" | "sasl" | "final";
  /** Undefined for a line that was no command. */
  readonly command?: Command | undefined;
  /** Nobody can say where the next command begins: the session ends with the reply. */
  readonly lost?: boolean | undefined;
  /** Final replies still to give, known once it is the oldest. */
  left?: number | undefined;
}

/** What the next octets are. */
type Reading =
  | { readonly mode: "lines" | "sasl" | "waiting" | "tls" | "closed" }
  | { readonly mode: "data"; readonly decoder: DataDecoder }
  | { readonly mode: "chunk"; left: number; readonly last: boolean };

const LINES: Reading = { mode: "lines" };
const SASL: Reading = { mode: "sasl" };
const WAITING: Reading = { mode: "waiting" };
const TLS: Reading = { mode: "tls" };
const CLOSED: Reading = { mode: "closed" };

/**
 * The server's side of a session, without I/O: octets in, commands and content out; replies in, octets out. It frames
 * and keeps the order; what is accepted its caller decides, with a `reply` for each command in the order they came.
 *
 * Pipelined commands may be read ahead of their replies (RFC 2920), but nothing is read after DATA, AUTH, STARTTLS or
 * QUIT before the reply that says what the next octets are: then `nextEvent` gives `NEED_REPLY`.
 */
export class ServerProtocol {
  readonly #maxPipelined: number;
  readonly #strictLineEnd: boolean;
  readonly #lmtp: boolean;
  readonly #session: ServerSession;
  readonly #lineReader: CommandLineReader;
  readonly #input = new OctetQueue();
  #output = "";
  /** The greeting is owed before anything is read. */
  #owed: Owed[] = [{ kind: "greeting" }];
  /** How many more replies the last answer may get while nothing is owed. */
  #furtherReplies = 0;
  #reading: Reading = WAITING;
  #error: SmtpProtocolError | undefined;

  /** @throws {SmtpProtocolError} `ERR_SMTP_UNKNOWN_OPTION`, `ERR_SMTP_ARGUMENT` */
  constructor(options: ServerProtocolOptions = {}) {
    refuseUnknownOptions(options, OPTION_NAMES, "ServerProtocol");
    this.#lmtp = options.lmtp ?? false;
    this.#maxPipelined = checkLimit(options.maxPipelined ?? 1000, "maxPipelined");
    this.#strictLineEnd = options.strictLineEnd ?? false;
    this.#session = new ServerSession(this.#lmtp);
    this.#session.secure = options.secure ?? false;
    const maxLineBytes = checkLimit(options.maxLineBytes ?? 2048, "maxLineBytes", 64);
    this.#lineReader = new CommandLineReader(this.#input, maxLineBytes, this.#strictLineEnd);
  }

  /** The phase that the replies given so far have brought about. */
  get phase(): ServerPhase {
    return this.#session.phase;
  }

  /** Recipients accepted in the present transaction. */
  get acceptedRecipients(): number {
    return this.#session.acceptedRecipients;
  }

  /** AUTH was answered 235. */
  get authenticated(): boolean {
    return this.#session.authenticated;
  }

  /** TLS is active, as far as the protocol was told. */
  get secure(): boolean {
    return this.#session.secure;
  }

  /** What is owed a reply; the final replies of one message in LMTP count as one. */
  get owedReplies(): number {
    return this.#owed.length;
  }

  /** 221 to QUIT, or 421, was given: nothing more is read, and the connection is to be closed once the output is written. */
  get closed(): boolean {
    return this.#reading.mode === "closed";
  }

  /** Octets received and not used yet: stop reading from the socket while there are many. */
  get pendingBytes(): number {
    return this.#input.length;
  }

  /**
   * Remembers octets of the client; the chunk may be reused afterwards.
   * @throws {SmtpProtocolError} `ERR_SMTP_WRONG_STATE` between the 220 to STARTTLS and `tlsStarted()`
   */
  receiveData(chunk: Uint8Array): void {
    if (this.#reading.mode === "tls")
      throw wrongState("octets of the TLS handshake are not for the protocol");
    if (this.#error === undefined && !this.closed) this.#input.append(chunk);
  }

  /**
   * What the octets say next, `NEED_DATA`, or `NEED_REPLY`.
   * @throws {SmtpProtocolError} `ERR_SMTP_LINE_END` where strict, `ERR_SMTP_LEFTOVER_BYTES`; the same again at each
   *   further call
   */
  nextEvent(): ServerEvent | typeof NEED_DATA | typeof NEED_REPLY {
    if (this.#error !== undefined) throw this.#error;
    try {
      return this.#next();
    } catch (error) {
      if (SmtpProtocolError.is(error)) this.#error = error;
      throw error;
    }
  }

  #next(): ServerEvent | typeof NEED_DATA | typeof NEED_REPLY {
    const reading = this.#reading;
    switch (reading.mode) {
      case "waiting":
        return NEED_REPLY;
      case "tls":
      case "closed":
        return NEED_DATA;
      case "data":
        return this.#content(reading.decoder);
      case "chunk":
        return this.#chunk(reading);
      default: {
        const sasl = reading.mode === "sasl";
        if (this.#owed.length >= this.#maxPipelined) return NEED_REPLY;
        const line = this.#lineReader.next(sasl);
        if (line === undefined) return NEED_DATA;
        return sasl ? this.#saslLine(line) : this.#commandLine(line);
      }
    }
  }

  #commandLine(line: string | CutLine): CommandEvent {
    if (typeof line !== "string") {
      const error = new SmtpProtocolError("ERR_SMTP_COMMAND_TOO_LONG", "a command line is too long");
      return this.#notACommand(line.cut, error);
    }
    let command: Command;
    try {
      command = parseCommand(line);
    } catch (error) {
      if (!SmtpProtocolError.is(error)) throw error;
      return this.#notACommand(line, error);
    }
    this.#owed.push({ kind: "command", command });
    const { verb } = command;
    if (verb === "DATA" || verb === "AUTH" || verb === "STARTTLS" || verb === "QUIT") this.#reading = WAITING;
    else if (verb === "BDAT") this.#reading = { mode: "chunk", left: command.sizeBytes, last: command.last };
    return { type: "command", line, command, error: undefined, refusal: this.#session.read(command) };
  }

  #notACommand(line: string, error: SmtpProtocolError): CommandEvent {
    // The octets after a BDAT whose size cannot be read are a message, and must not be read as commands.
    const lost = /^\s*BDAT\b/i.test(line);
    this.#owed.push({ kind: "command", lost });
    if (lost) this.#reading = WAITING;
    return { type: "command", line, command: undefined, error, refusal: refusalOfError(error, lost) };
  }

  #saslLine(line: string | CutLine): SaslEvent {
    this.#owed.push({ kind: "sasl" });
    this.#reading = WAITING;
    const text = typeof line === "string" ? line.trim() : undefined;
    // "=" for an empty response is meant for the initial one only (RFC 4954 4), yet is in use here too.
    if (text === "" || text === "=") return { type: "sasl", response: new Uint8Array() };
    return {
      type: "sasl",
      response: text === "*" ? null : text === undefined ? undefined : decodeBase64(text),
    };
  }

  #content(decoder: DataDecoder): ContentEvent | ContentEndEvent | typeof NEED_DATA {
    while (!decoder.done) {
      if (this.#input.length === 0) return NEED_DATA;
      const octets = decoder.decode(this.#input.peek());
      this.#input.drop(decoder.read);
      if (octets.length > 0) return { type: "content", octets };
    }
    this.#reading = LINES;
    this.#owed.push({ kind: "final" });
    return { type: "content-end", verb: "DATA", last: true };
  }

  #chunk(reading: {
    left: number;
    readonly last: boolean;
  }): ContentEvent | ContentEndEvent | typeof NEED_DATA {
    if (reading.left === 0) {
      this.#reading = LINES;
      return { type: "content-end", verb: "BDAT", last: reading.last };
    }
    if (this.#input.length === 0) return NEED_DATA;
    const octets = this.#input.peek(reading.left).slice();
    this.#input.drop(octets.length);
    reading.left -= octets.length;
    return { type: "content", octets };
  }

  /**
   * Answers the oldest of what is owed a reply: the greeting first, then each command, each line of AUTH, each end of
   * data (in LMTP once for each accepted recipient; a last chunk that is out of order once; behind a refused
   * chunk once or, as long as nothing else is owed, as often). A 421 may be given when nothing is owed.
   * @throws {SmtpProtocolError} `ERR_SMTP_WRONG_STATE` when nothing is owed, or for 354, 334 or 2yz to DATA where they
   *   cannot be; `ERR_SMTP_LEFTOVER_BYTES` for 220 to a STARTTLS after which the client went on in plaintext;
   *   `ERR_SMTP_ARGUMENT`, `ERR_SMTP_LINE_TOO_LONG` as `serializeReply`
   */
  reply(reply: Reply): void {
    if (this.#error !== undefined) throw this.#error;
    const wire = serializeReply(reply);
    const owed = this.#owed[0];
    if (owed !== undefined) {
      this.#checkReply(owed, reply.code);
      this.#answer(owed, reply.code);
    } else if (this.#furtherReplies > 0 && reply.code !== 421) {
      this.#furtherReplies--;
    } else if (reply.code !== 421 || this.closed) {
      throw wrongState("no reply is owed");
    }
    this.#output += wire;
    if (reply.code === 421) this.#close();
  }

  /** Nothing is changed yet when this throws. */
  #checkReply({ kind, command }: Owed, code: number): void {
    const verb = command?.verb;
    const sasl = verb === "AUTH" || kind === "sasl";
    if (code === 354 ? verb !== "DATA" : code === 334 ? !sasl : code >= 300 && code < 400) {
      throw wrongState(`${code} does not answer this`);
    }
    if (verb === "DATA" && code < 300) throw wrongState("DATA is answered 354 or refused");
    if (code === 354 && this.#lmtp && this.#session.acceptedRecipients === 0) {
      throw wrongState("LMTP refuses DATA without an accepted recipient (RFC 2033 4.2)");
    }
    if (verb === "STARTTLS" && code === 220 && this.#input.length > 0) {
      const message = "the client sent octets after STARTTLS, before TLS";
      this.#error = new SmtpProtocolError("ERR_SMTP_LEFTOVER_BYTES", message);
      throw this.#error;
    }
  }

  #answer(owed: Owed, code: number): void {
    this.#furtherReplies = this.#endsFailed(owed) ? this.#session.finalReplies() - 1 : 0;
    if (this.#endsMessage(owed)) {
      owed.left = (owed.left ?? this.#session.finalReplies()) - 1;
      if (owed.left > 0) return;
      this.#owed.shift();
      this.#session.transactionEnded();
      return;
    }
    this.#owed.shift();
    // After a 554 in place of the greeting the client may only quit (RFC 5321 3.1); that it does is for the caller.
    if (owed.kind === "greeting") this.#reading = LINES;
    else if (owed.kind === "sasl") this.#answerSasl(code);
    else if (owed.command !== undefined) this.#answerCommand(owed.command, code);
    else if (owed.lost) this.#close();
  }

  /** A last chunk that is out of order is refused as any command is, once, and ends nothing. */
  #endsMessage({ kind, command }: Owed): boolean {
    if (kind === "final") return true;
    return command !== undefined && isLastChunk(command) && this.#session.inOrder(command);
  }

  /** The last chunk of a message that has failed: one reply ends it, yet an upstream may give one for each recipient. */
  #endsFailed({ command }: Owed): boolean {
    return this.phase === "failed" && command !== undefined && isLastChunk(command);
  }

  #answerCommand(command: Command, code: number): void {
    switch (command.verb) {
      case "AUTH":
        this.#answerSasl(code);
        break;
      case "DATA":
        this.#reading = LINES;
        if (code === 354) {
          this.#reading = { mode: "data", decoder: new DataDecoder({ strictLineEnd: this.#strictLineEnd }) };
        } else {
          this.#session.failed(command, this.#owed);
        }
        break;
      case "STARTTLS":
        this.#reading = code === 220 ? TLS : LINES;
        if (code !== 220) this.#session.failed(command, this.#owed);
        break;
      case "QUIT":
        if (code < 400) this.#close();
        else this.#reading = LINES;
        break;
      default:
        if (code < 400) this.#session.succeeded(command, this.#owed);
        else this.#session.failed(command, this.#owed);
    }
  }

  #answerSasl(code: number): void {
    if (code === 235) this.#session.authenticated = true;
    this.#reading = code === 334 ? SASL : LINES;
  }

  /**
   * TLS has begun: what was known of the client is forgotten (RFC 3207 4.2), and commands are read again.
   * @throws {SmtpProtocolError} `ERR_SMTP_WRONG_STATE` unless STARTTLS was answered 220
   */
  tlsStarted(): void {
    if (this.#reading.mode !== "tls") throw wrongState("STARTTLS was not answered 220");
    this.#session.tlsStarted();
    this.#reading = LINES;
  }

  /** The replies given since the last call, as octets; undefined when there are none. */
  takeOutput(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#output === "") return undefined;
    const octets = utf8Octets(this.#output);
    this.#output = "";
    return octets;
  }

  #close(): void {
    this.#reading = CLOSED;
    this.#owed = [];
    this.#furtherReplies = 0;
    this.#input.drop(this.#input.length);
  }
}

function wrongState(message: string): SmtpProtocolError {
  return new SmtpProtocolError("ERR_SMTP_WRONG_STATE", message);
}
