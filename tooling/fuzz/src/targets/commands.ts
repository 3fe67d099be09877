// Commands in both directions, xtext, lines of AUTH, and the two engines (F3, F11).

import { AddressError } from "@wirepost/mail-address";
import {
  ClientProtocol,
  type Command,
  commandLine,
  createReply,
  decodeUtf8AddressXtext,
  decodeXtext,
  encodeUtf8AddressXtext,
  encodeXtext,
  NEED_DATA,
  NEED_REPLY,
  parseCommand,
  redactCommandLine,
  ServerProtocol,
  type ServerProtocolOptions,
  SmtpProtocolError,
  serializeCommand,
  serializeSaslLine,
} from "@wirepost/smtp-protocol";
import { attempt, law, same } from "../law.js";
import { cuts, fields, latin1, text, wellFormed } from "../octets.js";
import type { Target } from "../target.js";

const OURS = [SmtpProtocolError];

function judgeLine(line: string): void {
  law(line.endsWith("\r\n"), "a command without a line end");
  law(!/[\r\n\0]/.test(line.slice(0, -2)), "CR, LF or NUL in a command");
  law(Buffer.byteLength(line) <= 12_290, "a command line too long");
}

export const COMMAND: Target = {
  name: "command",
  laws: "a line is a command or our error; what was read, written and read again is the same",
  words: [
    "MAIL FROM:",
    "RCPT TO:",
    "<>",
    "<a@b>",
    '<"a b"@c>',
    "<@x,@y:a@b>",
    " SIZE=1",
    " BODY=8BITMIME",
    " RET=FULL",
    " ENVID=a+20b",
    " NOTIFY=NEVER",
    " ORCPT=rfc822;a@b",
    " SMTPUTF8",
    " AUTH=<>",
    " BY=60;R",
    " MT-PRIORITY=3",
    " HOLDFOR=1",
    "BDAT 1 LAST",
    "EHLO x",
    "HELO [192.0.2.1]",
    "LHLO x",
    "AUTH PLAIN =",
    "VRFY x",
    "EXPN x",
    "ETRN x",
    "NOOP",
    "HELP",
    "STARTTLS",
    "DATA",
    "RSET",
    "QUIT",
    "BURL imap: LAST",
    " ",
    "=",
    "+41",
    ";",
    ":",
    "\xc3\xbc",
    "\0",
    '"',
    "\\",
    "@",
    "(",
    ",",
  ],
  frames: [
    ["", ""],
    ["MAIL FROM:<", ">"],
    ["RCPT TO:<a@b>", ""],
    ["MAIL FROM:<> ", ""],
    ["MAIL FROM:<> ENVID=", ""],
    ["RCPT TO:<a@b> ORCPT=rfc822;", ""],
  ],
  run(octets) {
    const line = text(octets);
    redactCommandLine(line);
    const { value } = attempt(OURS, () => parseCommand(line));
    if (value === undefined) return;
    const written = attempt([SmtpProtocolError, AddressError], () => serializeCommand(value)).value;
    if (written === undefined) return;
    judgeLine(written);
    const again = attempt(OURS, () => parseCommand(written.slice(0, -2)));
    law(
      again.value !== undefined,
      `what was written cannot be read: ${JSON.stringify(written)} ${again.refusal?.code}`,
    );
    same(serializeCommand(again.value), written, "written, read and written again");
  },
};

