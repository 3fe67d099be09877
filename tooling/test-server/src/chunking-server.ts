// A small, strict SMTP and LMTP server that also speaks BDAT (RFC 3030), which smtp-server does not. It answers in the
// order of RFC 5321 and keeps the truth: a message is in `messages` before its final reply is written.

import type { TestIdentity } from "./certificates.js";
import { join } from "./octets.js";
import { ScriptError, type ServerPeer } from "./peer.js";
import type { RecordedAddress } from "./recording-server.js";
import { refusalOf } from "./recording-server.js";
import { type ScriptedServer, type ScriptedServerOptions, scriptedServer } from "./scripted-server.js";

export interface ChunkedMessage {
  readonly from: RecordedAddress;
  /** Recipients that were accepted (by LMTP: also after the data). */
  readonly to: readonly RecordedAddress[];
  readonly content: Uint8Array;
  /** One character per octet. */
  readonly text: string;
  readonly framing: "DATA" | "BDAT";
  /** The sizes that BDAT declared; empty for DATA. */
  readonly chunks: readonly number[];
  readonly connection: number;
}

export interface ChunkingServerOptions extends Pick<ScriptedServerOptions, "host" | "port"> {
  /** EHLO lines after the first; default: PIPELINING, 8BITMIME, SMTPUTF8, CHUNKING, BINARYMIME, ENHANCEDSTATUSCODES, DSN, SIZE. */
  extensions?: readonly string[] | undefined;
  lmtp?: boolean | undefined;
  /** Offers STARTTLS, or speaks TLS from the start with `implicitTls`. */
  tls?: Pick<TestIdentity, "certificate" | "key"> | undefined;
  implicitTls?: boolean | undefined;
}

export interface ChunkingServer extends ScriptedServer {
  /** What was accepted, in the order of the final replies. */
  readonly messages: readonly ChunkedMessage[];
  /** Every command line received, without line ends, in order, over all connections. */
  readonly commands: readonly string[];
}

const EXTENSIONS = [
  "PIPELINING",
  "8BITMIME",
  "SMTPUTF8",
  "CHUNKING",
  "BINARYMIME",
  "ENHANCEDSTATUSCODES",
  "DSN",
  "SIZE",
];

interface Transaction {
  from: RecordedAddress;
  to: RecordedAddress[];
  chunks: Uint8Array[];
}

/** `MAIL FROM:<a@b> SIZE=3 BODY=8BITMIME` after the colon; undefined when it is not of that form. */
function parseAddress(text: string): RecordedAddress | undefined {
  const match = /^<((?:"(?:[^"\\]|\\.)*"|[^">])*)>((?: [!-<>-~]+(?:=[!-<>-~]+)?)*)$/.exec(text);
  if (match === null) return undefined;
  const parameters: Record<string, string | true> = {};
  for (const word of (match[2] as string).split(" ").filter((part) => part !== "")) {
    const equals = word.indexOf("=");
    if (equals < 0) parameters[word.toUpperCase()] = true;
    else parameters[word.slice(0, equals).toUpperCase()] = word.slice(equals + 1);
  }
  return { address: match[1] as string, parameters };
}

/** The content between DATA and CRLF.CRLF, with dots unstuffed. */
async function readData(peer: ServerPeer): Promise<Uint8Array> {
  const wire = Buffer.from(await peer.content())
    .toString("latin1")
    .slice(0, -3);
  return new Uint8Array(Buffer.from(wire.replace(/(^|\r\n)\./g, "$1"), "latin1"));
}

class Conversation {
  #transaction: Transaction | undefined;
  #greeted = false;
  readonly #peer: ServerPeer;
  readonly #options: ChunkingServerOptions;
  readonly #keep: (message: ChunkedMessage) => void;
  readonly #note: (line: string) => void;

  constructor(
    peer: ServerPeer,
    options: ChunkingServerOptions,
    keep: (message: ChunkedMessage) => void,
    note: (line: string) => void,
  ) {
    this.#peer = peer;
    this.#options = options;
    this.#keep = keep;
    this.#note = note;
  }

  async run(): Promise<void> {
    await this.#say(`220 chunking.example.test ${this.#options.lmtp ? "LMTP" : "ESMTP"}`);
    for (;;) {
      const octets = await this.#peer.until("\n").catch((error: unknown) => {
        // A client may leave between two commands; in the middle of one it must not.
        if (error instanceof ScriptError && this.#peer.unreadBytes === 0) return undefined;
        throw error;
      });
      if (octets === undefined) return;
      const line = Buffer.from(octets).toString("utf8");
      this.#note(line.replace(/\r?\n$/, ""));
      if (!/^[^\r\n\0]*\r\n$/.test(line)) await this.#say("500 5.5.2 bare CR, bare LF or NUL in a command");
      else if ((await this.#obey(line.slice(0, -2))) === "over") return;
    }
  }

  #say(text: string): Promise<void> {
    return this.#peer.send(`${text}\r\n`);
  }

