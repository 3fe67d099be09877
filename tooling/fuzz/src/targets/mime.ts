// Headers, encoded words, parameters, body encodings, whole messages (F5, F6, F9).
import {
  Base64Encoder,
  composeMessage,
  decodeQuotedPrintable,
  decodeWords,
  EmailMessage,
  encodeBase64Lines,
  encodeQuotedPrintable,
  encodeWords,
  formatFlowed,
  type MessageInput,
  MimeError,
  parseContentType,
  parseHeaders,
  parseHeadersTolerant,
  parseParameters,
  parseParametersTolerant,
  QuotedPrintableEncoder,
} from "@wirepost/mime-message";
import { attempt, attemptAsync, law, same } from "../law.js";
import { cuts, join, latin1, text, wellFormed } from "../octets.js";
import type { Target } from "../target.js";

const OURS = [MimeError];
/** Blanks at the ends of a value are the reader's to drop. */
function trimmed(value: string): string {
  let [start, end] = [0, value.length];
  while (start < end && " \t".includes(value.charAt(start))) start++;
  while (end > start && " \t".includes(value.charAt(end - 1))) end--;
  return value.slice(start, end);
}
/** Empty lines at the end of a text are not worth a disagreement. */
function withoutLastLines(body: string): string {
  let end = body.length;
  while (body.startsWith("\r\n", end - 2) && end >= 2) end -= 2;
  return body.slice(0, end);
}
const crlf = (given: string): string => given.replace(/\r\n|\r|\n/g, "\r\n");

async function composed(
  message: MessageInput,
  options: Parameters<typeof composeMessage>[1] = {},
): Promise<Uint8Array> {
  const { content, sizeBytes } = await composeMessage(message, options);
  if (content instanceof Uint8Array) return content;
  const pieces: Uint8Array[] = [];
  for await (const piece of content.open()) pieces.push(piece.slice());
  const octets = join(pieces);
  if (sizeBytes !== undefined) same(octets.length, sizeBytes, "another size than announced");
  return octets;
}

/** What holds for every message that is to be sent by DATA. */
function judgeWire(octets: Uint8Array): void {
  const wire = latin1(octets);
  law(!/\r(?!\n)|(?<!\r)\n|\0/.test(wire), "a bare CR, a bare LF or a NUL");
  law(wire.endsWith("\r\n"), "no line end at the end");
  for (let at = 0; at < wire.length; ) {
    const end = wire.indexOf("\r\n", at);
    law(end - at <= 998, `a line of ${end - at} octets`);
    at = end + 2;
  }
}

export const HEADER: Target = {
  name: "header",
  laws: "strict reads a part of what tolerant reads, to the same; no value holds a line break; text and octets read alike",
  words: [
    "From: a@b\r\n",
    "Subject:",
    "X: y\r\n",
    "\r\n",
    "\r\n ",
    "\r\n\t",
    "\n",
    "\r",
    ":",
    " ",
    "\t",
    "\r\n\r\n",
    "\0",
    "\xc3\xbc",
    "\xff",
    "x",
    "=?utf-8?q?x?=",
    "__proto__: x\r\n",
  ],
  frames: [
    ["", ""],
    ["X:", "\r\n\r\n"],
    ["X: ", "y\r\n"],
  ],
  run(octets) {
    const strict = attempt(OURS, () => parseHeaders(octets)).value;
    const tolerant = attempt(OURS, () => parseHeadersTolerant(octets)).value;
    law(tolerant !== undefined, "the tolerant reader refuses");
    for (const { name, value } of tolerant) law(!/[\r\n]/.test(name + value), "a line break in a field");
    if (strict !== undefined) {
      same(tolerant, strict, "the readers find other fields");
      const block = strict.map(({ name, value }) => `${name}: ${value}\r\n`).join("");
      same(attempt(OURS, () => parseHeadersTolerant(block)).value, strict, "written plainly and read again");
    }
  },
};

