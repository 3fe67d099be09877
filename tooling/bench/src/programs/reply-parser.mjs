// Replies, as a busy pipelined server sends them, cut in one-octet and in 1,500-octet pieces. Prints JSON.
import { NEED_DATA, ReplyParser } from "@wirepost/smtp-protocol";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import { interleave, ratio } from "../lab/statistics.mjs";

const { rounds, ms } = JSON.parse(process.argv[2]);
const GROUP =
  "250 2.0.0 Ok: queued as 4XyZ0123456789\r\n250 2.0.0 Ok\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 End data with <CR><LF>.<CR><LF>\r\n";
const REPEAT = 600;
const REPLIES = REPEAT * 5;
const stream = Buffer.from(GROUP.repeat(REPEAT), "latin1");

function cut(size) {
  const pieces = [];
  for (let at = 0; at < stream.length; at += size) pieces.push(stream.subarray(at, at + size));
  return pieces;
}

function wirepost(pieces) {
  const parser = new ReplyParser();
  let replies = 0;
  let codes = 0;
  for (const piece of pieces) {
    parser.push(piece);
    for (let reply = parser.next(true); reply !== NEED_DATA; reply = parser.next(true)) {
      replies++;
      codes += reply.code;
    }
  }
  return [replies, codes];
}

/** nodemailer's own methods; where it would wait a turn of the event loop for each further reply, none is waited here. */
function nodemailer(pieces) {
  const connection = new SMTPConnection({ host: "127.0.0.1" });
  let replies = 0;
  let codes = 0;
  const action = (text) => {
    replies++;
    codes += Number(text.slice(0, 3));
  };
  const own = connection._processResponse;
  connection._processResponse = () => {
    while (connection._responseQueue.length > 0) {
      connection._responseActions.push(action);
      own.call(connection);
    }
  };
  for (const piece of pieces) connection._onData(piece);
  return [replies, codes];
}

/** A state machine over octets: the least that a byte by byte reader has to do. */
function machine(pieces) {
  let replies = 0;
  let codes = 0;
  let line = "";
  for (const piece of pieces) {
    for (const octet of piece) {
      if (octet !== 10) {
        line += String.fromCharCode(octet);
        continue;
      }
      if (line.charCodeAt(3) !== 0x2d) {
        replies++;
        codes += Number(line.slice(0, 3));
      }
      line = "";
    }
  }
  return [replies, codes];
}

/** Lines by native search: the least for large pieces. */
function search(pieces) {
  let replies = 0;
  let codes = 0;
  let rest = "";
  for (const piece of pieces) {
    const text = rest + piece.latin1Slice();
    let at = 0;
    for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", at)) {
      if (text.charCodeAt(at + 3) !== 0x2d) {
        replies++;
        codes += Number(text.slice(at, at + 3));
      }
      at = end + 1;
    }
    rest = text.slice(at);
  }
  return [replies, codes];
}

const results = {};
for (const [name, size] of [
  ["byte by byte", 1],
  ["in pieces of 1,500", 1500],
]) {
  const pieces = cut(size);
  const [, expected] = machine([stream]);
  const rate = (run) => () => {
    const began = performance.now();
    let calls = 0;
    let spent;
    do {
      const [replies, codes] = run(pieces);
      if (replies !== REPLIES || codes !== expected)
        throw new Error(`${run.name}: ${replies} replies, codes ${codes}`);
      calls++;
      spent = performance.now() - began;
    } while (spent < ms);
    return { rate: ((calls * REPLIES) / spent) * 1000 };
  };
  const by = await interleave(
    {
      wirepost: rate(wirepost),
      nodemailer: rate(nodemailer),
      [size === 1 ? "state machine" : "indexOf loop"]: rate(size === 1 ? machine : search),
    },
    { rounds, warmup: 2 },
  );
  results[name] = { by, ratio: ratio(by, "rate", "wirepost", "nodemailer") };
  await new Promise((resolve) => setImmediate(resolve));
}

/** A server that never ends its reply: what is read of it, how long that takes, what is kept. */
function endless(size) {
  const line = Buffer.from("250-and another line, and one more after it\r\n".repeat(200), "latin1");
  const parser = new ReplyParser();
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const began = performance.now();
  let fed = 0;
  let refused;
  for (let lines = 0; lines < 100_000; lines += 200) {
    for (let at = 0; at < line.length; at += size) {
      try {
        parser.push(line.subarray(at, at + size));
        fed += Math.min(size, line.length - at);
        while (parser.next(true) !== NEED_DATA);
      } catch (error) {
        refused ??= { code: error.code, octets: fed };
      }
    }
  }
  const millis = performance.now() - began;
  globalThis.gc?.();
  return { refused, millis, keptBytes: Math.max(0, process.memoryUsage().heapUsed - before) };
}
endless(1500);
results.endless = { pieces: endless(1500), bytes: endless(1) };
console.log(JSON.stringify(results));
process.exit();
