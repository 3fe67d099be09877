import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { converse, ENVELOPE, GREETED, said, type Turn } from "../test/converse.js";
import type { ConversationSettings } from "./conversation.js";

/** Conversations that must go through octet for octet. */
const UNCHANGED: Record<string, readonly Turn[]> = {
  "a message with DATA, dots doubled": [
    ...GREETED,
    ["C", `${ENVELOPE}DATA\r\n`],
    ["S", "250 ok\r\n250 ok\r\n354 go\r\n"],
    ["C", "Subject: x\r\n\r\n..dot\r\n.. \r\n.\r\n"],
    ["S", "250 2.0.0 taken\r\n"],
    ["C", "QUIT\r\n"],
    ["S", "221 bye\r\n"],
  ],
  "the end of one message and the next envelope together (RFC 2920)": [
    ...GREETED,
    ["C", `${ENVELOPE}DATA\r\n`],
    ["S", "250 ok\r\n250 ok\r\n354 go\r\n"],
    ["C", `one\r\n.\r\nRSET\r\n${ENVELOPE}DATA\r\n`],
    ["S", "250 taken\r\n250 reset\r\n250 ok\r\n550 no\r\n554 none\r\n"],
    ["C", "RSET\r\n"],
    ["S", "250 ok\r\n"],
  ],
  "chunks ahead of all replies, with octets that look like commands": [
    ...GREETED,
    ["C", `${ENVELOPE}BDAT 8\r\nQUIT\r\n\0\xffBDAT 6 LAST\r\n.\r\n.\r\nNOOP\r\n`],
    ["S", "250 ok\r\n250 ok\r\n250 8\r\n250 taken\r\n250 ok\r\n"],
  ],
  "commands and replies that nobody knows": [
    ...GREETED,
    ["C", "XFOO bar  baz\r\nxbar\n\r\n!?\r\n"],
    ["S", "299-one\r\n299 two\n500 what\r\n500 \xff\x1b[2J\r\n577\r\n"],
    ["C", "NOOP\r\n"],
    ["S", "250 ok\r\n"],
  ],
  "commands out of order, which the server decides about": [
    ["S", "220 mx\r\n"],
    ["C", "RCPT TO:<bob@example.org>\r\nDATA\r\n"],
    ["S", "503 first MAIL\r\n503 first RCPT\r\n"],
    ["C", "HELO x\r\nMAIL FROM:<a@b@c>\r\n"],
    ["S", "250 mx\r\n250 as you like\r\n"],
  ],
  "a login with challenges, and one that is cancelled": [
    ...GREETED,
    ["C", "AUTH CRAM-MD5\r\n"],
    ["S", "334 PDFAbXg+\r\n"],
    ["C", "YW5uIDAxMjM=\r\n"],
    ["S", "535 no\r\n"],
    ["C", "AUTH LOGIN\r\n"],
    ["S", "334 VXNlcm5hbWU6\r\n"],
    ["C", "*\r\n"],
    ["S", "501 cancelled\r\n"],
  ],
  "a refusal before the end of the content": [
    ...GREETED,
    ["C", `${ENVELOPE}DATA\r\n`],
    ["S", "250 ok\r\n250 ok\r\n354 go\r\n"],
    ["C", "one\r\n"],
    ["S", "552 too much\r\n"],
    ["C", "two\r\n.\r\n"],
  ],
  "a 421 that answers nothing, and what is said after it": [
    ...GREETED,
    ["S", "421 going down\r\n"],
    ["C", "QUIT\r\n"],
    ["S", "221 bye\r\n"],
  ],
  "a command line without a limit": [
    ...GREETED,
    ["C", `XFOO ${"x".repeat(40_000)}\r\nNOOP\r\n`],
    ["S", "500 long\r\n250 ok\r\n"],
  ],
  "what follows when the server speaks no SMTP": [
    ["S", "220 mx\r\n"],
    ["C", "GET / HTTP/1.1\r\n\r\n"],
    ["S", "HTTP/1.1 400\r\n\r\n"],
    ["C", "no line end"],
    ["S", "\0\x01"],
  ],
  "what follows a 354 to something else": [
    ...GREETED,
    ["C", "XEXCH50 5 2\r\n"],
    ["S", "354 send\r\n"],
    ["C", "\0\x01\x02"],
    ["S", "250 ok\r\n"],
  ],
  "what follows a BDAT without a size": [...GREETED, ["C", "BDAT many\r\nabc"], ["S", "501 what\r\n"]],
};

