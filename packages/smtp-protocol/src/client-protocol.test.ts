import { inspect } from "node:util";
import { loadVectorUnit, ReadyLines } from "@wirepost/octet-scan";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { ClientProtocol, type ClientProtocolOptions } from "./client-protocol.js";
import type { Command } from "./command.js";
import { commandLine } from "./command-serializer.js";
import { SmtpProtocolError } from "./errors.js";
import { NEED_DATA } from "./reply-parser.js";
import {
  ANSWERED,
  type Awaited,
  type CommandMove,
  ISSUED,
  type Move,
  type ReplyClass,
  type SessionState,
} from "./state.js";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const MAILBOX = { localPart: "bob", domain: "example.org" };
const SENDER = { localPart: "ann", domain: "example.com" };
const EHLO =
  "250-mail.example\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE 1000000\r\n";

/** A client that is fed and read as text. */
function client(options: ClientProtocolOptions<string> = {}) {
  const protocol = new ClientProtocol<string>(options);
  return {
    protocol,
    /** Feeds bytes and returns what they answered, as `token code`. */
    feed(text: string): string[] {
      protocol.receiveData(encoder.encode(text));
      const events: string[] = [];
      for (;;) {
        const event = protocol.nextEvent();
        if (event === NEED_DATA) return events;
        events.push(`${event.token ?? event.awaited} ${event.reply?.code}`);
      }
    },
    output(): string {
      const octets = protocol.takeOutput();
      if (octets === undefined) return "";
      const text = decoder.decode(octets);
      protocol.releaseOutput(octets);
      return text;
    },
  };
}

function ready(options?: ClientProtocolOptions<string>, ehlo = EHLO) {
  const c = client(options);
  c.feed("220 mail.example ESMTP\r\n");
  c.protocol.send(
    commandLine({ verb: options?.protocol === "lmtp" ? "LHLO" : "EHLO", domain: "client.example" }),
  );
  c.output();
  c.feed(ehlo);
  return c;
}

const ENVELOPE: readonly Command[] = [
  { verb: "MAIL", from: SENDER },
  { verb: "RCPT", to: MAILBOX },
  { verb: "DATA" },
];

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (SmtpProtocolError.is(error)) return error.code;
    throw error;
  }
  return "no error";
}

