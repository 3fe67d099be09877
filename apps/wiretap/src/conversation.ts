import {
  type CommandEvent,
  type ContentEndEvent,
  createReply,
  MAX_SASL_LINE_BYTES,
  NEED_DATA,
  NEED_REPLY,
  type Reply,
  ReplyParser,
  type SaslEvent,
  ServerProtocol,
  SmtpProtocolError,
  serializeReply,
} from "@wirepost/smtp-protocol";
import { ContentMeter } from "./content-lines.js";
import type { Say } from "./entry.js";
import { carryHello } from "./hello-reply.js";
import { latin1, OctetTape } from "./octet-tape.js";
import { type LinePart, lineText } from "./octet-text.js";
import { hideLine, hideText, redactChallenge, redactCommand, Secrets } from "./redaction.js";

export interface ConversationSettings {
  readonly lmtp: boolean;
  /** The client speaks TLS from the start. */
  readonly secure: boolean;
  /** Offer STARTTLS, and end it here. */
  readonly startTls: boolean;
  /** Show the lines of content, not only how many there are. */
  readonly content: boolean;
}

/** What a reply is owed to, oldest first; the same queue as in `ServerProtocol`, with what that does not tell. */
interface Owed {
  readonly verb: string;
  /** Of AUTH and the lines of its exchange. */
  readonly mechanism?: string | undefined;
  /** The proxy answers this itself. */
  readonly own?: Reply | undefined;
  /** Nobody can say where the next command begins. */
  readonly lost?: boolean | undefined;
  /** The line was not shown whole; a server may repeat it in its reply. */
  readonly hidden?: boolean | undefined;
}

/** EXPN and HELP may answer at length; a challenge is longer than other lines (RFC 4954 4). */
const REPLY_LIMITS = { maxLineBytes: MAX_SASL_LINE_BYTES + 6, maxReplyBytes: 1024 * 1024, maxLines: 20_000 };

/** Commands of extensions after whose 2yz the octets are no longer commands and replies. */
const ENDS_SMTP = /^(?:ATRN|TURN|X-ANONYMOUSTLS)$/;

/**
 * One conversation between a client and a server, understood from the middle, without I/O: octets of both in, the same
 * octets out for the other. `ServerProtocol` reads the client and `ReplyParser` the server; what they used up of the
 * octets that came is what goes on, so nothing is lost, added or written anew on the way, and nothing goes on
 * before it is known what it is. Two things are the proxy's own: STARTTLS, which it ends here, and the list of
 * extensions without those that it cannot carry.
 *
 * Where the two no longer understand what they read, it stops reading and hands everything on as it comes.
 */
export class Conversation {
  /** Octets to be written to the server, and to the client. Take them out with `splice`. */
  readonly toServer: Uint8Array[] = [];
  readonly toClient: Uint8Array[] = [];
  /** STARTTLS was answered 220: once `toClient` is written, TLS begins, and `clientTlsStarted` is to be called. */
  startTlsDue = false;
  /** Why the conversation must end at once. */
  failure: SmtpProtocolError | undefined;

  readonly #settings: ConversationSettings;
  readonly #say: Say;
  readonly #protocol: ServerProtocol;
  readonly #parser = new ReplyParser(REPLY_LIMITS);
  readonly #fromClient = new OctetTape();
  readonly #fromServer = new OctetTape();
  readonly #owed: Owed[] = [{ verb: "" }];
  readonly #secrets = new Secrets();
  #content: ContentMeter | undefined;
  #secure: boolean;
  /** The mechanism of the login under way, and how many responses it has had. */
  #login: { mechanism: string; step: number } | undefined;
  /** A login was refused: what follows may be the rest of it, sent ahead. */
  #loginRefused = false;
  #waiting = true;
  #blind = false;
  #unread: { client: number; server: number } | undefined;
  #clientEnded = false;