export const WORDS: Target = {
  name: "encoded-words",
  laws: "decode(encode(s)) = s; each word ≤ 75 and whole by itself; decoding never makes a line break and never fails",
  words: [
    "=?utf-8?Q?x?=",
    "=?utf-8?B?eA==?=",
    "=?iso-8859-1?Q?=FC?=",
    "=?utf-8?Q?=0D=0A?=",
    "=?utf-8*de?Q?x?=",
    "=?x?Q?x?=",
    "=?",
    "?=",
    "=",
    "_",
    "?",
    " ",
    "\t",
    "a",
    "\xc3\xbc",
    "\xf0\x9f\x98\x80",
    "e\xcc\x81",
    "\xe2\x80\x8d",
    "\xed\xa0\x80",
    "\xed\xb0\x80",
    "\0",
    "\r\n",
  ],
  frames: [
    ["", ""],
    ["=?utf-8?Q?", "?="],
    ["=?utf-8?B?", "?="],
  ],
  run(octets) {
    const given = text(octets);
    // A line break that was in the text is the header reader's; one more is an attack.
    const decoded = decodeWords(given);
    if (!/[\r\n]/.test(given))
      law(!/[\r\n\0]/.test(decoded) || /\0/.test(given), "decoding makes a line break or a NUL");
    const encoded = attempt(OURS, () => encodeWords(given)).value;
    if (encoded === undefined) return;
    const whole = wellFormed(given);
    const hasReplacement = whole.includes("\ufffd");
    for (const word of encoded) {
      law(word.length <= 75, `a word of ${word.length}`);
      law(/^=\?[A-Za-z0-9-]+\?[BQ]\?[!->@-~]*\?=$/.test(word), `not an encoded word: ${word}`);
      law(hasReplacement || !decodeWords(word).includes("\ufffd"), "a character is cut");
    }
    if (!/[\r\n\0]/.test(given)) same(decodeWords(encoded.join(" ")), whole, "another text");
  },
};

export const PARAMETERS: Target = {
  name: "parameters",
  laws: "strict reads a part of what tolerant reads; no prototype keys; our errors",
  words: [
    "text/plain",
    ";",
    " ",
    "a=b",
    "=",
    '"',
    "\\",
    "charset=utf-8",
    "name*=utf-8''%41",
    "name*0=a",
    "name*1*=%42",
    "name*0*=utf-8''a",
    "name*9=z",
    "%",
    "%4",
    "'",
    "*",
    "*0",
    "__proto__=x",
    "\r\n ",
    "\0",
    "\xc3\xbc",
    "=?utf-8?Q?x?=",
    "(x)",
    "boundary=",
  ],
  frames: [
    ["", ""],
    ["text/plain; ", ""],
    ["a; n*=utf-8''", ""],
    ['a; n="', '"'],
  ],
  run(octets) {
    const given = text(octets);
    const tolerant = attempt(OURS, () => parseParametersTolerant(given)).value;
    law(tolerant !== undefined, "the tolerant reader refuses");
    const strict = attempt(OURS, () => parseParameters(given)).value;
    if (strict !== undefined) {
      same(
        [...strict.parameters.keys()],
        [...tolerant.parameters.keys()],
        "the readers find other parameters",
      );
      same(strict.value.toLowerCase(), tolerant.value.toLowerCase(), "the readers find another value");
    }
    attempt(OURS, () => parseContentType(given));
  },
};

