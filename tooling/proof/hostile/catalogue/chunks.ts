// BDAT (RFC 3030): chunks that are refused, not answered, or answered by something else.
import type { Ends, Misbehaviour } from "../misbehaviour.js";
import { type Answer, always, end } from "../script.js";

const ACCEPTED: Ends = { outcome: "accepted" };
const UNEXPECTED = "ERR_SMTP_UNEXPECTED_REPLY";
const LARGE = { attachments: [{ filename: "a.bin", content: Buffer.alloc(4 * 1024 * 1024, 0x41) }] };

export const CHUNKS: readonly Misbehaviour[] = [
  ...(["502 5.5.1 unknown\r\n", "503 5.5.1 bad sequence\r\n", "552 5.3.4 too big\r\n"] as const).map(
    (reply): Misbehaviour => ({
      name: `last-chunk-answered-by-${reply.slice(0, 3)}`,
      rows: ["R18"],
      script: always({ end: reply }),
      ends: { outcome: "rejected", code: "ERR_CLIENT_CONTENT_REFUSED", retryable: false },
      dialects: ["chunking"],
    }),
  ),
  ...(
    [
      ["354", "354 go\r\n", "ERR_SMTP_UNEXPECTED_REPLY"],
      ["mixed-codes", "250-a\r\n552 b\r\n", "ERR_SMTP_MIXED_CODES"],
    ] as const
  ).map(
    ([name, chunk, code]): Misbehaviour => ({
      name: `chunk-answered-by-${name}`,
      rows: ["R8", "R18"],
      script: always({ chunk }),
      message: LARGE,
      ends: { outcome: "not-sent", code },
      dialects: ["chunking"],
      drivers: ["connection", "pool"],
    }),
  ),
  {
    name: "chunk-refused-and-the-rest-swallowed",
    rows: ["R14", "R18"],
    script: always({ chunk: "552 5.3.4 too big\r\n", end: "503 5.5.1 it was refused\r\n" }),
    message: LARGE,
    ends: { outcome: "rejected", code: "ERR_CLIENT_CONTENT_REFUSED", retryable: false },
    dialects: ["chunking"],
    drivers: ["connection", "pool"],
  },
  ...(
    [
      ["and-the-rest-too", "503 5.5.1 it was refused\r\n", "rejected"],
      ["and-an-end", end, "rejected"],
      // The server contradicts itself, and may have it or not.
      ["and-the-last-one-taken", "250 queued\r\n", "unknown"],
    ] as readonly (readonly [string, Answer, "rejected" | "unknown"])[]
  ).map(
    ([name, last, outcome]): Misbehaviour => ({
      name: `chunk-refused-behind-the-last-${name}`,
      rows: ["R14", "R18"],
      script: always({ chunk: "552 5.3.4 too big\r\n", end: last }),
      // All chunks are written before the first of them is refused.
      message: { attachments: [{ filename: "a.bin", content: Buffer.alloc(60_000, 0x41) }] },
      ends: { outcome, code: outcome === "unknown" ? UNEXPECTED : /^ERR_/, retryable: false },
      dialects: ["chunking"],
      drivers: ["connection", "pool"],
      check: ({ error, peers }) => [
        ...(outcome === "unknown" || error?.message.includes("552") ? [] : ["the refusal was not told"]),
        ...(peers.some(({ commands }) => commands.filter(({ line }) => line.startsWith("BDAT")).length > 1)
          ? []
          : ["there was one chunk"]),
      ],
    }),
  ),
  {
    name: "silence-after-a-chunk",
    rows: ["R11", "R18"],
    script: always({ chunk: undefined }),
    message: LARGE,
    client: { timeouts: { contentMs: 2_000 } },
    // The chunks behind it, the last one included, were written ahead.
    ends: { outcome: "unknown", code: "ERR_CLIENT_TIMEOUT" },
    dialects: ["chunking"],
    drivers: ["connection", "pool"],
  },
  {
    name: "last-chunk-answered-twice",
    rows: ["R9", "R18"],
    script: always({ end: "250 queued\r\n250 queued\r\n" }),
    ends: ACCEPTED,
    dialects: ["chunking"],
    drivers: ["connection", "pool"],
  },
  {
    name: "chunks-in-a-window-and-an-end",
    rows: ["R13", "R18"],
    script: () => {
      let ended = 0;
      return {
        end: (peer) => {
          if (++ended === 2) peer.end();
          else peer.send("250 queued\r\n");
        },
      };
    },
    client: { window: { maxMessages: 4 } },
    ends: ACCEPTED,
    dialects: ["chunking"],
    drivers: ["connection", "pool", "busy", "second"],
  },
  {
    name: "chunks-in-a-window-and-a-refused-sender",
    rows: ["R16", "R18"],
    script: always({
      mail: "550 5.7.1 no\r\n",
      rcpt: () => "503 5.5.1 no\r\n",
      end: "503 5.5.1 no\r\n",
    }),
    client: { window: { maxMessages: 4 } },
    ends: { outcome: "rejected", code: "ERR_CLIENT_SENDER_REFUSED" },
    dialects: ["chunking"],
    drivers: ["connection", "pool", "busy", "second"],
  },
];