  constructor(settings: ConversationSettings, say: Say) {
    this.#settings = settings;
    this.#say = say;
    this.#secure = settings.secure;
    this.#protocol = new ServerProtocol({
      lmtp: settings.lmtp,
      secure: settings.secure,
      maxLineBytes: MAX_SASL_LINE_BYTES,
    });
  }

  /** Octets of the client that wait for the server to say what they are. Stop reading while there are many. */
  get heldBytes(): number {
    return this.#fromClient.length;
  }

  /** The client has ended, and all that it said is in `toServer`. */
  get clientDone(): boolean {
    return this.#clientEnded && (this.#blind || !this.#waiting);
  }

  clientData(chunk: Uint8Array): void {
    if (this.#blind) {
      this.toServer.push(chunk);
      if (this.#unread !== undefined) this.#unread.client += chunk.length;
      return;
    }
    this.#fromClient.append(chunk);
    this.#protocol.receiveData(chunk);
    this.#read();
  }

  serverData(chunk: Uint8Array): void {
    if (!this.#blind) {
      this.#fromServer.append(chunk);
      this.#parser.push(chunk);
      this.#readReplies();
      if (!this.#blind) this.#read();
      return;
    }
    this.toClient.push(chunk);
    if (this.#unread !== undefined) this.#unread.server += chunk.length;
  }

  /** The client sends nothing more. What it sent ahead still waits for its replies. */
  clientEnded(): void {
    this.#clientEnded = true;
    this.#handOnRest();
  }

  /** The server sends nothing more. */
  serverEnded(): void {
    this.toClient.push(...this.#fromServer.take());
  }

  /** Both are gone. */
  over(): void {
    this.#endContent(", not ended");
    if (this.#unread === undefined) return;
    const { client, server } = this.#unread;
    this.#say("event", `passed on unread: ${client} octets of the client, ${server} of the server`);
  }

  /** TLS with the client stands. */
  clientTlsStarted(): void {
    this.startTlsDue = false;
    this.#secure = true;
    this.#protocol.tlsStarted();
    this.#readReplies();
  }

  /** The server cannot be had: says so in place of its greeting. */
  refuse(text: string): void {
    const reply = createReply(421, "4.4.1", text);
    this.#protocol.reply(reply);
    this.#sayReply(reply);
    this.#blind = true;
  }

  // ---- The client ------------------------------------------------------------------------------------------------

  #read(): void {
    const protocol = this.#protocol;
    for (;;) {
      if (this.#answerOwn()) continue;
      if (this.#blind || this.failure !== undefined) return;
      const before = protocol.pendingBytes;
      const event = protocol.nextEvent();
      const raw = this.#fromClient.take(before - protocol.pendingBytes);
      if (event === NEED_DATA || event === NEED_REPLY) {
        this.toServer.push(...raw);
        // Octets used up without an event: of content, or of a line that is too long to be shown.
        this.#content?.show(raw);
        this.#waiting = event === NEED_REPLY;
        this.#handOnRest();
        return;
      }
      switch (event.type) {
        case "command":
          this.#command(event, raw);
          break;
        case "sasl":
          this.#saslLine(event, raw);
          break;
        case "content":
          this.toServer.push(...raw);
          this.#content?.count(event.octets);
          this.#content?.show(raw);
          break;
        case "content-end":
          this.toServer.push(...raw);
          this.#contentEnd(event, raw);
      }
    }
  }

  /** After the client's end: a line that has no end goes on as it is. */
  #handOnRest(): void {
    if (this.clientDone) this.toServer.push(...this.#fromClient.take());
  }

  #command({ line, command, error, refusal }: CommandEvent, raw: Uint8Array[]): void {
    // Of a line too long most has gone on before.
    const whole = error?.code !== "ERR_SMTP_COMMAND_TOO_LONG";
    const text = whole ? latin1(raw) : Buffer.from(line, "utf8").toString("latin1");
    const hidden = this.#sayCommand(text, command, whole ? [] : [null, "\r\n"]);
    const verb = command?.verb === "CUSTOM" ? firstWord(line) : (command?.verb ?? "");
    // Servers that forgive a blank or an argument would begin TLS here, beneath the proxy.
    if (/^\s*STARTTLS(?![\w-])/i.test(line)) {
      this.#owed.push({ verb, own: this.#startTlsReply(command !== undefined ? undefined : refusal) });
      return;
    }
    this.toServer.push(...raw);
    if (command?.verb === "AUTH") {
      this.#login = { mechanism: command.mechanism, step: 0 };
      if (command.initialResponse !== undefined) this.#learn(command.initialResponse);
      this.#owed.push({ verb, mechanism: command.mechanism });
      return;
    }
    if (command?.verb === "BDAT") this.#beginContent("BDAT");
    this.#owed.push({ verb, hidden, lost: command === undefined && /^\s*BDAT\b/i.test(line) });
  }

  /** True when something of the line is kept back for what it may tell of a login. */
  #sayCommand(text: string, command: CommandEvent["command"], rest: readonly LinePart[]): boolean {
    const known = command !== undefined && command.verb !== "CUSTOM";
    if (known && command.verb !== "AUTH") this.#loginRefused = false;
    const ahead = this.#loginRefused && !known;
    const redacted = ahead ? hideLine(text) : redactCommand(text, command);
    this.#say("client", lineText([...(redacted ?? this.#secrets.cut(text)), ...rest]));
    if (ahead) this.#secrets.learn(text.trim());
    if (redacted !== undefined && command?.verb !== "AUTH") this.#secrets.learnLine(text);
    return redacted !== undefined;
  }

  #saslLine({ response }: SaslEvent, raw: Uint8Array[]): void {
    this.toServer.push(...raw);
    const text = latin1(raw);
    this.#say("client", lineText(response === null ? [text] : hideLine(text)));
    if (response === undefined) this.#secrets.learn(text.trim());
    else if (response !== null) this.#learn(response);
    this.#owed.push({ verb: "AUTH", mechanism: this.#login?.mechanism });
  }

  #learn(response: Uint8Array): void {
    const login = this.#login;
    if (login !== undefined) this.#secrets.learnResponse(login.mechanism, login.step++, response);
  }

  #contentEnd({ verb, last }: ContentEndEvent, raw: Uint8Array[]): void {
    this.#content?.show(raw);
    this.#endContent(verb === "BDAT" && last ? ", last" : "");
    if (verb === "DATA") this.#owed.push({ verb: "end of data" });
  }

  #beginContent(verb: "DATA" | "BDAT"): void {
    const show = this.#settings.content ? (line: string) => this.#secrets.cut(line) : undefined;
    this.#content = new ContentMeter(verb, this.#say, show);
  }

  #endContent(how: string): void {
    this.#content?.end(how);
    this.#content = undefined;
  }

  // ---- The proxy's own replies -----------------------------------------------------------------------------------

  #startTlsReply(syntaxError: Reply | undefined): Reply {
    if (syntaxError !== undefined) return syntaxError;
    if (this.#secure) return createReply(503, "5.5.1", "TLS is already active");
    return this.#settings.startTls
      ? createReply(220, "2.0.0", "Begin TLS")
      : createReply(502, "5.5.1", "STARTTLS is not offered");
  }

  /** Gives the reply that is the proxy's own, when all before it were given. True when it gave one. */
  #answerOwn(): boolean {
    const reply = this.#owed[0]?.own;
    if (reply === undefined || this.#blind || this.failure !== undefined) return false;
    try {
      this.#protocol.reply(reply);
    } catch (error) {
      if (!SmtpProtocolError.is(error)) throw error;
      this.#say("event", `the client went on in clear after STARTTLS: ${error.code}`);
      this.failure = error;
      return false;
    }
    this.#owed.shift();
    this.#sayReply(reply);
    this.startTlsDue = reply.code === 220;
    return true;
  }

  /** The protocol has made octets of the reply. */
  #sayReply(reply: Reply): void {
    const octets = this.#protocol.takeOutput();
    if (octets !== undefined) this.toClient.push(octets);
    this.#say("server", lineText([serializeReply(reply)]));
  }

  // ---- The server ------------------------------------------------------------------------------------------------

  #readReplies(): void {
    const parser = this.#parser;
    // Behind the proxy's own 220 nothing may follow in clear.
    while (!this.#blind && !this.startTlsDue && this.failure === undefined) {
      const before = parser.pendingBytes;
      let reply: Reply | typeof NEED_DATA;
      try {
        reply = parser.next(false);
      } catch (error) {
        if (!SmtpProtocolError.is(error)) throw error;
        this.#goBlind(`what the server sent is no reply (${error.code})`);
        return;
      }
      if (reply === NEED_DATA) return;
      this.#reply(reply, this.#fromServer.take(before - parser.pendingBytes));
      // What the client sent ahead may be read now, or be the proxy's to answer.
      if (!this.#blind) this.#read();
    }
  }

  #reply(reply: Reply, raw: readonly Uint8Array[]): void {
    const owed = this.#owed[0];
    const octets = owed === undefined ? raw : this.#carry(owed, reply, raw);
    this.toClient.push(...octets);
    for (const line of latin1(octets).split(/(?<=\n)/)) this.#say("server", this.#shown(line, owed, reply));
    if (owed === undefined && reply.code !== 421) {
      const early = this.#content !== undefined;
      const what = early ? "came before the end of the content" : "answers nothing that was asked";
      this.#say("event", `${reply.code} ${what}`);
      return;
    }
    if (owed?.lost) {
      this.#goBlind("nobody can say where the chunk of this BDAT ends");
      return;
    }
    const owedBefore = this.#protocol.owedReplies;
    try {
      // The code alone: the text has gone on already, and may be more than the protocol would write itself.
      this.#protocol.reply({ code: reply.code, lines: [""] });
    } catch (error) {
      if (!SmtpProtocolError.is(error)) throw error;
      this.#goBlind(`${owed?.verb || "a command"} was answered ${reply.code}`);
      return;
    }
    this.#protocol.takeOutput();
    // In LMTP a message has several replies.
    if (this.#protocol.owedReplies < owedBefore) this.#owed.shift();
    if (this.#protocol.closed) this.#goBlind(undefined);
    else if (owed !== undefined) this.#answered(owed, reply.code);
  }

  #shown(line: string, owed: Owed | undefined, reply: Reply): string {
    if (reply.code === 334 && owed?.mechanism !== undefined) return lineText(redactChallenge(line));
    return lineText(owed?.hidden ? hideText(line) : this.#secrets.cut(line));
  }

  #answered({ verb, mechanism }: Owed, code: number): void {
    if (verb === "DATA" && code === 354) this.#beginContent("DATA");
    if (mechanism !== undefined) this.#loginRefused = code >= 400;
    if (ENDS_SMTP.test(verb) && code < 300) this.#goBlind(`${verb} was granted`);
  }

  #carry({ verb }: Owed, reply: Reply, raw: readonly Uint8Array[]): readonly Uint8Array[] {
    if ((verb !== "EHLO" && verb !== "LHLO") || reply.code !== 250) return raw;
    const offerStartTls = this.#settings.startTls && !this.#secure;
    const { octets, changes } = carryHello(raw, { offerStartTls, secure: this.#secure });
    if (changes.length > 0) this.#say("event", `extensions ${changes.join(", ")}`);
    return octets;
  }

  /** From here on octets are passed on as they come. Without a reason it is the proper end. */
  #goBlind(reason: string | undefined): void {
    this.#blind = true;
    this.#endContent(", not ended");
    const client = this.#fromClient.length;
    const server = this.#fromServer.length;
    if (reason !== undefined) {
      this.#unread = { client, server };
      this.#say("event", `passed on unread from here: ${reason}`);
    }
    this.toServer.push(...this.#fromClient.take());
    this.toClient.push(...this.#fromServer.take());
  }
}

function firstWord(line: string): string {
  return (/^\S+/.exec(line)?.[0] ?? "").toUpperCase();
}
