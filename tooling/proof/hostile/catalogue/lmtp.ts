// LMTP (RFC 2033): one final reply for each recipient, or what a server makes of that.
import type { Ends, Misbehaviour } from "../misbehaviour.js";
import { type Answer, always, bytewise, type Script, thenEnd, thenReset } from "../script.js";

const ACCEPTED: Ends = { outcome: "accepted" };
const BOTH = (bob: string, cy: string): Ends["outcome"] =>
  ({ "bob@example.org": bob, "cy@example.org": cy }) as Ends["outcome"];

const FINALS: readonly (readonly [name: string, rows: readonly string[], end: Answer, ends: Ends])[] = [
  ["yes-and-no", ["R16"], "250 ok\r\n550 5.2.2 full\r\n", { outcome: BOTH("accepted", "rejected") }],
  ["no-and-yes", ["R16"], "452 4.2.2 full\r\n250 ok\r\n", { outcome: BOTH("rejected", "accepted") }],
  [
    "no-and-no",
    ["R16"],
    "452 4.2.2 full\r\n452 4.2.2 full\r\n",
    { outcome: "rejected", code: "ERR_CLIENT_CONTENT_REFUSED", phase: "end-of-data", retryable: true },
  ],
  ["lines-for-each", ["R2"], "250-bob\r\n250 ok\r\n250-cy\r\n250 ok\r\n", ACCEPTED],
  ["octet-by-octet", ["R1"], bytewise("250 ok\r\n250 ok\r\n"), ACCEPTED],
  ["one-and-end", ["R13"], thenEnd("250 ok\r\n"), { outcome: BOTH("accepted", "unknown") }],
  ["one-and-reset", ["R13"], thenReset("250 ok\r\n"), { outcome: BOTH("accepted", "unknown") }],
  ["one-and-half", ["R13"], thenEnd("250 ok\r\n250 o"), { outcome: BOTH("accepted", "unknown") }],
  ["one-and-garbage", ["R4", "R13"], "250 ok\r\n?!\r\n", { outcome: BOTH("accepted", "unknown") }],
  ["one-and-354", ["R8", "R13"], "250 ok\r\n354 go\r\n", { outcome: BOTH("accepted", "unknown") }],
  [
    "one-and-mixed-codes",
    ["R3", "R13"],
    "250 ok\r\n250-a\r\n550 b\r\n",
    { outcome: BOTH("accepted", "unknown") },
  ],
  [
    "refusal-and-end",
    ["R13"],
    thenEnd("550 5.2.2 full\r\n"),
    { outcome: BOTH("rejected", "unknown"), code: /^ERR_/, retryable: false },
  ],
  ["one-and-421", ["R10"], "250 ok\r\n421 4.3.2 down\r\n", { outcome: BOTH("accepted", "rejected") }],
  ["one-too-many", ["R9"], "250 ok\r\n250 ok\r\n250 ok\r\n", ACCEPTED],
  [
    "one-for-all-codes-differ",
    ["R3"],
    "250-bob\r\n550 cy\r\n",
    { outcome: "unknown", code: "ERR_SMTP_MIXED_CODES", phase: "end-of-data" },
  ],
];

const NOBODY: Script = { end: "503 5.5.1 nobody\r\n" };

const OTHERS: readonly Misbehaviour[] = [
  {
    name: "lmtp-final-replies-one-and-silence",
    rows: ["R11", "R13"],
    script: always({
      end: (peer) => {
        peer.stuck = true;
        peer.send("250 ok\r\n");
      },
    }),
    client: { protocol: "lmtp", timeouts: { endOfDataMs: 1_500 } },
    ends: { outcome: BOTH("accepted", "unknown") },
    drivers: ["connection", "pool", "busy"],
  },
  {
    name: "lmtp-354-though-nobody-was-accepted",
    rows: ["R16"],
    script: always({ rcpt: () => "550 5.1.1 no\r\n", ...NOBODY }),
    client: { protocol: "lmtp" },
    ends: { outcome: "rejected", code: "ERR_CLIENT_RECIPIENTS_REFUSED" },
    // No final reply would come for a lone dot: nobody is there to have one.
    never: ["content"],
  },
  {
    name: "lmtp-hello-refused",
    rows: ["R8"],
    script: always({ hello: "500 5.5.1 what\r\n" }),
    client: { protocol: "lmtp" },
    ends: { outcome: "not-sent", code: "ERR_CLIENT_HELLO_REFUSED", phase: "ehlo" },
    never: ["HELO", "EHLO", "MAIL"],
    dialects: ["lockstep"],
  },
  {
    name: "lmtp-final-replies-before-the-end",
    rows: ["R9"],
    script: always({ data: "354 go\r\n250 ok\r\n250 ok\r\n", end: undefined }),
    client: { protocol: "lmtp" },
    ends: { outcome: "not-sent", code: "ERR_SMTP_UNEXPECTED_REPLY" },
    never: ["content"],
    dialects: ["pipelined", "lockstep"],
  },
  {
    name: "lmtp-content-refused-at-data",
    rows: ["R16"],
    script: always({ data: "451 4.3.0 later\r\n" }),
    client: { protocol: "lmtp" },
    ends: { outcome: "rejected", code: "ERR_CLIENT_CONTENT_REFUSED", phase: "data", retryable: true },
    never: ["content"],
    dialects: ["pipelined", "lockstep"],
  },
];

export const LMTP: readonly Misbehaviour[] = [
  ...FINALS.map(
    ([name, rows, answer, ends]): Misbehaviour => ({
      name: `lmtp-final-replies-${name}`,
      rows,
      script: always({ end: answer }),
      client: { protocol: "lmtp" },
      ends,
      drivers: ["connection", "pool", "busy", "second"],
    }),
  ),
  ...OTHERS,
];
