import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SmtpProtocolError } from "./errors.js";
import type { Reply } from "./reply.js";
import { NEED_DATA, type ReplyLimits, ReplyParser } from "./reply-parser.js";

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** Everything that a parser says, errors by code; feeding stops at the first error. */
function drain(parser: ReplyParser, events: unknown[], readEnhanced = true): boolean {
  try {
    for (;;) {
      const reply = parser.next(readEnhanced);
      if (reply === NEED_DATA) return true;
      events.push(reply);
    }
  } catch (error) {
    if (!SmtpProtocolError.is(error)) throw error;
    events.push(error.code);
    return false;
  }
}

function feed(chunks: Iterable<Uint8Array>, limits?: ReplyLimits): unknown[] {
  const parser = new ReplyParser(limits);
  const events: unknown[] = [];
  for (const chunk of chunks) {
    parser.push(chunk);
    if (!drain(parser, events)) return events;
  }
  drain(parser, events);
  return events;
}

function* cut(wire: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < wire.length; at += size) yield wire.slice(at, at + size);
}

const FEEDINGS: Record<string, (wire: Uint8Array, limits?: ReplyLimits) => unknown[]> = {
  whole: (wire, limits) => feed([wire], limits),
  "byte by byte": (wire, limits) => feed(cut(wire, 1), limits),
  "in sevens": (wire, limits) => feed(cut(wire, 7), limits),
  "in pieces of 60": (wire, limits) => feed(cut(wire, 60), limits),
  "as views of a larger buffer": (wire, limits) => {
    const large = new Uint8Array(wire.length + 11).fill(0x0a);
    large.set(wire, 5);
    return feed([large.subarray(5, 5 + wire.length)], limits);
  },
};

const CASES: { name: string; wire: string; replies: Reply[] }[] = [
  { name: "one line", wire: "250 OK\r\n", replies: [{ code: 250, lines: ["OK"] }] },
  {
    name: "three lines",
    wire: "250-a\r\n250-b\r\n250 c\r\n",
    replies: [{ code: 250, lines: ["a", "b", "c"] }],
  },
  { name: "a bare code", wire: "250\r\n", replies: [{ code: 250, lines: [""] }] },
  { name: "an empty text", wire: "250 \r\n", replies: [{ code: 250, lines: [""] }] },
  {
    name: "empty continued lines and a bare last code",
    wire: "250-\r\n250-\r\n250\r\n",
    replies: [{ code: 250, lines: ["", "", ""] }],
  },
  {
    name: "a greeting of two lines",
    wire: "220-mx.example\r\n220 ESMTP\r\n",
    replies: [{ code: 220, lines: ["mx.example", "ESMTP"] }],
  },
  { name: "LF alone", wire: "250-a\n250 b\n", replies: [{ code: 250, lines: ["a", "b"] }] },
  {
    name: "a mixture of line ends",
    wire: "250-a\n250 b\r\n221 c\n",
    replies: [
      { code: 250, lines: ["a", "b"] },
      { code: 221, lines: ["c"] },
    ],
  },
  { name: "text that begins with spaces", wire: "250   x \r\n", replies: [{ code: 250, lines: ["  x "] }] },
  {
    name: "several replies",
    wire: "250 a\r\n251 b\r\n354 c\r\n",
    replies: [
      { code: 250, lines: ["a"] },
      { code: 251, lines: ["b"] },
      { code: 354, lines: ["c"] },
    ],
  },
  {
    name: "an enhanced code",
    wire: "250 2.1.0 Ok\r\n",
    replies: [{ code: 250, lines: ["2.1.0 Ok"], enhanced: "2.1.0" }],
  },
  {
    name: "an enhanced code alone",
    wire: "550 5.7.13\r\n",
    replies: [{ code: 550, lines: ["5.7.13"], enhanced: "5.7.13" }],
  },
  {
    name: "an enhanced code on each line",
    wire: "550-5.1.1 No\r\n550 5.1.1 user\r\n",
    replies: [{ code: 550, lines: ["5.1.1 No", "5.1.1 user"], enhanced: "5.1.1" }],
  },
  {
    name: "an enhanced code of another class",
    wire: "250 5.1.1 Ok\r\n",
    replies: [{ code: 250, lines: ["5.1.1 Ok"] }],
  },
  {
    name: "a 2.x code on a refusal",
    wire: "550 2.0.0 Ok\r\n",
    replies: [{ code: 550, lines: ["2.0.0 Ok"] }],
  },
  {
    name: "no enhanced code on 354",
    wire: "354 3.0.0 go\r\n",
    replies: [{ code: 354, lines: ["3.0.0 go"] }],
  },
  {
    name: "numbers that are no enhanced code",
    wire: "250 2.1.0.4 x\r\n250 2.01.0 x\r\n250 2.1 x\r\n250 2.1.1000 x\r\n250 2.1.0x\r\n250 2..1 x\r\n",
    replies: ["2.1.0.4 x", "2.01.0 x", "2.1 x", "2.1.1000 x", "2.1.0x", "2..1 x"].map((line) => ({
      code: 250,
      lines: [line],
    })),
  },
  {
    name: "the second digit 7",
    wire: "571 5.7.1 no\r\n",
    replies: [{ code: 571, lines: ["5.7.1 no"], enhanced: "5.7.1" }],
  },
  { name: "UTF-8 text", wire: "250 gr\xc3\xbc\xc3\x9fe\r\n", replies: [{ code: 250, lines: ["grüße"] }] },
  {
    name: "UTF-8 with a byte order mark",
    wire: "250 \xef\xbb\xbfx\r\n",
    replies: [{ code: 250, lines: ["\ufeffx"] }],
  },
  {
    name: "text that is not UTF-8 stays octet for octet",
    wire: "250 \xfc\xdf\r\n",
    replies: [{ code: 250, lines: ["\xfc\xdf"] }],
  },
  {
    name: "UTF-8 on one line, broken UTF-8 on the next",
    wire: "250-\xc3\xbc\r\n250 \xc3\r\n",
    replies: [{ code: 250, lines: ["ü", "\xc3"] }],
  },
  {
    name: "NUL, ESC and a lone CR in the text",
    wire: "250 a\0\x1b[2J\rb\r\n",
    replies: [{ code: 250, lines: ["a\0\x1b[2J\rb"] }],
  },
  { name: "a second CR before the line end", wire: "250 a\r\r\n", replies: [{ code: 250, lines: ["a\r"] }] },
];