/** Every verb, made of the fields of the input. */
export const COMMAND_FIELDS: Target = {
  name: "command-fields",
  laws: "whatever the fields hold, one line with one CRLF at its end, or our error; the line reads as that verb",
  words: [
    "a",
    "example.com",
    "\r\n",
    "\n",
    "\0",
    " ",
    ">",
    "<",
    '"',
    "\\",
    "@",
    "=",
    "+",
    ";",
    "\xc3\xbc",
    "[192.0.2.1]",
    "SIZE",
    "1",
    "rfc822",
    "\x1e",
    "\x1e\x1e",
    "\xed\xa0\x80",
    "\u0085",
  ],
  frames: [
    ["", "\x1ea\x1eb"],
    ["a\x1e", "\x1eb"],
    ["a\x1eb\x1e", ""],
  ],
  run(octets) {
    const [a = "", b = "", c = "", d = ""] = fields(octets).map(text);
    const mailbox = { localPart: a, domain: b };
    const bytes = new Uint8Array(Buffer.from(c));
    const commands: Command[] = [
      { verb: "EHLO", domain: a },
      { verb: "MAIL", from: mailbox, parameters: { envelopeId: c, custom: { [d]: c } } },
      { verb: "MAIL", from: mailbox, parameters: { smtpUtf8: true, auth: { localPart: c, domain: d } } },
      { verb: "RCPT", to: mailbox, parameters: { originalRecipient: { type: c, address: d } } },
      { verb: "RCPT", to: mailbox, parameters: { custom: { [c]: d } }, smtpUtf8: true },
      { verb: "NOOP", argument: a },
      { verb: "HELP", argument: b },
      { verb: "VRFY", argument: a },
      { verb: "EXPN", argument: a, smtpUtf8: true },
      { verb: "ETRN", argument: a },
      { verb: "AUTH", mechanism: a, initialResponse: bytes },
      { verb: "BURL", argument: a, last: true },
      { verb: "CUSTOM", line: a },
    ];
    for (const command of commands) {
      const { value } = attempt([SmtpProtocolError, AddressError], () => serializeCommand(command));
      if (value === undefined) continue;
      judgeLine(value);
      const read = attempt(OURS, () => parseCommand(value.slice(0, -2)));
      if (command.verb === "CUSTOM") continue;
      law(
        read.value?.verb === command.verb,
        `${JSON.stringify(value)} is read as ${read.value?.verb ?? read.refusal?.code}`,
      );
      if (command.verb === "RCPT" && read.value?.verb === "RCPT") {
        same(read.value.to.localPart, a, "another local part");
        if (command.parameters?.originalRecipient !== undefined)
          same(read.value.parameters?.originalRecipient?.address, d, "another ORCPT");
      }
      if (command.verb === "MAIL" && read.value?.verb === "MAIL") {
        same(read.value.from?.localPart, a, "another local part");
        if (command.parameters?.envelopeId !== undefined)
          same(read.value.parameters?.envelopeId, c, "another ENVID");
      }
    }
    const sasl = attempt(OURS, () => serializeSaslLine(octets)).value;
    if (sasl !== undefined) {
      judgeLine(sasl);
      same(
        Buffer.from(sasl, "base64").toString("hex"),
        Buffer.from(octets).toString("hex"),
        "another SASL line",
      );
    }
  },
};

export const XTEXT: Target = {
  name: "xtext",
  laws: "decode(encode(x)) = x; one word without blanks; our errors",
  words: [
    "+",
    "+4",
    "+41",
    "+zz",
    "=",
    " ",
    "a",
    "\\x{41}",
    "\\x{10FFFF}",
    "\\x{D800}",
    "\\x{",
    "\xc3\xbc",
    "\xf0\x9f\x98\x80",
    "\0",
    "\x7f",
  ],
  frames: [
    ["", ""],
    ["+", ""],
    ["\\x{", "}"],
  ],
  run(octets) {
    const given = text(octets);
    const encoded = attempt(OURS, () => encodeXtext(given)).value;
    if (encoded !== undefined) {
      law(/^[!-*,-<>-~+]*$/.test(encoded), "xtext with a blank or an equals sign");
      same(decodeXtext(encoded), wellFormed(given), "another text");
    }
    const unitext = attempt(OURS, () => encodeUtf8AddressXtext(given)).value;
    if (unitext !== undefined) {
      law(
        /^[\x21-\x7e]*$/.test(unitext) && !/[=+]/.test(unitext),
        "an address with a blank or an equals sign",
      );
      same(decodeUtf8AddressXtext(unitext), wellFormed(given), "another address");
    }
    attempt(OURS, () => decodeXtext(given));
    attempt(OURS, () => decodeUtf8AddressXtext(given));
  },
};

