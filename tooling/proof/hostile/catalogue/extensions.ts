// EHLO and what is announced in it: odd, wrong, or not meant.
import type { Ends, Misbehaviour } from "../misbehaviour.js";
import { always, hello } from "../script.js";

const ACCEPTED: Ends = { outcome: "accepted" };
const UTF8_TEXT = { text: "Grüße aus Köln — ☃\n" };

const verbs = (lines: readonly string[], verb: string): string[] =>
  lines.filter((line) => line.toUpperCase().startsWith(verb));

/** EHLO replies that look strange and are all right. */
const ODD_HELLOS: readonly Misbehaviour[] = (
  [
    ["an-empty-last-line", ["R2"], "250-mail.example\r\n250-PIPELINING\r\n250 \r\n"],
    ["a-bare-last-code", ["R2"], "250-mail.example\r\n250-PIPELINING\r\n250\r\n"],
    ["empty-lines-between", ["R2"], "250-mail.example\r\n250-\r\n250-PIPELINING\r\n250-\r\n250 8BITMIME\r\n"],
    ["no-text-at-all", ["R2"], "250 \r\n"],
    ["lower-case-keywords", ["R2"], hello("pipelining", "8bitmime", "size 0", "chunking")],
    ["trailing-blanks", ["R2"], hello("PIPELINING ", "8BITMIME  ", "SIZE  0 ")],
    ["tabs", ["R2"], hello("PIPELINING\t", "SIZE\t0")],
    ["keywords-twice", ["R2"], hello("PIPELINING", "PIPELINING", "8BITMIME", "8BITMIME", "SIZE 0", "SIZE 0")],
    [
      "two-hundred-lines",
      ["R5"],
      hello(...Array.from({ length: 200 }, (_, i) => `X-THING-${i}`), "PIPELINING"),
    ],
    ["octets-beyond-ascii", ["R7"], hello("X-\xfc\xdf\xff", "8BITMIME \xc3\xa9", "PIPELINING")],
    ["escape-sequences", ["R7"], hello("X-\x1b[2J", "PIPELINING\0", "8BITMIME")],
    [
      "prototype-keys",
      ["R20"],
      hello("__proto__", "__proto__ PIPELINING", "constructor", "toString", "hasOwnProperty X"),
    ],
    [
      "prototype-mechanisms",
      ["R20"],
      hello("AUTH __proto__ constructor toString", "LIMITS __proto__=1 constructor=2"),
    ],
    ["keywords-as-parameters", ["R20"], hello("X-SIZE 1", "XSIZE 1", "SIZER 1", "NOSTARTTLS")],
    ["a-keyword-for-a-name", ["T1"], "250-SIZE 1\r\n250 8BITMIME\r\n"],
  ] as const
).map(([name, rows, reply]) => ({
  name: `hello-with-${name}`,
  rows,
  script: always({ hello: reply }),
  ends: ACCEPTED,
  // What is announced here counts, not the dialect.
  dialects: ["lockstep"] as const,
}));

const NO_HELLOS: readonly Misbehaviour[] = [
  ...[500, 502, 550].map(
    (code): Misbehaviour => ({
      name: `hello-refused-with-${code}-and-helo-taken`,
      rows: ["R2"],
      script: always({
        hello: (peer, line) => peer.send(line.startsWith("EHLO") ? `${code} no\r\n` : "250 mail.example\r\n"),
      }),
      ends: ACCEPTED,
      dialects: ["lockstep"],
      check: ({ lines }) => (verbs(lines, "HELO").length === 1 ? [] : "HELO was to be said once"),
    }),
  ),
  {
    name: "hello-and-helo-refused",
    rows: ["T2"],
    script: always({ hello: "550 5.7.1 no\r\n" }),
    ends: { outcome: "not-sent", code: "ERR_CLIENT_HELLO_REFUSED", phase: "ehlo", retryable: false },
    never: ["MAIL"],
    dialects: ["lockstep"],
  },
  {
    name: "hello-refused-for-now",
    rows: ["R10"],
    script: always({ hello: "451 4.3.2 later\r\n" }),
    ends: { outcome: "not-sent", code: "ERR_CLIENT_HELLO_REFUSED", phase: "ehlo", retryable: true },
    never: ["HELO", "MAIL"],
    dialects: ["lockstep"],
  },
  ...[
    ["554", "554 5.7.1 no service here\r\n", false],
    ["two-line-554", "554-no\r\n554 service here\r\n", false],
    ["450", "450 4.3.2 later\r\n", true],
    ["521", "521 5.3.2 no mail here\r\n", false],
  ].map(
    ([name, greeting, retryable]): Misbehaviour => ({
      // It leaves the connection open; the client does not.
      name: `greeting-of-${name as string}`,
      rows: ["R10"],
      script: always({ greeting: greeting as string }),
      ends: {
        outcome: "not-sent",
        code: "ERR_CLIENT_GREETING_REFUSED",
        phase: "greeting",
        retryable: retryable as boolean,
      },
      never: ["EHLO", "HELO", "MAIL"],
      dialects: ["lockstep"],
    }),
  ),
];