  async #obey(line: string): Promise<"over" | undefined> {
    const verb = /^[A-Za-z]+/.exec(line)?.[0].toUpperCase() ?? "";
    if (verb === (this.#options.lmtp ? "LHLO" : "EHLO")) await this.#hello();
    else if (verb === "HELO" && !this.#options.lmtp) {
      this.#greeted = true;
      await this.#say("250 chunking.example.test");
    } else if (verb === "QUIT") {
      await this.#say("221 2.0.0 bye");
      return "over";
    } else if (verb === "NOOP") await this.#say("250 2.0.0 ok");
    else if (verb === "RSET") {
      this.#transaction = undefined;
      await this.#say("250 2.0.0 forgotten");
    } else if (verb === "STARTTLS" && this.#options.tls !== undefined && this.#peer.tls === undefined)
      await this.#startTls();
    else if (!this.#greeted) await this.#say("503 5.5.1 greet first");
    else if (verb === "MAIL") await this.#mail(line);
    else if (verb === "RCPT") await this.#recipient(line);
    else if (verb === "DATA") await this.#data();
    else if (verb === "BDAT") await this.#chunk(line);
    else await this.#say("500 5.5.1 unknown command");
    return undefined;
  }

  async #hello(): Promise<void> {
    this.#greeted = true;
    this.#transaction = undefined;
    const lines = ["chunking.example.test", ...(this.#options.extensions ?? EXTENSIONS)];
    if (this.#options.tls !== undefined && this.#peer.tls === undefined) lines.push("STARTTLS");
    await this.#say(lines.map((text, i) => `250${i === lines.length - 1 ? " " : "-"}${text}`).join("\r\n"));
  }

  async #startTls(): Promise<void> {
    await this.#say("220 2.0.0 go ahead");
    this.#greeted = false;
    this.#transaction = undefined;
    await this.#peer.startTls(this.#options.tls as Pick<TestIdentity, "certificate" | "key">);
  }

  async #mail(line: string): Promise<void> {
    const from = parseAddress(/^mail from:(.*)$/i.exec(line)?.[1] ?? "");
    if (from === undefined) return this.#say("501 5.5.4 syntax: MAIL FROM:<address>");
    if (this.#transaction !== undefined) return this.#say("503 5.5.1 nested MAIL");
    const refused = refusalOf(from.address, "address");
    if (refused !== undefined) return this.#say(`${refused.code} ${refused.text}`);
    this.#transaction = { from, to: [], chunks: [] };
    await this.#say("250 2.1.0 ok");
  }

  async #recipient(line: string): Promise<void> {
    const to = parseAddress(/^rcpt to:(.*)$/i.exec(line)?.[1] ?? "");
    if (to === undefined || to.address === "") return this.#say("501 5.5.4 syntax: RCPT TO:<address>");
    if (this.#transaction === undefined) return this.#say("503 5.5.1 MAIL first");
    const refused = refusalOf(to.address, "address");
    if (refused !== undefined) return this.#say(`${refused.code} ${refused.text}`);
    this.#transaction.to.push(to);
    await this.#say("250 2.1.5 ok");
  }

  async #data(): Promise<void> {
    const transaction = this.#transaction;
    if (transaction === undefined || transaction.to.length === 0)
      return this.#say("503 5.5.1 no valid recipients");
    if (transaction.chunks.length > 0) return this.#say("503 5.5.1 BDAT has begun");
    await this.#say("354 go ahead");
    await this.#finish(transaction, await readData(this.#peer), "DATA");
  }

  async #chunk(line: string): Promise<void> {
    const match = /^bdat (\d+)( last)?$/i.exec(line);
    if (match === null) return this.#say("501 5.5.4 syntax: BDAT size [LAST]");
    // The octets come whatever we answer (RFC 3030 section 2).
    const octets = await this.#peer.read(Number(match[1]));
    const transaction = this.#transaction;
    if (transaction === undefined || transaction.to.length === 0)
      return this.#say("503 5.5.1 no valid recipients");
    transaction.chunks.push(octets);
    if (match[2] === undefined) await this.#say(`250 2.0.0 ${octets.length} octets`);
    else await this.#finish(transaction, join(transaction.chunks), "BDAT");
  }

  async #finish(transaction: Transaction, content: Uint8Array, framing: "DATA" | "BDAT"): Promise<void> {
    this.#transaction = undefined;
    const verdicts = transaction.to.map(({ address }) => refusalOf(address, "data"));
    const refused = verdicts.find((verdict) => verdict !== undefined);
    if (!this.#options.lmtp && refused !== undefined) return this.#say(`${refused.code} ${refused.text}`);
    const to = transaction.to.filter((_, i) => verdicts[i] === undefined);
    if (to.length > 0) {
      this.#keep({
        from: transaction.from,
        to,
        content,
        get text() {
          return Buffer.from(content).toString("latin1");
        },
        framing,
        chunks: transaction.chunks.map((chunk) => chunk.length),
        connection: this.#peer.index,
      });
    }
    if (!this.#options.lmtp) return this.#say("250 2.0.0 queued");
    await this.#say(
      verdicts
        .map((verdict) => (verdict === undefined ? "250 2.0.0 delivered" : `${verdict.code} ${verdict.text}`))
        .join("\r\n"),
    );
  }
}

/** Starts the server on a free loopback port. */
export async function chunkingServer(options: ChunkingServerOptions = {}): Promise<ChunkingServer> {
  const messages: ChunkedMessage[] = [];
  const commands: string[] = [];
  const server = await scriptedServer(
    (peer) =>
      new Conversation(
        peer,
        options,
        (message) => messages.push(message),
        (line) => commands.push(line),
      ).run(),
    { host: options.host, port: options.port, tls: options.implicitTls ? options.tls : undefined },
  );
  return Object.assign(server, { messages, commands });
}
