// Recipients, content and what comes behind: refusals of every kind, and transactions that do not end as they should.
import type { Ends, Misbehaviour } from "../misbehaviour.js";
import { type Answer, always, end, type Script, thenEnd } from "../script.js";

const ACCEPTED: Ends = { outcome: "accepted" };
const LOST = /^ERR_(CLIENT_CONNECTION_LOST|SOCKET_(RESET|CLOSED|BROKEN_PIPE|TLS_CLOSED))$/;
const WITH_DATA = ["pipelined", "lockstep"] as const;

const toBob =
  (bob: Answer, others: Answer = "250 2.1.5 ok\r\n"): NonNullable<Script["rcpt"]> =>
  (address) =>
    address.startsWith("bob") ? bob : others;

/** What an honest server says to DATA when it has no recipient. */
const NOBODY: Script = {
  data: "554 5.5.1 no valid recipients\r\n",
  end: "503 5.5.1 no valid recipients\r\n",
};

/** R16: recipients. */
const RECIPIENTS: readonly Misbehaviour[] = [
  {
    name: "first-recipient-refused",
    rows: ["R16"],
    script: always({ rcpt: toBob("550 5.1.1 no\r\n") }),
    ends: { outcome: { "bob@example.org": "rejected", "cy@example.org": "accepted" } },
  },
  {
    name: "second-recipient-refused-for-now",
    rows: ["R16"],
    script: always({ rcpt: toBob("250 ok\r\n", "450 4.2.0 later\r\n") }),
    ends: { outcome: { "bob@example.org": "accepted", "cy@example.org": "rejected" } },
  },
  {
    name: "recipients-refused-each-in-another-way",
    rows: ["R16"],
    script: always({ rcpt: toBob("550 5.1.1 no\r\n", "451 4.3.0 later\r\n"), ...NOBODY }),
    // One permanent refusal: sending the whole message again makes no sense.
    ends: { outcome: "rejected", code: "ERR_CLIENT_RECIPIENTS_REFUSED", phase: "rcpt", retryable: false },
    never: ["content"],
  },
  {
    name: "all-recipients-550",
    rows: ["R16"],
    script: always({ rcpt: () => "550 5.1.1 no\r\n", ...NOBODY }),
    ends: { outcome: "rejected", code: "ERR_CLIENT_RECIPIENTS_REFUSED", phase: "rcpt", retryable: false },
    never: ["content"],
  },
  {
    name: "all-recipients-450",
    rows: ["R16"],
    script: always({ rcpt: () => "450 4.2.0 later\r\n", ...NOBODY }),
    ends: { outcome: "rejected", code: "ERR_CLIENT_RECIPIENTS_REFUSED", phase: "rcpt", retryable: true },
    never: ["content"],
  },
  {
    name: "354-though-nobody-was-accepted",
    rows: ["R16"],
    script: always({ rcpt: () => "550 5.1.1 no\r\n", end: "554 5.5.1 nobody\r\n" }),
    ends: { outcome: "rejected", code: "ERR_CLIENT_RECIPIENTS_REFUSED", phase: "rcpt" },
    dialects: ["pipelined"],
    check: ({ peers }) => {
      // A lone dot, and not one octet of the message.
      const texts = peers.flatMap(({ contents }) => contents.map(({ text }) => text));
      return texts.length === 1 && texts[0] === ".\r\n" ? [] : `the content was ${JSON.stringify(texts)}`;
    },
  },
  {
    name: "354-though-nobody-was-accepted-and-250-for-nothing",
    rows: ["R16"],
    script: always({ rcpt: () => "550 5.1.1 no\r\n", end: "250 queued\r\n" }),
    ends: { outcome: "rejected", code: "ERR_CLIENT_RECIPIENTS_REFUSED", phase: "rcpt" },
    dialects: ["pipelined"],
  },
  {
    name: "250-to-data-though-nobody-was-accepted",
    rows: ["R16", "R8"],
    script: always({ rcpt: () => "550 5.1.1 no\r\n", data: "250 ok\r\n" }),
    ends: { outcome: "rejected", code: "ERR_CLIENT_RECIPIENTS_REFUSED" },
    never: ["content"],
    dialects: ["pipelined"],
  },
  {
    name: "354-after-a-refused-mail",
    rows: ["R16", "R8"],
    script: always({ mail: "550 5.7.1 no\r\n", rcpt: () => "503 5.5.1 no\r\n" }),
    ends: { outcome: "rejected", code: "ERR_CLIENT_SENDER_REFUSED", phase: "mail" },
    // Not even the lone dot: it could send an empty message to the wrong people.
    never: ["content"],
    dialects: ["pipelined"],
  },
  {
    name: "rcpt-accepted-after-a-refused-mail",
    rows: ["R16", "R8"],
    script: always({ mail: "550 5.7.1 no\r\n" }),
    ends: { outcome: "rejected", code: "ERR_CLIENT_SENDER_REFUSED", phase: "mail" },
    never: ["content"],
  },
  {
    name: "too-many-recipients-452",
    rows: ["R16"],
    script: () => {
      let taken = 0;
      return { rcpt: () => (taken++ % 2 === 0 ? "250 ok\r\n" : "452 4.5.3 too many\r\n") };
    },
    // The second goes into a transaction of its own.
    ends: ACCEPTED,
    drivers: ["connection", "pool"],
  },
  {
    name: "too-many-recipients-552",
    rows: ["R16"],
    script: () => {
      let taken = 0;
      return { rcpt: () => (taken++ % 2 === 0 ? "250 ok\r\n" : "552 5.5.3 too many\r\n") };
    },
    ends: ACCEPTED,
    drivers: ["connection", "pool"],
  },
  ...(["mail", "data", "end"] as const).flatMap((step): Misbehaviour[] =>
    ([550, 450] as const).map((code) => ({
      name: `${step === "end" ? "content" : step}-refused-with-${code}`,
      rows: ["R16"],
      script: always({
        ...(step === "mail" ? { rcpt: () => "503 5.5.1 no\r\n", ...NOBODY } : {}),
        [step]: `${code} no\r\n`,
      }),
      ends: {
        outcome: "rejected",
        code: step === "mail" ? "ERR_CLIENT_SENDER_REFUSED" : "ERR_CLIENT_CONTENT_REFUSED",
        phase: step === "end" ? "end-of-data" : step,
        retryable: code === 450,
      },
      never: step === "end" ? [] : ["content"],
      dialects: step === "data" ? WITH_DATA : undefined,
    })),
  ),
];

