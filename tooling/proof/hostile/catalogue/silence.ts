// Servers that say nothing, too little, too slowly, or leave.
import type { Phase } from "@wirepost/smtp-client";
import type { HostilePeer } from "../hostile-peer.js";
import type { Ends, Misbehaviour, PATIENT } from "../misbehaviour.js";
import { type Answer, always, type Dialect, end, reset, type Script, thenEnd, thenReset } from "../script.js";

const ACCEPTED: Ends = { outcome: "accepted" };
const SHORT_MS = 150;
const TIMEOUT = "ERR_CLIENT_TIMEOUT";
/** What a connection that ends is called: by the orderly end, or by how the socket broke. */
const LOST = /^ERR_(CLIENT_CONNECTION_LOST|SOCKET_(RESET|CLOSED|BROKEN_PIPE|TLS_CLOSED))$/;

/** A step at which a server can fall silent. */
interface Step {
  readonly name: string;
  readonly script: (answer: Answer) => Script;
  readonly deadline: keyof typeof PATIENT;
  readonly ends: { readonly outcome: "not-sent" | "unknown"; readonly phase: Phase | readonly Phase[] };
  readonly dialects?: readonly Dialect[] | undefined;
  readonly never?: readonly string[] | undefined;
}

const STEPS: readonly Step[] = [
  {
    name: "greeting",
    script: (greeting) => ({ greeting }),
    deadline: "greetingMs",
    ends: { outcome: "not-sent", phase: "greeting" },
    dialects: ["pipelined"],
    never: ["EHLO", "MAIL"],
  },
  {
    name: "hello",
    script: (hello) => ({ hello }),
    deadline: "commandMs",
    ends: { outcome: "not-sent", phase: "ehlo" },
    dialects: ["pipelined"],
    never: ["MAIL"],
  },
  {
    name: "mail",
    script: (mail) => ({ mail, rcpt: () => undefined, data: undefined }),
    deadline: "mailMs",
    ends: { outcome: "not-sent", phase: "mail" },
    never: ["content"],
  },
  {
    name: "rcpt",
    script: (answer) => ({ rcpt: () => answer, data: undefined }),
    deadline: "rcptMs",
    ends: { outcome: "not-sent", phase: "rcpt" },
    never: ["content"],
  },
  {
    name: "data",
    script: (data) => ({ data }),
    deadline: "dataMs",
    ends: { outcome: "not-sent", phase: ["rcpt", "data"] },
    dialects: ["pipelined", "lockstep"],
    never: ["content"],
  },
  {
    name: "final-reply",
    script: (answer) => ({ end: answer }),
    deadline: "endOfDataMs",
    ends: { outcome: "unknown", phase: "end-of-data" },
  },
];

function atEachStep(
  kind: string,
  rows: (step: Step) => readonly string[],
  answer: Answer,
  ends: (step: Step) => Partial<Ends>,
  options: { readonly timed?: boolean; readonly dialects?: readonly Dialect[] } = {},
): Misbehaviour[] {
  return STEPS.map((step) => ({
    name: `${kind}-${step.name}`,
    rows: rows(step),
    script: always(step.script(answer)),
    ends: { ...step.ends, ...ends(step) } as Ends,
    dialects: step.dialects ?? options.dialects,
    never: step.never,
    ...(options.timed === true ? { client: { timeouts: { [step.deadline]: SHORT_MS } } } : {}),
  }));
}

const rowsOf =
  (row: string) =>
  ({ name }: Step): readonly string[] =>
    name === "final-reply" ? [row, "R13"] : [row];

/** A second try is safe where nothing was sent, and sensible after most of it. */
const safe = ({ ends: { outcome } }: Step): boolean => outcome === "not-sent";

const SILENCES = [
  ...atEachStep(
    "silence-for-a",
    rowsOf("R11"),
    undefined,
    (step) => ({ code: TIMEOUT, retryable: safe(step) }),
    {
      timed: true,
    },
  ),
  ...atEachStep(
    "half-a-line-for-a",
    rowsOf("R11"),
    "250 o",
    (step) => ({ code: TIMEOUT, retryable: safe(step) }),
    {
      timed: true,
      dialects: ["pipelined"],
    },
  ),
  ...atEachStep(
    "half-a-reply-for-a",
    rowsOf("R11"),
    "250-and\r\n",
    (step) => ({ code: TIMEOUT, retryable: safe(step) }),
    {
      timed: true,
      dialects: ["pipelined"],
    },
  ),
];

