import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** A hand-driven SMTP client: it writes what a test says and reads one reply at a time. It judges nothing. */
export class Conversation {
  #socket: Socket;
  #received = "";
  #wake: () => void = () => {};
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#listen();
  }

  static async open(
    port: number,
    options: { ca?: string | undefined; host?: string } = {},
  ): Promise<Conversation> {
    const host = options.host ?? "127.0.0.1";
    const socket =
      options.ca === undefined
        ? connect(port, host)
        : connectTls({ port, host, ca: options.ca, servername: "localhost" });
    const conversation = new Conversation(socket);
    await conversation.reply();
    return conversation;
  }

  /** Writes a line and returns the reply to it. */
  async say(line: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.reply();
  }

  /** Octets without any reply being read. */
  write(text: string): void {
    this.#socket.write(text);
  }

  /** The next whole reply, its lines joined by LF; `""` when the peer closed. */
  async reply(): Promise<string> {
    for (;;) {
      const whole = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/.exec(this.#received);
      if (whole !== null) {
        this.#received = this.#received.slice(whole[0].length);
        return whole[0].trimEnd().replace(/\r\n/g, "\n");
      }
      if (this.#closed) return "";
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async startTls(ca: string): Promise<void> {
    await this.say("STARTTLS");
    this.#socket.removeAllListeners();
    const secured = connectTls({ socket: this.#socket, ca, servername: "localhost" });
    this.#socket = secured;
    this.#listen();
    await new Promise<void>((resolve, reject) =>
      secured.once("secureConnect", resolve).once("error", reject),
    );
  }

  /** One whole message; returns the reply to the content, or the first refusal. */
  async deliver(from: string, to: readonly string[], content: string): Promise<string> {
    const commands = [`MAIL FROM:<${from}>`, ...to.map((address) => `RCPT TO:<${address}>`), "DATA"];
    for (const command of commands) {
      const reply = await this.say(command);
      if (!/^[23]/.test(reply)) return reply;
    }
    return this.say(`${content.replace(/\r?\n/g, "\r\n").replace(/^\./gm, "..")}\r\n.`);
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    this.#socket.on("data", (chunk) => {
      this.#received += chunk.toString("latin1");
      this.#wake();
    });
    const ended = () => {
      this.#closed = true;
      this.#wake();
    };
    this.#socket.on("end", ended).on("close", ended).on("error", ended);
  }
}
