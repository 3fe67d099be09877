// The server's end of one connection: reads what the client says, does what the script says, and writes both down.
import type { Socket } from "node:net";
import { TLSSocket, type TLSSocketOptions } from "node:tls";
import { type Content, endOfContent, shortened } from "./content.js";
import { type CommandSeen, HONEST_REPLIES, type PeerOptions } from "./peer-options.js";
import { type Answer, EXTENSIONS, hello } from "./script.js";
import { serverTls } from "./server-tls.js";

/** A reset overtakes what was written just before it. */
const LEAVE_AFTER_MS = 40;

export class HostilePeer {
  readonly commands: CommandSeen[] = [];
  readonly contents: Content[] = [];
  /** Octets that came outside TLS. */
  clear = Buffer.alloc(0);
  secure = false;
  /** Nothing more is read as a command. */
  stuck = false;
  /** The script closed the connection. */
  left = false;
  hellos = 0;
  sentBytes = 0;
  closed = false;
  /** The name that the client asked for in its TLS hello; false: none. */
  servername: string | false | undefined;
  handshakeError: Error | undefined;
  readonly #options: PeerOptions;
  readonly #raw: Socket;
  #socket: Socket;
  #input = "";
  #mode: "command" | "auth" | "content" | { left: number; readonly last: boolean } = "command";
  #authStep = 0;
  #recipients: string[] = [];
  #content: Content | undefined;
  #listening: Content | undefined;
  #messages = 0;
  #lastSaid = "";
  #paused = false;
  #timers = new Set<NodeJS.Timeout>();

