import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** How far a client has come in one conversation. */
export type Step = "connect" | "EHLO" | "MAIL" | "RCPT" | "DATA" | "content" | "end of data";

/**
 * A mail server whose log is the truth. Labels ask for what it does: `early-refuse…` and `early-defer…` at RCPT, by the local part;
 * `refuse…` and `defer…` at the end of the data, by the subject. What is deferred is taken when it comes again.
 */
export class SmtpTruth {
  /** Labels of what it has taken, in order. */
  readonly accepted: string[];
  /** What it was told beside content. */
  readonly commands: string[] = [];
  /** Told before it answers. True: it does not, and hears nothing more. */
  onStep: (step: Step) => boolean | undefined | Promise<boolean | undefined> = () => undefined;
  readonly #deferred = new Set<string>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(accepted: string[] = []) {
    this.accepted = accepted;
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket)).on("error", () => {});
      void this.#converse(socket).catch(() => socket.destroy());
    });
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async #converse(socket: Socket): Promise<void> {
    const reply = (line: string) => socket.write(`${line}\r\n`);
    if (await this.#stopsAt("connect", socket)) return;
    reply("220 mx.example.org ESMTP");
    let recipients = 0;
    let content: string[] | undefined;
    for await (const line of linesOf(socket)) {
      if (content !== undefined) {
        if (content.length === 0 && (await this.#stopsAt("content", socket))) return;
        if (line !== ".") {
          content.push(line);
          continue;
        }
        const label = content.find((one) => one.startsWith("Subject: "))?.slice(9) ?? "";
        content = undefined;
        recipients = 0;
        const code = this.#codeFor(label);
        // From here on the message is the server's, whether its reply arrives or not.
        if (code === 250) this.accepted.push(label);
        if (await this.#stopsAt("end of data", socket)) return;
        reply(code === 250 ? "250 kept" : `${code} no`);
        continue;
      }
      this.commands.push(line);
      const verb = line.slice(0, 4).toUpperCase();
      if (["EHLO", "MAIL", "RCPT", "DATA"].includes(verb) && (await this.#stopsAt(verb as Step, socket))) {
        return;
      }
      if (verb === "EHLO") reply("250-mx.example.org\r\n250-PIPELINING\r\n250 DSN");
      else if (verb === "RCPT") {
        const label = /<(?:early-)?([^@]*)/.exec(line)?.[1] ?? "";
        const code = line.includes("<early-") ? this.#codeFor(label, "early-") : 250;
        if (code === 250) recipients++;
        reply(code === 250 ? "250 ok" : `${code} no`);
      } else if (verb === "DATA") {
        if (recipients > 0) content = [];
        reply(recipients > 0 ? "354 go on" : "554 no recipient");
      } else if (verb === "QUIT") {
        socket.end("221 bye\r\n");
        return;
      } else {
        if (verb === "RSET") recipients = 0;
        reply("250 ok");
      }
    }
  }

  #codeFor(label: string, stage = ""): 250 | 451 | 550 {
    if (label.startsWith("refuse")) return 550;
    if (!label.startsWith("defer") || this.#deferred.has(stage + label)) return 250;
    this.#deferred.add(stage + label);
    return 451;
  }

  async #stopsAt(step: Step, socket: Socket): Promise<boolean> {
    if ((await this.onStep(step)) !== true) return false;
    socket.destroy();
    return true;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function* linesOf(socket: Socket): AsyncGenerator<string> {
  let held = "";
  for await (const chunk of socket.setEncoding("latin1")) {
    const lines = (held + chunk).split("\r\n");
    held = lines.pop() ?? "";
    yield* lines;
  }
}