describe("a conversation", () => {
  it("sends one message in the order of RFC 5321", () => {
    const c = ready();
    for (const command of ENVELOPE) c.protocol.send(commandLine(command), command.verb);
    expect(c.output()).toBe("MAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n");
    expect(c.feed("250 2.1.0 ok\r\n250 2.1.5 ok\r\n354 go\r\n")).toEqual([
      "MAIL 250",
      "RCPT 250",
      "DATA 354",
    ]);
    expect(c.protocol.writeContent(encoder.encode("Subject: x\r\n\r\n.dot\r\n"), 0)).toBe(20);
    c.protocol.endContent("final");
    expect(c.output()).toBe("Subject: x\r\n\r\n..dot\r\n.\r\n");
    expect(c.feed("250 2.0.0 queued\r\n")).toEqual(["final 250"]);
    expect([c.protocol.issued, c.protocol.answered]).toEqual(["ready", "ready"]);
  });

  it("writes the next envelope behind the end of data, in one write (RFC 2920 3.1)", () => {
    const c = ready();
    for (const command of ENVELOPE) c.protocol.send(commandLine(command));
    c.output();
    c.feed("250 ok\r\n250 ok\r\n354 go\r\n");
    c.protocol.writeContent(encoder.encode("a\r\n"), 0);
    c.protocol.endContent("first");
    c.protocol.send(commandLine({ verb: "RSET" }), "rset");
    for (const command of ENVELOPE) c.protocol.send(commandLine(command), `second ${command.verb}`);
    expect(c.output()).toBe(
      "a\r\n.\r\nRSET\r\nMAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n",
    );
    expect(c.feed("250 queued\r\n250 reset\r\n250 ok\r\n250 ok\r\n354 go\r\n")).toEqual([
      "first 250",
      "rset 250",
      "second MAIL 250",
      "second RCPT 250",
      "second DATA 354",
    ]);
    expect(c.protocol.answered).toBe("content");
  });

  it("frames chunks with their true size, after line ends were made right (RFC 3030)", () => {
    const c = ready();
    c.protocol.send(commandLine({ verb: "MAIL", from: SENDER }));
    c.protocol.send(commandLine({ verb: "RCPT", to: MAILBOX }));
    c.output();
    c.feed("250 ok\r\n250 ok\r\n");
    expect(c.protocol.writeChunk(encoder.encode("a\nb"), 0, false, "chunk")).toBe(3);
    expect(c.protocol.writeChunk(encoder.encode(".c"), 0, true, "last")).toBe(2);
    expect(c.output()).toBe("BDAT 4\r\na\r\nbBDAT 4 LAST\r\n.c\r\n");
    expect(c.feed("250 ok\r\n250 queued\r\n")).toEqual(["chunk 250", "last 250"]);
  });

  it("ends unknown-length chunks with an empty LAST", () => {
    const c = ready();
    c.protocol.send(commandLine({ verb: "MAIL", from: SENDER }));
    c.protocol.send(commandLine({ verb: "RCPT", to: MAILBOX }));
    c.output();
    c.feed("250 ok\r\n250 ok\r\n");
    c.protocol.writeChunk(encoder.encode("a\r\n"), 0, false);
    c.protocol.writeChunk(new Uint8Array(0), 0, true);
    expect(c.output()).toBe("BDAT 3\r\na\r\nBDAT 0 LAST\r\n");
  });

  it("expects one final reply for each accepted recipient in LMTP (RFC 2033 4.2)", () => {
    const c = ready({ protocol: "lmtp" });
    c.protocol.send(commandLine({ verb: "MAIL", from: SENDER }));
    for (const token of ["one", "two", "three"])
      c.protocol.send(commandLine({ verb: "RCPT", to: MAILBOX }), token);
    c.protocol.send(commandLine({ verb: "DATA" }));
    c.output();
    c.feed("250 ok\r\n250 ok\r\n550 no\r\n250 ok\r\n354 go\r\n");
    c.protocol.endContent("final");
    c.output();
    expect(c.protocol.outstandingCount).toBe(2);
    expect(c.feed("250 one\r\n452 three\r\n")).toEqual(["final 250", "final 452"]);
    expect(c.protocol.answered).toBe("ready");
  });

  it("asks for a login in two steps and cancels with *", () => {
    const c = ready();
    c.protocol.send(commandLine({ verb: "AUTH", mechanism: "LOGIN" }), "auth");
    expect(c.output()).toBe("AUTH LOGIN\r\n");
    expect(c.feed("334 VXNlcm5hbWU6\r\n")).toEqual(["auth 334"]);
    c.protocol.respond(encoder.encode("ann"), "user");
    expect(c.output()).toBe("YW5u\r\n");
    c.feed("334 UGFzc3dvcmQ6\r\n");
    c.protocol.respond(null, "cancel");
    expect(c.output()).toBe("*\r\n");
    expect(c.feed("501 cancelled\r\n")).toEqual(["cancel 501"]);
    expect(c.protocol.issued).toBe("ready");
  });

  it("takes challenges up to 12,288 octets, and replies to other commands as before", () => {
    const c = ready();
    c.protocol.send(commandLine({ verb: "AUTH", mechanism: "GSSAPI" }), "auth");
    c.output();
    expect(c.feed(`334 ${"A".repeat(12_288)}\r\n`)).toEqual(["auth 334"]);
    c.protocol.respond(null);
    c.output();
    c.feed("501 cancelled\r\n");
    c.protocol.send(commandLine({ verb: "NOOP" }));
    c.output();
    expect(codeOf(() => c.feed(`250 ${"A".repeat(12_288)}\r\n`))).toBe("ERR_SMTP_REPLY_TOO_LONG");
  });

  it("says EHLO ahead of the greeting where the server is known to allow it", () => {
    const c = client({ earlyHello: true });
    c.protocol.send(commandLine({ verb: "EHLO", domain: "client.example" }), "ehlo");
    expect(c.output()).toBe("EHLO client.example\r\n");
    expect(c.feed(`220 hi\r\n${EHLO}`)).toEqual(["greeting 220", "ehlo 250"]);
    expect(c.protocol.issued).toBe("ready");
    const refused = client({ earlyHello: true });
    refused.protocol.send(commandLine({ verb: "EHLO", domain: "client.example" }), "ehlo");
    refused.output();
    expect(refused.feed("554 no\r\n503 no\r\n")).toEqual(["greeting 554", "ehlo 503"]);
    expect(refused.protocol.answered).toBe("refused");
  });

  it("forgets everything learnt in clear when TLS starts (RFC 3207 4.2)", () => {
    const c = ready();
    c.protocol.send(commandLine({ verb: "STARTTLS" }));
    c.output();
    c.feed("220 go\r\n");
    c.protocol.tlsStarted();
    expect(c.protocol.capabilities.has("PIPELINING")).toBe(false);
    expect(c.protocol.issued).toBe("connected");
    expect(codeOf(() => c.protocol.send(commandLine({ verb: "MAIL", from: SENDER })))).toBe(
      "ERR_SMTP_WRONG_STATE",
    );
  });

  it("reads enhanced codes once they are announced", () => {
    const c = ready();
    c.protocol.send(commandLine({ verb: "MAIL", from: SENDER }));
    c.output();
    c.protocol.receiveData(encoder.encode("250 2.1.0 ok\r\n"));
    const event = c.protocol.nextEvent();
    expect(event === NEED_DATA ? undefined : event.reply?.enhanced).toBe("2.1.0");
  });

  it("gives the same events however the bytes are cut", () => {
    const wire = "250 2.1.0 ok\r\n550 5.1.1 no\r\n250 ok\r\n354 go\r\n";
    const run = (cut: number): string[] => {
      const c = ready();
      c.protocol.send(commandLine({ verb: "MAIL", from: SENDER }), "mail");
      for (const token of ["a", "b"]) c.protocol.send(commandLine({ verb: "RCPT", to: MAILBOX }), token);
      c.protocol.send(commandLine({ verb: "DATA" }), "data");
      c.output();
      return [...c.feed(wire.slice(0, cut)), ...c.feed(wire.slice(cut))];
    };
    for (let cut = 0; cut <= wire.length; cut++) expect(run(cut)).toEqual(run(0));
  });
});

