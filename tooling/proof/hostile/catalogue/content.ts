// What servers do while content goes out.
import type { Misbehaviour } from "../misbehaviour.js";
import { type Answer, always, end, thenEnd, thenReset } from "../script.js";

const UNEXPECTED = "ERR_SMTP_UNEXPECTED_REPLY";
const LOST = /^ERR_(CLIENT_CONNECTION_LOST|SOCKET_(RESET|CLOSED|BROKEN_PIPE|TLS_CLOSED))$/;
const LARGE = { attachments: [{ filename: "a.bin", content: Buffer.alloc(4 * 1024 * 1024, 0x41) }] };
/** More than all buffers between two processes hold. */
const HUGE = { attachments: [{ filename: "a.bin", content: Buffer.alloc(16 * 1024 * 1024, 0x41) }] };
const WITH_DATA = ["pipelined", "lockstep"] as const;

/** R14: the server has heard enough. */
const EARLY: readonly Misbehaviour[] = (
  [
    ["552", "552 5.3.4 too big\r\n", "ERR_CLIENT_CONTENT_REFUSED", false],
    ["451", "451 4.3.0 out of disk\r\n", "ERR_CLIENT_CONTENT_REFUSED", true],
    ["552-and-end", thenEnd("552 5.3.4 too big\r\n"), "ERR_CLIENT_CONTENT_REFUSED", false],
    ["552-and-reset", thenReset("552 5.3.4 too big\r\n"), "ERR_CLIENT_CONTENT_REFUSED", false],
    ["421-and-end", thenEnd("421 4.3.0 enough\r\n"), "ERR_CLIENT_CONTENT_REFUSED", true],
  ] as readonly (readonly [string, Answer, string, boolean])[]
).map(
  ([name, contentBegins, code, retryable]): Misbehaviour => ({
    name: `${name}-while-content-goes-out`,
    rows: ["R14"],
    script: always({ contentBegins, end: "503 5.5.1 it was refused\r\n" }),
    message: LARGE,
    ends: { outcome: "rejected", code, phase: "data", retryable },
    drivers: ["connection", "pool"],
    dialects: WITH_DATA,
    never: ["end"],
  }),
);

const WHILE_SENDING: readonly Misbehaviour[] = [
  {
    name: "250-while-content-goes-out",
    rows: ["R9", "R14"],
    script: always({ contentBegins: "250 queued already\r\n", end: undefined }),
    message: LARGE,
    ends: { outcome: "not-sent", code: UNEXPECTED },
    dialects: WITH_DATA,
    drivers: ["connection", "pool"],
    never: ["end"],
  },
  {
    name: "354-while-content-goes-out",
    rows: ["R9", "R14"],
    script: always({ contentBegins: "354 more\r\n", end: undefined }),
    message: LARGE,
    ends: { outcome: "not-sent", code: UNEXPECTED },
    dialects: WITH_DATA,
    drivers: ["connection", "pool"],
    never: ["end"],
  },
  {
    name: "garbage-while-content-goes-out",
    rows: ["R4", "R14"],
    script: always({ contentBegins: "?!\r\n", end: undefined }),
    message: LARGE,
    ends: { outcome: "not-sent", code: "ERR_SMTP_REPLY_SYNTAX" },
    dialects: WITH_DATA,
    drivers: ["connection", "pool"],
    never: ["end"],
  },
  ...(
    [
      ["end", end],
      ["reset", (peer) => peer.reset()],
    ] as readonly (readonly [string, Answer])[]
  ).map(
    ([how, contentBegins]): Misbehaviour => ({
      name: `${how}-while-content-goes-out`,
      rows: ["R13", "R14"],
      script: always({ contentBegins }),
      message: HUGE,
      ends: { outcome: "not-sent", code: LOST, phase: "data" },
      drivers: ["connection", "pool"],
      never: ["end"],
    }),
  ),
  {
    name: "stops-reading-content",
    rows: ["R12"],
    script: always({
      contentBegins: (peer) => {
        peer.stuck = true;
        peer.stopReading();
      },
    }),
    message: HUGE,
    client: { timeouts: { contentMs: 300 } },
    ends: { outcome: "not-sent", code: "ERR_CLIENT_TIMEOUT", phase: "data" },
    drivers: ["connection", "pool"],
    never: ["end"],
  },
  {
    name: "stops-reading-the-envelope",
    rows: ["R12"],
    script: always({
      mail: (peer) => {
        peer.stuck = true;
        peer.stopReading();
      },
    }),
    message: { to: Array.from({ length: 9_000 }, (_, i) => `recipient-number-${i}@example.org`) },
    client: { timeouts: { mailMs: 300, rcptMs: 300, contentMs: 300 } },
    ends: { outcome: "not-sent", code: "ERR_CLIENT_TIMEOUT" },
    drivers: ["connection", "pool"],
    dialects: ["pipelined"],
    never: ["content"],
  },
];

export const CONTENT: readonly Misbehaviour[] = [...EARLY, ...WHILE_SENDING];
