// The content between DATA and its end, and in chunks (F7, F8).
import { loadVectorUnit, ReadyLines } from "@wirepost/octet-scan";
import {
  ClientProtocol,
  commandLine,
  createReply,
  DATA_END_MAX_BYTES,
  DataDecoder,
  DataEncoder,
  type DataEncoderOptions,
  NEED_DATA,
  NEED_REPLY,
  ServerProtocol,
  SmtpProtocolError,
} from "@wirepost/smtp-protocol";
import { attempt, law, same } from "../law.js";
import { cuts, hash, join, latin1, randomFrom } from "../octets.js";
import type { Target } from "../target.js";

// Targets run in one turn, in which nothing can be loaded.
law(await loadVectorUnit(), "this platform has no vector unit");

const OURS = [SmtpProtocolError];

/** Encodes pieces through a target of so many octets. */
function encode(pieces: Iterable<Uint8Array>, options: DataEncoderOptions, room: number): Uint8Array {
  const encoder = new DataEncoder(options);
  const written: Uint8Array[] = [];
  for (const piece of pieces) {
    let idle = 0;
    for (let at = 0; at < piece.length; ) {
      const target = new Uint8Array(room);
      encoder.encodeInto(piece, at, target, 0);
      law(encoder.written <= room && at + encoder.read <= piece.length, "more than there is room or source");
      idle = encoder.read === 0 && encoder.written === 0 ? idle + 1 : 0;
      law(idle < 3, "the encoder stands still");
      at += encoder.read;
      written.push(target.subarray(0, encoder.written));
    }
  }
  const end = new Uint8Array(DATA_END_MAX_BYTES);
  written.push(end.subarray(0, encoder.finishInto(end, 0)));
  return join(written);
}

const lines = (wire: string): string => wire.replace(/\r\n|\r|\n/g, "\r\n");
/** As the content arrives: line ends made right, one at the end. */
const normalised = (wire: string): string =>
  wire === "" || /\r\n$/.test(lines(wire)) ? lines(wire) : `${lines(wire)}\r\n`;

const WORDS = [
  ".",
  "..",
  "\r\n",
  "\n",
  "\r",
  "\r\n.\r\n",
  "\n.\n",
  "\r.\r",
  "\r\n.",
  "x",
  "text of a line",
  "\0",
  "\xff",
  ".\r",
  "\r\r\n",
  "x".repeat(76),
];

export const DATA_ENCODE: Target = {
  name: "data-encode",
  laws: "unstuff(stuff(b)) = normalise(b); one CRLF.CRLF, at the end; no bare CR, LF or NUL; neither cuts nor room change it; lines are ready where nothing is to be done",
  words: WORDS,
  frames: [
    ["", ""],
    ["x\r\n", "\r\n"],
  ],
  run(octets) {
    for (const options of [
      { dotStuffing: true, maxLineBytes: 200 },
      { dotStuffing: false },
      { dotStuffing: false, binary: true },
    ]) {
      const whole = attempt(OURS, () => encode([octets], options, 1 << 17));
      const random = randomFrom(hash(octets));
      let tries = 0;
      for (const pieces of cuts(octets)) {
        if (++tries > 6) break;
        const room = octets.length > 4096 ? 5000 : 3 + Math.floor(random() * 20);
        same(
          attempt(OURS, () => encode(pieces, options, room)),
          whole,
          "cuts or room change the content",
        );
      }
      if (whole.value === undefined) continue;
      const wire = latin1(whole.value);
      if (options.binary === true) {
        same(wire, latin1(octets), "binary content is not what it was");
        continue;
      }
      law(!/\r(?!\n)|(?<!\r)\n|\0/.test(wire), "a bare CR, a bare LF or a NUL");
      if (!options.dotStuffing) {
        same(wire, normalised(latin1(octets)), "another content");
        continue;
      }
      law(
        wire.endsWith(".\r\n") && `\r\n${wire}`.indexOf("\r\n.\r\n") === wire.length - 3,
        "an end of data before the end",
      );
      const decoder = new DataDecoder();
      const back = latin1(decoder.decode(whole.value));
      law(decoder.done && decoder.read === whole.value.length, "the end of data is not seen");
      same(back, normalised(latin1(octets)), "another content");
    }
    readyLinesNeedNothing(octets);
  },
};

/** Enough lines of one length to be worth keeping. */
const READY = `${"x".repeat(76)}\r\n`.repeat(212);

