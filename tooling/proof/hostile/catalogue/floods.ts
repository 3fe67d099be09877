// R5: replies without end. What the client takes before it gives up is bounded, and so is its memory.
import type { Misbehaviour } from "../misbehaviour.js";
import { type Answer, always, hello, type Script } from "../script.js";
import { credentials, offering } from "./login-misbehaviour.js";

const MIB = 1024 * 1024;
const TOTAL = 64 * MIB;
const TOO_LONG = "ERR_SMTP_REPLY_TOO_LONG";
/** The kernel's buffers on both sides, and a block or two. */
const FLOODS = { growthBytes: 48 * MIB, takenBytes: 16 * MIB };

const KINDS: readonly (readonly [name: string, start: string, unit: string])[] = [
  ["a-line-without-end", "250 ", "x"],
  ["lines-without-end", "", "250-x\r\n"],
  ["empty-lines-of-a-reply-without-end", "", "250-\r\n"],
  ["octets-without-a-line", "", "\0"],
];

const flooding =
  (start: string, unit: string): Answer =>
  (peer) => {
    peer.stuck = true;
    peer.send(start);
    peer.flood(unit, TOTAL);
  };

const STEPS: readonly (readonly [
  name: string,
  script: (answer: Answer) => Script,
  outcome: "not-sent" | "unknown",
])[] = [
  ["greeting", (greeting) => ({ greeting }), "not-sent"],
  ["hello", (answer) => ({ hello: answer }), "not-sent"],
  ["mail", (mail) => ({ mail }), "not-sent"],
  ["final-reply", (answer) => ({ end: answer }), "unknown"],
];

export const FLOODING: readonly Misbehaviour[] = [
  ...STEPS.flatMap(([step, script, outcome]) =>
    KINDS.map(([kind, start, unit]): Misbehaviour => {
      const greeting = step === "greeting";
      const code = greeting ? "220" : "250";
      return {
        name: `${kind}-for-a-${step}`,
        rows: outcome === "unknown" ? ["R5", "R13"] : ["R5"],
        script: always(script(flooding(start.replace("250", code), unit.replace("250", code)))),
        ends: { outcome, code: /^ERR_SMTP_REPLY_(TOO_LONG|SYNTAX)$/ },
        floods: FLOODS,
        drivers: ["connection", "pool"],
        dialects: ["pipelined"],
        transports: ["clear", "implicit"],
      };
    }),
  ),
  ...KINDS.slice(0, 2).map(
    ([kind, start, unit]): Misbehaviour => ({
      name: `${kind}-for-a-farewell`,
      rows: ["R5", "R15"],
      script: always({ quit: flooding(start, unit) }),
      ends: { outcome: "accepted" },
      floods: FLOODS,
      drivers: ["connection", "pool"],
      dialects: ["pipelined"],
    }),
  ),
  {
    name: "lines-without-end-while-content-goes-out",
    rows: ["R5", "R14"],
    script: always({ contentBegins: flooding("", "552-x\r\n") }),
    message: { attachments: [{ filename: "a.bin", content: Buffer.alloc(16 * MIB, 0x41) }] },
    ends: { outcome: "not-sent", code: TOO_LONG },
    floods: { growthBytes: 96 * MIB, takenBytes: 16 * MIB },
    drivers: ["connection", "pool"],
    dialects: ["lockstep"],
    transports: ["clear"],
  },
  {
    name: "a-challenge-without-end",
    rows: ["R5", "S5"],
    script: always({ hello: offering("CRAM-MD5"), auth: [flooding("334 ", "QUJD")] }),
    client: credentials("CRAM-MD5"),
    ends: { outcome: "not-sent", code: /^ERR_(SMTP_(REPLY|CHALLENGE)_TOO_LONG|SASL_CHALLENGE_TOO_LONG)$/ },
    floods: FLOODS,
    never: ["MAIL"],
    drivers: ["connection", "pool"],
    dialects: ["lockstep"],
    transports: ["implicit"],
  },
  ...(
    [
      ["of-4090-octets", `250 ${"x".repeat(4_084)}\r\n`, true],
      ["of-4200-octets", `250 ${"x".repeat(4_194)}\r\n`, false],
      ["of-256-lines", `${"250-x\r\n".repeat(255)}250 x\r\n`, true],
      ["of-257-lines", `${"250-x\r\n".repeat(256)}250 x\r\n`, false],
      ["of-66000-octets", `${`250-${"x".repeat(3_000)}\r\n`.repeat(22)}250 x\r\n`, false],
    ] as const
  ).map(
    ([name, mail, fits]): Misbehaviour => ({
      name: `reply-${name}`,
      rows: ["R5"],
      script: always({ mail }),
      ends: fits ? { outcome: "accepted" } : { outcome: "not-sent", code: TOO_LONG },
      drivers: ["connection", "pool", "second"],
      dialects: ["pipelined", "lockstep"],
    }),
  ),
  {
    name: "hello-of-300-lines",
    rows: ["R5", "R20"],
    script: always({ hello: hello(...Array.from({ length: 300 }, (_, i) => `X-${i}`)) }),
    ends: { outcome: "not-sent", code: TOO_LONG, phase: "ehlo" },
    never: ["MAIL"],
    drivers: ["connection", "pool"],
    dialects: ["lockstep"],
  },
];
