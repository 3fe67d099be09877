import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command, MailParameters, RcptParameters } from "./command.js";
import { parseCommand, redactCommandLine } from "./command-parser.js";
import { serializeCommand } from "./command-serializer.js";
import { SmtpProtocolError } from "./errors.js";

const ann = { localPart: "ann", domain: "example.com" };
const bob = { localPart: "bob", domain: "example.org" };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const LINES: [string, Command][] = [
  ["EHLO client.example", { verb: "EHLO", domain: "client.example" }],
  ["ehlo [192.0.2.1]  ", { verb: "EHLO", domain: "[192.0.2.1]" }],
  ["HELO my_machine", { verb: "HELO", domain: "my_machine" }],
  ["MAIL FROM:<ann@example.com>", { verb: "MAIL", from: ann }],
  ["mail from: <ann@example.com>", { verb: "MAIL", from: ann }],
  ["MAIL FROM:<>", { verb: "MAIL", from: null }],
  ["MAIL FROM:<@a.example,@b.example:ann@example.com>", { verb: "MAIL", from: ann }],
  [
    'MAIL FROM:<"x> SIZE=1 \\" <"@example.com> SIZE=5',
    {
      verb: "MAIL",
      from: { localPart: 'x> SIZE=1 " <', domain: "example.com" },
      parameters: { sizeBytes: 5 },
    },
  ],
  [
    "MAIL FROM:<ann@example.com>  size=5   body=8bitmime ",
    { verb: "MAIL", from: ann, parameters: { sizeBytes: 5, body: "8BITMIME" } },
  ],
  [
    "MAIL FROM:<änn@example.com> SMTPUTF8",
    { verb: "MAIL", from: { localPart: "änn", domain: "example.com" }, parameters: { smtpUtf8: true } },
  ],
  ["MAIL FROM:<ann@example.com> AUTH=<>", { verb: "MAIL", from: ann, parameters: { auth: "<>" } }],
  [
    "MAIL FROM:<ann@example.com> AUTH=bob@example.org",
    { verb: "MAIL", from: ann, parameters: { auth: bob } },
  ],
  [
    "MAIL FROM:<ann@example.com> AUTH=<bob@example.org>",
    { verb: "MAIL", from: ann, parameters: { auth: bob } },
  ],
  [
    "MAIL FROM:<ann@example.com> RET=HDRS ENVID=a+20b",
    { verb: "MAIL", from: ann, parameters: { return: "headers", envelopeId: "a b" } },
  ],
  [
    "MAIL FROM:<ann@example.com> BY=-0;nt MT-PRIORITY=+3",
    {
      verb: "MAIL",
      from: ann,
      parameters: { deliverBy: { seconds: 0, mode: "notify", trace: true }, priority: 3 },
    },
  ],
  [
    "MAIL FROM:<ann@example.com> HOLDUNTIL=2027-01-02T05:04:05.5+02:00",
    { verb: "MAIL", from: ann, parameters: { holdUntil: new Date("2027-01-02T03:04:05.500Z") } },
  ],
  [
    "MAIL FROM:<ann@example.com> XVERP X-Id=ä<b",
    { verb: "MAIL", from: ann, parameters: { custom: { XVERP: true, "X-Id": "ä<b" } } },
  ],
  ["RCPT TO:<bob@example.org>", { verb: "RCPT", to: bob }],
  ["RCPT TO:<POSTMASTER>", { verb: "RCPT", to: { localPart: "POSTMASTER", domain: "" } }],
  [
    "RCPT TO:<böb@example.org>",
    { verb: "RCPT", to: { localPart: "böb", domain: "example.org" }, smtpUtf8: true },
  ],
  [
    "RCPT TO:<bob@example.org> NOTIFY=delay,FAILURE ORCPT=utf-8;b\\x{E4}b@example.org",
    {
      verb: "RCPT",
      to: bob,
      parameters: {
        notify: ["delay", "failure"],
        originalRecipient: { type: "utf-8", address: "bäb@example.org" },
      },
    },
  ],
  [
    `RCPT TO:<${"s".repeat(100)}@example.org>`,
    { verb: "RCPT", to: { localPart: "s".repeat(100), domain: "example.org" } },
  ],
  ["data", { verb: "DATA" }],
  ["BDAT 0 last", { verb: "BDAT", sizeBytes: 0, last: true }],
  ["BDAT 86", { verb: "BDAT", sizeBytes: 86, last: false }],
  ["NOOP", { verb: "NOOP" }],
  ["noop x  y", { verb: "NOOP", argument: "x  y" }],
  ["VRFY Jönes smtputf8", { verb: "VRFY", argument: "Jönes", smtpUtf8: true }],
  ["EXPN staff", { verb: "EXPN", argument: "staff" }],
  ["ETRN @example.org", { verb: "ETRN", argument: "@example.org" }],
  ["AUTH plain", { verb: "AUTH", mechanism: "PLAIN" }],
  ["AUTH EXTERNAL =", { verb: "AUTH", mechanism: "EXTERNAL", initialResponse: new Uint8Array() }],
  [
    "auth PLAIN AGFubgBzZWNyZXQ=",
    { verb: "AUTH", mechanism: "PLAIN", initialResponse: bytes("\0ann\0secret") },
  ],
  ["BURL imap://a.example/x LAST", { verb: "BURL", argument: "imap://a.example/x", last: true }],
  ["XCLIENT ADDR=192.0.2.1", { verb: "CUSTOM", line: "XCLIENT ADDR=192.0.2.1" }],
  ["XFOO ä", { verb: "CUSTOM", line: "XFOO ä", smtpUtf8: true }],
];

