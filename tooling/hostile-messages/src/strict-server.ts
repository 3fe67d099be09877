// A server that takes nothing that is not to the letter: one MAIL at a time in the grammar of RFC 5321, CRLF only, no
// NUL, lines within their limits. It keeps the octets of the client as they came, for a judge that shares no code with it.
import { createServer, type Server, type Socket } from "node:net";
import { createReply, type ServerEvent, ServerProtocol } from "@wirepost/smtp-protocol";
import type { Way } from "./hostile-object.js";

export interface RecordedSession {
  /** Everything that the client sent. */
  readonly octets: Uint8Array;
  /** Command lines as the server's own reader saw them. */
  readonly commands: readonly string[];
  /** Messages, unstuffed by the server's own reader. */
  readonly contents: readonly Uint8Array[];
  /** What was wrong with what the client sent. */
  readonly faults: readonly string[];
}

export interface StrictServer {
  readonly port: number;
  /** The sessions since the last call, each ended. */
  sessions(): Promise<RecordedSession[]>;
  close(): Promise<void>;
}

class Session {
  readonly pieces: Buffer[] = [];
  readonly commands: string[] = [];
  readonly contents: Uint8Array[] = [];
  readonly faults: string[] = [];
  readonly ended: Promise<void>;
  readonly #protocol = new ServerProtocol({ strictLineEnd: true });
  readonly #socket: Socket;
  readonly #way: Way;
  #content: Uint8Array[] = [];

  constructor(socket: Socket, way: Way) {
    this.#socket = socket;
    this.#way = way;
    this.ended = new Promise((resolve) => socket.on("close", () => resolve()));
    this.#protocol.reply(createReply(220, undefined, "strict.example.test ESMTP"));
    socket.on("data", (piece) => {
      this.pieces.push(piece);
      this.#protocol.receiveData(piece);
      this.#work();
    });
    socket.on("error", (error) => this.faults.push(`the connection: ${error.message}`));
    this.#work();
  }

  #work(): void {
    try {
      for (
        let event = this.#protocol.nextEvent();
        typeof event !== "symbol";
        event = this.#protocol.nextEvent()
      )
        this.#take(event);
    } catch (error) {
      this.faults.push(String(error));
      this.#socket.destroy();
      return;
    }
    const octets = this.#protocol.takeOutput();
    if (octets !== undefined) this.#socket.write(octets);
    if (this.#protocol.closed) this.#socket.end();
  }

  #take(event: ServerEvent): void {
    if (event.type === "content") {
      this.#content.push(event.octets.slice());
      return;
    }
    if (event.type === "content-end") {
      if (event.last) {
        this.contents.push(new Uint8Array(Buffer.concat(this.#content)));
        this.#content = [];
      }
      this.#protocol.reply(createReply(250, "2.0.0", "Taken"));
      return;
    }
    if (event.type === "sasl") {
      this.faults.push("a line of AUTH");
      return;
    }
    this.commands.push(event.line);
    if (event.error !== undefined) this.faults.push(`${event.error.code}: ${JSON.stringify(event.line)}`);
    else if (event.refusal !== undefined) this.faults.push(`out of order: ${JSON.stringify(event.line)}`);
    if (event.refusal !== undefined) {
      this.#protocol.reply(event.refusal);
      return;
    }
    const verb = event.command?.verb;
    if (verb === "EHLO")
      this.#protocol.reply(createReply(250, undefined, "strict.example.test", ...this.#way.extensions));
    else if (verb === "DATA") this.#protocol.reply(createReply(354, undefined, "Go on"));
    else if (verb === "QUIT") this.#protocol.reply(createReply(221, "2.0.0", "Bye"));
    // A chunk is answered when it is here.
    else if (verb !== "BDAT") this.#protocol.reply(createReply(250, "2.0.0", "Ok"));
  }
}

export async function startStrictServer(way: Way): Promise<StrictServer> {
  let sessions: Session[] = [];
  const server: Server = createServer((socket) => sessions.push(new Session(socket, way)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    sessions: async () => {
      const taken = sessions;
      sessions = [];
      await Promise.all(taken.map((session) => session.ended));
      return taken.map(({ pieces, commands, contents, faults }) => ({
        octets: new Uint8Array(Buffer.concat(pieces)),
        commands,
        contents,
        faults,
      }));
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
