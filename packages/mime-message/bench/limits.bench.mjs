// What must stay bounded: `node --expose-gc bench/limits.bench.mjs` after a build. Prints memory while 1 GiB is streamed, and
// how time grows when an input doubles (2 is linear).
import { composeMessage } from "../dist/index.js";

const base = { from: "ann@example.com", to: "bob@example.org", text: "x" };

async function* gibibyte() {
  const piece = Buffer.alloc(1 << 20, 7);
  for (let i = 0; i < 1024; i += 1) yield piece;
}

globalThis.gc?.();
const before = process.memoryUsage.rss();
let peak = before;
let size = 0;
const composed = await composeMessage({ ...base, attachments: [{ filename: "a.bin", content: gibibyte() }] });
for await (const block of composed.content.open()) {
  size += block.length;
  peak = Math.max(peak, process.memoryUsage.rss());
}
console.log(
  `1 GiB streamed to ${(size / 1e9).toFixed(2)} GB: memory grew by ${((peak - before) / 1e6).toFixed(0)} MB`,
);

const nested = (depth) => {
  let raw = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\u00fc";
  for (let i = 0; i < depth; i += 1) {
    raw = `Content-Type: multipart/mixed; boundary=b${i}x\r\n\r\n--b${i}x\r\n${raw}\r\n--b${i}x--\r\n`;
  }
  return { raw: `From: a@example.com\r\n${raw}` };
};
const CASES = {
  "subject of 10 MB": (n) => ({ ...base, subject: "x".repeat(5_000_000 * n) }),
  "subject of 10 MB with words": (n) => ({ ...base, subject: "wörd ".repeat(1_000_000 * n) }),
  "100,000 recipients": (n) => ({
    ...base,
    to: Array.from({ length: 50_000 * n }, (_, i) => `Person ${i} <person${i}@example.org>`),
  }),
  "10,000 headers": (n) => ({
    ...base,
    headers: Array.from({ length: 5_000 * n }, (_, i) => [`X-${i}`, "value"]),
  }),
  "50 parts deep": (n) => nested(25 * n),
};
for (const [name, make] of Object.entries(CASES)) {
  const best = [1, 2].map((n) => {
    const message = make(n);
    let time = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 5; round += 1) {
      const start = process.cpuUsage();
      composeMessage(message, { inlineLimitBytes: 1e9 });
      const { user, system } = process.cpuUsage(start);
      time = Math.min(time, (user + system) / 1000);
    }
    return time;
  });
  console.log(
    `${name}: ${best[1].toFixed(1)} ms, ${(best[1] / best[0]).toFixed(2)} times that of half the size`,
  );
}