describe("reads", () => {
  it.each(LINES)("%s", (line, command) => expect(parseCommand(line)).toEqual(command));
});

const S = "ERR_SMTP_COMMAND_SYNTAX";
const P = "ERR_SMTP_PARAMETER_SYNTAX";
const U = "ERR_SMTP_COMMAND_UNKNOWN";
const REFUSED: [string, string][] = [
  ["", U],
  ["\x16\x03\x01", U],
  [" MAIL FROM:<a@example.com>", U],
  ["\u017fTARTTLS", U],
  ["DATA x", S],
  ["RSET\0", S],
  ["NOOP\r", S],
  ["EHLO", S],
  ["EHLO a b", S],
  ["MAIL", S],
  ["MAIL ann@example.com", S],
  ["MAIL FROM:ann@example.com", S],
  ["MAIL FROM:<ann@example.com", S],
  ["MAIL FROM:<ann@example.com>SIZE=1", S],
  ["MAIL FROM:<ann>", S],
  ["MAIL FROM:<Postmaster>", S],
  ['MAIL FROM:<"ann@example.com>', S],
  ["MAIL FROM:<änn@example.com>", S],
  ["MAIL FROM:<änn@example.com> SIZE=5", S],
  ["MAIL TO:<ann@example.com>", S],
  ["RCPT TO:<>", S],
  ["BDAT", S],
  ["BDAT x", S],
  ["BDAT -1", S],
  ["BDAT 99999999999999999", S],
  ["BDAT 5 FIRST", S],
  ["VRFY", S],
  ["ETRN", S],
  ["AUTH", S],
  ["AUTH PLAIN !", S],
  ["AUTH PLAIN a b", S],
  ["MAIL FROM:<a@example.com> SIZE", P],
  ["MAIL FROM:<a@example.com> SIZE=x", P],
  ["MAIL FROM:<a@example.com> SIZE=5 size=6", P],
  ["MAIL FROM:<a@example.com> BODY=9BIT", P],
  ["MAIL FROM:<a@example.com> BODY=constructor", P],
  ["MAIL FROM:<a@example.com> SMTPUTF8=1", P],
  ["MAIL FROM:<a@example.com> AUTH=x", P],
  ["MAIL FROM:<a@example.com> RET=x", P],
  ["MAIL FROM:<a@example.com> ENVID=+0D+0A", P],
  ["MAIL FROM:<a@example.com> BY=0;R", P],
  ["MAIL FROM:<a@example.com> MT-PRIORITY=10", P],
  ["MAIL FROM:<a@example.com> HOLDFOR=0", P],
  ["MAIL FROM:<a@example.com> HOLDUNTIL=tomorrow", P],
  ["MAIL FROM:<a@example.com> HOLDUNTIL=2027-13-02T03:04:05Z", P],
  ["MAIL FROM:<a@example.com> =x", P],
  ["MAIL FROM:<a@example.com> X=a=b", P],
  ["RCPT TO:<a@example.com> NOTIFY=NEVER,DELAY", P],
  ["RCPT TO:<a@example.com> ORCPT=rfc822", P],
  ["RCPT TO:<a@example.com> ORCPT=rfc822;a+0Db", P],
];