/** What a server hears, and what it makes of it; replies are given as soon as they are owed. */
function serve(pieces: Iterable<Uint8Array>, options: ServerProtocolOptions): unknown[] {
  const server = new ServerProtocol(options);
  const heard: unknown[] = [];
  let content = "";
  server.reply(createReply(220, undefined, "mx.example"));
  const work = (): boolean => {
    for (;;) {
      const { value: event, refusal } = attempt(OURS, () => server.nextEvent());
      if (refusal !== undefined) {
        // Of content that ends in an error nobody knows how much was read.
        heard.push(refusal.code);
        content = "";
        return false;
      }
      if (event === NEED_DATA || event === NEED_REPLY) return true;
      if (event.type === "content") {
        content += latin1(event.octets);
        continue;
      }
      if (event.type === "content-end") {
        heard.push(["content", event.verb, event.last, content]);
        content = "";
        // A refused chunk was answered; LMTP owes one reply for each recipient.
        while (server.owedReplies > 0) server.reply(createReply(250, undefined, "taken"));
        continue;
      }
      if (event.type === "sasl") {
        heard.push(["sasl", event.response]);
        server.reply(
          event.response === null
            ? createReply(501, undefined, "cancelled")
            : createReply(235, undefined, "in"),
        );
        continue;
      }
      heard.push([event.line, event.command?.verb, event.refusal?.code]);
      const verb = event.command?.verb;
      if (event.refusal !== undefined) server.reply(event.refusal);
      else if (verb === "DATA") server.reply(createReply(354, undefined, "go on"));
      else if (verb === "AUTH") server.reply(createReply(334, undefined, ""));
      else if (verb === "STARTTLS") {
        // Octets that are here already are an attack; those that come later belong to TLS.
        attempt(OURS, () => server.reply(createReply(220, undefined, "go")));
        return false;
      } else if (verb !== "BDAT") server.reply(createReply(verb === "QUIT" ? 221 : 250, undefined, "ok"));
    }
  };
  for (const piece of pieces) {
    const pushed = attempt(OURS, () => server.receiveData(piece));
    if (pushed.refusal !== undefined) {
      heard.push(pushed.refusal.code);
      break;
    }
    if (!work()) break;
    law(server.pendingBytes <= 16_384 + piece.length, "the server keeps more than a line");
    server.takeOutput();
    if (server.closed) break;
  }
  heard.push(content);
  return heard;
}

const SERVER_WORDS = [
  "EHLO a\r\n",
  "LHLO a\r\n",
  "MAIL FROM:<a@b>\r\n",
  "RCPT TO:<a@b>\r\n",
  "DATA\r\n",
  "text\r\n",
  ".\r\n",
  "\r\n.\r\n",
  "..x\r\n",
  "BDAT 3\r\nabc",
  "BDAT 0 LAST\r\n",
  "BDAT 5 LAST\r\n",
  "RSET\r\n",
  "QUIT\r\n",
  "AUTH PLAIN\r\n",
  "AUTH PLAIN AGEAYg==\r\n",
  "AGEAYg==\r\n",
  "*\r\n",
  "NOOP\r\n",
  "\n",
  "\r",
  "\0",
  "x",
  " ",
  "BDAT 99999999999999999999\r\n",
];

function serverTarget(name: string, options: ServerProtocolOptions, before: string): Target {
  return {
    name,
    laws: "however it is cut, the same commands, content and errors; bounded",
    words: SERVER_WORDS,
    growthBytes: 4096,
    frames: [
      ["", "\r\n"],
      [before, "\r\n.\r\n"],
      [`${before}DATA\r\n`, "\r\n.\r\n"],
    ],
    run(octets) {
      // TLS is begun by its caller; nothing is read behind it here.
      const whole = serve([octets], options);
      for (const pieces of cuts(octets)) same(serve(pieces, options), whole, "the cuts change what is heard");
    },
  };
}

