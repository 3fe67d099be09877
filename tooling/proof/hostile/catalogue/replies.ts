// Replies that are cut, odd, contradictory, early, late or not asked for.
import type { Ends, Misbehaviour } from "../misbehaviour.js";
import { always, bytewise, hello } from "../script.js";

const ACCEPTED: Ends = { outcome: "accepted" };
const UNEXPECTED = "ERR_SMTP_UNEXPECTED_REPLY";
const SYNTAX = "ERR_SMTP_REPLY_SYNTAX";
const MIXED = "ERR_SMTP_MIXED_CODES";

/** R1, R2, R7: odd, and right. */
const RIGHT: readonly Misbehaviour[] = [
  {
    name: "every-reply-octet-by-octet",
    rows: ["R1"],
    script: always({
      greeting: bytewise("220 mail.example ready\r\n"),
      hello: bytewise(hello("PIPELINING", "8BITMIME")),
      mail: bytewise("250-a\r\n250 b\r\n"),
      rcpt: () => bytewise("250 ok\r\n"),
      data: (peer) => {
        peer.expectContent();
        peer.sendBytewise("354 go\r\n");
      },
      end: bytewise("250-queued\r\n250 as one\r\n"),
    }),
    ends: ACCEPTED,
    dialects: ["pipelined"],
  },
  ...Array.from({ length: 15 }, (_, at): Misbehaviour => {
    const reply = "250 2.0.0 done\r\n";
    return {
      name: `final-reply-split-behind-octet-${at + 1}`,
      rows: ["R1"],
      script: always({
        end: (peer) => {
          peer.send(reply.slice(0, at + 1));
          peer.later(3, () => peer.send(reply.slice(at + 1)));
        },
      }),
      ends: ACCEPTED,
      transports: ["clear"],
      dialects: ["pipelined"],
      // The final reply comes when the next command was heard, which is what this server is about.
      drivers: ["connection", "pool"],
    };
  }),
  { name: "bare-code-as-final-reply", rows: ["R2"], script: always({ end: "250\r\n" }), ends: ACCEPTED },
  { name: "empty-text-in-final-reply", rows: ["R2"], script: always({ end: "250 \r\n" }), ends: ACCEPTED },
  { name: "bare-code-to-mail", rows: ["R2"], script: always({ mail: "250\r\n" }), ends: ACCEPTED },
  {
    name: "lines-then-bare-code",
    rows: ["R2"],
    script: always({ mail: "250-a\r\n250-\r\n250\r\n" }),
    ends: ACCEPTED,
  },
  {
    name: "greeting-of-several-lines",
    rows: ["R2"],
    script: always({ greeting: "220-one\r\n220-\r\n220 three\r\n" }),
    ends: ACCEPTED,
  },
  {
    name: "second-line-of-the-greeting-late",
    rows: ["R2", "R11"],
    script: always({
      greeting: (peer) => {
        peer.send("220-wait a moment\r\n");
        peer.later(150, () => peer.send("220 now\r\n"));
      },
    }),
    ends: ACCEPTED,
    dialects: ["pipelined"],
  },
  { name: "251-to-rcpt", rows: ["R2"], script: always({ rcpt: () => "251 forwards\r\n" }), ends: ACCEPTED },
  { name: "252-to-rcpt", rows: ["R2"], script: always({ rcpt: () => "252 perhaps\r\n" }), ends: ACCEPTED },
  {
    name: "lf-alone-ends-lines",
    rows: ["R2"],
    script: always({ mail: "250-a\n250 b\n", end: "250 ok\n" }),
    ends: ACCEPTED,
  },
  {
    name: "final-reply-in-another-tongue",
    rows: ["R7"],
    script: always({ end: "250 gr\xfc\xdfe \xc3\xa9 \xf0\x9f\x98 \x1b[2J \0 a\rb\r\n" }),
    ends: ACCEPTED,
  },
  {
    name: "greeting-with-controls",
    rows: ["R7"],
    script: always({ greeting: "220 \x1b]0;pwned\x07\0\x7f\x9b2J\r\n" }),
    ends: ACCEPTED,
  },
];