  constructor(socket: Socket, options: PeerOptions) {
    this.#raw = socket;
    this.#socket = socket;
    this.#options = options;
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.closed = true;
      for (const timer of this.#timers) clearTimeout(timer);
    });
    if (options.implicitTls) this.startTls();
    else this.#listen();
    if (!options.implicitTls) this.#greet();
  }

  // --- what scripts may do ---------------------------------------------------------------------------------------

  send(text: string | Buffer): void {
    const octets = typeof text === "string" ? Buffer.from(text, "latin1") : text;
    this.sentBytes += octets.length;
    this.#lastSaid = octets.toString("latin1", 0, 3);
    if (this.#listening !== undefined) this.#listening.said += octets.toString("latin1");
    if (this.#content !== undefined) this.#content.early += octets.toString("latin1");
    if (!this.#socket.destroyed && this.#socket.writable) this.#socket.write(octets);
  }

  sendBytewise(text: string): void {
    for (const character of text) this.send(character);
  }

  /** Sends `text` after a while, if the connection is still there. */
  later(ms: number, what: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.closed) what();
    }, ms);
    this.#timers.add(timer);
  }

  drip(text: string, everyMs: number): void {
    this.stuck = true;
    this.send(text);
    this.later(everyMs, () => this.drip(text, everyMs));
  }

  /** As fast as the client reads, up to `totalBytes`. */
  flood(unit: string, totalBytes: number): void {
    const block = Buffer.from(unit.repeat(Math.max(1, Math.floor(65_536 / unit.length))), "latin1");
    const pour = (): void => {
      while (!this.closed && this.#socket.writable && this.sentBytes < totalBytes) {
        this.sentBytes += block.length;
        if (!this.#socket.write(block)) {
          this.#socket.once("drain", pour);
          return;
        }
      }
    };
    pour();
  }

  /** FIN, with close_notify under TLS. */
  end(): void {
    this.#leave();
    this.#socket.end();
  }

  /** Closes without close_notify. */
  cut(): void {
    this.#leave();
    this.stopReading();
    this.later(LEAVE_AFTER_MS, () => this.#raw.destroy());
  }

  /** RST. */
  reset(): void {
    this.#leave();
    this.stopReading();
    this.later(LEAVE_AFTER_MS, () => this.#raw.resetAndDestroy());
  }

  #leave(): void {
    this.stuck = true;
    this.left = true;
  }

  /** Loses what came in the same segment. */
  forgetInput(): void {
    this.#input = "";
  }

  /** What follows is content, whatever this server says. */
  expectContent(): void {
    this.#mode = "content";
  }

  stopReading(): void {
    this.#paused = true;
    this.#socket.pause();
  }

  /** The client has left, as far as it can be seen from here. */
  get gone(): boolean {
    if (this.#paused) this.#socket.resume();
    return this.closed;
  }

  destroy(): void {
    this.#raw.destroy();
    this.#socket.destroy();
  }

  /** What was announced is true no more: the server takes the handshake from here on. */
  startTls(options: TLSSocketOptions = {}): void {
    const raw = this.#raw;
    raw.removeAllListeners("data");
    const secure = serverTls(
      raw,
      this.#options.identity,
      { ...this.#options.tlsOptions, ...options },
      (name) => {
        this.servername = name;
      },
    );
    this.#socket = secure;
    this.#input = "";
    this.servername = false;
    secure.on("error", (error) => {
      if (!this.secure) this.handshakeError = error;
    });
    secure.once("secure", () => {
      this.secure = true;
      if (this.#options.implicitTls) this.#greet();
    });
    this.#listen();
  }

  /** A server that owes a reply does nothing else before: behind silence, or half a reply, later commands wait. */
  act(answer: Answer, line = ""): void {
    if (answer === undefined) this.stuck = true;
    else if (typeof answer === "function") answer(this, line);
    else if (answer !== "") {
      this.send(answer);
      if (!answer.endsWith("\n") || /(^|\n)[2-5]\d\d-[^\n]*\n$/.test(answer)) this.stuck = true;
    }
  }

  // --- what the client says --------------------------------------------------------------------------------------

  get #honest(): boolean {
    return this.#messages < this.#options.honestMessages;
  }

  #pick(name: "mail" | "data" | "rset" | "contentBegins" | "chunk" | "end", fallback: Answer): Answer {
    const { script } = this.#options;
    return name in script && !this.#honest ? script[name] : fallback;
  }

  #greet(): void {
    const { script } = this.#options;
    this.act("greeting" in script ? script.greeting : "220 mail.example ready\r\n");
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on("data", (piece: Buffer) => {
      if (!(socket instanceof TLSSocket)) this.clear = Buffer.concat([this.clear, piece]);
      // A server that is stuck would leave it in the kernel; here it is thrown away, so that the client can go on writing.
      if (this.stuck) return;
      this.#input += piece.toString("latin1");
      const grouped = this.#mode === "command" && this.#input.indexOf("\r\n") < this.#input.length - 2;
      while (this.#read(grouped));
    });
    // Half-open: what the script still has to say after the client's FIN is said.
    socket.on("end", () => {
      if (!socket.destroyed) socket.end();
    });
  }

  /** True: there may be more to read. */
  #read(grouped: boolean): boolean {
    if (this.stuck) return false;
    if (this.#mode === "content") return this.#readContent();
    if (typeof this.#mode === "object") return this.#readChunk(this.#mode);
    const at = this.#input.indexOf("\r\n");
    if (at < 0) return false;
    const line = this.#input.slice(0, at);
    this.#input = this.#input.slice(at + 2);
    this.commands.push({ line, secure: this.secure, grouped });
    this.#listening = undefined;
    if (this.#mode === "auth") this.#auth(line);
    else this.#command(line);
    // An empty chunk needs no further octet.
    return this.#input !== "" || this.#nothingLeft();
  }

  #nothingLeft(): boolean {
    return typeof this.#mode === "object" && this.#mode.left === 0;
  }

  #beginContent(): Content {
    const content = {
      recipients: this.#recipients,
      text: "",
      ended: false,
      early: "",
      said: "",
      honest: this.#honest,
    };
    this.#content = content;
    this.contents.push(content);
    return content;
  }

  #readContent(): boolean {
    const first = this.#content === undefined;
    if (first && this.#input === "") return false;
    const content = this.#content ?? this.#beginContent();
    if (first) this.act(this.#pick("contentBegins", ""));
    const whole = content.text + this.#input;
    const stop = endOfContent(whole, content.text.length, this.#options.script.endsContent);
    if (stop === undefined) {
      content.text = shortened(whole);
      this.#input = "";
      return false;
    }
    content.text = whole.slice(0, stop);
    this.#input = whole.slice(stop);
    this.#mode = "command";
    this.#ended(content);
    return this.#input !== "";
  }

  #readChunk(chunk: { left: number; readonly last: boolean }): boolean {
    const first = this.#content === undefined;
    if (first && this.#input === "" && chunk.left > 0) return false;
    const content = this.#content ?? this.#beginContent();
    const piece = this.#input.slice(0, chunk.left);
    content.text += piece;
    chunk.left -= piece.length;
    this.#input = this.#input.slice(piece.length);
    if (first) this.act(this.#pick("contentBegins", ""));
    if (chunk.left > 0) return false;
    this.#mode = "command";
    if (chunk.last) this.#ended(content);
    else this.act(this.#pick("chunk", "250 2.0.0 chunk\r\n"));
    return this.#input !== "";
  }

  #ended(content: Content): void {
    content.ended = true;
    this.#content = undefined;
    this.#listening = content;
    this.#recipients = [];
    const yes = "250 2.0.0 queued\r\n";
    const answer = this.#pick("end", this.#options.lmtp ? yes.repeat(content.recipients.length) : yes);
    this.#messages++;
    this.act(answer);
  }

  #command(line: string): void {
    const { script } = this.#options;
    const verb = line.split(/[ :]/)[0]?.toUpperCase() ?? "";
    switch (verb) {
      case "EHLO":
      case "LHLO":
      case "HELO":
        this.hellos++;
        this.act("hello" in script ? script.hello : this.hello(), line);
        return;
      case "STARTTLS":
        this.#startTls(line);
        return;
      case "AUTH":
        this.#authStep = 0;
        this.#auth(line);
        return;
      case "MAIL":
        this.#recipients = [];
        this.act(this.#pick("mail", HONEST_REPLIES["MAIL"]), line);
        return;
      case "RCPT":
        this.#rcpt(line);
        return;
      case "DATA":
        this.#data(line);
        return;
      case "BDAT": {
        const [, size, last] = line.split(" ");
        this.#mode = { left: Number(size), last: last === "LAST" };
        return;
      }
      case "RSET":
        this.#recipients = [];
        this.#content = undefined;
        this.act(this.#pick("rset", HONEST_REPLIES["RSET"]), line);
        return;
      case "QUIT":
        if ("quit" in script) this.act(script.quit, line);
        else {
          this.send(HONEST_REPLIES["QUIT"] as string);
          this.end();
        }
        return;
      default:
        this.act("other" in script ? script.other : "500 5.5.1 what\r\n", line);
    }
  }

  hello(): string {
    return this.helloWith(...EXTENSIONS[this.#options.dialect]);
  }

  /** An EHLO reply with these keywords, and with STARTTLS where it belongs. */
  helloWith(...keywords: readonly string[]): string {
    return hello(...keywords, ...(this.#options.offersTls && !this.secure ? ["STARTTLS"] : []));
  }

  #startTls(line: string): void {
    const { script } = this.#options;
    if ("starttls" in script) {
      this.act(script.starttls, line);
      return;
    }
    this.send("220 2.0.0 go ahead\r\n");
    this.startTls();
  }

  #rcpt(line: string): void {
    const { script } = this.#options;
    const address = Buffer.from(/<(.*?)>/.exec(line)?.[1] ?? "", "latin1").toString("utf8");
    const answer =
      script.rcpt === undefined || this.#honest
        ? (HONEST_REPLIES["RCPT"] as string)
        : script.rcpt(address, this);
    if (typeof answer !== "string" || /^2\d\d/.test(answer)) this.#recipients.push(address);
    this.act(answer, line);
  }

  #data(line: string): void {
    const answer = this.#pick("data", HONEST_REPLIES["DATA"]);
    this.#content = undefined;
    if (typeof answer === "string" && /^354[ \r\n-]/.test(answer)) this.expectContent();
    this.act(answer, line);
  }

  #auth(line: string): void {
    const { auth = ["235 2.7.0 welcome\r\n"] } = this.#options.script;
    const answer = auth[Math.min(this.#authStep++, auth.length - 1)];
    this.#mode = "command";
    this.#lastSaid = "";
    if (line === "*") this.send("501 5.7.0 cancelled\r\n");
    else this.act(answer, line);
    if (this.#lastSaid.startsWith("334")) this.#mode = "auth";
  }
}
