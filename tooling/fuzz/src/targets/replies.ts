// Replies, capabilities, challenges: what a server says (F1, F2).
import {
  type Capabilities,
  describeReply,
  escapeReplyText,
  NEED_DATA,
  parseCapabilities,
  parseEnhancedStatusCode,
  parseSaslChallenge,
  type Reply,
  ReplyParser,
  replyText,
  SmtpProtocolError,
  serializeReply,
} from "@wirepost/smtp-protocol";
import { attempt, law, same } from "../law.js";
import { cuts, text } from "../octets.js";
import type { Target } from "../target.js";

const OURS = [SmtpProtocolError];
const LIMITS = { maxLineBytes: 512, maxReplyBytes: 4096, maxLines: 20 };

function events(pieces: Iterable<Uint8Array>): unknown[] {
  const parser = new ReplyParser(LIMITS);
  const found: unknown[] = [];
  for (const piece of pieces) {
    parser.push(piece);
    law(parser.pendingBytes <= LIMITS.maxReplyBytes + piece.length, "the parser keeps more than its limit");
    for (;;) {
      const { value, refusal } = attempt(OURS, () => parser.next(true));
      if (refusal !== undefined) {
        found.push(refusal.code);
        same(attempt(OURS, () => parser.next(true)).refusal, refusal, "after an error the parser goes on");
        parser.reset();
        law(parser.pendingBytes === 0, "a reset leaves octets");
        law(parser.next(true) === NEED_DATA, "a reset leaves a reply");
        return found;
      }
      if (value === NEED_DATA) break;
      found.push(value);
    }
  }
  return found;
}

function capabilitiesOf(capabilities: Capabilities): unknown {
  return capabilities.keywords().map((name) => [name, capabilities.get(name)]);
}

function judgeReply(reply: Reply): void {
  law(reply.code >= 200 && reply.code <= 599, `a reply of code ${reply.code}`);
  law(reply.lines.length > 0 && reply.lines.every((line) => !/\n/.test(line)), "a line with a line feed");
  if (reply.enhanced !== undefined) {
    const parts = parseEnhancedStatusCode(reply.enhanced);
    law(
      parts !== undefined && parts.class === Math.floor(reply.code / 100),
      "an enhanced code of another class",
    );
  }
  const shown = describeReply(reply) + escapeReplyText(replyText(reply));
  law(
    !/[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(shown),
    "controls in text to be shown",
  );
  const written = attempt(OURS, () => serializeReply(reply)).value;
  if (written !== undefined) {
    const wire = new Uint8Array(Buffer.from(written, "utf8"));
    const parser = new ReplyParser({ maxReplyBytes: 1 << 20, maxLineBytes: 1 << 20, maxLines: 1000 });
    parser.push(wire);
    const again = parser.next(true);
    law(again !== NEED_DATA, "a written reply is not read");
    same([again.code, again.lines], [reply.code, reply.lines], "a written reply is read otherwise");
    law(parser.next(true) === NEED_DATA, "a written reply is read as two");
  }
  const capabilities = parseCapabilities(reply);
  const { sizeBytes, auth } = capabilities;
  law(sizeBytes === null || (Number.isSafeInteger(sizeBytes) && sizeBytes >= 0), `SIZE is ${sizeBytes}`);
  for (const name of auth) law(/^[A-Z0-9_-]+$/.test(name), `a mechanism ${JSON.stringify(name)}`);
  law(
    !capabilities.has("__proto__") || reply.lines.some((line) => /__proto__/i.test(line)),
    "a prototype key",
  );
  // Keywords stand behind the first line, and more lines take nothing away.
  const [, ...lines] = reply.lines;
  const other = parseCapabilities({ ...reply, lines: ["another.example", ...lines] });
  same(capabilitiesOf(other), capabilitiesOf(capabilities), "the first line counts as a keyword");
  const more = parseCapabilities({ ...reply, lines: [...reply.lines, "XFUZZ"] });
  for (const name of capabilities.keywords()) law(more.has(name), `${name} is gone with another line`);
  const { value } = attempt(OURS, () => parseSaslChallenge(reply));
  if (value !== undefined) law(value.length <= 12_288, "a challenge beyond its limit");
}

export const REPLY: Target = {
  name: "reply",
  laws: "however it is cut, the same replies or the same error; bounded; in error for good; written replies are read back",
  words: [
    "250",
    "250-",
    "250 ",
    "220 ",
    "354 go",
    "334 ",
    "535 5.7.8 no",
    "\r\n",
    "\n",
    "\r",
    "x",
    "2.1.0 ",
    "SIZE 1000",
    "AUTH PLAIN LOGIN",
    "AUTH=CRAM-MD5",
    "__proto__",
    "STARTTLS",
    "\xc3\xbc",
    "\xff",
    "\0",
    "\x1b[2J",
    "-",
    " ",
    "=",
    "dXNlcg==",
    "LIMITS RCPTMAX=5",
  ],
  frames: [
    ["", "\r\n250 x\r\n"],
    ["250 ", "\r\n"],
    ["250-a\r\n250 ", "\r\n"],
  ],
  run(octets) {
    const whole = events([octets]);
    for (const pieces of cuts(octets)) same(events(pieces), whole, "the cuts change the replies");
    for (const event of whole) if (typeof event !== "string") judgeReply(event as Reply);
    law(!/[\0-\x1f\x7f]/.test(escapeReplyText(text(octets))), "controls in escaped text");
  },
};

/** Lines of a reply to EHLO, as a server may think them up; always a reply. */
export const CAPABILITIES: Target = {
  name: "capabilities",
  laws: "no line of EHLO breaks anything; numbers are whole and safe; no prototype keys; lines only add",
  words: [
    "SIZE",
    "SIZE 1000",
    "SIZE 99999999999999999999",
    "SIZE -1",
    "SIZE 0x10",
    "AUTH",
    "AUTH PLAIN",
    "AUTH=LOGIN",
    "auth cram-md5",
    "LIMITS MAILMAX=1 RCPTMAX=x",
    "__proto__",
    "constructor",
    "toString",
    "8BITMIME",
    "\n",
    " ",
    "=",
    "\t",
    "X\xff",
    "",
  ],
  frames: [
    ["", ""],
    ["AUTH ", ""],
    ["LIMITS ", ""],
    ["SIZE ", ""],
  ],
  growthBytes: 60_000,
  run(octets) {
    const lines = text(octets).split("\n").slice(0, 200);
    judgeReply({ code: 250, lines: ["mx.example", ...lines.map((line) => line.slice(0, 4000))] });
  },
};

export const CHALLENGE: Target = {
  name: "challenge",
  laws: "a 334 gives at most 12,288 octets or our error",
  words: [
    "dXNlcm5hbWU6",
    "=",
    "==",
    "A",
    "AA",
    "/",
    "+",
    "-",
    "_",
    " ",
    "\t",
    "User Name\0",
    "NTLM supported",
    "*",
  ],
  frames: [
    ["", ""],
    [" ", " "],
  ],
  run(octets) {
    const { value } = attempt(OURS, () => parseSaslChallenge({ code: 334, lines: [text(octets)] }));
    if (value !== undefined) {
      law(value.length <= 12_288, "a challenge beyond its limit");
      const canonical = Buffer.from(value).toString("base64");
      same(
        attempt(OURS, () => parseSaslChallenge({ code: 334, lines: [canonical] })).value,
        value,
        "read otherwise",
      );
    }
  },
};

export const REPLIES = [REPLY, CAPABILITIES, CHALLENGE];
