// Composing beside nodemailer: `pnpm bench` after a build. Every message is read back by postal-mime.
// Figures are of processor time, so that other work on the machine counts little: ratios of one run, medians of interleaved
// rounds; absolute ones only tell about the machine.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import MailComposer from "nodemailer/lib/mail-composer/index.js";
import PostalMime from "postal-mime";
import { composeMessage } from "../dist/index.js";
import { fromFile } from "../dist/node.js";

const ROUNDS = Number(process.env.ROUNDS ?? 9);
const sha = (octets) => createHash("sha256").update(octets).digest("hex");
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function ours(message, options) {
  const composed = await composeMessage(message);
  return composed.content instanceof Uint8Array
    ? [composed.content]
    : composed.content.open(undefined, options);
}

async function* nodemailer(message) {
  yield* new MailComposer(message).compile().createReadStream();
}

/** Reads all blocks without keeping them. */
async function drain(blocks) {
  let size = 0;
  for await (const block of blocks) size += block.length;
  return size;
}

async function keep(blocks) {
  const kept = [];
  for await (const block of blocks) kept.push(Buffer.from(block));
  return Buffer.concat(kept);
}

const envelope = { from: "Ann <ann@example.com>", to: "bob@example.org", subject: "Bench" };
const octets = Buffer.allocUnsafe(20 * 1024 * 1024);
let seed = 1;
for (let i = 0; i < octets.length; i += 1) {
  seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  octets[i] = seed >> 16;
}
const folder = mkdtempSync(join(tmpdir(), "wirepost-bench-"));
const file = join(folder, "attachment.bin");
writeFileSync(file, octets);
const text = "Grüße aus Köln, naïve café — жизнь хороша. "
  .repeat(4)
  .concat("\n")
  .repeat(30_000)
  .slice(0, 4_000_000);
const small = {
  ...envelope,
  text: "Dear Bob,\n\nhere is what you asked for.\n\nAnn\n".repeat(4),
  html: "<p>Dear Bob,</p>\n<p>here is <b>what</b> you asked for.</p>\n<p>Ann</p>\n".repeat(4),
  headers: { "X-Campaign": "autumn-2026" },
};
const SMALL = 2000;

/** As smtp-client reads a message: each block is done with before the next is asked for. */
const AS_SENT = { reuseBlocks: true };

const same = (parsed, content) => sha(new Uint8Array(parsed.attachments[0].content)) === sha(content);
const CASES = [
  {
    name: "20 MB attachment from memory (MB/s)",
    units: octets.length / 1e6,
    ours: { ...envelope, text: "x", attachments: [{ filename: "a.bin", content: octets }] },
    theirs: { ...envelope, text: "x", attachments: [{ filename: "a.bin", content: octets }] },
    check: (parsed) => same(parsed, octets),
    reading: AS_SENT,
  },
  {
    name: "… in blocks that the reader may keep (MB/s)",
    units: octets.length / 1e6,
    ours: { ...envelope, text: "x", attachments: [{ filename: "a.bin", content: octets }] },
    theirs: { ...envelope, text: "x", attachments: [{ filename: "a.bin", content: octets }] },
    check: (parsed) => same(parsed, octets),
  },
  {
    name: "20 MB attachment from a file (MB/s)",
    units: octets.length / 1e6,
    ours: { ...envelope, text: "x", attachments: [fromFile(file)] },
    theirs: { ...envelope, text: "x", attachments: [{ path: file }] },
    check: (parsed) => same(parsed, octets),
    reading: AS_SENT,
  },
  {
    name: "5 MB text as quoted-printable (MB/s)",
    units: Buffer.byteLength(text) / 1e6,
    ours: { ...envelope, text, textEncoding: "quoted-printable" },
    theirs: { ...envelope, text, textEncoding: "quoted-printable" },
    check: (parsed) => parsed.text.trimEnd() === text.trimEnd(),
  },
  {
    name: "small messages, text and html (1/s)",
    units: SMALL,
    repeat: SMALL,
    ours: small,
    theirs: small,
    check: (parsed) => parsed.subject === "Bench" && parsed.html.trimEnd() === small.html.trimEnd(),
  },
];

const only = process.argv[2];
for (const { name, units, repeat = 1, ours: mine, theirs, check, reading } of CASES) {
  if (only !== undefined && !name.includes(only)) continue;
  for (const [who, blocks] of [
    ["wirepost", await ours(mine, reading)],
    ["nodemailer", nodemailer(theirs)],
  ]) {
    if (!check(await PostalMime.parse(await keep(blocks))))
      throw new Error(`${who}: ${name} does not read back`);
  }
  const rates = { wirepost: [], nodemailer: [] };
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [who, run] of [
      ["wirepost", async () => drain(await ours(mine, reading))],
      ["nodemailer", () => drain(nodemailer(theirs))],
    ]) {
      // Processor time is told in steps of some milliseconds: each sample has to last many of them.
      const times = repeat * (who === "wirepost" ? 8 : 2);
      // One must not pay for what the other left behind, nor for memory that was given back to the system just now.
      globalThis.gc?.();
      await run();
      const start = process.cpuUsage();
      for (let i = 0; i < times; i += 1) await run();
      const used = process.cpuUsage(start);
      const seconds = (used.user + used.system) / 1e6;
      if (round >= 0) rates[who].push((units * (times / repeat)) / seconds);
    }
  }
  const [w, n] = [median(rates.wirepost), median(rates.nodemailer)];
  console.log(`${name}: wirepost ${w.toFixed(0)}, nodemailer ${n.toFixed(0)}, ratio ${(w / n).toFixed(2)}`);
}
rmSync(folder, { recursive: true });