/** One text in every place of a message that holds free text; composed, then read by ourselves. */
export const COMPOSE: Target = {
  name: "compose",
  laws: "no text makes a field, a line break or a long line; subject, names, values and file names are read back as given",
  words: [
    "a",
    " ",
    "word ",
    "\xc3\xbc",
    "\xf0\x9f\x98\x80",
    "=?utf-8?Q?x?=",
    "=?",
    '"',
    "\\",
    "(",
    ")",
    "<",
    ">",
    ",",
    ";",
    ":",
    "@",
    "%41",
    "'",
    "*",
    "\t",
    "\xed\xa0\x80",
    "\xe2\x80\xae",
    ".",
    "x".repeat(100),
    "\r\nBcc: x",
    "\n",
    "\0",
    "e\xcc\x81",
    "/",
    "..",
    "\xc2\x85",
  ],
  frames: [
    ["", ""],
    ["a", "b"],
  ],
  growthBytes: 4096,
  async run(octets) {
    const given = text(octets);
    const message: MessageInput = {
      from: { name: given, address: "ann@example.com" },
      to: "bob@example.org",
      date: new Date(0),
      messageId: "<a@example.com>",
      subject: given,
      headers: { "X-Text": given },
      text: "x",
      attachments: [{ filename: given || "x", content: "y", contentType: "application/x-thing" }],
    };
    for (const filenameEncoding of ["both", "rfc2231", "rfc2047"] as const) {
      const { value } = await attemptAsync(OURS, () => composed({ ...message, filenameEncoding }));
      if (value === undefined) continue;
      judgeWire(value);
      const header = latin1(value).slice(0, latin1(value).indexOf("\r\n\r\n") + 2);
      law(/^[\t\r\n -~]*$/.test(header), "a header outside ASCII");
      law(!/^[ \t]+$/m.test(header.replaceAll("\r", "")), "a line of blanks");
      const fields = parseHeaders(value);
      same(
        fields.map(({ name }) => name),
        ["From", "To", "Subject", "Message-ID", "Date", "X-Text", "MIME-Version", "Content-Type"],
        "other fields",
      );
      const wanted = trimmed(wellFormed(given));
      const value2 = (name: string): string =>
        trimmed(decodeWords(fields.find((field) => field.name === name)?.value ?? ""));
      same(value2("Subject"), wanted, "another subject");
      same(value2("X-Text"), wanted, "another value");
      const parsed = await EmailMessage.parse(value);
      const [attachment] = parsed.attachments ?? [];
      if (filenameEncoding === "both" && given !== "")
        same((attachment as { filename?: unknown }).filename, wellFormed(given), "another file name");
    }
  },
};

export const BODY: Target = {
  name: "body",
  laws: "decode(encode(b)) = b for quoted-printable and base64 however cut; lines ≤ 76; no blank at an end; no escape split",
  words: [
    "a",
    " ",
    "\t",
    "=",
    "=3D",
    "\r\n",
    "\n",
    "\r",
    ".",
    "From ",
    "\xc3\xbc",
    "\xff",
    "\0",
    "x".repeat(75),
    " \r\n",
    "\t\r\n",
    "--",
    "-- \r\n",
  ],
  frames: [
    ["", ""],
    ["x".repeat(70), ""],
  ],
  run(octets) {
    for (const binary of [true, false]) {
      const whole = encodeQuotedPrintable(octets, { binary });
      const wire = latin1(whole);
      law(!/[^\t\r\n -~]/.test(wire), "quoted-printable outside ASCII");
      law(!/\r(?!\n)|(?<!\r)\n/.test(wire), "a bare CR or LF");
      for (const line of wire.split("\r\n")) {
        law(line.length <= 76, `a line of ${line.length}`);
        law(!/[ \t]$/.test(line), "a blank at the end of a line");
        law(!/=(?![0-9A-F]{2}|$)/.test(line), "an escape that is split");
      }
      same(
        latin1(decodeQuotedPrintable(whole)),
        binary ? latin1(octets) : crlf(latin1(octets)),
        "another content",
      );
      let tries = 0;
      for (const pieces of cuts(octets)) {
        if (++tries > 6) break;
        const encoder = new QuotedPrintableEncoder({ binary });
        const parts = pieces.map((piece) => encoder.push(piece).slice());
        parts.push(encoder.end().slice());
        same(latin1(join(parts)), wire, "the cuts change quoted-printable");
      }
    }
    const base64 = latin1(encodeBase64Lines(octets));
    for (const line of base64.split("\r\n")) law(line.length <= 76, `a line of ${line.length}`);
    same(
      Buffer.from(base64, "base64").toString("hex"),
      Buffer.from(octets).toString("hex"),
      "another content in base64",
    );
    let tries = 0;
    for (const pieces of cuts(octets)) {
      if (++tries > 6) break;
      const encoder = new Base64Encoder();
      const parts = pieces.map((piece) => encoder.push(piece).slice());
      parts.push(encoder.end().slice());
      same(latin1(join(parts)).trimEnd(), base64.trimEnd(), "the cuts change base64");
    }
    decodeQuotedPrintable(octets);
    formatFlowed(text(octets));
  },
};

