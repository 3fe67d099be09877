// STARTTLS and TLS: stripped, refused, injected into, not begun, not finished.

import type { Ends, Misbehaviour } from "../misbehaviour.js";
import { type Answer, end, hello } from "../script.js";
import { HANDSHAKE, opportunistic, required } from "./tls-policies.js";

const ACCEPTED: Ends = { outcome: "accepted" };
const NOT_OFFERED = "ERR_CLIENT_TLS_NOT_OFFERED";
const REFUSED = "ERR_CLIENT_TLS_REFUSED";
const LEFTOVER = "ERR_SMTP_LEFTOVER_BYTES";
const UNEXPECTED = "ERR_SMTP_UNEXPECTED_REPLY";

const saying =
  (text: string): Answer =>
  (peer) =>
    peer.send(peer.secure ? peer.hello() : text);

/** T1: STARTTLS is taken out of what the server says. */
const STRIPPED: readonly Misbehaviour[] = [
  ...(
    [
      ["not-announced", hello("PIPELINING", "8BITMIME")],
      ["blotted-out", hello("PIPELINING", "XXXXXXXX")],
      ["misspelt", hello("STARTTLSX", "START TLS", "XSTARTTLS")],
      ["as-a-parameter", hello("X-OFFERS STARTTLS")],
      ["as-the-servers-name", "250-STARTTLS\r\n250 8BITMIME\r\n"],
      ["behind-a-lookalike", hello("\u0455TARTTLS", "STARTTL\u017f")],
      ["hello-without-extensions", "250 mail.example\r\n"],
    ] as const
  ).flatMap(([name, text]) => [
    required(`starttls-${name}`, ["T1"], { hello: saying(text) }, NOT_OFFERED),
    opportunistic(`starttls-${name}`, ["T1"], { hello: text }, ACCEPTED),
  ]),
  required(
    "hello-refused-to-force-helo",
    ["T1", "T2"],
    { hello: (peer, line) => peer.send(line.startsWith("EHLO") ? "502 no\r\n" : "250 mail.example\r\n") },
    NOT_OFFERED,
  ),
  required(
    "starttls-in-lower-case",
    ["T1"],
    { hello: (peer) => peer.send(peer.secure ? hello() : hello("starttls")) },
    "",
    {
      ends: ACCEPTED,
      never: [],
      check: ({ peers }) => (peers[0]?.secure === true ? [] : "TLS was not used"),
    },
  ),
];

/** T2: what is not 220 is no yes. */
const REFUSALS: readonly Misbehaviour[] = [
  ...(
    [
      ["454", "454 4.7.0 not now\r\n", REFUSED],
      ["502", "502 5.5.1 unknown\r\n", REFUSED],
      ["554", "554 5.7.0 no\r\n", REFUSED],
      ["250", "250 ok\r\n", UNEXPECTED],
      ["354", "354 go\r\n", UNEXPECTED],
      ["334", "334 b2s=\r\n", UNEXPECTED],
      ["235", "235 ok\r\n", UNEXPECTED],
      ["221", "221 bye\r\n", UNEXPECTED],
      ["220-then-454", "220-go\r\n454 no\r\n", "ERR_SMTP_MIXED_CODES"],
      ["454-then-220", "454-no\r\n220 go\r\n", "ERR_SMTP_MIXED_CODES"],
      ["garbage", "+OK\r\n", "ERR_SMTP_REPLY_SYNTAX"],
    ] as const
  ).map(([name, starttls, code]) => required(`starttls-answered-by-${name}`, ["T2"], { starttls }, code)),
  required(
    "starttls-answered-by-421",
    ["T2", "R10"],
    { starttls: "421 4.3.2 down\r\n" },
    /^ERR_CLIENT_(TLS_REFUSED|CONNECTION_LOST)$/,
  ),
  required("starttls-answered-by-silence", ["T2", "R11"], { starttls: undefined }, "ERR_CLIENT_TIMEOUT", {
    client: ({ identities }) => ({
      timeouts: { commandMs: 1_500 },
      tls: { policy: "required", ca: identities.ca },
    }),
  }),
  required(
    "starttls-answered-by-an-end",
    ["T2", "R13"],
    { starttls: end },
    /^ERR_(CLIENT_CONNECTION_LOST|SOCKET_)/,
  ),
  opportunistic("starttls-refused", ["T2"], { starttls: "454 4.7.0 not now\r\n" }, ACCEPTED),
  opportunistic(
    "starttls-answered-by-250",
    ["T2"],
    { starttls: "250 ok\r\n" },
    { outcome: "not-sent", code: UNEXPECTED },
    { never: ["MAIL"] },
  ),
  opportunistic(
    "starttls-answered-by-two-codes",
    ["T2"],
    { starttls: "220-go\r\n454 no\r\n" },
    { outcome: "not-sent", code: "ERR_SMTP_MIXED_CODES" },
    { never: ["MAIL"] },
  ),
];