describe.each(CASES)("reply: $name", ({ wire, replies }) => {
  it.each(Object.entries(FEEDINGS))("%s", (_, run) => expect(run(bytes(wire))).toEqual(replies));

  it("cut at each point", () => {
    const octets = bytes(wire);
    for (let at = 0; at <= octets.length; at++) {
      expect(feed([octets.slice(0, at), octets.slice(at)])).toEqual(replies);
    }
  });
});

const LONG = "x".repeat(200);
const REFUSALS: { name: string; wire: string; before?: Reply[]; code: string; limits?: ReplyLimits }[] = [
  ...[
    "HTTP/1.1 400 Bad Request\r\n",
    "SSH-2.0-x\r\n",
    "2200 x\r\n",
    "650 x\r\n",
    "020 x\r\n",
    "150 x\r\n",
    "22 x\r\n",
    "220_x\r\n",
    "220\tx\r\n",
    "\r\n",
    "\n",
    "25\r\n",
    "+OK\r\n",
    "2\x005 x\r\n",
    " 250 x\r\n",
    "250\r \n",
    "\xb2\xb50 x\r\n",
    "* OK IMAP4\r\n",
  ].map((wire) => ({ name: JSON.stringify(wire), wire, code: "ERR_SMTP_REPLY_SYNTAX" })),
  { name: "good, then refused", wire: "250-fine\r\n550 no\r\n", code: "ERR_SMTP_MIXED_CODES" },
  { name: "refused, then good", wire: "550-refused\r\n250 queued\r\n", code: "ERR_SMTP_MIXED_CODES" },
  { name: "codes of one class", wire: "250-a\r\n251 b\r\n", code: "ERR_SMTP_MIXED_CODES" },
  {
    name: "after a good reply",
    wire: "220 hi\r\nnonsense\r\n",
    before: [{ code: 220, lines: ["hi"] }],
    code: "ERR_SMTP_REPLY_SYNTAX",
  },
  { name: "a continuation that is no reply", wire: "250-a\r\nb\r\n", code: "ERR_SMTP_REPLY_SYNTAX" },
  {
    name: "a line too long",
    wire: `250 ${LONG}\r\n`,
    code: "ERR_SMTP_REPLY_TOO_LONG",
    limits: { maxLineBytes: 205 },
  },
  {
    name: "a line too long without an end",
    wire: `250 ${LONG}`,
    code: "ERR_SMTP_REPLY_TOO_LONG",
    limits: { maxLineBytes: 204 },
  },
  {
    name: "a reply too long",
    wire: `250-${LONG}\r\n`.repeat(3),
    code: "ERR_SMTP_REPLY_TOO_LONG",
    limits: { maxReplyBytes: 600 },
  },
  {
    name: "too many lines",
    wire: "250-a\r\n250-b\r\n250-c\r\n",
    code: "ERR_SMTP_REPLY_TOO_LONG",
    limits: { maxLines: 3 },
  },
  {
    name: "LF alone where CRLF is asked for",
    wire: "250 a\n",
    code: "ERR_SMTP_LINE_END",
    limits: { strictLineEnd: true },
  },
  {
    name: "a lone CR where CRLF is asked for",
    wire: "250 a\rb\r\n",
    code: "ERR_SMTP_LINE_END",
    limits: { strictLineEnd: true },
  },
];

