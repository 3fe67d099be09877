// A server that does everything right, and knows for certain what it has accepted: a reply may get lost, the truth does not.
import type { Duplex } from "node:stream";
import { createSecureContext, type SecureContext, TLSSocket } from "node:tls";
import { beginLogin, type MechanismName, type Step } from "./login-server.js";

export interface HonestOptions {
  readonly extensions?: readonly string[] | undefined;
  readonly lmtp?: boolean | undefined;
  /** Offered, and required before MAIL. */
  readonly mechanism?: MechanismName | undefined;
  readonly tls?:
    | { readonly certificate: string; readonly key: string; readonly implicit?: boolean | undefined }
    | undefined;
  /** Addresses that RCPT refuses. */
  readonly refuses?: ((address: string) => boolean) | undefined;
  /** What is refused after its content: by address in LMTP, else by mark. */
  readonly refusesContent?: ((what: string) => boolean) | undefined;
}

/** One message that the server took responsibility for. */
export interface Delivery {
  readonly recipients: readonly string[];
  /** Which message it was: the mark that stands in it most often. */
  readonly mark: string;
  readonly connection: number;
  /** Octets that the server had written when the reply to it was written whole (in clear). */
  readonly repliedAt: number;
}

/** What really happened, on all connections together. */
export interface Truth {
  readonly deliveries: Delivery[];
  /** Everything that was read as a command, line by line. */
  readonly commands: string[];
  /** What an honest server must never see. */
  readonly offences: string[];
  /** Everything heard and said, inside TLS and outside. */
  heard: string;
  said: string;
  connections: number;
}

export function newTruth(): Truth {
  return { deliveries: [], commands: [], offences: [], heard: "", said: "", connections: 0 };
}

const contexts = new Map<string, SecureContext>();

function contextOf(tls: NonNullable<HonestOptions["tls"]>): SecureContext {
  let context = contexts.get(tls.key);
  if (context === undefined) {
    context = createSecureContext({ cert: tls.certificate, key: tls.key });
    contexts.set(tls.key, context);
  }
  return context;
}

/** A mark is in a message three times, so that one spoiled octet does not make it another's. */
function markOf(content: string): string {
  const marks = (content.match(/mark-[^ <>@\r\n]{5}/g) ?? []).slice(0, 3);
  return marks.find((mark, i) => marks.indexOf(mark) !== i) ?? marks[0] ?? "";
}

/** Serves one connection. */
export function honestServer(stream: Duplex, options: HonestOptions, truth: Truth): void {
  new Conversation(stream, options, truth, truth.connections++).begin();
}

class Conversation {
  readonly #options: HonestOptions;
  readonly #truth: Truth;
  readonly #index: number;
  #stream: Duplex;
  #secure = false;
  #sentBytes = 0;
  #input = Buffer.alloc(0);
  #mode: "command" | "data" | "login" | { readonly chunk: number; readonly last: boolean } = "command";
  #loggedIn = false;
  #steps: Step[] = [];
  #mail = false;
  #recipients: string[] = [];
  #content = "";

  constructor(stream: Duplex, options: HonestOptions, truth: Truth, index: number) {
    this.#stream = stream;
    this.#options = options;
    this.#truth = truth;
    this.#index = index;
  }

  begin(): void {
    if (this.#options.tls?.implicit === true) this.#startTls();
    else this.#listen();
    this.#say("220 mail.example ready");
  }

  #listen(): void {
    const stream = this.#stream;
    stream.on("error", () => undefined);
    stream.on("end", () => stream.destroy());
    stream.on("data", (piece: Buffer) => {
      this.#truth.heard += piece.toString("latin1");
      this.#input = Buffer.concat([this.#input, piece]);
      while (this.#step());
    });
  }

  #startTls(): void {
    const raw = this.#stream;
    raw.removeAllListeners("data");
    raw.removeAllListeners("end");
    raw.on("error", () => undefined);
    if (this.#input.length > 0) this.#truth.offences.push("octets behind STARTTLS");
    this.#input = Buffer.alloc(0);
    this.#stream = new TLSSocket(raw, {
      isServer: true,
      secureContext: contextOf(this.#options.tls as NonNullable<HonestOptions["tls"]>),
    });
    this.#secure = true;
    this.#listen();
  }

  #say(text: string): void {
    const octets = Buffer.from(`${text}\r\n`);
    this.#sentBytes += octets.length;
    this.#truth.said += octets.toString("latin1");
    if (!this.#stream.destroyed && this.#stream.writable) this.#stream.write(octets);
  }