/** R17: SIZE. */
const SIZES: readonly Misbehaviour[] = [
  ...(
    [
      ["zero", "SIZE 0"],
      ["no-number", "SIZE"],
      ["words", "SIZE lots"],
      ["negative", "SIZE -1"],
      ["a-fraction", "SIZE 0.5"],
      ["an-exponent", "SIZE 1e1"],
      ["hexadecimal", "SIZE 0x10"],
      ["too-many-digits", "SIZE 99999999999999999999999"],
      ["two-numbers", "SIZE 0 10"],
    ] as const
  ).map(
    ([name, keyword]): Misbehaviour => ({
      name: `size-is-${name}`,
      rows: ["R17"],
      script: always({ hello: hello(keyword) }),
      ends: ACCEPTED,
      dialects: ["lockstep"],
    }),
  ),
  {
    name: "size-smaller-than-the-message",
    rows: ["R17"],
    script: always({ hello: hello("SIZE 100") }),
    ends: { outcome: "not-sent", code: "ERR_CLIENT_TOO_LARGE", retryable: false },
    never: ["MAIL"],
    dialects: ["lockstep"],
  },
  {
    name: "552-to-mail-within-the-size",
    rows: ["R17"],
    script: always({ hello: hello("SIZE 1000000"), mail: "552 5.3.4 too big\r\n" }),
    ends: { outcome: "rejected", code: "ERR_CLIENT_SENDER_REFUSED", phase: "mail", retryable: false },
    never: ["content"],
    dialects: ["lockstep"],
  },
  {
    name: "452-to-mail-within-the-size",
    rows: ["R17"],
    script: always({ hello: hello("SIZE 1000000"), mail: "452 4.3.1 disk full\r\n" }),
    ends: { outcome: "rejected", code: "ERR_CLIENT_SENDER_REFUSED", phase: "mail", retryable: true },
    never: ["content"],
    dialects: ["lockstep"],
  },
  {
    name: "552-at-the-end-within-the-size",
    rows: ["R17"],
    script: always({ hello: hello("SIZE 1000000", "PIPELINING"), end: "552 5.3.4 too big after all\r\n" }),
    ends: { outcome: "rejected", code: "ERR_CLIENT_CONTENT_REFUSED", phase: "end-of-data" },
    dialects: ["lockstep"],
  },
];