describe.each(REFUSALS)("refused: $name", ({ wire, before = [], code, limits }) => {
  it.each(Object.entries(FEEDINGS))("%s", (_, run) =>
    expect(run(bytes(wire), limits)).toEqual([...before, code]),
  );
});

describe("limits", () => {
  it("a line, a reply and a number of lines exactly at the limit pass", () => {
    expect(feed([bytes(`250 ${LONG}\r\n`)], { maxLineBytes: 206 })).toHaveLength(1);
    expect(feed([bytes("250-a\r\n250 b\r\n")], { maxReplyBytes: 14, maxLines: 2 })).toEqual([
      { code: 250, lines: ["a", "b"] },
    ]);
    expect(feed(cut(bytes("250-a\r\n250 b\r\n"), 1), { maxReplyBytes: 14, maxLines: 2 })).toEqual([
      { code: 250, lines: ["a", "b"] },
    ]);
  });

  it("count for each reply anew", () => {
    expect(feed([bytes("250 abcdef\r\n".repeat(50))], { maxReplyBytes: 12 })).toHaveLength(50);
  });

  it("can be changed for the next reply", () => {
    const parser = new ReplyParser({ maxLines: 2 });
    parser.push(bytes("250-a\r\n250 b\r\n"));
    expect(parser.next(false)).toEqual({ code: 250, lines: ["a", "b"] });
    parser.setLimits({ maxLines: 4 });
    parser.push(bytes("250-a\r\n250-b\r\n250-c\r\n250 d\r\n"));
    expect((parser.next(false) as Reply).lines).toHaveLength(4);
  });

  it("must be whole numbers and known names", () => {
    expect(() => new ReplyParser({ maxLineBytes: 0 })).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_ARGUMENT" }),
    );
    expect(() => new ReplyParser({ maxLines: 1.5 })).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_ARGUMENT" }),
    );
    expect(() => new ReplyParser({ maxLine: 5 } as never)).toThrow(
      expect.objectContaining({ code: "ERR_SMTP_UNKNOWN_OPTION" }),
    );
  });

  it("hold the memory: 100,000 continued lines and 8 MiB without a line end are refused early", () => {
    for (const piece of [bytes("250-x\r\n".repeat(100)), new Uint8Array(8192).fill(0x41)]) {
      const parser = new ReplyParser();
      const events: unknown[] = [];
      let pushed = 0;
      do {
        parser.push(piece);
        pushed += piece.length;
        expect(parser.pendingBytes).toBeLessThan(65536 + 8192);
      } while (drain(parser, events) && pushed < 8 << 20);
      expect(events).toEqual(["ERR_SMTP_REPLY_TOO_LONG"]);
      expect(pushed).toBeLessThan(65536);
      parser.push(piece);
      expect(parser.pendingBytes).toBe(0);
    }
  });
});