describe("octets that pass through", () => {
  it.each(Object.entries(UNCHANGED))("%s: unchanged", (_, turns) => {
    const { toServer, toClient } = converse(turns);
    expect(toServer).toBe(said(turns, "C"));
    expect(toClient).toBe(said(turns, "S"));
  });

  it.each(Object.entries(UNCHANGED))("%s: the same however they are cut", (_, turns) => {
    const whole = converse(turns, { content: true });
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 1, max: 9 })), (sizes) => {
        const cut = (octets: string) => {
          const pieces: string[] = [];
          for (let at = 0; at < octets.length; ) {
            // A long line need not come in thousands of pieces.
            const size = octets.length > 1000 ? 5000 : (sizes.next().value as number);
            pieces.push(octets.slice(at, at + size));
            at += size;
          }
          return pieces;
        };
        const pieces = converse(turns, { content: true }, cut);
        expect(pieces.toServer).toBe(whole.toServer);
        expect(pieces.toClient).toBe(whole.toClient);
      }),
      { numRuns: 30 },
    );
  });

  it("nothing goes on before it is known what it is: content waits for its 354", () => {
    const turns: Turn[] = [...GREETED, ["C", `${ENVELOPE}DATA\r\nHello\r\n.\r\nQUIT\r\n`]];
    const before = converse(turns);
    expect(before.toServer).toBe(`EHLO client.example\r\n${ENVELOPE}DATA\r\n`);
    expect(before.conversation.heldBytes).toBe("Hello\r\n.\r\nQUIT\r\n".length);
    const after = converse([...turns, ["S", "250 ok\r\n250 ok\r\n354 go\r\n"]]);
    expect(after.toServer).toBe(said(turns, "C"));
  });

  it("a client that ends after sending everything ahead is heard to its end", () => {
    const { conversation, collect } = converse([
      ["S", "220 mx\r\n"],
      ["C", "EHLO a\r\nDATA\r\nxyz"],
    ]);
    conversation.clientEnded();
    expect(conversation.clientDone).toBe(false);
    conversation.serverData(Buffer.from("250 mx\r\n503 no\r\n"));
    expect(conversation.clientDone).toBe(true);
    expect(conversation.toServer.map((octets) => Buffer.from(octets).toString()).join("")).toBe("xyz");
    collect();
  });
});

describe("extensions", () => {
  const hello = (lines: string, settings: Partial<ConversationSettings>) =>
    converse(
      [
        ["S", "220 mx\r\n"],
        ["C", "EHLO a\r\n"],
        ["S", lines],
      ],
      settings,
    ).toClient.slice("220 mx\r\n".length);

  it.each([
    [
      "STARTTLS of the server, when none is offered",
      "250-mx\r\n250-STARTTLS\r\n250 XFOO\r\n",
      {},
      "250-mx\r\n250 XFOO\r\n",
    ],
    [
      "STARTTLS of the server, kept where the proxy offers it",
      "250-mx\r\n250 starttls\r\n",
      { startTls: true },
      "250-mx\r\n250 starttls\r\n",
    ],
    [
      "STARTTLS of the proxy",
      "250-mx\r\n250 SIZE\r\n",
      { startTls: true },
      "250-mx\r\n250-SIZE\r\n250 STARTTLS\r\n",
    ],
    ["STARTTLS after a reply of one line", "250 mx\r\n", { startTls: true }, "250-mx\r\n250 STARTTLS\r\n"],
    ["REQUIRETLS in clear", "250-mx\r\n250 REQUIRETLS\r\n", {}, "250 mx\r\n"],
    [
      "REQUIRETLS under TLS",
      "250-mx\r\n250 REQUIRETLS\r\n",
      { secure: true },
      "250-mx\r\n250 REQUIRETLS\r\n",
    ],
    [
      "mechanisms bound to TLS",
      "250-mx\r\n250-AUTH PLAIN SCRAM-SHA-256-PLUS EXTERNAL SCRAM-SHA-256\r\n250 AUTH=PLAIN\r\n",
      {},
      "250-mx\r\n250-AUTH PLAIN SCRAM-SHA-256\r\n250 AUTH=PLAIN\r\n",
    ],
    [
      "nothing but such mechanisms",
      "250-mx\r\n250-AUTH EXTERNAL\r\n250 XFOO\r\n",
      {},
      "250-mx\r\n250 XFOO\r\n",
    ],
    [
      "another TLS, and a turn of roles",
      "250-mx\r\n250-X-ANONYMOUSTLS\r\n250-ATRN\r\n250 X-EXPS NTLM\r\n",
      {},
      "250-mx\r\n250 X-EXPS NTLM\r\n",
    ],
  ])("%s", (_, reply, settings, expected) => {
    expect(hello(reply, settings)).toBe(expected);
  });

  it("what is taken out or put in is told", () => {
    const { shown } = converse(
      [
        ["S", "220 mx\r\n"],
        ["C", "EHLO a\r\n"],
        ["S", "250-mx\r\n250 ATRN\r\n"],
      ],
      { startTls: true },
    );
    expect(shown).toContain("event extensions without ATRN, with STARTTLS");
  });
});