/** R19: transactions that were to be over, connections that were to go on. */
const REUSE: readonly Misbehaviour[] = [
  {
    name: "transaction-kept-open-after-a-refusal",
    rows: ["R19"],
    script: () => {
      // Postfix and OpenSMTPD do so after some refusals: without RSET the next MAIL is nested.
      let open = false;
      let refused = false;
      return {
        mail: (peer) => {
          peer.send(open ? "503 5.5.1 nested\r\n" : "250 ok\r\n");
          open = true;
        },
        end: (peer) => {
          if (refused) open = false;
          peer.send(refused ? "250 queued\r\n" : "554 5.6.0 not this\r\n");
          refused = true;
        },
        rset: (peer) => {
          open = false;
          peer.send("250 reset\r\n");
        },
      };
    },
    ends: { outcome: "rejected", code: "ERR_CLIENT_CONTENT_REFUSED" },
    drivers: ["connection", "pool", "busy", "second"],
    among: ["rejected", "accepted"],
    check: ({ lines }) => (lines.filter((line) => line.startsWith("MAIL")).length > 1 ? "MAIL again" : []),
  },
  ...["550 no\r\n", "421 no\r\n", "354 go\r\n", "250-a\r\n550 b\r\n"].map(
    (rset): Misbehaviour => ({
      name: `reset-answered-by-${rset.slice(0, 4).trim().replace("-", "-mixed")}`,
      rows: ["R19"],
      script: always({ rset }),
      ends: ACCEPTED,
    }),
  ),
  {
    name: "silence-behind-a-reset",
    rows: ["R19", "R11"],
    script: always({ rset: undefined }),
    ends: ACCEPTED,
    client: { timeouts: { commandMs: 1_500 } },
  },
  ...(
    [
      ["end", end],
      ["421-and-end", thenEnd("421 4.4.2 idle\r\n")],
      ["stale-reply", "250 2.0.0 again\r\n"],
    ] as readonly (readonly [string, Answer])[]
  ).map(
    ([name, answer]): Misbehaviour => ({
      name: `between-messages-${name}`,
      rows: ["R19"],
      script: always({
        end: (peer) => {
          peer.send("250 2.0.0 queued\r\n");
          peer.later(20, () => peer.act(answer));
        },
      }),
      ends: ACCEPTED,
    }),
  ),
  {
    name: "end-after-the-second-end-of-data",
    rows: ["R19", "R13"],
    script: () => {
      let ended = 0;
      return {
        end: (peer) => {
          if (++ended === 2) peer.end();
          else peer.send("250 queued\r\n");
        },
      };
    },
    ends: ACCEPTED,
  },
  {
    name: "skips-a-final-reply-and-goes-on",
    rows: ["R9", "R13"],
    script: always({
      end: (peer) => {
        // Nothing at all, and the next command is answered: only the count of replies tells, and only at the end.
        peer.later(300, () => peer.end());
      },
    }),
    ends: { outcome: "unknown", code: LOST, phase: "end-of-data" },
    drivers: ["connection", "pool"],
  },
];

export const TRANSACTIONS: readonly Misbehaviour[] = [...RECIPIENTS, ...REUSE];
