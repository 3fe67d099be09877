import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { type ConnectionOptions, type TLSSocket, connect as tlsConnect } from "node:tls";
import { SERVER_NAME } from "../servers/mail-server.js";

export interface RawReply {
  readonly code: number;
  /** The text of each line, without code and separator. */
  readonly lines: readonly string[];
}

export interface RawTarget {
  readonly host?: string | undefined;
  readonly port: number;
  readonly caFile?: string | undefined;
  /** TLS before the greeting. Default false. */
  readonly implicit?: boolean | undefined;
  readonly tls?: ConnectionOptions | undefined;
}

/**
 * A conversation over a bare socket, written down line by line: what the smoke tests use, so that they say what a
 * server does and not what the client makes of it. It trusts the server with everything but the certificate.
 */
export class RawConversation {
  readonly #target: RawTarget;
  #socket: Socket | TLSSocket;
  #received = "";
  #ended = false;
  #wake: () => void = () => {};
  /** Lines that begin with `S: `, `C: ` or `# `. */
  readonly transcript: string[] = [];

  private constructor(target: RawTarget, socket: Socket) {
    this.#target = target;
    this.#socket = socket;
  }

  /** Connects; the greeting is the first reply to read. */
  static async open(target: RawTarget): Promise<RawConversation> {
    const socket = connect({ host: target.host ?? "127.0.0.1", port: target.port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", () => resolve());
      socket.once("error", reject);
    });
    const conversation = new RawConversation(target, socket);
    if (target.implicit === true) await conversation.startTls();
    else conversation.#listen();
    return conversation;
  }

  get socket(): Socket | TLSSocket {
    return this.#socket;
  }

  #listen(): void {
    this.#socket.on("data", (chunk: Buffer) => {
      this.#received += chunk.toString("utf8");
      this.#wake();
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    this.#socket.on("end", end);
    this.#socket.on("error", end);
    this.#socket.on("close", end);
  }

  /** Turns the connection into TLS; verifies the server against the private authority. */
  async startTls(): Promise<void> {
    this.#socket.removeAllListeners("data");
    const secured = tlsConnect({
      socket: this.#socket,
      servername: SERVER_NAME,
      ca: this.#target.caFile === undefined ? undefined : readFileSync(this.#target.caFile),
      ...this.#target.tls,
    });
    await new Promise<void>((resolve, reject) => {
      secured.once("secureConnect", resolve);
      secured.once("error", reject);
    });
    this.#socket = secured;
    this.transcript.push(`# ${secured.getProtocol()}`);
    this.#listen();
  }

  async #line(): Promise<string> {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const end = this.#received.indexOf("\n");
      if (end >= 0) {
        const line = this.#received.slice(0, end).replace(/\r$/, "");
        this.#received = this.#received.slice(end + 1);
        this.transcript.push(`S: ${line}`);
        return line;
      }
      if (this.#ended) throw new Error(`the server closed the connection\n${this.transcript.join("\n")}`);
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`no reply within 30 s\n${this.transcript.join("\n")}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async reply(): Promise<RawReply> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.#line();
      lines.push(line.slice(4));
      if (line[3] !== "-") return { code: Number(line.slice(0, 3)), lines };
    }
  }

  /** Sends lines as they are, CRLF added to each, in one write. */
  write(...lines: readonly string[]): void {
    for (const line of lines) this.transcript.push(`C: ${line}`);
    this.#socket.write(lines.map((line) => `${line}\r\n`).join(""));
  }

  /** Sends octets that the transcript shows by their number only. */
  writeOctets(octets: Uint8Array): void {
    this.transcript.push(`# ${octets.length} octets of content`);
    this.#socket.write(octets);
  }

  async command(line: string): Promise<RawReply> {
    this.write(line);
    return this.reply();
  }

  /** EHLO; gives the keywords with their parameters, AUTH's among them. */
  async ehlo(verb = "EHLO"): Promise<Map<string, string[]>> {
    const reply = await this.command(`${verb} client.example.test`);
    if (reply.code !== 250) throw new Error(this.transcript.join("\n"));
    const words = reply.lines.slice(1).map((line) => line.trim().split(/[ =]+/));
    return new Map(words.filter(([keyword]) => keyword !== "").map(([keyword, ...rest]) => [keyword!, rest]));
  }

  /** STARTTLS and the handshake. */
  async upgrade(): Promise<void> {
    const reply = await this.command("STARTTLS");
    if (reply.code !== 220) throw new Error(this.transcript.join("\n"));
    await this.startTls();
  }

  /** One message to these recipients; gives the replies to MAIL, each RCPT, DATA and the end of the data. */
  async send(
    from: string,
    recipients: readonly string[],
    content: string,
    parameters = "",
  ): Promise<number[]> {
    const codes = [(await this.command(`MAIL FROM:<${from}>${parameters}`)).code];
    for (const recipient of recipients) codes.push((await this.command(`RCPT TO:<${recipient}>`)).code);
    codes.push((await this.command("DATA")).code);
    if (codes.at(-1) !== 354) return codes;
    this.write(...content.replace(/\r\n$/, "").split("\r\n"), ".");
    codes.push((await this.reply()).code);
    return codes;
  }

  /** QUIT and the end of the connection. */
  async quit(): Promise<void> {
    await this.command("QUIT");
    this.#socket.end();
    this.#socket.destroy();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