/** Lines are ready exactly when the encoder would change nothing, and all of them are ASCII. */
function readyLinesNeedNothing(octets: Uint8Array): void {
  for (const [before, behind] of [
    [READY, ""],
    [READY, "\r\n"],
    ["", READY],
    [READY.slice(0, 8000), `\r\n${READY.slice(0, 9000)}\r\n`],
  ] as const) {
    const content = Uint8Array.from(`${before}${latin1(octets)}${behind}`, (one) => one.charCodeAt(0));
    if (content.length > 128 * 1024) return;
    const { value } = attempt(OURS, () => encode([content], { dotStuffing: true }, 1 << 18));
    const unchanged = value !== undefined && latin1(value) === `${latin1(content)}.\r\n`;
    const ready = ReadyLines.of(content);
    ready?.release();
    same(
      ready !== undefined,
      unchanged && content.every((octet) => octet < 0x80),
      "lines are ready that are not, or the other way",
    );
  }
}

function decode(pieces: Iterable<Uint8Array>, strictLineEnd: boolean): unknown {
  const decoder = new DataDecoder({ strictLineEnd });
  let content = "";
  let consumed = 0;
  for (const piece of pieces) {
    if (decoder.done) break;
    const { value, refusal } = attempt(OURS, () => decoder.decode(piece));
    if (refusal !== undefined) return [refusal.code];
    content += latin1(value);
    consumed += decoder.read;
    law(decoder.done || decoder.read === piece.length, "octets are left without an end");
  }
  return { content, consumed, done: decoder.done };
}

export const DATA_DECODE: Target = {
  name: "data-decode",
  laws: "only CRLF.CRLF ends the content; the cuts change nothing; nothing behind the end is taken",
  words: WORDS,
  frames: [
    ["", ""],
    ["x\r\n", "\r\n.\r\n"],
    ["", "\r\n.\r\nQUIT\r\n"],
  ],
  run(octets) {
    for (const strict of [false, true]) {
      const whole = decode([octets], strict);
      for (const pieces of cuts(octets)) same(decode(pieces, strict), whole, "the cuts change the content");
      const { done, consumed } = whole as { done?: boolean; consumed?: number };
      const at = `\r\n${latin1(octets)}`.indexOf("\r\n.\r\n");
      if (done !== undefined) law(done === at >= 0, "an end of data that is none, or none that is one");
      if (done === true) law(consumed === at + 3, "the end of data is at another place");
    }
  },
};

export const BDAT: Target = {
  name: "bdat",
  laws: "declared sizes are the octets sent; the chunks together are the message; one LAST",
  words: WORDS,
  run(octets) {
    const client = new ClientProtocol({ assumePipelining: true });
    const server = new ServerProtocol();
    const content: Uint8Array[] = [];
    let ends = 0;
    const serverWorks = (): void => {
      for (;;) {
        const event = server.nextEvent();
        if (event === NEED_DATA || event === NEED_REPLY) break;
        if (event.type === "content") content.push(event.octets.slice());
        else if (event.type === "content-end") {
          if (event.last) ends++;
          server.reply(createReply(250, undefined, "ok"));
        } else if (event.type === "command") {
          law(event.refusal === undefined, `the server refuses ${event.line}`);
          if (event.command?.verb === "EHLO")
            server.reply(createReply(250, undefined, "x", "CHUNKING", "PIPELINING"));
          else if (event.command?.verb !== "BDAT") server.reply(createReply(250, undefined, "ok"));
        }
      }
      const said = server.takeOutput();
      if (said !== undefined) client.receiveData(said);
      while (client.nextEvent() !== NEED_DATA);
    };
    const clientSays = (): void => {
      const said = client.takeOutput();
      if (said === undefined) return;
      server.receiveData(said);
      client.releaseOutput(said);
      serverWorks();
    };
    server.reply(createReply(220, undefined, "mx.example"));
    serverWorks();
    client.send(commandLine({ verb: "EHLO", domain: "client.example" }));
    clientSays();
    client.send(commandLine({ verb: "MAIL", from: null }));
    client.send(commandLine({ verb: "RCPT", to: { localPart: "a", domain: "b.example" } }));
    clientSays();
    const random = randomFrom(hash(octets));
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < octets.length; ) {
      const size = 1 + Math.floor(random() * octets.length);
      pieces.push(octets.subarray(at, at + size));
      at += size;
    }
    pieces.push(new Uint8Array(0));
    const sent = attempt(OURS, () => {
      pieces.forEach((piece, index) => {
        let at = 0;
        let idle = 0;
        do {
          const taken = client.writeChunk(piece, at, index === pieces.length - 1);
          at += taken;
          clientSays();
          idle = taken === 0 ? idle + 1 : 0;
          law(idle < 3, "a chunk stands still");
        } while (at < piece.length);
      });
    });
    if (sent.refusal !== undefined) return;
    law(ends === 1, `${ends} ends`);
    same(latin1(join(content)), normalised(latin1(octets)), "another content");
  },
};

export const FRAMING = [DATA_ENCODE, DATA_DECODE, BDAT];
