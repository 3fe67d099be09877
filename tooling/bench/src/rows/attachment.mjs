import { createHash, randomBytes } from "node:crypto";
import { closeSync, existsSync, ftruncateSync, openSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { client } from "../lab/contestants.mjs";
import { CountingSink } from "../lab/counting-sink.mjs";
import { atLeast, atMost, each, line } from "../lab/lines.mjs";
import { scratchFolder } from "../lab/paths.mjs";
import { interleave, ratio } from "../lab/statistics.mjs";

const MIB = 2 ** 20;
const BASE64_LINE = 57;

export default {
  title: "A streamed attachment of 1 GiB from a file, one connection into a counting sink",
  async measure({ quick, rounds, profile }) {
    const bytes = quick ? 128 * MIB : 1024 * MIB;
    const file = sparseFile(bytes);
    const names = ["wirepost", "nodemailer", "emailjs"];
    await verifyContent(names);
    const sink = await CountingSink.start();
    // Base64 in lines of 76 columns and their ends; around it no more than a header and a text.
    const encoded = Math.ceil(bytes / 3) * 4 + Math.ceil(bytes / BASE64_LINE) * 2;
    const run = (name, counted) => async () => {
      // A new process for each: the peak of a process never comes down again.
      const contestant = await client(name, { profile: counted ? profile(name) : undefined });
      try {
        await sink.reset();
        await contestant.open({ port: sink.port, kind: "file", file, inFlight: 1 });
        const { seconds, cpuSeconds, peakRssBytes } = await contestant.send(1);
        const { contentBytes } = await sink.verify(1);
        if (Math.abs(contentBytes - encoded) > 8192) {
          throw new Error(`${name}: ${contentBytes} octets came for about ${encoded}`);
        }
        await contestant.close();
        return { seconds, cpuSeconds, peakMib: peakRssBytes / MIB };
      } finally {
        await contestant.end();
      }
    };
    const bare = async () => {
      const contestant = await client("bare");
      const { peakRssBytes } = await contestant.send(0);
      await contestant.end();
      return { peakMib: peakRssBytes / MIB };
    };
    const results = await interleave(
      { bare, ...Object.fromEntries(names.map((name) => [name, run(name, name === "wirepost")])) },
      // A gigabyte is its own repetition: each run streams for seconds.
      { rounds: quick ? 1 : rounds, warmup: 0 },
    );
    await sink.stop();
    const { bare: idle, ...by } = results;
    const above = Object.fromEntries(
      Object.entries(by).map(([name, { peakMib }]) => [name, peakMib - idle.peakMib]),
    );
    return [
      line("peak memory above bare Node", above.wirepost, "MiB", atMost(25), above, "MiB"),
      line(
        "CPU, nodemailer's of ours",
        ratio(results, "cpuSeconds", "nodemailer", "wirepost"),
        "× less",
        atLeast(3),
        each(by, "cpuSeconds"),
        "s",
      ),
      line(
        "time, nodemailer's of ours",
        ratio(results, "seconds", "nodemailer", "wirepost"),
        "× faster",
        undefined,
        each(by, "seconds"),
        "s",
      ),
    ];
  },
};

function sparseFile(bytes) {
  const file = join(scratchFolder("files"), `${bytes}.bin`);
  if (!existsSync(file) || statSync(file).size !== bytes) {
    const handle = openSync(file, "w");
    ftruncateSync(handle, bytes);
    closeSync(handle);
  }
  return file;
}

/** A small file of noise, sent by each and compared with what a plain encoder makes of it: the octets are the right ones. */
async function verifyContent(names) {
  const noise = randomBytes(300_000);
  const file = join(scratchFolder("files"), "noise.bin");
  writeFileSync(file, noise);
  const sink = await CountingSink.start({ keep: true });
  const wanted = createHash("sha256").update(noise).digest("hex");
  for (const name of names) {
    await sink.reset();
    const contestant = await client(name);
    await contestant.open({ port: sink.port, kind: "file", file, inFlight: 1 });
    await contestant.send(1);
    const { content } = await sink.verify(1);
    const blocks = Buffer.from(content, "base64")
      .toString("latin1")
      .split(/\r\n\r\n/);
    const largest = blocks.reduce((a, b) => (b.length > a.length ? b : a), "").split("\r\n--")[0];
    const got = createHash("sha256").update(Buffer.from(largest, "base64")).digest("hex");
    if (got !== wanted) throw new Error(`${name}: the attachment did not arrive as it was`);
    await contestant.close();
    await contestant.end();
  }
  await sink.stop();
}
