import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SmtpProtocolError } from "./errors.js";
import { NEED_DATA } from "./reply-parser.js";
import { createReply, serializeReply } from "./reply-serializer.js";
import { NEED_REPLY, ServerProtocol, type ServerProtocolOptions } from "./server-protocol.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (octets: Uint8Array | undefined): string => new TextDecoder().decode(octets);

/** A server of few words: each event in short, each answered at once. */
class Talker {
  readonly server: ServerProtocol;
  readonly heard: string[] = [];
  said = "";
  answers: Record<string, number | readonly number[]> = {};
  #given: Record<string, number> = {};
  #chunkRefusal: number | undefined;
  constructor(options?: ServerProtocolOptions, greet = true) {
    this.server = new ServerProtocol(options);
    if (greet) this.server.reply(createReply(220, undefined, "mx.example"));
  }

  feed(wire: string | Uint8Array, size = Number.POSITIVE_INFINITY): this {
    const octets = typeof wire === "string" ? bytes(wire) : wire;
    for (let at = 0; at < octets.length; at += size) {
      this.server.receiveData(octets.slice(at, at + size));
      while (this.step());
    }
    return this;
  }

  /** One event; false when octets or a reply must come first. */
  step(): boolean {
    const event = this.server.nextEvent();
    if (event === NEED_DATA || event === NEED_REPLY) return false;
    if (event.type === "content") {
      const last = this.heard.length - 1;
      const octets = String.fromCharCode(...event.octets);
      if (this.heard[last]?.startsWith("content:")) this.heard[last] += octets;
      else this.heard.push(`content:${octets}`);
      return true;
    }
    if (event.type === "content-end") {
      this.heard.push(`end ${event.verb}${event.last ? " last" : ""}`);
      if (event.verb === "DATA") this.answer("END", 250);
      else if (this.#chunkRefusal !== undefined) this.reply(this.#chunkRefusal);
      else this.answer("BDAT", 250);
      return true;
    }
    if (event.type === "sasl") {
      this.heard.push(`sasl ${event.response instanceof Uint8Array ? text(event.response) : event.response}`);
      this.answer("SASL", event.response instanceof Uint8Array ? 235 : 501);
      return true;
    }
    const verb = event.command?.verb ?? event.error?.code ?? "";
    this.heard.push(event.refusal === undefined ? verb : `${verb} -> ${event.refusal.code}`);
    if (event.command?.verb === "BDAT") {
      this.#chunkRefusal = event.refusal?.code;
      return true;
    }
    if (event.refusal !== undefined) this.reply(event.refusal.code);
    else
      this.answer(
        verb,
        verb === "DATA"
          ? 354
          : verb === "STARTTLS"
            ? 220
            : verb === "QUIT"
              ? 221
              : verb === "AUTH"
                ? 334
                : 250,
      );
    return true;
  }

  answer(verb: string, usual: number): void {
    const answers = this.answers[verb];
    const nth = this.#given[verb] ?? 0;
    this.#given[verb] = nth + 1;
    this.reply((typeof answers === "object" ? answers[nth] : answers) ?? usual);
  }

  reply(code: number): void {
    this.server.reply({ code, lines: ["."] });
    this.said += text(this.server.takeOutput()).replace(/[^0-9]+/g, " ");
  }
}

const MESSAGE = "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n";
const SENT = ["MAIL", "RCPT", "DATA"];

const SESSIONS: {
  name: string;
  wire: string;
  heard: string[];
  said: string;
  options?: ServerProtocolOptions;
  answers?: Record<string, number | readonly number[]>;
}[] = [
  {
    name: "a message",
    wire: `EHLO a.example\r\n${MESSAGE}x\r\n..y\r\n.\r\nQUIT\r\n`,
    heard: ["EHLO", ...SENT, "content:x\r\n.y\r\n", "end DATA last", "QUIT"],
    said: "250 250 250 354 250 221 ",
  },
  {
    name: "two messages",
    wire: `EHLO a.example\r\n${MESSAGE}.\r\nRSET\r\n${MESSAGE}x\r\n.\r\n`,
    heard: ["EHLO", ...SENT, "end DATA last", "RSET", ...SENT, "content:x\r\n", "end DATA last"],
    said: "250 250 250 354 250 250 250 250 354 250 ",
  },
  {
    name: "LF at the end of commands",
    wire: "EHLO a.example\nNOOP\n",
    heard: ["EHLO", "NOOP"],
    said: "250 250 ",
  },
  {
    name: "what only looks like an end",
    wire: `EHLO a.example\r\n${MESSAGE}a\n.\nRSET\r\n.\nb\r\n.\r\n`,
    heard: ["EHLO", ...SENT, "content:a\n.\nRSET\r\n\nb\r\n", "end DATA last"],
    said: "250 250 250 354 250 ",
  },
  {
    name: "DATA refused",
    wire: `EHLO a.example\r\n${MESSAGE}RSET\r\n`,
    heard: ["EHLO", ...SENT, "RSET"],
    said: "250 250 250 451 250 ",
    answers: { DATA: 451 },
  },
  {
    name: "all recipients refused",
    wire: `EHLO a.example\r\n${MESSAGE}RSET\r\n`,
    heard: ["EHLO", "MAIL", "RCPT", "DATA -> 503", "RSET"],
    said: "250 250 550 503 250 ",
    answers: { RCPT: 550 },
  },
  {
    name: "MAIL refused",
    wire: `EHLO a.example\r\n${MESSAGE}`,
    heard: ["EHLO", "MAIL", "RCPT -> 503", "DATA -> 503"],
    said: "250 550 503 503 ",
    answers: { MAIL: 550 },
  },
  {
    name: "chunks",
    wire: "EHLO a.example\r\nMAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<b@example.com>\r\nBDAT 4\r\n.\r\n\nBDAT 0\r\nBDAT 3 LAST\r\n\r\n.NOOP\r\n",
    heard: [
      "EHLO",
      "MAIL",
      "RCPT",
      "BDAT",
      "content:.\r\n\n",
      "end BDAT",
      "BDAT",
      "end BDAT",
      "BDAT",
      "content:\r\n.",
      "end BDAT last",
      "NOOP",
    ],
    said: "250 250 250 250 250 250 250 ",
  },
  {
    name: "a chunk out of order is read over",
    wire: "EHLO a.example\r\nBDAT 6 LAST\r\nQUIT\r\nNOOP\r\n",
    heard: ["EHLO", "BDAT -> 503", "content:QUIT\r\n", "end BDAT last", "NOOP"],
    said: "250 503 250 ",
  },
  {
    name: "a last chunk before RCPT ends nothing: the transaction goes on",
    wire: `EHLO a.example\r\nMAIL FROM:<>\r\nBDAT 0 LAST\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\nDATA\r\nx\r\n.\r\n${MESSAGE}`,
    heard: [
      "EHLO",
      "MAIL",
      "BDAT -> 503",
      "end BDAT last",
      "RCPT",
      "RCPT",
      "DATA",
      "content:x\r\n",
      "end DATA last",
      ...SENT,
    ],
    said: "250 250 503 250 550 354 250 250 250 354 ",
    answers: { RCPT: [250, 550] },
  },
  {
    name: "behind a refused chunk the message has failed, its chunks are read over, and RSET comes next (RFC 3030 2)",
    wire: `EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nBDAT 6\r\nRSET\r\nBDAT 6\r\nQUIT\r\nBDAT 2 LAST\r\nxxRCPT TO:<c@example.com>\r\nDATA\r\nMAIL FROM:<>\r\nBURL x LAST\r\nAUTH PLAIN\r\nNOOP\r\nVRFY b\r\nRSET\r\n${MESSAGE}`,
    heard: [
      "EHLO",
      "MAIL",
      "RCPT",
      "BDAT",
      "content:RSET\r\n",
      "end BDAT",
      "BDAT -> 503",
      "content:QUIT\r\n",
      "end BDAT",
      "BDAT -> 503",
      "content:xx",
      "end BDAT last",
      "RCPT -> 503",
      "DATA -> 503",
      "MAIL -> 503",
      "BURL -> 503",
      "AUTH -> 503",
      "NOOP",
      "VRFY",
      "RSET",
      ...SENT,
    ],
    said: "250 250 250 452 503 503 503 503 503 503 503 250 250 250 250 250 354 ",
    answers: { BDAT: [452] },
  },
  {
    name: "EHLO ends a failed message too",
    wire: `EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nBDAT 0\r\nBDAT 1\r\nxEHLO a.example\r\n${MESSAGE}`,
    heard: ["EHLO", "MAIL", "RCPT", "BDAT", "end BDAT", "BDAT", "content:x", "end BDAT", "EHLO", ...SENT],
    said: "250 250 250 250 552 250 250 250 354 ",
    answers: { BDAT: [250, 552] },
  },
  {
    name: "BURL that is refused fails the message as a chunk does (RFC 4468)",
    wire: "EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nBURL x\r\nBDAT 0 LAST\r\nRSET\r\n",
    heard: ["EHLO", "MAIL", "RCPT", "BURL", "BDAT -> 503", "end BDAT last", "RSET"],
    said: "250 250 250 554 503 250 ",
    answers: { BURL: 554 },
  },
  {
    name: "a last chunk that is refused ends the transaction",
    wire: `EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nBDAT 0 LAST\r\n${MESSAGE}`,
    heard: ["EHLO", "MAIL", "RCPT", "BDAT", "end BDAT last", ...SENT],
    said: "250 250 250 552 250 250 354 ",
    answers: { BDAT: 552 },
  },
  {
    name: "LMTP answers a last chunk that is out of order once",
    options: { lmtp: true },
    wire: "LHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\nBDAT 0\r\nBDAT 0 LAST\r\nNOOP\r\n",
    heard: ["LHLO", "MAIL", "RCPT", "RCPT", "BDAT", "end BDAT", "BDAT -> 503", "end BDAT last", "NOOP"],
    said: "250 250 250 250 452 503 250 ",
    answers: { BDAT: 452 },
  },
  {
    name: "a chunk without a size ends the session",
    wire: "EHLO a.example\r\nBDAT LAST\r\nMAIL FROM:<evil@example.com>\r\n",
    heard: ["EHLO", "ERR_SMTP_COMMAND_SYNTAX -> 421"],
    said: "250 421 ",
  },
  {
    name: "DATA after BDAT",
    wire: "EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nBDAT 0\r\nDATA\r\nRCPT TO:<c@example.com>\r\n",
    heard: ["EHLO", "MAIL", "RCPT", "BDAT", "end BDAT", "DATA -> 503", "RCPT -> 503"],
    said: "250 250 250 250 503 503 ",
  },
  {
    name: "DATA for BINARYMIME",
    wire: "EHLO a.example\r\nMAIL FROM:<> BODY=BINARYMIME\r\nRCPT TO:<b@example.com>\r\nDATA\r\n",
    heard: ["EHLO", "MAIL", "RCPT", "DATA -> 503"],
    said: "250 250 250 503 ",
  },
  {
    name: "commands out of order",
    wire: "MAIL FROM:<>\r\nSTARTTLS\r\nNOOP\r\nHELO a.example\r\nRCPT TO:<b@example.com>\r\nDATA\r\nMAIL FROM:<>\r\nMAIL FROM:<>\r\n",
    heard: [
      "MAIL -> 503",
      "STARTTLS -> 503",
      "NOOP",
      "HELO",
      "RCPT -> 503",
      "DATA -> 503",
      "MAIL",
      "MAIL -> 503",
    ],
    said: "503 503 250 250 503 503 250 503 ",
  },
  {
    name: "lines that are no command",
    wire: `GET / HTTP/1.1\r\n\r\nMAIL FROM:x\r\nMAIL FROM:<> SIZE=x\r\n${"x".repeat(3000)}\r\nNOOP\r\n`,
    heard: [
      "CUSTOM -> 500",
      "ERR_SMTP_COMMAND_UNKNOWN -> 500",
      "ERR_SMTP_COMMAND_SYNTAX -> 501",
      "ERR_SMTP_PARAMETER_SYNTAX -> 501",
      "ERR_SMTP_COMMAND_TOO_LONG -> 500",
      "NOOP",
    ],
    said: "500 500 501 501 500 250 ",
  },
  {
    name: "an endless line is passed over",
    wire: `NOOP ${"x".repeat(50_000)}\r\nNOOP\r\n`,
    heard: ["ERR_SMTP_COMMAND_TOO_LONG -> 500", "NOOP"],
    said: "500 250 ",
  },
  {
    name: "AUTH with a long initial response",
    wire: `EHLO a.example\r\nAUTH PLAIN ${"AAAA".repeat(2500)}\r\n`,
    heard: ["EHLO", "AUTH"],
    said: "250 235 ",
    answers: { AUTH: 235 },
  },
  {
    name: "AUTH in steps",
    wire: "EHLO a.example\r\nAUTH LOGIN\r\ndXNlcg==\r\nAUTH LOGIN\r\n",
    heard: ["EHLO", "AUTH", "sasl user", "AUTH -> 503"],
    said: "250 334 235 503 ",
  },
  {
    name: "AUTH cancelled, empty, spoilt, refused",
    wire: "EHLO a.example\r\nAUTH LOGIN\r\n*\r\nAUTH LOGIN\r\n!\r\nAUTH LOGIN\r\n\r\nAUTH LOGIN\r\n",
    heard: ["EHLO", "AUTH", "sasl null", "AUTH", "sasl undefined", "AUTH", "sasl ", "AUTH -> 503"],
    said: "250 334 501 334 501 334 235 503 ",
  },
  {
    name: "UTF-8 addresses",
    wire: "EHLO a.example\r\nMAIL FROM:<ä@example.com>\r\nMAIL FROM:<ä@example.com> SMTPUTF8\r\nRCPT TO:<ü@example.com>\r\nRSET\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<ü@example.com>\r\n",
    heard: ["EHLO", "ERR_SMTP_COMMAND_SYNTAX -> 501", "MAIL", "RCPT", "RSET", "MAIL", "RCPT -> 553"],
    said: "250 501 250 250 250 250 553 ",
  },
  {
    name: "LMTP",
    options: { lmtp: true },
    wire: "EHLO a.example\r\nLHLO a.example\r\nMAIL FROM:<>\r\nDATA\r\n",
    heard: ["EHLO -> 500", "LHLO", "MAIL", "DATA -> 503"],
    said: "500 250 250 503 ",
  },
  { name: "LHLO where SMTP is spoken", wire: "LHLO a.example\r\n", heard: ["LHLO -> 500"], said: "500 " },
];

describe.each(SESSIONS)("session: $name", ({ wire, heard, said, options, answers }) => {
  it.each([
    ["whole", 1e6],
    ["byte by byte", 1],
    ["in sevens", 7],
  ])("%s", (_, size) => {
    const talker = new Talker(options);
    Object.assign(talker.answers, answers);
    talker.feed(wire, size);
    expect(talker.heard).toEqual(heard);
    expect(talker.said.replace(/^220 /, "")).toBe(`220 ${said}`.replace(/^220 /, ""));
  });
});

describe("order", () => {
  it("nothing is read before the greeting", () => {
    const server = new ServerProtocol();
    server.receiveData(bytes("EHLO a.example\r\n"));
    expect(server.nextEvent()).toBe(NEED_REPLY);
    server.reply(createReply(220, undefined, "mx.example"));
    expect(server.nextEvent()).toMatchObject({ type: "command", line: "EHLO a.example" });
    expect(text(server.takeOutput())).toBe("220 mx.example\r\n");
    expect(server.takeOutput()).toBeUndefined();
  });

  it("pipelined commands are read ahead, and measured by what they hope for", () => {
    const { server } = new Talker();
    server.receiveData(bytes(`EHLO a.example\r\n${MESSAGE}NOOP\r\n`));
    for (let i = 0; i < 4; i++) expect(server.nextEvent()).toMatchObject({ refusal: undefined });
    expect(server.nextEvent()).toBe(NEED_REPLY);
    expect([server.owedReplies, server.phase]).toEqual([4, "start"]);
    for (const code of [250, 250, 250]) server.reply(createReply(code, undefined));
    expect([server.phase, server.acceptedRecipients]).toEqual(["recipients", 1]);
    expect(server.nextEvent()).toBe(NEED_REPLY);
    server.reply(createReply(354, undefined));
    server.receiveData(bytes("\r\n.\r\nQUIT\r\n"));
    expect(server.nextEvent()).toMatchObject({ type: "content" });
    expect(server.nextEvent()).toEqual({ type: "content-end", verb: "DATA", last: true });
    expect(server.nextEvent()).toMatchObject({ command: { verb: "QUIT" } });
    server.reply(createReply(250, "2.0.0", "queued"));
    expect([server.phase, server.closed]).toEqual(["ready", false]);
    server.reply(createReply(221, undefined));
    expect(server.closed).toBe(true);
    server.receiveData(bytes("NOOP\r\n"));
    expect([server.nextEvent(), server.pendingBytes]).toEqual([NEED_DATA, 0]);
  });

  it("only so many commands are read ahead", () => {
    const { server } = new Talker({ maxPipelined: 2 });
    server.receiveData(bytes("NOOP\r\n".repeat(5)));
    server.nextEvent();
    server.nextEvent();
    expect(server.nextEvent()).toBe(NEED_REPLY);
    expect(server.pendingBytes).toBe(18);
    server.reply(createReply(250, undefined));
    expect(server.nextEvent()).toMatchObject({ type: "command" });
  });

  it("LMTP gives a final reply for each accepted recipient, and refuses DATA without one", () => {
    const { server } = new Talker({ lmtp: true });
    const read = () => server.nextEvent();
    const reply = (code: number) => server.reply(createReply(code, undefined));
    server.receiveData(
      bytes(
        "LHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\nDATA\r\n",
      ),
    );
    for (const code of [250, 250, 250, 550, 250, 354]) {
      read();
      reply(code);
    }
    server.receiveData(bytes(".\r\n"));
    expect(read()).toMatchObject({ type: "content-end" });
    reply(250);
    expect(server.owedReplies).toBe(1);
    reply(450);
    expect(server.owedReplies).toBe(0);
    expect(() => reply(250)).toThrow(expect.objectContaining({ code: "ERR_SMTP_WRONG_STATE" }));
    server.receiveData(bytes("MAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nDATA\r\n"));
    for (const code of [250, 550]) {
      read();
      reply(code);
    }
    read();
    expect(() => reply(354)).toThrow(expect.objectContaining({ code: "ERR_SMTP_WRONG_STATE" }));
    reply(503);
  });

  it("a chunk that was read ahead of the refusal of another is measured by the reply to that", () => {
    const { server } = new Talker();
    server.receiveData(
      bytes("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nBDAT 0\r\nBDAT 0 LAST\r\nMAIL FROM:<>\r\n"),
    );
    for (let i = 0; i < 8; i++) expect(server.nextEvent()).not.toMatchObject({ refusal: { code: 503 } });
    for (const code of [250, 250, 250, 452]) server.reply(createReply(code, undefined));
    expect([server.phase, server.owedReplies]).toEqual(["failed", 2]);
    // Whatever is said of it: without one of its chunks the message has not ended.
    server.reply(createReply(250, undefined));
    expect([server.phase, server.owedReplies]).toEqual(["failed", 1]);
    server.reply(createReply(503, undefined));
    server.receiveData(bytes("MAIL FROM:<>\r\n"));
    expect(server.nextEvent()).toMatchObject({ refusal: { code: 503 } });
  });

  describe.each([
    { lmtp: false, last: [503] },
    { lmtp: false, last: [250] },
    { lmtp: true, last: [503] },
    { lmtp: true, last: [503, 503] },
    { lmtp: true, last: [250, 250] },
  ])("a last chunk behind a refused one, answered $last (LMTP: $lmtp)", ({ lmtp, last }) => {
    const READ_AHEAD = "BDAT 0\r\nBDAT 0 LAST\r\n";
    function failedSession() {
      const { server } = new Talker({ lmtp });
      const hear = (wire: string, codes: readonly number[]): void => {
        server.receiveData(bytes(wire));
        while (typeof server.nextEvent() !== "symbol");
        for (const code of codes) server.reply(createReply(code, undefined));
      };
      const hello = lmtp ? "LHLO" : "EHLO";
      hear(
        `${hello} a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nRCPT TO:<c@b.example>\r\n`,
        [250, 250, 250, 250],
      );
      hear(READ_AHEAD, [552, ...last]);
      return { server, hear };
    }

    it("leaves the count of what is owed as it should be", () => {
      const { server, hear } = failedSession();
      expect([server.phase, server.owedReplies]).toEqual(["failed", 0]);
      if (last.length === server.acceptedRecipients || !lmtp) {
        const reply = () => server.reply(createReply(503, undefined));
        expect(reply).toThrow(expect.objectContaining({ code: "ERR_SMTP_WRONG_STATE" }));
      }
      hear("NOOP\r\nRSET\r\n", [250, 250]);
      expect([server.phase, server.owedReplies, server.acceptedRecipients]).toEqual(["ready", 0, 0]);
    });

    it("is followed by a transaction of its own when MAIL is accepted", () => {
      const { server, hear } = failedSession();
      hear("MAIL FROM:<>\r\nRCPT TO:<d@b.example>\r\n", [250]);
      expect([server.phase, server.acceptedRecipients]).toEqual(["mail", 0]);
      server.reply(createReply(250, undefined));
      expect([server.phase, server.acceptedRecipients]).toEqual(["recipients", 1]);
      server.receiveData(bytes("DATA\r\n"));
      expect(server.nextEvent()).toMatchObject({ type: "command", refusal: undefined });
      server.reply(createReply(354, undefined));
      hear("x\r\n.\r\n", [250]);
      expect([server.phase, server.owedReplies, server.acceptedRecipients]).toEqual(["ready", 0, 0]);
    });
  });

  it.each(["BDAT 0 LAST", "BURL x LAST"])("LMTP counts the recipients of %s when it is answered", (last) => {
    const { server } = new Talker({ lmtp: true });
    server.receiveData(
      bytes(
        `LHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.com>\r\nRCPT TO:<b@example.com>\r\n${last}\r\n`,
      ),
    );
    for (let i = 0; i < 6; i++) server.nextEvent();
    for (let i = 0; i < 6; i++) server.reply(createReply(250, undefined));
    expect([server.owedReplies, server.phase, server.acceptedRecipients]).toEqual([0, "ready", 0]);
  });

  it.each([
    ["354", "NOOP\r\n", 354],
    ["334", "NOOP\r\n", 334],
    ["300", "NOOP\r\n", 300],
    ["250", "DATA\r\n", 250],
    ["354 to AUTH", "AUTH PLAIN\r\n", 354],
  ])("%s cannot answer %j, and nothing is changed by trying", (_, line, code) => {
    const { server } = new Talker();
    server.receiveData(bytes(line));
    server.nextEvent();
    server.takeOutput();
    expect(() => server.reply(createReply(code, undefined))).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_WRONG_STATE" }),
    );
    expect([server.owedReplies, server.takeOutput()]).toEqual([1, undefined]);
    server.reply(createReply(550, undefined));
  });

  it("421 may come unasked, and closes", () => {
    const { server } = new Talker();
    server.reply(createReply(421, "4.3.2", "going down"));
    expect(server.closed).toBe(true);
    expect(() => server.reply(createReply(421, undefined))).toThrow();
  });
});