/** R7: what a refusal says reaches the error, and only its harmless part. */
const LOUD_REFUSALS: readonly Misbehaviour[] = [
  ["escape-sequences", "550 \x1b[2J\x1b]0;pwned\x07\r\n"],
  ["nul-and-del", "550 a\0b\x7fc\r\n"],
  ["lone-cr", "550 a\rb\rc\r\n"],
  ["broken-utf-8", "550 \xc3\x28 \xf0\x28\x8c\xbc \xff\xfe\r\n"],
  ["c1-controls", "550 \x9b2J\x85\x90\r\n"],
  ["bidi-override", "550 \xe2\x80\xae moc.live\r\n"],
].map(([name, mail]) => ({
  name: `refusal-with-${name}`,
  rows: ["R7"],
  script: always({ mail: mail as string, rcpt: () => "503 no\r\n", data: "503 no\r\n", end: "503 no\r\n" }),
  ends: { outcome: "rejected", code: "ERR_CLIENT_SENDER_REFUSED", phase: "mail", retryable: false } as const,
  never: ["content"],
  dialects: ["pipelined", "lockstep"] as const,
}));

/** R3: one reply, two codes. */
const MIXTURES: readonly Misbehaviour[] = [
  {
    name: "mixed-codes-in-greeting",
    rows: ["R3"],
    script: always({ greeting: "220-fine\r\n554 no\r\n" }),
    ends: { outcome: "not-sent", code: MIXED, phase: "greeting" },
    never: ["MAIL"],
  },
  {
    name: "mixed-codes-in-hello",
    rows: ["R3"],
    script: always({ hello: "250-mail.example\r\n550 no\r\n" }),
    ends: { outcome: "not-sent", code: MIXED, phase: "ehlo" },
    never: ["MAIL"],
  },
  {
    name: "mixed-codes-to-mail",
    rows: ["R3"],
    script: always({ mail: "250-fine\r\n550 no\r\n" }),
    ends: { outcome: "not-sent", code: MIXED },
    never: ["content"],
  },
  {
    name: "mixed-codes-to-rcpt",
    rows: ["R3"],
    script: always({ rcpt: () => "550-no\r\n250 yes\r\n" }),
    ends: { outcome: "not-sent", code: MIXED },
    never: ["content"],
  },
  {
    name: "mixed-codes-to-data",
    rows: ["R3"],
    script: always({ data: "250-go\r\n354 go\r\n" }),
    ends: { outcome: "not-sent", code: MIXED },
    never: ["content"],
    dialects: ["pipelined", "lockstep"],
  },
  ...(
    [
      ["refused-then-queued", "550-refused\r\n250 queued\r\n"],
      ["queued-then-refused", "250-queued\r\n550 refused\r\n"],
      ["same-class-other-code", "250-queued\r\n251 queued\r\n"],
      ["queued-then-354", "250-queued\r\n354 go\r\n"],
    ] as const
  ).map(
    ([name, end]): Misbehaviour => ({
      name: `final-reply-${name}`,
      rows: ["R3", "R13"],
      script: always({ end }),
      ends: { outcome: "unknown", code: MIXED, phase: "end-of-data", retryable: false },
    }),
  ),
];