/** R18: what was not announced is not used, what was announced may be refused. */
const ENCODINGS: readonly Misbehaviour[] = [
  {
    name: "no-8bitmime-for-utf-8-text",
    rows: ["R18"],
    script: always({ hello: hello("PIPELINING") }),
    message: UTF8_TEXT,
    ends: ACCEPTED,
    dialects: ["lockstep"],
    check: ({ peers, lines }) => [
      ...(peers.some(({ contents }) => contents.some(({ text }) => /[^\0-\x7f]/.test(text)))
        ? ["octets beyond ASCII on the wire"]
        : []),
      ...lines.filter((line) => line.includes("BODY=8BITMIME")),
    ],
  },
  {
    name: "8bitmime-announced-and-refused",
    rows: ["R18"],
    script: always({
      mail: (peer, line) => peer.send(line.includes("BODY=") ? "555 5.5.4 BODY?\r\n" : "250 ok\r\n"),
      rcpt: () => "503 5.5.1 no\r\n",
      data: "503 5.5.1 no\r\n",
    }),
    message: UTF8_TEXT,
    ends: { outcome: "rejected", code: "ERR_CLIENT_SENDER_REFUSED", phase: "mail" },
    dialects: ["pipelined", "lockstep"],
    never: ["content"],
  },
  {
    name: "no-smtputf8-for-a-utf-8-recipient",
    rows: ["R18"],
    script: always({}),
    message: { to: ["jörg@example.org"] },
    ends: { outcome: "not-sent", code: /SMTPUTF8/, retryable: false },
    never: ["MAIL"],
  },
  {
    name: "no-smtputf8-for-a-utf-8-domain",
    rows: ["R18"],
    script: always({}),
    message: { to: ["bob@bücher.example"] },
    // An A-label does as well.
    ends: ACCEPTED,
    check: ({ lines }) =>
      verbs(lines, "RCPT TO:<BOB@XN--BCHER-KVA.EXAMPLE>").length > 0 ? [] : "the A-label was not used",
  },
  {
    name: "smtputf8-announced-and-refused",
    rows: ["R18"],
    script: always({
      hello: hello("SMTPUTF8", "8BITMIME"),
      mail: "555 5.6.7 SMTPUTF8?\r\n",
      rcpt: () => "503 5.5.1 no\r\n",
    }),
    message: { to: ["jörg@example.org"] },
    ends: { outcome: "rejected", code: "ERR_CLIENT_SENDER_REFUSED", phase: "mail" },
    dialects: ["lockstep"],
    never: ["content"],
  },
  {
    name: "chunking-without-pipelining",
    rows: ["R18"],
    script: always({ hello: hello("CHUNKING", "8BITMIME") }),
    message: { attachments: [{ filename: "a.bin", content: Buffer.alloc(400_000, 7) }] },
    ends: ACCEPTED,
    dialects: ["lockstep"],
    check: ({ peers }) =>
      peers.some(({ commands }) => commands.some(({ line, grouped }) => grouped && !line.startsWith("BDAT")))
        ? "commands in groups"
        : [],
  },
  {
    name: "binarymime-announced-and-refused",
    rows: ["R18"],
    script: always({
      hello: hello("CHUNKING", "BINARYMIME", "8BITMIME"),
      mail: "501 5.5.4 BODY?\r\n",
      rcpt: () => "503 5.5.1 no\r\n",
    }),
    message: { attachments: [{ filename: "a.bin", content: Buffer.from("\0\n\r\xff", "latin1") }] },
    send: { encoding: "binary" },
    ends: { outcome: "rejected", code: "ERR_CLIENT_SENDER_REFUSED", phase: "mail" },
    dialects: ["lockstep"],
    never: ["content"],
  },
  {
    name: "no-dsn-for-a-delivery-report",
    rows: ["R18"],
    script: always({}),
    send: { dsn: { notify: ["failure"], return: "headers" } },
    ends: { outcome: "not-sent", code: "ERR_CLIENT_EXTENSION_NEEDED" },
    never: ["MAIL"],
  },
  {
    name: "no-requiretls-for-a-message-that-needs-it",
    rows: ["R18", "T1"],
    script: always({}),
    send: { requireTls: true },
    ends: { outcome: "not-sent", code: "ERR_CLIENT_EXTENSION_NEEDED" },
    never: ["MAIL"],
  },
  {
    name: "requiretls-announced-in-clear",
    rows: ["T7"],
    script: always({ hello: hello("REQUIRETLS", "PIPELINING") }),
    send: { requireTls: true },
    ends: { outcome: "not-sent", code: "ERR_CLIENT_EXTENSION_NEEDED" },
    never: ["MAIL"],
    transports: ["clear"],
    dialects: ["lockstep"],
  },
];