describe("what a server must not do", () => {
  const pipelined = (): ReturnType<typeof ready> => {
    const c = ready();
    for (const command of ENVELOPE) c.protocol.send(commandLine(command), command.verb);
    c.output();
    return c;
  };
  const CASES: readonly { name: string; run: () => unknown; code: string }[] = [
    {
      name: "R8 354 to MAIL",
      run: () => pipelined().feed("354 go\r\n"),
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
    {
      name: "R8 250 to DATA",
      run: () => pipelined().feed("250 ok\r\n250 ok\r\n250 ok\r\n"),
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
    {
      name: "354 after a refused MAIL",
      run: () => pipelined().feed("550 no\r\n503 no\r\n354 go\r\n"),
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
    {
      name: "354 after a refused RSET",
      run: () => {
        const c = ready();
        c.protocol.send(commandLine({ verb: "RSET" }));
        for (const command of ENVELOPE) c.protocol.send(commandLine(command));
        c.output();
        return c.feed("500 no\r\n250 ok\r\n250 ok\r\n354 go\r\n");
      },
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
    {
      name: "R9 a reply too many",
      run: () => pipelined().feed("250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n"),
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
    {
      name: "R9 354 and 250 in one segment, seen before content is written",
      run: () => {
        const c = pipelined();
        c.protocol.receiveData(encoder.encode("250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n"));
        for (let i = 0; i < 3; i++) c.protocol.nextEvent();
        c.protocol.writeContent(encoder.encode("x"), 0);
      },
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
    {
      name: "R9 two greetings",
      run: () => client().feed("220 a\r\n220 b\r\n"),
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
    {
      name: "T6 the 220 of STARTTLS together with the EHLO reply",
      run: () => {
        const c = client();
        c.feed("220 a\r\n");
        c.protocol.send(commandLine({ verb: "EHLO", domain: "client.example" }));
        c.output();
        c.protocol.receiveData(encoder.encode(`${EHLO}220 go\r\n`));
        c.protocol.nextEvent();
        c.protocol.send(commandLine({ verb: "STARTTLS" }));
      },
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
    {
      name: "T3 replies behind the 220 of STARTTLS",
      run: () => {
        const c = ready();
        c.protocol.send(commandLine({ verb: "STARTTLS" }));
        c.output();
        return c.feed("220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n");
      },
      code: "ERR_SMTP_LEFTOVER_BYTES",
    },
    {
      name: "T4 a fragment behind the 220 of STARTTLS",
      run: () => {
        const c = ready();
        c.protocol.send(commandLine({ verb: "STARTTLS" }));
        c.output();
        return c.feed("220 go\r\n250-AUTH PLAIN ");
      },
      code: "ERR_SMTP_LEFTOVER_BYTES",
    },
    {
      name: "T2 250 to STARTTLS",
      run: () => {
        const c = ready();
        c.protocol.send(commandLine({ verb: "STARTTLS" }));
        c.output();
        return c.feed("250 ok\r\n");
      },
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
    {
      name: "2yz while content is going out",
      run: () => {
        const c = pipelined();
        c.feed("250 ok\r\n250 ok\r\n354 go\r\n");
        c.protocol.writeContent(encoder.encode("x"), 0);
        c.output();
        return c.feed("250 queued\r\n");
      },
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
    {
      name: "a final reply before the end of data was taken",
      run: () => {
        const c = pipelined();
        c.feed("250 ok\r\n250 ok\r\n354 go\r\n");
        c.protocol.writeContent(encoder.encode("x"), 0);
        c.protocol.endContent();
        return c.feed("250 queued\r\n");
      },
      code: "ERR_SMTP_UNEXPECTED_REPLY",
    },
  ];

  it.each(CASES)("$name", ({ run, code }) => {
    expect(codeOf(run)).toBe(code);
  });

  it("stays in error", () => {
    const c = ready();
    expect(codeOf(() => c.feed("250 what\r\n"))).toBe("ERR_SMTP_UNEXPECTED_REPLY");
    expect(codeOf(() => c.feed(""))).toBe("ERR_SMTP_UNEXPECTED_REPLY");
    expect(codeOf(() => c.protocol.send(commandLine({ verb: "NOOP" })))).toBe("ERR_SMTP_UNEXPECTED_REPLY");
  });
});

describe("what a server may do", () => {
  it("R14 refuses content before its end: the token of the content comes back, and only closing is left", () => {
    const c = ready();
    for (const command of ENVELOPE) c.protocol.send(commandLine(command));
    c.output();
    c.feed("250 ok\r\n250 ok\r\n354 go\r\n");
    c.protocol.writeContent(encoder.encode("x"), 0, "content");
    c.output();
    expect(c.feed("552 too big\r\n")).toEqual(["content 552"]);
    expect(c.protocol.issued).toBe("closed");
  });

  const bdat = (c: ReturnType<typeof ready>, token?: string): void => {
    c.protocol.writeChunk(encoder.encode("x"), 0, false, token);
    c.output();
  };
  const EARLY: {
    name: string;
    commands?: readonly Command[];
    wire: string;
    write?: (c: ReturnType<typeof ready>) => void;
    heard: string[];
  }[] = [
    {
      name: "before its first octet was written: the token of DATA",
      wire: "354 go\r\n",
      heard: ["DATA 552"],
    },
    {
      name: "behind content that has no token: the token of DATA",
      wire: "354 go\r\n",
      write: (c) => c.protocol.writeContent(encoder.encode("x"), 0),
      heard: ["DATA 552"],
    },
    {
      name: "behind content that has one",
      wire: "354 go\r\n",
      write: (c) => c.protocol.writeContent(encoder.encode("x"), 0, "content"),
      heard: ["content 552"],
    },
    {
      name: "between two chunks: the token of the one before",
      commands: ENVELOPE.slice(0, 2),
      wire: "",
      write: (c) => {
        bdat(c, "first");
        c.feed("250 ok\r\n");
        bdat(c, "second");
        c.feed("250 ok\r\n");
      },
      heard: ["second 552"],
    },
    {
      name: "behind BURL",
      commands: ENVELOPE.slice(0, 2),
      wire: "",
      write: (c) => {
        c.protocol.send(commandLine({ verb: "BURL", argument: "x", last: false }), "BURL");
        c.output();
        c.feed("250 ok\r\n");
      },
      heard: ["BURL 552"],
    },
  ];
  it.each(EARLY)("R14 refuses content $name", ({ commands = ENVELOPE, wire, write, heard }) => {
    const c = ready();
    for (const command of commands) c.protocol.send(commandLine(command), command.verb);
    c.output();
    c.feed(`250 ok\r\n250 ok\r\n${wire}`);
    write?.(c);
    expect(c.feed("552 too big\r\n")).toEqual(heard);
    expect(c.protocol.issued).toBe("closed");
  });

  it("R14 refuses content in one segment with 354", () => {
    const c = ready();
    for (const command of ENVELOPE) c.protocol.send(commandLine(command), command.verb);
    c.output();
    expect(c.feed("250 ok\r\n250 ok\r\n354 go\r\n552 too big\r\n").slice(2)).toEqual([
      "DATA 354",
      "DATA 552",
    ]);
  });

  it("R10 says 421 unasked", () => {
    expect(ready().feed("421 shutting down\r\n")).toEqual(["unsolicited 421"]);
  });

  it("R16 answers 354 although every recipient was refused: a lone dot is the answer (RFC 2920 3.1)", () => {
    const c = ready();
    for (const command of ENVELOPE) c.protocol.send(commandLine(command));
    c.output();
    c.feed("250 ok\r\n550 no\r\n354 go\r\n");
    expect(codeOf(() => c.protocol.writeContent(encoder.encode("x"), 0))).toBe("ERR_SMTP_WRONG_STATE");
    c.protocol.endContent("dot");
    expect(c.output()).toBe(".\r\n");
    expect(c.feed("554 no valid recipients\r\n")).toEqual(["dot 554"]);
  });

  it("refuses the greeting: QUIT is what is left", () => {
    const c = client();
    expect(c.feed("554 go away\r\n")).toEqual(["greeting 554"]);
    expect(c.protocol.may("quit")).toBe(true);
    expect(c.protocol.may("hello")).toBe(false);
  });
});

describe("what a caller must not do", () => {
  it("writes ahead without PIPELINING", () => {
    const c = ready({}, "250 mail.example\r\n");
    c.protocol.send(commandLine({ verb: "MAIL", from: SENDER }));
    expect(codeOf(() => c.protocol.send(commandLine({ verb: "RCPT", to: MAILBOX })))).toBe(
      "ERR_SMTP_NOT_ANNOUNCED",
    );
  });

  it.each([
    {
      name: "content before 354",
      run: (p: ClientProtocol<string>) => p.writeContent(encoder.encode("x"), 0),
    },
    { name: "the end of data before 354", run: (p: ClientProtocol<string>) => p.endContent() },
    {
      name: "RCPT before MAIL",
      run: (p: ClientProtocol<string>) => p.send(commandLine({ verb: "RCPT", to: MAILBOX })),
    },
    {
      name: "BDAT before a recipient was accepted",
      run: (p: ClientProtocol<string>) => {
        p.send(commandLine({ verb: "MAIL", from: SENDER }));
        p.send(commandLine({ verb: "RCPT", to: MAILBOX }));
        p.writeChunk(encoder.encode("x"), 0, true);
      },
    },
    {
      name: "a command behind NOOP (RFC 2920 3.1)",
      run: (p: ClientProtocol<string>) => {
        p.send(commandLine({ verb: "NOOP" }));
        p.send(commandLine({ verb: "MAIL", from: SENDER }));
      },
    },
  ])("$name", ({ run }) => {
    expect(codeOf(() => run(ready().protocol))).toBe("ERR_SMTP_WRONG_STATE");
  });
});

describe("the tables", () => {
  const STATES = Object.keys(ISSUED) as SessionState[];
  const MOVES: readonly Move[] = [
    "hello",
    "starttls",
    "auth",
    "response",
    "mail",
    "recipient",
    "data",
    "content",
    "end",
    "chunk",
    "lastChunk",
    "reset",
    "sync",
    "quit",
  ];
  const AWAITED: readonly Awaited[] = [
    "greeting",
    "hello",
    "starttls",
    "auth",
    "mail",
    "recipient",
    "data",
    "endForOne",
    "end",
    "chunk",
    "lastChunk",
    "reset",
    "sync",
    "quit",
  ];
  const CLASSES: readonly ReplyClass[] = ["positive", "intermediate", "negative"];
  const CODES: Readonly<Record<ReplyClass, (awaited: Awaited) => number>> = {
    positive: (awaited) =>
      awaited === "greeting" || awaited === "starttls" ? 220 : awaited === "auth" ? 235 : 250,
    intermediate: (awaited) => (awaited === "auth" ? 334 : 354),
    negative: () => 550,
  };

  /** Puts the engine into a state of both cursors with one more exchange owed, by the shortest honest conversation. */
  const WAYS: Partial<Record<SessionState, () => ReturnType<typeof ready>>> = {
    greeting: () => client({ chunksAhead: true, assumePipelining: true }),
    refused: () => say(client({ assumePipelining: true }), "554 no\r\n"),
    connected: () => say(client({ assumePipelining: true }), "220 hi\r\n"),
    ready: () => ready({ chunksAhead: true }),
    challenge: () => tell(ready(), { verb: "AUTH", mechanism: "LOGIN" }, "334 \r\n"),
    tls: () => tell(ready(), { verb: "STARTTLS" }, "220 go\r\n"),
    mail: () => tell(ready({ chunksAhead: true }), ENVELOPE[0] as Command, "250 ok\r\n"),
    rcpt: () =>
      tell(
        tell(ready({ chunksAhead: true }), ENVELOPE[0] as Command, "250 ok\r\n"),
        ENVELOPE[1] as Command,
        "250 ok\r\n",
      ),
    content: () => tell(WAYS.rcpt?.() as ReturnType<typeof ready>, { verb: "DATA" }, "354 go\r\n"),
    empty: () => {
      const c = ready();
      for (const command of ENVELOPE) c.protocol.send(commandLine(command));
      c.output();
      return say(c, "250 ok\r\n550 no\r\n354 go\r\n");
    },
    chunk: () => {
      const c = WAYS.rcpt?.() as ReturnType<typeof ready>;
      c.protocol.writeChunk(encoder.encode("x"), 0, false);
      c.output();
      return say(c, "250 ok\r\n");
    },
    tainted: () => tell(ready(), { verb: "RSET" }, "500 no\r\n"),
    closed: () => tell(ready(), { verb: "QUIT" }, "221 bye\r\n"),
  };

  function say(c: ReturnType<typeof ready>, text: string): ReturnType<typeof ready> {
    c.feed(text);
    return c;
  }

  function tell(c: ReturnType<typeof ready>, command: Command, reply: string): ReturnType<typeof ready> {
    c.protocol.send(commandLine(command));
    c.output();
    return say(c, reply);
  }

  const COMMANDS: Readonly<Record<CommandMove, Command>> = {
    hello: { verb: "EHLO", domain: "client.example" },
    starttls: { verb: "STARTTLS" },
    auth: { verb: "AUTH", mechanism: "LOGIN" },
    mail: { verb: "MAIL", from: SENDER },
    recipient: { verb: "RCPT", to: MAILBOX },
    data: { verb: "DATA" },
    chunk: { verb: "BDAT", sizeBytes: 1, last: false },
    lastChunk: { verb: "BDAT", sizeBytes: 1, last: true },
    reset: { verb: "RSET" },
    sync: { verb: "NOOP" },
    quit: { verb: "QUIT" },
  };

  function make(c: ReturnType<typeof ready>, move: Move): void {
    if (move === "response") c.protocol.respond(encoder.encode("x"));
    else if (move === "content") c.protocol.writeContent(encoder.encode("x"), 0);
    else if (move === "end") c.protocol.endContent();
    else c.protocol.send(commandLine(COMMANDS[move]));
  }

  it("reach every state that is not a mere wait", () => {
    for (const [state, way] of Object.entries(WAYS)) expect(way().protocol.answered, state).toBe(state);
    const waits = STATES.filter((state) => !(state in WAYS));
    expect(waits).toEqual(["hello", "starttls", "auth", "data", "sync", "quit"]);
    for (const state of waits) expect(ISSUED[state], state).toEqual({});
  });

  const moves = STATES.filter((state) => state in WAYS).flatMap((state) =>
    MOVES.map((move) => ({ state, move })),
  );
  it.each(moves)("issued: $move in $state", ({ state, move }) => {
    const c = WAYS[state]?.() as ReturnType<typeof ready>;
    const expected = (ISSUED[state] as Partial<Record<Move, SessionState>>)[move];
    if (expected === undefined) {
      expect(codeOf(() => make(c, move))).toBe("ERR_SMTP_WRONG_STATE");
      expect(c.output()).toBe("");
    } else {
      make(c, move);
      expect(c.protocol.issued).toBe(expected);
    }
  });

  /** 354 belongs to DATA, 334 to AUTH; NOOP and commands of the caller's own may get any 3yz. */
  function classFits(awaited: Awaited, replyClass: ReplyClass): boolean {
    return replyClass !== "intermediate" || awaited === "data" || awaited === "auth" || awaited === "sync";
  }

  /** The engine in `state` with a reply to `awaited` owed next; undefined where no conversation leads there. */
  function owing(state: SessionState, awaited: Awaited): ReturnType<typeof ready> | undefined {
    const c = WAYS[state]?.() as ReturnType<typeof ready>;
    if (state === "greeting") return awaited === "greeting" ? c : undefined;
    const move: Move | undefined =
      awaited === "greeting" || awaited === "endForOne"
        ? undefined
        : awaited === "auth" && state === "challenge"
          ? "response"
          : awaited;
    if (move === undefined) return undefined;
    if (awaited === "end" && state === "content") c.protocol.writeContent(encoder.encode("x"), 0);
    // A group written ahead is what lets replies meet a state that the command itself was not written in.
    const ahead = AHEAD[awaited]?.[state];
    if (ahead !== undefined) {
      const group = ahead();
      group.output();
      return group;
    }
    if ((ISSUED[state] as Partial<Record<Move, SessionState>>)[move] === undefined) return undefined;
    make(c, move);
    c.output();
    return c;
  }

  function grouped(
    first: string,
    after: string,
    commands: readonly Command[],
    options?: ClientProtocolOptions<string>,
  ): ReturnType<typeof ready> {
    const c = ready(options);
    if (first === "RSET") c.protocol.send(commandLine({ verb: "RSET" }));
    for (const command of commands) c.protocol.send(commandLine(command));
    c.output();
    return say(c, after);
  }

  const MAIL_RCPT = ENVELOPE.slice(0, 2);
  const LAST: Command = { verb: "BDAT", sizeBytes: 1, last: true };
  const CHUNK: Command = { verb: "BDAT", sizeBytes: 1, last: false };
  const AHEAD: Partial<Record<Awaited, Partial<Record<SessionState, () => ReturnType<typeof ready>>>>> = {
    recipient: {
      ready: () => grouped("", "550 no\r\n", MAIL_RCPT),
      tainted: () => grouped("RSET", "500 no\r\n250 ok\r\n", MAIL_RCPT),
    },
    mail: { tainted: () => grouped("RSET", "500 no\r\n", MAIL_RCPT) },
    data: {
      ready: () => grouped("", "550 no\r\n503 no\r\n", ENVELOPE),
      mail: () => grouped("", "250 ok\r\n550 no\r\n", ENVELOPE),
      tainted: () => grouped("RSET", "500 no\r\n250 ok\r\n250 ok\r\n", ENVELOPE),
    },
    chunk: {
      ready: () => grouped("", "550 no\r\n503 no\r\n", [...MAIL_RCPT, CHUNK], { chunksAhead: true }),
      mail: () => grouped("", "250 ok\r\n550 no\r\n", [...MAIL_RCPT, CHUNK], { chunksAhead: true }),
      tainted: () =>
        grouped("RSET", "500 no\r\n250 ok\r\n250 ok\r\n", [...MAIL_RCPT, CHUNK], { chunksAhead: true }),
    },
    lastChunk: {
      ready: () => grouped("", "550 no\r\n503 no\r\n", [...MAIL_RCPT, LAST], { chunksAhead: true }),
      mail: () => grouped("", "250 ok\r\n550 no\r\n", [...MAIL_RCPT, LAST], { chunksAhead: true }),
      tainted: () =>
        grouped("RSET", "500 no\r\n250 ok\r\n250 ok\r\n", [...MAIL_RCPT, LAST], { chunksAhead: true }),
    },
  };

  // The answered cursor: whatever can be owed in a state, answered in each class, either moves as the table says or is an error.
  const replies = STATES.filter((state) => state in WAYS).flatMap((state) =>
    AWAITED.filter((awaited) => owing(state, awaited) !== undefined).flatMap((awaited) =>
      CLASSES.map((replyClass) => ({ state, awaited, replyClass })),
    ),
  );

  it("leave few rows that no conversation leads to", () => {
    // An EHLO ahead of a greeting that refuses is walked by its own conversation above.
    const walked = new Set(replies.map(({ state, awaited }) => `${state} ${awaited}`));
    const rows = STATES.flatMap((state) =>
      Object.keys(ANSWERED[state]).map((awaited) => `${state} ${awaited}`),
    );
    // LMTP's replies for one recipient are walked by the LMTP conversation above.
    expect(rows.filter((row) => !walked.has(row) && !row.endsWith("endForOne"))).toEqual(["refused hello"]);
  });

  it.each(replies)("answered: $replyClass to $awaited in $state", ({ state, awaited, replyClass }) => {
    const c = owing(state, awaited) as ReturnType<typeof ready>;
    const row = (ANSWERED[state] as Partial<Record<Awaited, Partial<Record<ReplyClass, SessionState>>>>)[
      awaited
    ];
    const expected = classFits(awaited, replyClass) ? row?.[replyClass] : undefined;
    const wire = `${CODES[replyClass](awaited)} x\r\n`;
    if (expected === undefined) {
      expect(codeOf(() => c.feed(wire))).toBe("ERR_SMTP_UNEXPECTED_REPLY");
      expect(c.protocol.answered).toBe("closed");
    } else {
      c.feed(wire);
      expect(c.protocol.answered).toBe(expected);
    }
  });
});

describe("ready lines", () => {
  const LINES = encoder.encode(`${"x".repeat(74)}\r\n`.repeat(300));
  const made = (): ReadyLines => ReadyLines.of(LINES) as ReadyLines;

  beforeAll(async () => {
    expect(await loadVectorUnit()).toBe(true);
  });

  function inContent(): ReturnType<typeof ready> {
    const c = ready();
    for (const command of ENVELOPE) c.protocol.send(commandLine(command));
    c.output();
    c.feed("250 ok\r\n250 ok\r\n354 go\r\n");
    return c;
  }

  it("go out as they are by DATA, with other content around them", () => {
    const c = inContent();
    c.protocol.writeContent(encoder.encode("Subject: x\n\n"), 0);
    expect(c.protocol.writeContent(made(), 0)).toBe(LINES.length);
    c.protocol.writeContent(encoder.encode(".dot"), 0);
    c.protocol.endContent();
    expect(c.output()).toBe(`Subject: x\r\n\r\n${decoder.decode(LINES)}..dot\r\n.\r\n`);
  });

  it.each([true, false])("are one chunk by BDAT, the last: %s", (last) => {
    const c = ready();
    c.protocol.send(commandLine({ verb: "MAIL", from: SENDER }));
    c.protocol.send(commandLine({ verb: "RCPT", to: MAILBOX }));
    c.output();
    c.feed("250 ok\r\n250 ok\r\n");
    expect(c.protocol.writeChunk(made(), 0, last)).toBe(LINES.length);
    expect(c.output()).toBe(`BDAT ${LINES.length}${last ? " LAST" : ""}\r\n${decoder.decode(LINES)}`);
  });

  /** Which of the sixteen places are free. */
  function freePlaces(): number[] {
    const all = Array.from({ length: 17 }, () => ReadyLines.of(LINES)).filter((lines) => lines !== undefined);
    const places = all.map((lines) => lines.lend().byteOffset);
    for (const lines of all) lines.returned();
    return places;
  }

  it.each([
    { name: "alone", before: "", behind: "" },
    { name: "behind other content", before: "Subject: x\r\n\r\n", behind: "" },
    { name: "with content behind them", before: "", behind: "more\r\n".repeat(10) },
    {
      name: "with content behind them that does not fit there",
      before: "",
      behind: "more\r\n".repeat(20_000),
    },
  ])("leave in one write and are given back when it is done: $name", ({ before, behind }) => {
    const c = inContent();
    const lines = made();
    if (before !== "") c.protocol.writeContent(encoder.encode(before), 0);
    c.protocol.writeContent(lines, 0);
    const rest = encoder.encode(behind);
    for (let at = 0; at < rest.length; ) at += c.protocol.writeContent(rest, at);
    c.protocol.endContent();
    const wire = `${before + decoder.decode(LINES) + behind}.\r\n`;
    expect(c.protocol.outputBytes).toBe(wire.length);
    const octets = c.protocol.takeOutput() as Uint8Array;
    expect(c.protocol.takeOutput()).toBeUndefined();
    // Commands go on while the socket holds what it was given, and so do others' lines.
    c.feed("250 ok\r\n");
    for (let i = 0; i < 2000; i++) {
      c.protocol.send(commandLine({ verb: "NOOP" }));
      c.output();
      c.feed("250 ok\r\n");
    }
    const free = freePlaces();
    expect(free).not.toContain(octets.byteOffset);
    expect(decoder.decode(octets)).toBe(wire);
    c.protocol.releaseOutput(octets);
    expect(freePlaces()).toHaveLength(16);
  });

  it("of one message after the other leave and are given back, in whatever order the socket is done", () => {
    const c = ready({ chunksAhead: true });
    const taken: Uint8Array[] = [];
    for (let i = 0; i < 10; i++) {
      c.protocol.send(commandLine({ verb: "MAIL", from: SENDER }));
      c.protocol.send(commandLine({ verb: "RCPT", to: MAILBOX }));
      if (i % 3 > 0) taken.push(c.protocol.takeOutput() as Uint8Array);
      const lines = ReadyLines.of(encoder.encode(`${String(i).repeat(74)}\r\n`.repeat(300))) as ReadyLines;
      c.protocol.writeChunk(lines, 0, true);
      taken.push(c.protocol.takeOutput() as Uint8Array);
    }
    const text = taken.map((octets) => decoder.decode(octets)).join("");
    expect([...text.matchAll(/BDAT 22800 LAST\r\n(\d)/g)].map(([, digit]) => digit).join("")).toBe(
      "0123456789",
    );
    for (const octets of taken.filter((_, i) => i % 2 === 0)) c.protocol.releaseOutput(octets);
    for (const octets of taken.filter((_, i) => i % 2 === 1).reverse()) c.protocol.releaseOutput(octets);
    expect(freePlaces()).toHaveLength(16);
  });

  it("that were given back are refused, and nothing of them is written", () => {
    const c = ready({ chunksAhead: true });
    c.protocol.send(commandLine({ verb: "MAIL", from: SENDER }));
    c.protocol.send(commandLine({ verb: "RCPT", to: MAILBOX }));
    c.output();
    const lines = made();
    lines.release();
    expect(codeOf(() => c.protocol.writeChunk(lines, 0, true))).toBe("ERR_SMTP_ARGUMENT");
    expect(c.output()).toBe("");
    expect(c.protocol.outstandingCount).toBe(2);
  });

  it("may be of another copy of their package", async () => {
    vi.resetModules();
    const other = await import("@wirepost/octet-scan");
    expect(other.ReadyLines).not.toBe(ReadyLines);
    await other.loadVectorUnit();
    const lines = other.ReadyLines.of(LINES) as ReadyLines;
    const c = inContent();
    expect(c.protocol.writeContent(lines, 0)).toBe(LINES.length);
    c.protocol.endContent();
    expect(c.output()).toBe(`${decoder.decode(LINES)}.\r\n`);
  });

  it("are not what looks like them", () => {
    const c = inContent();
    const octets = encoder.encode("a\r\n.\r\nMAIL FROM:<eve@example.net>\r\n");
    const forged = { length: octets.length, held: true, lend: () => octets, returned() {} };
    expect(codeOf(() => c.protocol.writeContent(forged as never, 0))).toBe("ERR_SMTP_ARGUMENT");
    expect(codeOf(() => c.protocol.writeContent("text" as never, 0))).toBe("ERR_SMTP_ARGUMENT");
    expect(c.output()).toBe("");
    const lines = made();
    expect(() => Object.assign(lines, { length: 10 })).toThrow(TypeError);
    expect(lines.length).toBe(LINES.length);
    lines.release();
  });

  it("are given back when the connection is gone before they were taken", () => {
    const c = inContent();
    const lines = made();
    c.protocol.writeContent(lines, 0);
    expect(lines.held).toBe(false);
    c.protocol.connectionClosed();
    expect(c.output()).toBe("");
    expect(freePlaces()).toHaveLength(16);
  });

  it.each([
    { name: "behind half a line", before: "half", offset: 0 },
    { name: "behind a CR that may have an LF", before: "half\r", offset: 0 },
    { name: "in part", before: "", offset: 76 },
  ])("are refused $name", ({ before, offset }) => {
    const c = inContent();
    c.protocol.writeContent(encoder.encode(before), 0);
    const lines = made();
    expect(codeOf(() => c.protocol.writeContent(lines, offset))).toBe("ERR_SMTP_ARGUMENT");
    expect(lines.held).toBe(true);
    lines.release();
  });
});

describe("a command line", () => {
  it("can be made before it is needed and sent again", () => {
    const noop = commandLine({ verb: "NOOP" });
    const c = ready();
    for (const token of ["one", "two"]) {
      c.protocol.send(noop, token);
      expect(c.output()).toBe("NOOP\r\n");
      expect(c.feed("250 ok\r\n")).toEqual([`${token} 250`]);
    }
  });

  it("stays what it is", () => {
    const line = commandLine({ verb: "DATA" });
    expect(() => Object.assign(line, { move: "sync" })).toThrow(TypeError);
    expect(commandLine({ verb: "DATA" })).toMatchObject({ verb: "DATA", move: "data" });
  });

  it("does not show the secret of AUTH", () => {
    const line = commandLine({
      verb: "AUTH",
      mechanism: "PLAIN",
      initialResponse: encoder.encode("\0ann\0secret"),
    });
    const shown = inspect(line, { showHidden: true }) + JSON.stringify(line) + String(line);
    expect(shown).not.toContain("AGFubgBzZWNyZXQ");
    expect(shown).toContain("AUTH");
  });

  it.each([
    { verb: "RSET" },
    { verb: "RSET", move: "reset", text: "RSET\r\nMAIL FROM:<eve@example.net>\r\n" },
    "RSET\r\n",
    Object.create(commandLine({ verb: "RSET" })),
    new (commandLine({ verb: "RSET" }).constructor as new (...all: string[]) => object)(
      "RSET",
      "reset",
      "x\r\n",
    ),
    null,
    undefined,
  ])("is not what anybody else made: %o", (forged) => {
    const c = ready();
    expect(codeOf(() => c.protocol.send(forged as never))).toBe("ERR_SMTP_ARGUMENT");
    expect(c.output()).toBe("");
    expect(c.protocol.issued).toBe("ready");
  });
});