describe("STARTTLS", () => {
  const START: readonly Turn[] = [
    ["S", "220 mx\r\n"],
    ["C", "EHLO a\r\n"],
    ["S", "250 mx\r\n"],
  ];

  it("is answered in its turn, and the server does not hear of it", () => {
    const early = converse([...START, ["C", "NOOP\r\nSTARTTLS\r\n"]], { startTls: true });
    expect(early.conversation.startTlsDue).toBe(false);
    const { conversation, toServer, toClient } = converse(
      [...START, ["C", "NOOP\r\nSTARTTLS\r\n"], ["S", "250 ok\r\n421 injected\r\n"]],
      { startTls: true },
    );
    expect(conversation.startTlsDue).toBe(true);
    expect(toServer).toBe("EHLO a\r\nNOOP\r\n");
    // What the server says unasked must not follow the 220 in clear.
    expect(toClient).toMatch(/250 ok\r\n220 2\.0\.0 Begin TLS\r\n$/);
    conversation.clientTlsStarted();
    expect(Buffer.concat(conversation.toClient).toString()).toBe("421 injected\r\n");
  });

  it.each([
    ["is not offered", {}, "STARTTLS", "502"],
    ["is active already", { secure: true }, "STARTTLS", "503"],
    ["has an argument", { startTls: true }, "STARTTLS now", "501"],
    ["has a blank before it", { startTls: true }, " STARTTLS", "500"],
  ])("that %s never reaches the server", (_, settings, line, code) => {
    const { toServer, toClient, conversation } = converse([...START, ["C", `${line}\r\n`]], settings);
    expect(toServer).toBe("EHLO a\r\n");
    expect(toClient.split("\r\n").at(-2)!.slice(0, 3)).toBe(code);
    expect(conversation.startTlsDue).toBe(false);
  });

  it("with octets behind it is the end", () => {
    const { conversation, toClient } = converse([...START, ["C", "STARTTLS\r\nMAIL"]], { startTls: true });
    expect(conversation.failure?.code).toBe("ERR_SMTP_LEFTOVER_BYTES");
    expect(toClient).not.toContain("Begin TLS");
  });
});

describe("what is shown", () => {
  it("content is counted, and shown when asked for", () => {
    const turns = UNCHANGED["a message with DATA, dots doubled"]!;
    expect(converse(turns).shown.filter((line) => line.startsWith("content"))).toEqual([
      "content-end DATA 4 lines, 24 octets",
    ]);
    expect(converse(turns, { content: true }).shown.filter((line) => line.startsWith("content"))).toEqual([
      "content Subject: x",
      "content ",
      "content ..dot",
      "content .. ",
      "content .",
      "content-end DATA 4 lines, 24 octets",
    ]);
  });

  it("a final reply for each recipient in LMTP", () => {
    const { shown } = converse(
      [
        ["S", "220 mx LMTP\r\n"],
        ["C", "LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"],
        ["S", "250 mx\r\n250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n"],
        ["C", "x\r\n.\r\nNOOP\r\n"],
        ["S", "250 for a\r\n450 for b\r\n250 noop\r\n"],
        ["S", "250 extra\r\n"],
      ],
      { lmtp: true },
    );
    expect(shown.slice(-6)).toEqual([
      "client NOOP",
      "server 250 for a",
      "server 450 for b",
      "server 250 noop",
      "server 250 extra",
      "event 250 answers nothing that was asked",
    ]);
  });

  it("controls and what is no UTF-8 are escaped", () => {
    const { shown } = converse([
      ["S", "220 \x1b[2J\xc3\xbc\r\n"],
      ["C", "XFOO \xff\\\n"],
    ]);
    expect(shown).toEqual(["server 220 \\x1b[2Jü", "client XFOO \\xff\\\\\\x0a\\"]);
  });

  it("where it stops reading, it says so and counts on", () => {
    const { conversation, shown } = converse(UNCHANGED["what follows a 354 to something else"]!);
    conversation.over();
    expect(shown.slice(-3)).toEqual([
      "server 354 send",
      "event passed on unread from here: XEXCH50 was answered 354",
      "event passed on unread: 3 octets of the client, 8 of the server",
    ]);
  });
});