describe("refuses", () => {
  it.each(REFUSED)("%j", (line, code) => {
    expect(() => parseCommand(line)).toThrow(expect.objectContaining({ code, kind: "protocol" }));
  });
});

describe("redaction", () => {
  it.each([
    ["AUTH PLAIN AGFubgBzZWNyZXQ=", "AUTH PLAIN ***"],
    ["auth  plain  AGFu bgBz", "auth  plain  ***"],
    ["AUTH LOGIN", "AUTH LOGIN"],
    ["MAIL FROM:<auth@example.com>", "MAIL FROM:<auth@example.com>"],
  ])("%s", (line, shown) => expect(redactCommandLine(line)).toBe(shown));
});

describe("law", () => {
  const word = fc.stringMatching(/^[A-Za-z0-9-]{1,12}$/).filter((text) => /^[A-Za-z0-9]/.test(text));
  const localPart = fc.oneof(
    fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}$/),
    fc.string({ minLength: 1, maxLength: 20 }).filter((text) => /^[ -~]+$/.test(text)),
  );
  const domain = fc.constantFrom("example.com", "a.b.example.org", "[192.0.2.7]", "xn--bcher-kva.example");
  const mailbox = fc.record({ localPart, domain });
  const printable = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => /^[ -~]+$/.test(text));
  const custom = fc.dictionary(
    word.map((text) => `X${text}`),
    fc.oneof(fc.constant(true as const), fc.stringMatching(/^[!-<>-~]{1,10}$/)),
    { minKeys: 1, maxKeys: 3 },
  );
  const optional = { requiredKeys: [] };
  const flag = fc.constant(true as const);
  const mailParameters: fc.Arbitrary<MailParameters> = fc
    .record(
      {
        sizeBytes: fc.maxSafeNat(),
        body: fc.constantFrom("7BIT", "8BITMIME", "BINARYMIME"),
        smtpUtf8: flag,
        auth: fc.oneof(mailbox, fc.constant("<>" as const)),
        return: fc.constantFrom("full", "headers"),
        envelopeId: printable,
        requireTls: flag,
        deliverBy: fc.oneof(
          fc.record({
            seconds: fc.integer({ min: 1, max: 999_999_999 }),
            mode: fc.constant("return" as const),
            trace: flag,
          }),
          fc.record({
            seconds: fc.integer({ min: -999_999_999, max: 0 }),
            mode: fc.constant("notify" as const),
          }),
        ),
        priority: fc.integer({ min: -9, max: 9 }),
        holdForSeconds: fc.integer({ min: 1, max: 999_999_999 }),
        custom,
      },
      optional,
    )
    .filter((parameters) => Object.keys(parameters).length > 0) as never;
  const rcptParameters: fc.Arbitrary<RcptParameters> = fc
    .record(
      {
        notify: fc.oneof(
          fc.constant("never" as const),
          fc.uniqueArray(fc.constantFrom("success", "failure", "delay"), { minLength: 1 }),
        ),
        originalRecipient: fc.oneof(
          fc.record({ type: fc.constantFrom("rfc822", "x400"), address: printable }),
          fc.record({
            type: fc.constant("utf-8"),
            address: fc
              .string({
                unit: fc.constantFrom(
                  "a",
                  "Z",
                  "7",
                  " ",
                  "+",
                  "=",
                  "<",
                  ">",
                  '"',
                  "\\",
                  ";",
                  "\t",
                  "\x7f",
                  "\u00e4",
                  "\u0131",
                  "\u017f",
                  "\u4e2d",
                  "\u0301",
                  "\u{1f600}",
                ),
                minLength: 1,
                maxLength: 8,
              })
              .filter((text) => !/[\0-\x1f\x7f-\x9f\u2028\u2029]/.test(text)),
          }),
        ),
        custom,
      },
      optional,
    )
    .filter((parameters) => Object.keys(parameters).length > 0) as never;
  const command: fc.Arbitrary<Command> = fc.oneof(
    fc.record({
      verb: fc.constantFrom("MAIL", "SAML"),
      from: fc.option(mailbox, { nil: null }),
      parameters: mailParameters,
    }),
    fc.record({ verb: fc.constant("MAIL"), from: mailbox }),
    fc.record({ verb: fc.constant("RCPT"), to: mailbox, parameters: rcptParameters }),
    fc.record({ verb: fc.constant("BDAT"), sizeBytes: fc.maxSafeNat(), last: fc.boolean() }),
    fc.record({
      verb: fc.constant("AUTH"),
      mechanism: fc.constantFrom("PLAIN", "X-Y_Z"),
      initialResponse: fc.uint8Array({ maxLength: 60 }),
    }),
    fc.record({ verb: fc.constantFrom("VRFY", "EXPN"), argument: printable }),
    fc.record({ verb: fc.constantFrom("EHLO", "HELO"), domain }),
  ) as never;

  it("a command comes back from its line, whatever it says", () => {
    fc.assert(
      fc.property(command, (original) => {
        let line: string;
        try {
          line = serializeCommand(original);
        } catch (error) {
          expect(SmtpProtocolError.is(error)).toBe(true);
          return;
        }
        expect(line.indexOf("\r\n")).toBe(line.length - 2);
        expect(line.slice(0, -2)).not.toMatch(/[\r\n\0]/);
        expect(bytes(line).length).toBeLessThanOrEqual(2048);
        const { mechanism } = original as { mechanism?: string };
        expect(parseCommand(line.slice(0, -2))).toEqual(
          mechanism === undefined ? original : { ...original, mechanism: mechanism.toUpperCase() },
        );
      }),
      { numRuns: 600 },
    );
  });

  it("a line that is read can be written, and means the same", () => {
    const part = fc.constantFrom(
      "MAIL FROM:",
      "RCPT TO:",
      "<a@example.com>",
      "<>",
      '<"a b"@example.com>',
      " SIZE=1",
      " X=y",
      " SMTPUTF8",
      "BDAT 5",
      " LAST",
      "VRFY ",
      "x",
      " ",
      "AUTH PLAIN",
      " =",
      "NOOP",
      " NOTIFY=NEVER",
      "ü",
      "<@a.example:b@example.com>",
      "EHLO ",
      "a.example",
      "XA b",
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            { weight: 5, arbitrary: part },
            {
              weight: 1,
              arbitrary: fc.string({
                unit: fc.constantFrom(
                  "a",
                  "Z",
                  "7",
                  " ",
                  "+",
                  "=",
                  "<",
                  ">",
                  '"',
                  "\\",
                  ";",
                  "\t",
                  "\x7f",
                  "\u00e4",
                  "\u0131",
                  "\u017f",
                  "\u2028",
                  "\u{1f600}",
                  "\0",
                  "\r",
                  "\n",
                ),
                maxLength: 5,
              }),
            },
          ),
          { maxLength: 6 },
        ),
        (parts) => {
          let read: Command;
          let line: string;
          try {
            read = parseCommand(parts.join(""));
            line = serializeCommand(read);
          } catch (error) {
            expect(SmtpProtocolError.is(error)).toBe(true);
            return;
          }
          expect(serializeCommand(parseCommand(line.slice(0, -2)))).toBe(line);
        },
      ),
      { numRuns: 600 },
    );
  });
});