const TO_DATA = "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@b>\r\n";

/** The client's engine with a server that says anything; the session is driven as far as the replies let it. */
export const CLIENT: Target = {
  name: "client",
  laws: "replies answer what was asked, or are our error; no reply counts without a command; the state is in the table; bounded",
  words: [
    "220 hi\r\n",
    "250 ok\r\n",
    "250-x\r\n250-PIPELINING\r\n250 CHUNKING\r\n",
    "354 go\r\n",
    "334 dXNlcg==\r\n",
    "421 bye\r\n",
    "550 5.1.1 no\r\n",
    "450 later\r\n",
    "221 bye\r\n",
    "235 in\r\n",
    "503 order\r\n",
    "\x1e",
    "\x1e\x1e",
    "250-",
    "x",
    "\r\n",
  ],
  frames: [
    ["220 x\r\n\x1e250 x\r\n\x1e", ""],
    ["", ""],
  ],
  run(octets) {
    const client = new ClientProtocol<number>({ replyLimits: LIMITS, assumePipelining: true });
    let asked = 0;
    let answered = 0;
    const moves: (() => void)[] = [
      () =>
        client.may("hello") && client.send(commandLine({ verb: "EHLO", domain: "client.example" }), ++asked),
      () => client.may("mail") && client.send(commandLine({ verb: "MAIL", from: null }), ++asked),
      () =>
        client.may("recipient") &&
        client.send(commandLine({ verb: "RCPT", to: { localPart: "a", domain: "b.example" } }), ++asked),
      () => client.may("data") && client.send(commandLine({ verb: "DATA" }), ++asked),
      () => client.may("content") && client.writeContent(Buffer.from("x\n.\ny"), 0),
      () => client.may("end") && client.endContent(++asked),
      () => client.may("reset") && client.send(commandLine({ verb: "RSET" }), ++asked),
      () => client.may("sync") && client.send(commandLine({ verb: "NOOP" }), ++asked),
    ].map((move) => () => void move());
    const order = hashOrder(octets);
    for (const said of fields(octets)) {
      const given = attempt(OURS, () => client.receiveData(said));
      if (given.refusal !== undefined) return;
      for (;;) {
        const { value: event, refusal } = attempt(OURS, () => client.nextEvent());
        if (refusal !== undefined) return;
        if (event === NEED_DATA) break;
        law(event.reply !== undefined, "an event without a reply");
        if (event.token !== undefined) {
          law(event.token > answered && event.token <= asked, "a reply to something that was not asked");
          answered = event.token;
        }
      }
      law(client.pendingBytes <= 8192 + said.length, "the client keeps more than its limits");
      for (let step = 0; step < 3; step++) {
        const move = moves[order() % moves.length];
        // Octets that came too early are found when the next command is written.
        if (move !== undefined && attempt(OURS, move).refusal !== undefined) return;
      }
      const output = client.takeOutput();
      if (output !== undefined) client.releaseOutput(output);
    }
  },
};

const LIMITS = { maxLineBytes: 512, maxReplyBytes: 4096, maxLines: 20 };

function hashOrder(octets: Uint8Array): () => number {
  let at = 0;
  let value = octets.length;
  return () => {
    value = (Math.imul(value, 31) + (octets[at++ % Math.max(1, octets.length)] ?? 7)) >>> 0;
    return value >>> 3;
  };
}

export const COMMANDS = [
  COMMAND,
  COMMAND_FIELDS,
  XTEXT,
  serverTarget("server", {}, TO_DATA),
  serverTarget("server-strict", { strictLineEnd: true, maxLineBytes: 200 }, TO_DATA),
  serverTarget("server-lmtp", { lmtp: true }, TO_DATA.replace("EHLO", "LHLO")),
  CLIENT,
];