describe("STARTTLS", () => {
  const until220 = () => {
    const { server } = new Talker();
    for (const line of ["EHLO a.example\r\n", "STARTTLS\r\n"]) {
      server.receiveData(bytes(line));
      server.nextEvent();
      if (line.startsWith("EHLO")) server.reply(createReply(250, undefined));
    }
    return server;
  };

  it("forgets what came before TLS", () => {
    const server = until220();
    server.reply(createReply(220, undefined));
    expect(server.nextEvent()).toBe(NEED_DATA);
    expect(() => server.receiveData(bytes("x"))).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_WRONG_STATE" }),
    );
    server.tlsStarted();
    expect([server.phase, server.secure]).toEqual(["start", true]);
    server.receiveData(bytes("MAIL FROM:<>\r\nEHLO a.example\r\nSTARTTLS\r\n"));
    expect([1, 2, 3].map(() => (server.nextEvent() as { refusal: unknown }).refusal)).toEqual([
      expect.objectContaining({ code: 503 }),
      undefined,
      expect.objectContaining({ code: 503 }),
    ]);
  });

  it.each(["EHLO evil.example\r\n", "E"])(
    "octets in plaintext after it are an error for good: %j",
    (wire) => {
      const server = until220();
      server.receiveData(bytes(wire));
      expect(() => server.reply(createReply(220, undefined))).toThrow(
        expect.objectContaining({ code: "ERR_SMTP_LEFTOVER_BYTES" }),
      );
      expect(() => server.nextEvent()).toThrow(expect.objectContaining({ code: "ERR_SMTP_LEFTOVER_BYTES" }));
      expect(text(server.takeOutput())).not.toContain("220 \r\n");
    },
  );

  it("refused leaves the session as it was", () => {
    const server = until220();
    server.reply(createReply(454, undefined));
    server.receiveData(bytes("MAIL FROM:<>\r\n"));
    expect(server.nextEvent()).toMatchObject({ refusal: undefined });
    expect(() => server.tlsStarted()).toThrow(expect.objectContaining({ code: "ERR_SMTP_WRONG_STATE" }));
  });

  it("is out of order where TLS is active from the start", () => {
    const talker = new Talker({ secure: true }).feed("EHLO a.example\r\nSTARTTLS\r\n");
    expect(talker.heard).toEqual(["EHLO", "STARTTLS -> 503"]);
  });
});