/** A text and an html body, composed and read by ourselves. */
export const TEXT_BODY: Target = {
  name: "text-body",
  laws: "the text that is read is the text that was given, its line ends as CRLF; CRLF alone, lines ≤ 998",
  words: BODY.words,
  frames: BODY.frames,
  growthBytes: 4096,
  async run(octets) {
    const given = text(octets);
    for (const transport of ["7bit", "8bit"] as const) {
      const { value } = await attemptAsync(OURS, () =>
        composed(
          { from: "a@example.com", to: "b@example.org", date: new Date(0), text: given },
          { transport },
        ),
      );
      law(value !== undefined, "a text is refused");
      judgeWire(value);
      const parsed = await EmailMessage.parse(value);
      const plain = (body: string): string => withoutLastLines(crlf(body));
      if (!/[\0\ufeff]/.test(given))
        same(plain(String(parsed.text ?? "")), plain(wellFormed(given)), "another text");
    }
  },
};

export const MESSAGE: Target = {
  name: "message",
  laws: "any octets are read or refused by our error; what was read composes to a clean message",
  words: [
    "From: a@b.example\r\n",
    "To: c@d.example\r\n",
    "Subject: =?utf-8?Q?x?=\r\n",
    "MIME-Version: 1.0\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n",
    "Content-Type: text/html\r\n",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "Content-Disposition: attachment; filename*0*=utf-8''%41\r\n",
    "Content-Type: message/rfc822\r\n",
    "\r\n",
    "\r\n\r\n",
    "--b\r\n",
    "--b--\r\n",
    "=\r\n",
    "=41",
    "QUJD",
    "x",
    "\0",
    "\xff",
    "\xc3\xbc",
    "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n",
    "References: <a@b>\r\n",
    "Bcc: x@y.example\r\n",
    ";",
  ],
  frames: [
    ["From: a@b.example\r\nTo: c@d.example\r\n", "\r\n\r\nx"],
    [
      "From: a@b.example\r\nTo: c@d.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
      "\r\n--b--\r\n",
    ],
  ],
  growthBytes: 6144,
  async run(octets) {
    const parsed = (await attemptAsync(OURS, () => EmailMessage.parse(octets))).value;
    if (parsed !== undefined) {
      const { value } = await attemptAsync(OURS, () => composed(parsed));
      if (value !== undefined) {
        judgeWire(value);
        law(
          !/^(?:resent-)?bcc[ \t]*:/im.test(latin1(value).slice(0, latin1(value).indexOf("\r\n\r\n"))),
          "Bcc is in the bytes",
        );
      }
    }
    // The same octets as a ready message.
    for (const transport of ["7bit", "8bit"] as const) {
      const ready = (
        await attemptAsync(OURS, () =>
          composed(
            { raw: octets, envelope: { from: "a@b.example", to: "c@d.example" } },
            { transport, smtpUtf8: transport === "8bit" },
          ),
        )
      ).value;
      if (ready === undefined) continue;
      judgeWire(ready);
      const end = `\r\n${latin1(ready)}`.indexOf("\r\n\r\n");
      law(!/^(?:resent-)?bcc[ \t]*:/im.test(latin1(ready).slice(0, Math.max(0, end))), "Bcc is in the bytes");
    }
  },
};

export const MIME = [HEADER, WORDS, PARAMETERS, COMPOSE, BODY, TEXT_BODY, MESSAGE];