/** R4: what is no reply at all. */
const NO_REPLIES: readonly Misbehaviour[] = (
  [
    ["http", "HTTP/1.1 400 Bad Request\r\n"],
    ["ssh", "SSH-2.0-OpenSSH_9.6\r\n"],
    ["pop3", "+OK ready\r\n"],
    ["imap", "* OK ready\r\n"],
    ["four-digits", "2200 x\r\n"],
    ["two-digits", "22 x\r\n"],
    ["class-six", "650 x\r\n"],
    ["class-zero", "020 x\r\n"],
    ["class-one", "120 x\r\n"],
    ["underscore", "220_x\r\n"],
    ["no-separator", "220x\r\n"],
    ["leading-blank", " 220 x\r\n"],
    ["empty-line", "\r\n220 x\r\n"],
    ["minus", "-220 x\r\n"],
    ["fullwidth-digits", "\xef\xbc\x92\xef\xbc\x92\xef\xbc\x90 x\r\n"],
    ["tls-alert", "\x15\x03\x01\x00\x02\x02\x46\n"],
    ["broken-continuation", "220-a\r\n220+b\r\n"],
  ] as const
).flatMap(([name, text]): Misbehaviour[] => [
  {
    name: `${name}-for-a-greeting`,
    rows: ["R4"],
    script: always({ greeting: text }),
    ends: { outcome: "not-sent", code: SYNTAX, phase: "greeting", retryable: false },
    never: ["EHLO", "HELO", "MAIL", "QUIT"],
    dialects: ["pipelined"],
  },
  {
    name: `${name}-for-a-final-reply`,
    rows: ["R4", "R13"],
    script: always({ end: text }),
    ends: { outcome: "unknown", code: SYNTAX, phase: "end-of-data", retryable: false },
    dialects: ["pipelined", "chunking"],
    transports: ["clear"],
  },
]);

/** R8: a reply of a class that the command does not have. */
const WRONG_CLASSES: readonly Misbehaviour[] = [
  {
    name: "354-for-a-greeting",
    rows: ["R8"],
    script: always({ greeting: "354 go\r\n" }),
    ends: { outcome: "not-sent", code: UNEXPECTED, phase: "greeting" },
    never: ["MAIL"],
  },
  {
    name: "354-to-hello",
    rows: ["R8"],
    script: always({ hello: "354 go\r\n" }),
    ends: { outcome: "not-sent", code: UNEXPECTED, phase: "ehlo" },
    never: ["MAIL"],
  },
  {
    name: "252-to-hello",
    rows: ["R8"],
    script: always({ hello: "252-mail.example\r\n252 PIPELINING\r\n" }),
    ends: { outcome: "not-sent", code: UNEXPECTED, phase: "ehlo" },
    never: ["MAIL"],
  },
  {
    name: "334-to-hello",
    rows: ["R8"],
    script: always({ hello: "334 VXNlcm5hbWU6\r\n" }),
    ends: { outcome: "not-sent", code: UNEXPECTED, phase: "ehlo" },
    never: ["MAIL"],
  },
  ...["354 go\r\n", "334 cG9zdA==\r\n"].map(
    (mail): Misbehaviour => ({
      name: `${mail.slice(0, 3)}-to-mail`,
      rows: ["R8"],
      script: always({ mail }),
      ends: { outcome: "not-sent", code: UNEXPECTED },
      never: ["content"],
    }),
  ),
  {
    name: "150-to-rcpt",
    rows: ["R8"],
    script: always({ rcpt: () => "150 hm\r\n" }),
    ends: { outcome: "not-sent", code: SYNTAX },
    never: ["content"],
  },
  {
    name: "354-to-rcpt",
    rows: ["R8"],
    script: always({ rcpt: () => "354 go\r\n" }),
    ends: { outcome: "not-sent", code: UNEXPECTED },
    never: ["content"],
  },
  ...["250 ok\r\n", "220 ok\r\n", "334 b2s=\r\n"].map(
    (data): Misbehaviour => ({
      name: `${data.slice(0, 3)}-to-data`,
      rows: ["R8"],
      script: always({ data }),
      ends: { outcome: "not-sent", code: UNEXPECTED },
      // Content would run as commands.
      never: ["content"],
      dialects: ["pipelined", "lockstep"],
    }),
  ),
  ...["354 again\r\n", "334 b2s=\r\n"].map(
    (text): Misbehaviour => ({
      name: `${text.slice(0, 3)}-for-a-final-reply`,
      rows: ["R8", "R13"],
      script: always({ end: text }),
      ends: { outcome: "unknown", code: UNEXPECTED, phase: "end-of-data", retryable: false },
    }),
  ),
  {
    name: "354-to-everything",
    rows: ["R8"],
    script: always({
      mail: "354 go\r\n",
      rcpt: () => "354 go\r\n",
      data: "354 go\r\n",
      end: "354 go\r\n",
      rset: "354 go\r\n",
      quit: "354 go\r\n",
      other: "354 go\r\n",
    }),
    ends: { outcome: "not-sent", code: UNEXPECTED },
    never: ["content"],
  },
  {
    name: "250-to-everything",
    rows: ["R8"],
    script: always({ data: "250 ok\r\n", quit: "250 ok\r\n", other: "250 ok\r\n", chunk: "250 ok\r\n" }),
    ends: ({ dialect }) => (dialect === "chunking" ? ACCEPTED : { outcome: "not-sent", code: UNEXPECTED }),
  },
  {
    name: "354-to-reset",
    rows: ["R8", "R19"],
    script: always({ rset: "354 go\r\n" }),
    // Only a second message has a RSET before it.
    ends: ACCEPTED,
  },
];