describe("bounds", () => {
  it("an endless line takes no memory", () => {
    const { server } = new Talker();
    for (let i = 0; i < 1000; i++) {
      server.receiveData(new Uint8Array(4096).fill(0x41));
      expect(server.nextEvent()).toBe(NEED_DATA);
      expect(server.pendingBytes).toBeLessThan(12_288 + 4096);
    }
  });

  it.each([
    { limit: 64, line: "NOOP", size: 64, code: undefined },
    { limit: 64, line: "NOOP", size: 65, code: 500 },
    { limit: 64, line: "AUTH X", size: 12_288, code: undefined },
    { limit: 64, line: "AUTH X", size: 12_289, code: 500 },
    { limit: 20_000, line: "NOOP", size: 20_000, code: undefined },
    { limit: 20_000, line: "NOOP", size: 20_001, code: 500 },
    { limit: 20_000, line: "NOOP", size: 50_000, code: 500 },
    { limit: 20_000, line: "AUTH X", size: 20_000, code: undefined },
    { limit: 20_000, line: "AUTH X", size: 20_001, code: 500 },
    { limit: Number.POSITIVE_INFINITY, line: "NOOP", size: 200_000, code: undefined },
  ])("maxLineBytes $limit: $line of $size octets, $code", ({ limit, line, size, code }) => {
    const wire = bytes(`${line} `.padEnd(size - 2, "A").concat("\r\nNOOP\r\n"));
    for (const piece of [1_000, 1e6]) {
      const { server } = new Talker({ maxLineBytes: limit });
      const heard: (number | undefined)[] = [];
      for (let at = 0; at < wire.length; at += piece) {
        server.receiveData(wire.slice(at, at + piece));
        for (let event = server.nextEvent(); typeof event !== "symbol"; event = server.nextEvent()) {
          if (event.type !== "command") continue;
          // AUTH is out of order here, which is no matter of its length.
          const refusal = event.refusal?.code === 503 ? undefined : event.refusal;
          heard.push(refusal?.code);
          server.reply(refusal ?? createReply(503, undefined));
        }
      }
      expect(heard).toEqual([code, undefined]);
    }
  });

  it("strict line ends", () => {
    for (const wire of ["NOOP\n", `EHLO a.example\r\n${MESSAGE}a\nb`]) {
      const talker = new Talker({ strictLineEnd: true });
      expect(() => talker.feed(wire)).toThrow(expect.objectContaining({ code: "ERR_SMTP_LINE_END" }));
      expect(() => talker.step()).toThrow(expect.objectContaining({ code: "ERR_SMTP_LINE_END" }));
    }
  });

  it("unknown options", () => {
    expect(() => new ServerProtocol({ LMTP: true } as never)).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_UNKNOWN_OPTION" }),
    );
  });
});