/** T3, T4, T5: words from before TLS that are to be heard behind it. */
const INJECTIONS: readonly Misbehaviour[] = (
  [
    ["replies", "T3", "250-evil\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n"],
    ["a-greeting", "T3", "220 evil\r\n"],
    ["one-reply", "T3", "250 2.1.0 ok\r\n"],
    ["an-empty-line", "T3", "\r\n"],
    ["a-fragment", "T4", "250-AUTH PLAIN "],
    ["one-octet", "T4", "2"],
    ["a-lone-cr", "T4", "\r"],
    ["a-forged-record", "T3", "\x16\x03\x03\x00\x00"],
  ] as const
).flatMap(([name, row, text]) => {
  const starttls: Answer = (peer) => {
    peer.send(`220 go\r\n${text}`);
    peer.startTls();
  };
  return [
    required(`${name}-behind-220`, [row], { starttls }, LEFTOVER),
    // Somebody sits in the middle: not even an opportunistic client goes on.
    opportunistic(
      `${name}-behind-220`,
      [row],
      { starttls },
      { outcome: "not-sent", code: LEFTOVER },
      { never: ["MAIL"] },
    ),
  ];
});

const LATE: readonly Misbehaviour[] = [
  required(
    "plaintext-25-ms-behind-220",
    ["T5"],
    {
      starttls: (peer) => {
        peer.send("220 go\r\n");
        peer.stuck = true;
        peer.later(25, () => peer.send("250-evil\r\n250 AUTH PLAIN\r\n"));
      },
    },
    HANDSHAKE,
  ),
  required(
    "220-with-the-hello",
    ["T6"],
    { hello: (peer) => peer.send(`${peer.hello()}220 go\r\n`) },
    UNEXPECTED,
  ),
  required(
    "220-and-more-with-the-greeting",
    ["T6"],
    {
      greeting: `220 a\r\n${hello("STARTTLS")}220 go\r\n${hello("AUTH PLAIN")}`,
      hello: undefined,
      starttls: undefined,
    },
    UNEXPECTED,
  ),
  required(
    "220-late-and-nothing-in-between",
    ["T16"],
    {
      starttls: (peer) => {
        peer.later(60, () => {
          // Everything so far was EHLO and STARTTLS; `judge.ts` looks at what comes before the handshake.
          peer.send("220 go\r\n");
          peer.startTls();
        });
      },
    },
    "",
    { ends: ACCEPTED, never: [], drivers: ["connection", "pool", "busy"] },
  ),
];

/** T7: what was said in clear is forgotten. */
const TAMPERED: readonly Misbehaviour[] = [
  required(
    "size-one-in-clear",
    ["T7"],
    { hello: (peer) => peer.send(peer.secure ? hello("PIPELINING") : hello("SIZE 1", "STARTTLS")) },
    "",
    {
      ends: ACCEPTED,
      never: [],
    },
  ),
  required(
    "pipelining-and-chunking-in-clear-alone",
    ["T7"],
    { hello: (peer) => peer.send(peer.secure ? hello() : hello("PIPELINING", "CHUNKING", "STARTTLS")) },
    "",
    {
      ends: ACCEPTED,
      never: ["BDAT"],
      check: ({ peers }) =>
        peers
          .flatMap(({ commands }) => commands.filter(({ secure, grouped }) => secure && grouped))
          .map(({ line }) => `${line} in a group`),
    },
  ),
  required(
    "smtputf8-in-clear-alone",
    ["T7"],
    {
      hello: (peer) => peer.send(peer.secure ? hello("8BITMIME") : hello("SMTPUTF8", "8BITMIME", "STARTTLS")),
    },
    /SMTPUTF8/,
    {
      message: { to: ["jörg@example.org"] },
    },
  ),
  required(
    "limits-in-clear",
    ["T7"],
    { hello: (peer) => peer.send(peer.secure ? hello() : hello("LIMITS RCPTMAX=1 MAILMAX=1", "STARTTLS")) },
    "",
    {
      ends: ACCEPTED,
      never: [],
      check: ({ lines }) =>
        lines.filter((line) => line.startsWith("MAIL")).length === 1 ? [] : "the message was split",
    },
  ),
  required("starttls-announced-inside-tls", ["T7"], { hello: hello("STARTTLS", "PIPELINING") }, "", {
    ends: ACCEPTED,
    never: [],
    check: ({ lines }) =>
      lines.filter((line) => line === "STARTTLS").length === 1 ? [] : "STARTTLS was said inside TLS",
  }),
  required(
    "hello-refused-inside-tls",
    ["T7"],
    { hello: (peer) => peer.send(peer.secure ? "550 no\r\n" : peer.hello()) },
    "ERR_CLIENT_HELLO_REFUSED",
  ),
  required(
    "a-greeting-inside-tls",
    ["T7", "R9"],
    {
      starttls: (peer) => {
        peer.send("220 go\r\n");
        peer.startTls();
        peer.later(0, () => peer.send("220 inside\r\n"));
      },
    },
    UNEXPECTED,
    { never: ["AUTH"] },
  ),
];

export const STARTTLS: readonly Misbehaviour[] = [
  ...STRIPPED,
  ...REFUSALS,
  ...INJECTIONS,
  ...LATE,
  ...TAMPERED,
];