/** R6: the deadline is for the whole reply, however lively it comes. */
const DRIPS = [
  ...atEachStep(
    "lines-dripping-for-a",
    rowsOf("R6"),
    (peer) => peer.drip("250-more\r\n", 20),
    () => ({ code: TIMEOUT }),
    {
      timed: true,
      dialects: ["pipelined"],
    },
  ),
  ...atEachStep(
    "octets-dripping-for-a",
    rowsOf("R6"),
    (peer) => peer.drip(peer.sentBytes === 0 ? "2" : "0", 20),
    () => ({
      code: /^ERR_(CLIENT_TIMEOUT|SMTP_REPLY_SYNTAX)$/,
    }),
    {
      timed: true,
      dialects: ["pipelined"],
    },
  ),
];

const LEAVINGS = [
  ...atEachStep("end-instead-of-a", rowsOf("R13"), end, () => ({ code: LOST })),
  ...atEachStep("reset-instead-of-a", rowsOf("R13"), reset, () => ({ code: LOST })),
  ...atEachStep(
    "half-a-reply-and-end-for-a",
    rowsOf("R13"),
    thenEnd("250-a\r\n250"),
    () => ({ code: LOST }),
    {
      dialects: ["pipelined"],
    },
  ),
  ...atEachStep(
    "reply-without-line-end-and-reset-for-a",
    rowsOf("R13"),
    thenReset("250 queued"),
    () => ({ code: LOST }),
    {
      dialects: ["pipelined"],
    },
  ),
];

/** R13: all that can come in the place of a final reply, and is none. */
const IN_DOUBT: readonly Misbehaviour[] = (
  [
    ["one-digit", "2"],
    ["code-alone", "250"],
    ["lone-cr", "250 queued\r"],
    ["hyphen", "250-"],
    ["unfinished-lines", "250-a\r\n250-b\r\n"],
  ] as const
).flatMap(([name, text]): Misbehaviour[] =>
  (
    [
      ["end", thenEnd(text)],
      ["reset", thenReset(text)],
      [
        "cut",
        (peer) => {
          peer.send(text);
          peer.cut();
        },
      ],
    ] as readonly (readonly [string, Answer])[]
  ).map(([how, answer]) => ({
    name: `${name}-and-${how}-for-a-final-reply`,
    rows: how === "cut" ? ["R13", "T14"] : ["R13"],
    script: always({ end: answer }),
    ends: { outcome: "unknown", code: LOST, phase: "end-of-data", retryable: false },
    dialects: ["pipelined", "chunking"],
  })),
);