/** R9: replies that nobody asked for. */
const EXTRA_REPLIES: readonly Misbehaviour[] = [
  {
    name: "two-greetings",
    rows: ["R9"],
    script: always({ greeting: "220 a\r\n220 b\r\n" }),
    ends: { outcome: "not-sent", code: UNEXPECTED },
    never: ["MAIL"],
  },
  {
    name: "all-replies-with-the-greeting",
    rows: ["R9"],
    script: always({
      greeting: `220 a\r\n${hello("PIPELINING")}250 ok\r\n250 ok\r\n250 ok\r\n354 go\r\n250 queued\r\n`,
      hello: undefined,
      mail: undefined,
      rcpt: () => undefined,
      data: undefined,
      end: undefined,
    }),
    ends: { outcome: "not-sent", code: UNEXPECTED },
    never: ["MAIL", "content"],
    drivers: ["connection", "pool", "busy"],
  },
  {
    name: "hello-answered-twice",
    rows: ["R9"],
    script: always({ hello: hello("8BITMIME") + hello("PIPELINING") }),
    ends: { outcome: "not-sent", code: UNEXPECTED },
    never: ["content"],
    dialects: ["pipelined"],
  },
  {
    name: "mail-answered-twice",
    rows: ["R9"],
    script: always({ mail: "250 ok\r\n250 ok\r\n" }),
    ends: { outcome: "not-sent", code: UNEXPECTED },
    never: ["end"],
  },
  {
    name: "rcpt-answered-twice",
    rows: ["R9"],
    script: always({ rcpt: () => "250 ok\r\n250 ok\r\n" }),
    ends: { outcome: "not-sent", code: UNEXPECTED },
    never: ["end"],
  },
  {
    name: "354-and-250-in-one-segment",
    rows: ["R9"],
    script: always({ data: "354 go\r\n250 queued\r\n" }),
    ends: { outcome: "not-sent", code: UNEXPECTED },
    never: ["content"],
    dialects: ["pipelined", "lockstep"],
  },
  {
    name: "354-twice",
    rows: ["R9"],
    script: always({ data: "354 go\r\n354 go\r\n" }),
    ends: { outcome: "not-sent", code: UNEXPECTED },
    never: ["content"],
    dialects: ["pipelined", "lockstep"],
  },
  {
    name: "final-reply-twice",
    rows: ["R9"],
    script: always({ end: "250 queued\r\n250 queued\r\n" }),
    ends: ACCEPTED,
    drivers: ["connection", "pool", "busy"],
  },
  {
    name: "unasked-250-after-the-hello",
    rows: ["R9"],
    script: always({
      hello: (peer) => {
        peer.send(peer.hello());
        peer.send("250 by the way\r\n");
      },
    }),
    ends: { outcome: "not-sent", code: UNEXPECTED },
    never: ["content"],
  },
];

export const REPLIES: readonly Misbehaviour[] = [
  ...RIGHT,
  ...LOUD_REFUSALS,
  ...MIXTURES,
  ...NO_REPLIES,
  ...WRONG_CLASSES,
  ...EXTRA_REPLIES,
];
