// Replies per second however they are cut, against the plainest loop that could do it, and a hostile reply.
// Build first: pnpm --filter @wirepost/smtp-protocol build
// Run: node packages/smtp-protocol/bench/reply-parser.mjs
import { NEED_DATA, ReplyParser, SmtpProtocolError } from "../dist/index.js";
import { report, rounds } from "./rounds.mjs";

const COUNT = 2000;
const REPLIES = [
  "250 2.1.0 Ok\r\n",
  "250 2.1.5 Ok\r\n",
  "354 End data with a dot\r\n",
  "250 2.0.0 Ok: queued as 4BcD1k0Zt1z1xyz\r\n",
];
const wire = Buffer.from(
  Array.from({ length: COUNT }, (_, i) => REPLIES[i % REPLIES.length]).join(""),
  "latin1",
);

function cut(size) {
  const pieces = [];
  for (let at = 0; at < wire.length; at += size) pieces.push(wire.subarray(at, at + size));
  return pieces;
}

function parse(pieces, readEnhanced) {
  const parser = new ReplyParser();
  let found = 0;
  for (const piece of pieces) {
    parser.push(piece);
    while (parser.next(readEnhanced) !== NEED_DATA) found++;
  }
  if (found !== COUNT) throw new Error(`${found} replies`);
}

/** A string that grows, a split at line ends, a regular expression: what most clients do, without limits or multi-line. */
function plain(pieces) {
  let rest = "";
  let found = 0;
  for (const piece of pieces) {
    const lines = (rest + piece.toString("latin1")).split("\r\n");
    rest = lines.pop();
    for (const line of lines) if (/^(\d{3})([ -])(.*)$/.exec(line) !== null) found++;
  }
  if (found !== COUNT) throw new Error(`${found} replies`);
}

for (const [name, size] of [
  ["byte by byte", 1],
  ["40 bytes", 40],
  ["1,500 bytes", 1500],
  ["64 KiB", 65536],
]) {
  const pieces = cut(size);
  report(
    name,
    rounds(
      {
        "split and regexp": () => plain(pieces),
        ReplyParser: () => parse(pieces, false),
        "with enhanced codes": () => parse(pieces, true),
      },
      COUNT,
    ),
    "replies/s",
  );
}

// 100,000 lines of one reply: refused by the limit on lines, or read where the limit was lifted.
const hostile = Buffer.from("250-2.0.0 one line of very many\r\n".repeat(100_000), "latin1");
for (const [name, limits] of [
  ["refused", {}],
  ["limits lifted", { maxLines: Infinity, maxReplyBytes: Infinity }],
]) {
  for (const size of [1, 1500]) {
    const parser = new ReplyParser(limits);
    const before = process.memoryUsage().heapUsed;
    const start = performance.now();
    let end = "more to come";
    try {
      for (let at = 0; at < hostile.length; at += size) {
        parser.push(hostile.subarray(at, at + size));
        parser.next(true);
      }
    } catch (error) {
      if (!SmtpProtocolError.is(error)) throw error;
      end = error.code;
    }
    const grown = Math.max(0, process.memoryUsage().heapUsed - before) / 1e6;
    console.log(
      `100,000 lines, ${name}, in pieces of ${size}: ${end} after ${(performance.now() - start).toFixed(1)} ms, heap +${grown.toFixed(1)} MB`,
    );
  }
}