/** PIPELINING that is not meant, and enhanced codes that contradict. */
const LIES: readonly Misbehaviour[] = [
  {
    name: "pipelining-loses-what-follows-mail",
    rows: ["R9", "R11"],
    script: always({
      mail: (peer) => {
        peer.forgetInput();
        peer.send("250 ok\r\n");
      },
    }),
    client: { timeouts: { rcptMs: 150 } },
    ends: { outcome: "not-sent", code: "ERR_CLIENT_TIMEOUT" },
    drivers: ["connection", "pool", "busy"],
    dialects: ["pipelined", "chunking"],
    never: ["content"],
  },
  {
    name: "pipelining-loses-what-follows-rcpt",
    rows: ["R9", "R11"],
    script: always({
      rcpt: (_address, peer) => {
        peer.forgetInput();
        return "250 ok\r\n";
      },
    }),
    client: { timeouts: { rcptMs: 150, dataMs: 150 } },
    ends: { outcome: "not-sent", code: "ERR_CLIENT_TIMEOUT" },
    drivers: ["connection", "pool", "busy"],
    dialects: ["pipelined"],
    never: ["content"],
  },
  {
    name: "pipelining-announced-and-punished",
    rows: ["R9", "R10"],
    script: always({
      mail: (peer) => {
        peer.send("554 5.5.0 you talk too soon\r\n");
        peer.end();
      },
    }),
    ends: { outcome: "rejected", code: /^ERR_CLIENT_(SENDER_REFUSED|CONNECTION_LOST)$/ },
    dialects: ["pipelined"],
    never: ["content"],
  },
  {
    name: "pipe-connect-announced-and-punished",
    rows: ["R9"],
    script: (connection) =>
      connection === 0
        ? { hello: hello("PIPELINING", "PIPECONNECT", "LIMITS MAILMAX=1") }
        : {
            greeting: (peer) =>
              peer.later(30, () => peer.send(peer.hellos > 0 ? "554 too soon\r\n" : "220 mail.example\r\n")),
            hello: (peer) => (peer.sentBytes === 0 ? undefined : peer.send(hello("PIPELINING"))),
          },
    ends: ACCEPTED,
    dialects: ["lockstep"],
  },
  ...(
    [
      ["class-of-a-refusal", "250 5.1.1 ok\r\n"],
      ["class-of-another-kind", "250 9.9.9 ok\r\n"],
      ["too-many-parts", "250 2.1.0.0.0 ok\r\n"],
      ["endless-digits", "250 2.1.99999999999999999999 ok\r\n"],
    ] as const
  ).map(
    ([name, text]): Misbehaviour => ({
      name: `enhanced-code-with-${name}`,
      rows: ["R3"],
      script: always({ mail: text, end: text }),
      ends: ACCEPTED,
      dialects: ["pipelined"],
    }),
  ),
];

/** RFC 9422. */
const LIMITS: readonly Misbehaviour[] = [
  {
    name: "limits-one-recipient-at-a-time",
    rows: ["R16"],
    script: always({ hello: hello("PIPELINING", "LIMITS RCPTMAX=1") }),
    ends: ACCEPTED,
    dialects: ["lockstep"],
    check: ({ lines }) => (verbs(lines, "MAIL").length === 2 ? [] : "two transactions were to be made"),
  },
  {
    name: "limits-kept-by-421",
    rows: ["R10", "R16"],
    script: () => {
      let mails = 0;
      return {
        hello: hello("PIPELINING", "LIMITS MAILMAX=10"),
        mail: (peer) => (++mails > 1 ? peer.send("421 4.7.0 one is enough\r\n") : peer.send("250 ok\r\n")),
      };
    },
    ends: ACCEPTED,
    dialects: ["lockstep"],
  },
  ...(
    [
      ["zero", "LIMITS RCPTMAX=0 MAILMAX=0 RCPTDOMAINMAX=0"],
      ["words", "LIMITS RCPTMAX=few MAILMAX=some"],
      ["negative", "LIMITS RCPTMAX=-1 MAILMAX=-5"],
      ["too-many-digits", "LIMITS RCPTMAX=99999999999999999999 MAILMAX=99999999999999999999"],
      ["nothing", "LIMITS"],
      ["no-value", "LIMITS RCPTMAX= MAILMAX RCPTDOMAINMAX=="],
    ] as const
  ).map(
    ([name, keyword]): Misbehaviour => ({
      name: `limits-are-${name}`,
      rows: ["R17"],
      script: always({ hello: hello("PIPELINING", keyword) }),
      ends: ACCEPTED,
      dialects: ["lockstep"],
    }),
  ),
];

export const EXTENSIONS: readonly Misbehaviour[] = [
  ...ODD_HELLOS,
  ...NO_HELLOS,
  ...SIZES,
  ...ENCODINGS,
  ...LIES,
  ...LIMITS,
];