/** R10: 421, whenever. */
const SHUTDOWNS: readonly Misbehaviour[] = [
  {
    name: "421-for-a-greeting",
    rows: ["R10"],
    script: always({ greeting: "421 4.3.2 busy\r\n" }),
    ends: { outcome: "not-sent", code: "ERR_CLIENT_GREETING_REFUSED", phase: "greeting", retryable: true },
    never: ["EHLO", "MAIL"],
    dialects: ["pipelined"],
  },
  {
    name: "421-for-a-greeting-and-end",
    rows: ["R10"],
    script: always({ greeting: thenEnd("421-busy\r\n421 later\r\n") }),
    ends: { outcome: "not-sent", code: "ERR_CLIENT_GREETING_REFUSED", phase: "greeting", retryable: true },
    never: ["EHLO", "MAIL"],
    dialects: ["pipelined"],
  },
  {
    name: "421-to-hello",
    rows: ["R10"],
    script: always({ hello: "421 4.3.2 busy\r\n" }),
    ends: { outcome: "not-sent", code: "ERR_CLIENT_HELLO_REFUSED", phase: "ehlo", retryable: true },
    never: ["HELO", "MAIL"],
    dialects: ["pipelined"],
  },
  ...(["421 4.3.2 busy\r\n", thenEnd("421 4.3.2 busy\r\n")] as readonly Answer[]).flatMap(
    (answer, i): Misbehaviour[] => {
      const how = i === 0 ? "" : "-and-end";
      return [
        {
          name: `421-to-mail${how}`,
          rows: ["R10"],
          script: always({ mail: answer, rcpt: () => undefined, data: undefined }),
          ends: { outcome: "rejected", code: "ERR_CLIENT_CONNECTION_LOST", retryable: true },
          never: ["content"],
        },
        {
          name: `421-to-the-first-rcpt${how}`,
          rows: ["R10"],
          script: always({ rcpt: () => answer, data: undefined }),
          ends: { outcome: "rejected", code: "ERR_CLIENT_CONNECTION_LOST", retryable: true },
          never: ["content"],
        },
        {
          name: `421-to-the-second-rcpt${how}`,
          rows: ["R10", "R16"],
          script: always({ rcpt: (to) => (to.startsWith("bob") ? "250 ok\r\n" : answer), data: undefined }),
          ends: { outcome: "rejected", code: "ERR_CLIENT_CONNECTION_LOST", retryable: true },
          never: ["content"],
        },
        {
          name: `421-to-data${how}`,
          rows: ["R10"],
          script: always({ data: answer }),
          ends: { outcome: "rejected", retryable: true, code: "ERR_CLIENT_CONNECTION_LOST" },
          never: ["content"],
          dialects: ["pipelined", "lockstep"],
        },
        {
          name: `421-for-a-final-reply${how}`,
          rows: ["R10"],
          script: always({ end: answer }),
          ends: {
            outcome: "rejected",
            phase: "end-of-data",
            retryable: true,
            code: "ERR_CLIENT_CONTENT_REFUSED",
          },
        },
      ];
    },
  ),
  {
    name: "421-unasked-after-the-hello",
    rows: ["R10"],
    script: always({
      hello: (peer) => {
        peer.send(`${peer.hello()}421 4.3.2 going down\r\n`);
        peer.end();
      },
    }),
    ends: { outcome: "not-sent", code: "ERR_CLIENT_CONNECTION_LOST", retryable: true },
    never: ["MAIL"],
    dialects: ["pipelined"],
  },
  {
    name: "421-behind-the-final-reply",
    rows: ["R10", "R15"],
    script: always({ end: thenEnd("250 queued\r\n421 going down\r\n") }),
    ends: ACCEPTED,
  },
];

/** R15: nothing that follows the final reply counts. */
const FAREWELLS: readonly Misbehaviour[] = [
  ["no-answer", undefined],
  ["500", "500 what\r\n"],
  ["421", "421 bye\r\n"],
  ["354", "354 go\r\n"],
  ["garbage", "bye!\r\n"],
  ["mixed-codes", "221-bye\r\n500 no\r\n"],
  ["end", end],
  ["reset", reset],
  ["endless-reply", (peer: HostilePeer) => peer.drip("221-bye\r\n", 10)],
  ["half-a-line", "221 by"],
].map(([name, quit]) => ({
  name: `quit-answered-by-${name as string}`,
  rows: ["R15"],
  script: always({ quit: quit as Answer }),
  ends: ACCEPTED,
  dialects: ["pipelined"],
}));

const LAST_WORDS: readonly Misbehaviour[] = [
  {
    name: "end-behind-the-final-reply",
    rows: ["R15"],
    script: always({ end: thenEnd("250 queued\r\n") }),
    ends: ACCEPTED,
  },
  {
    name: "reset-behind-the-final-reply",
    rows: ["R15"],
    script: always({ end: thenReset("250 queued\r\n") }),
    ends: ACCEPTED,
  },
  {
    name: "cut-behind-the-final-reply",
    rows: ["R15", "T14"],
    script: always({
      end: (peer) => {
        peer.send("250 queued\r\n");
        peer.cut();
      },
    }),
    ends: ACCEPTED,
  },
];

export const SILENCE: readonly Misbehaviour[] = [...SILENCES, ...DRIPS];
export const LEAVING: readonly Misbehaviour[] = [
  ...LEAVINGS,
  ...IN_DOUBT,
  ...SHUTDOWNS,
  ...FAREWELLS,
  ...LAST_WORDS,
];
