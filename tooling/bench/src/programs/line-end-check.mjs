// Dot-stuffing and the check of line ends over a body of 76-column lines in memory. Prints JSON.
import { loadVectorUnit } from "@wirepost/octet-scan";
import { DataEncoder } from "@wirepost/smtp-protocol";
import DataStream from "nodemailer/lib/smtp-connection/data-stream";
import { interleave, ratio } from "../lab/statistics.mjs";

// A program that sends has it from its first message on; this one never waits for anything.
await loadVectorUnit();

const { rounds, ms } = JSON.parse(process.argv[2]);
const SIZE = 64 * 1024;
const LINE = "abcdefghijklmnopqrstuvwxyz0123456789+/ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/\r\n";
const BODIES = {
  clean: Buffer.from(LINE.repeat(Math.floor(SIZE / LINE.length)), "latin1"),
  "LF alone": Buffer.from(LINE.replace("\r", "").repeat(Math.floor(SIZE / LINE.length)), "latin1"),
  "a dot on each line": Buffer.from(`.${LINE.slice(1)}`.repeat(Math.floor(SIZE / LINE.length)), "latin1"),
};

const target = Buffer.alloc(SIZE * 2 + 8);
const encoder = new DataEncoder({ dotStuffing: true });

function encode(body) {
  encoder.encodeInto(body, 0, target, 0);
  if (encoder.read !== body.length) throw new Error("the encoder did not take all");
  const { written } = encoder;
  return written + encoder.finishInto(target, written);
}

function walk(body) {
  let lines = 0;
  for (let at = body.indexOf(0x0a); at !== -1; at = body.indexOf(0x0a, at + 1)) lines++;
  return lines;
}

/** nodemailer's loop without the stream around it. */
function loop(body) {
  const stream = Object.create(DataStream.prototype);
  stream.inByteCount = 0;
  stream.outByteCount = 0;
  stream.lastByte = false;
  const pieces = [];
  stream.push = (piece) => pieces.push(piece);
  stream._transform(body, "buffer", () => undefined);
  stream._flush(() => undefined);
  return pieces;
}

const results = {};
for (const [name, body] of Object.entries(BODIES)) {
  const ours = Buffer.from(target.subarray(0, encode(body)));
  if (!ours.equals(Buffer.concat(loop(body))))
    throw new Error(`${name}: not the octets that nodemailer sends`);
  const rate = (run) => () => {
    const began = performance.now();
    let calls = 0;
    let spent;
    do {
      for (let i = 0; i < 8; i++) run(body);
      calls += 8;
      spent = performance.now() - began;
    } while (spent < ms);
    return { gigabytes: (calls * body.length) / spent / 1e6 };
  };
  const by = await interleave(
    { "indexOf walk": rate(walk), wirepost: rate(encode), nodemailer: rate(loop) },
    { rounds, warmup: 2 },
  );
  results[name] = { by, ratio: ratio(by, "gigabytes", "wirepost", "indexOf walk") };
}
console.log(JSON.stringify(results));
