// The two engines talk to each other: whatever the message, however its source and the wire are cut, what arrives is
// what was sent.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ClientProtocol,
  type Command,
  commandLine,
  createReply,
  NEED_DATA,
  NEED_REPLY,
  ServerProtocol,
} from "../src/index.js";

const ann = { localPart: "ann", domain: "example.com" };
const bob = { localPart: "bob", domain: "example.org" };
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const text = (octets: Uint8Array): string => String.fromCharCode(...octets);

/** A client and a server, and a wire between them that is cut into pieces of one size. */
class Pair {
  readonly client = new ClientProtocol<string>();
  readonly server = new ServerProtocol();
  readonly #pieceBytes: number;
  content = "";
  readonly heard: string[] = [];
  readonly answered: number[] = [];
  /** Sizes that BDAT declared, and octets that came for each. */
  readonly chunks: { declared: number; came: number; last: boolean }[] = [];

  constructor(pieceBytes: number) {
    this.#pieceBytes = pieceBytes;
    this.server.reply(createReply(220, undefined, "mx.example ESMTP"));
    this.run();
    this.send({ verb: "EHLO", domain: "client.example" });
  }

  send(...commands: Command[]): void {
    for (const command of commands) this.client.send(commandLine(command));
    this.run();
  }

  /** Lets both talk until neither has anything to say. */
  run(): void {
    for (;;) {
      const fromServer = this.server.takeOutput();
      if (fromServer !== undefined) this.#toClient(fromServer.slice());
      const fromClient = this.client.takeOutput();
      if (fromClient !== undefined) {
        const octets = fromClient.slice();
        this.client.releaseOutput(fromClient);
        for (const piece of this.#cut(octets)) {
          this.server.receiveData(piece);
          this.#serve();
        }
      } else if (fromServer === undefined) {
        return;
      }
    }
  }

  *#cut(octets: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < octets.length; at += this.#pieceBytes)
      yield octets.subarray(at, at + this.#pieceBytes);
  }

  #toClient(octets: Uint8Array): void {
    for (const piece of this.#cut(octets)) {
      this.client.receiveData(piece);
      for (;;) {
        const event = this.client.nextEvent();
        if (event === NEED_DATA) break;
        this.answered.push(event.reply!.code);
      }
    }
  }

  #serve(): void {
    for (;;) {
      const event = this.server.nextEvent();
      if (event === NEED_DATA || event === NEED_REPLY) return;
      if (event.type === "content") {
        this.content += text(event.octets);
        const chunk = this.chunks.at(-1);
        if (chunk !== undefined) chunk.came += event.octets.length;
      } else if (event.type === "content-end") {
        this.server.reply(createReply(250, "2.0.0", event.last ? "queued" : "chunk taken"));
      } else if (event.type === "command") {
        this.heard.push(event.line);
        expect(event.refusal).toBeUndefined();
        const command = event.command!;
        if (command.verb === "BDAT") {
          this.chunks.push({ declared: command.sizeBytes, came: 0, last: command.last });
        } else if (command.verb === "EHLO") {
          this.server.reply(
            createReply(
              250,
              undefined,
              "mx.example",
              "PIPELINING",
              "CHUNKING",
              "BINARYMIME",
              "ENHANCEDSTATUSCODES",
            ),
          );
        } else {
          this.server.reply(
            command.verb === "DATA" ? createReply(354, undefined, "go") : createReply(250, "2.0.0", "ok"),
          );
        }
      }
    }
  }
}

const normal = (content: string): string => {
  const lines = content.replace(/\r\n|\r|\n/g, "\r\n");
  return lines === "" || lines.endsWith("\r\n") ? lines : `${lines}\r\n`;
};

const content = fc
  .array(
    fc.constantFrom(
      "\r\n",
      "\r",
      "\n",
      ".",
      "\r\n.\r\n",
      "ab",
      "\xff",
      "x".repeat(50),
      "RSET\r\n",
      "BDAT 5\r\n",
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(""));
const size = fc.integer({ min: 1, max: 60 });

describe("client and server", () => {
  it("a message by DATA arrives as it was sent, line ends made right", () => {
    fc.assert(
      fc.property(content, size, size, (message, wireBytes, sourceBytes) => {
        const pair = new Pair(wireBytes);
        pair.send({ verb: "MAIL", from: ann }, { verb: "RCPT", to: bob }, { verb: "DATA" });
        const octets = bytes(message);
        for (let at = 0; at < octets.length; ) {
          at += pair.client.writeContent(octets.subarray(0, Math.min(octets.length, at + sourceBytes)), at);
          if (at % 2 === 0) pair.run();
        }
        pair.client.endContent();
        pair.run();
        pair.send({ verb: "QUIT" });
        expect(pair.content).toBe(normal(message));
        expect(pair.heard).toEqual([
          "EHLO client.example",
          "MAIL FROM:<ann@example.com>",
          "RCPT TO:<bob@example.org>",
          "DATA",
          "QUIT",
        ]);
        expect(pair.answered.slice(-2)).toEqual([250, 250]);
      }),
      { numRuns: 60 },
    );
  });

  it("chunks declare what they hold, add up to the message, and one is the last", () => {
    fc.assert(
      fc.property(content, size, size, fc.boolean(), (message, wireBytes, sourceBytes, binary) => {
        const pair = new Pair(wireBytes);
        pair.send(
          { verb: "MAIL", from: ann, parameters: { body: binary ? "BINARYMIME" : "8BITMIME" } },
          { verb: "RCPT", to: bob },
        );
        const octets = bytes(message);
        let at = 0;
        do {
          const end = Math.min(octets.length, at + sourceBytes);
          at += pair.client.writeChunk(octets.subarray(0, end), at, end === octets.length, undefined, binary);
          pair.run();
        } while (at < octets.length);
        expect(pair.content).toBe(binary ? message : normal(message));
        for (const { declared, came } of pair.chunks) expect(came).toBe(declared);
        expect(pair.chunks.filter(({ last }) => last)).toHaveLength(1);
        expect(pair.chunks.at(-1)!.last).toBe(true);
        expect(pair.server.owedReplies).toBe(0);
        expect(pair.client.outstandingCount).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});