describe("law", () => {
  const part = fc.constantFrom(
    "EHLO a.example\r\n",
    "MAIL FROM:<a@example.com>\r\n",
    "RCPT TO:<b@example.com>\r\n",
    "DATA\r\n",
    "x\r\n",
    ".\r\n",
    "..\n",
    "BDAT 4\r\n",
    "BDAT 0 LAST\r\n",
    "RSET\r\n",
    "AUTH LOGIN\r\n",
    "*\r\n",
    "QUIT\r\n",
    "\n",
    "\r",
    "\xff",
    "BDAT x\r\n",
    `${"y".repeat(3000)}`,
  );

  it("however the octets are cut, the events and the replies are the same, and only our errors are thrown", () => {
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 20 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (parts, size, strictLineEnd) => {
          const results = [size, 1e6].map((piece) => {
            const talker = new Talker({ strictLineEnd });
            try {
              talker.feed(`EHLO a.example\r\n${parts.join("")}`, piece);
            } catch (error) {
              if (!SmtpProtocolError.is(error)) throw error;
              // How much of the content came before the fault was seen is a matter of the cuts.
              return [talker.heard.filter((what) => !what.startsWith("content:")), talker.said, error.code];
            }
            return [talker.heard, talker.said];
          });
          expect(results[0]).toEqual(results[1]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("replies go out as they are serialized, in order", () => {
    const server = new ServerProtocol();
    const replies = [createReply(220, undefined, "ü"), createReply(421, "4.0.0", "a", "b")];
    for (const reply of replies) server.reply(reply);
    expect(text(server.takeOutput())).toBe(replies.map(serializeReply).join(""));
  });
});