  /** True: there may be more to read. */
  #step(): boolean {
    const mode = this.#mode;
    if (mode === "data") return this.#readData();
    if (typeof mode === "object") return this.#readChunk(mode.chunk, mode.last);
    const end = this.#input.indexOf("\r\n");
    if (end < 0) return false;
    const line = this.#input.toString("latin1", 0, end);
    this.#input = this.#input.subarray(end + 2);
    if (mode === "login") this.#say(this.#answer(line));
    else this.#command(line);
    return this.#input.length > 0;
  }

  #readData(): boolean {
    const lone = this.#input.subarray(0, 3).toString("latin1") === ".\r\n";
    const at = lone ? 0 : this.#input.indexOf("\r\n.\r\n") + 2;
    if (at < 2 && !lone) return false;
    this.#content = this.#input.toString("latin1", 0, at).replace(/^\.\./gm, ".");
    this.#input = this.#input.subarray(at + 3);
    this.#mode = "command";
    this.#deliver();
    return true;
  }

  #readChunk(size: number, last: boolean): boolean {
    if (this.#input.length < size) return false;
    this.#content += this.#input.toString("latin1", 0, size);
    this.#input = this.#input.subarray(size);
    this.#mode = "command";
    if (this.#recipients.length === 0) this.#say("503 5.5.1 no valid recipients");
    else if (last) this.#deliver();
    else this.#say("250 2.0.0 chunk");
    return true;
  }

  #deliver(): void {
    const mark = markOf(this.#content);
    const groups = this.#options.lmtp ? this.#recipients.map((one) => [one]) : [this.#recipients];
    this.#mail = false;
    this.#recipients = [];
    this.#content = "";
    for (const recipients of groups) {
      const what = this.#options.lmtp ? (recipients[0] as string) : mark;
      if (this.#options.refusesContent?.(what) === true) {
        this.#say("554 5.6.0 not this");
        continue;
      }
      const reply = "250 2.0.0 queued";
      const repliedAt = this.#sentBytes + reply.length + 2;
      this.#truth.deliveries.push({ recipients, mark, connection: this.#index, repliedAt });
      this.#say(reply);
    }
  }

  #command(line: string): void {
    this.#truth.commands.push(line);
    const [, verb = "", argument = ""] = /^([A-Za-z]+)(?: (.*))?$/.exec(line) ?? [];
    const reply = this.#obey(verb.toUpperCase(), argument);
    if (reply !== undefined) this.#say(reply);
    if (reply === "220 2.0.0 Begin TLS") this.#startTls();
    else if (reply?.startsWith("221")) this.#stream.end();
  }

  /** The reply, or undefined where it comes later. */
  #obey(verb: string, argument: string): string | undefined {
    switch (verb) {
      case this.#options.lmtp ? "LHLO" : "EHLO":
        return this.#hello();
      case "HELO":
        return "250 mail.example";
      case "STARTTLS":
        return this.#options.tls === undefined || this.#secure ? "503 5.5.1 no" : "220 2.0.0 Begin TLS";
      case "AUTH":
        return this.#auth(argument);
      case "MAIL":
        return this.#mailFrom(argument);
      case "RCPT":
        return this.#rcptTo(argument);
      case "DATA":
        if (this.#recipients.length === 0) return "554 5.5.1 no valid recipients";
        this.#mode = "data";
        return "354 go";
      case "BDAT":
        return this.#bdat(argument);
      case "RSET":
        this.#mail = false;
        this.#recipients = [];
        this.#content = "";
        return "250 2.0.0 reset";
      case "QUIT":
        return "221 2.0.0 bye";
      default:
        return "500 5.5.1 what";
    }
  }

  #hello(): string {
    const { extensions = [], mechanism, tls } = this.#options;
    const words = ["mail.example", ...extensions];
    if (mechanism !== undefined) words.push(`AUTH ${mechanism}`);
    if (tls !== undefined && !this.#secure) words.push("STARTTLS");
    return words.map((word, i) => `250${i === words.length - 1 ? " " : "-"}${word}`).join("\r\n");
  }

  #auth(argument: string): string {
    const { mechanism } = this.#options;
    const [name, initial] = argument.split(" ");
    if (mechanism === undefined || name !== mechanism) return "504 5.5.4 no such mechanism";
    const { first, steps } = beginLogin(mechanism);
    this.#steps = steps;
    this.#mode = "login";
    return initial === undefined ? first : this.#answer(initial === "=" ? "" : initial);
  }

  #answer(line: string): string {
    const step = this.#steps.shift();
    const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(line);
    const reply = step === undefined || !base64 ? "501 5.5.2 no" : step(Buffer.from(line, "base64"));
    if (reply.startsWith("235")) this.#loggedIn = true;
    if (!reply.startsWith("334")) this.#mode = "command";
    return reply;
  }

  #mailFrom(argument: string): string {
    if (this.#options.tls !== undefined && !this.#secure) this.#truth.offences.push("MAIL in clear");
    if (this.#options.mechanism !== undefined && !this.#loggedIn) {
      this.#truth.offences.push("MAIL without a login");
      return "530 5.7.0 log in first";
    }
    if (!/^FROM:<[^<>]*>/i.test(argument)) return "501 5.5.4 no address";
    if (this.#mail) return "503 5.5.1 nested";
    this.#mail = true;
    return "250 2.1.0 ok";
  }

  #rcptTo(argument: string): string {
    const address = /^TO:<([^<>]+)>/i.exec(argument)?.[1];
    if (address === undefined) return "501 5.5.4 no address";
    if (!this.#mail) return "503 5.5.1 MAIL first";
    if (this.#options.refuses?.(address) === true) return "550 5.1.1 no such user";
    this.#recipients.push(address);
    return "250 2.1.5 ok";
  }

  #bdat(argument: string): string | undefined {
    const match = /^(\d+)( LAST)?$/.exec(argument);
    if (match === null) return "501 5.5.4 size?";
    this.#mode = { chunk: Number(match[1]), last: match[2] !== undefined };
    return undefined;
  }
}