describe("state", () => {
  it("stays in error, with the same error", () => {
    const parser = new ReplyParser();
    parser.push(bytes("nonsense\r\n250 fine\r\n"));
    const errors = [1, 2].map(() => {
      try {
        return parser.next(false);
      } catch (error) {
        return error;
      }
    });
    expect(SmtpProtocolError.is(errors[0])).toBe(true);
    expect(errors[0]).toBe(errors[1]);
    parser.push(bytes("250 fine\r\n"));
    expect(() => parser.next(false)).toThrow();
  });

  it("reset leaves no octet, no half line, no half reply and no error", () => {
    for (const rest of ["250-AUTH PLAIN\r\n250-", "250", "2", "250-\xc3", "x\r\n", "250-a\r\n"]) {
      const parser = new ReplyParser();
      parser.push(bytes(rest));
      drain(parser, []);
      parser.reset();
      expect(parser.pendingBytes).toBe(0);
      parser.push(bytes("221 bye\r\n"));
      expect(parser.next(false)).toEqual({ code: 221, lines: ["bye"] });
    }
  });

  it("counts pending octets, those of a reply half read included", () => {
    const parser = new ReplyParser();
    parser.push(bytes("250-abc\r\n25"));
    expect(parser.pendingBytes).toBe(11);
    expect(parser.next(false)).toBe(NEED_DATA);
    expect(parser.pendingBytes).toBe(11);
    parser.push(bytes("0 x\r\n354"));
    parser.next(false);
    expect(parser.pendingBytes).toBe(3);
  });

  it("keeps nothing of a chunk that its owner reuses", () => {
    const parser = new ReplyParser();
    for (const wire of ["250 a", `${"b".repeat(100)}\r\n`]) {
      const chunk = bytes(wire);
      parser.push(chunk);
      chunk.fill(0x58);
    }
    expect(parser.next(false)).toEqual({ code: 250, lines: [`a${"b".repeat(100)}`] });
  });

  it("reads enhanced codes only when asked", () => {
    const parser = new ReplyParser();
    parser.push(bytes("250 2.0.0 x\r\n"));
    expect((parser.next(false) as Reply).enhanced).toBeUndefined();
  });

  it("escapes what it shows of a wrong line", () => {
    const parser = new ReplyParser();
    parser.push(bytes("\x1b[2J\xff evil\r\n"));
    expect(() => parser.next(false)).toThrow('"\\x1b[2J\\xff evil"');
  });
});

describe("law", () => {
  const wire = fc
    .array(
      fc.oneof(
        {
          weight: 4,
          arbitrary: fc.constantFrom(
            "250 ",
            "250-",
            "550 5.1.1 ",
            "354",
            "\r\n",
            "\n",
            "\r",
            "\xc3\xbc",
            "\xff",
            "\0",
            "220-",
          ),
        },
        { weight: 1, arbitrary: fc.string({ unit: "binary-ascii", maxLength: 80 }) },
        { weight: 1, arbitrary: fc.constant("y".repeat(70)) },
      ),
      { maxLength: 30 },
    )
    .map((parts) => bytes(parts.join("")));

  it("however the octets are cut, the events are the same, and only our errors are thrown", () => {
    fc.assert(
      fc.property(
        wire,
        fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        (octets, sizes, strictLineEnd) => {
          const limits = { maxLineBytes: 90, maxReplyBytes: 200, maxLines: 4, strictLineEnd };
          const chunks: Uint8Array[] = [];
          for (let at = 0, turn = 0; at < octets.length; turn++) {
            const size = sizes[turn % sizes.length]!;
            chunks.push(octets.slice(at, at + size));
            at += size;
          }
          expect(feed(chunks, limits)).toEqual(feed([octets], limits));
        },
      ),
      { numRuns: 400 },
    );
  });

  it("octets pushed before the first question give the same events too", () => {
    fc.assert(
      fc.property(wire, fc.integer({ min: 1, max: 90 }), (octets, size) => {
        const parser = new ReplyParser();
        for (const chunk of cut(octets, size)) parser.push(chunk);
        const events: unknown[] = [];
        drain(parser, events);
        expect(events).toEqual(feed([octets]));
      }),
    );
  });
});
