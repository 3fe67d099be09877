// What went over the wire, read with nothing of Wirepost's: octets as one character each, cut where RFC 5321 cuts them.
import type { Expected, Way } from "./hostile-object.js";

export interface Wire {
  readonly faults: readonly string[];
  /** The one message, dots removed. */
  readonly content: string;
}

/** RFC 5321 4.5.3.1.6, without the CRLF. */
const MAX_LINE = 998;
/** Ends of data that one server or another has believed in: any line end, blanks of NUL, a dot, any line end. */
const LENIENT_END = /(?:\r\n|\r|\n)\0*\.\0*(?:\r\n|\r|\n)/g;

/** The commands of one message, exactly. `undefined` stands for the numbers that depend on the content. */
function expectedCommands(expected: Expected, way: Way): RegExp[] {
  const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const to = expected.to ?? ["<bob@example.org>"];
  const mail = [`MAIL FROM:${expected.from ?? "<ann@example.com>"}`].map(literal);
  const further = (expected.mail ?? []).map((parameter) => ` ${literal(parameter)}`);
  const body = way.binary ? "(?: BODY=(?:8BITMIME|BINARYMIME))?" : way.smtpUtf8 ? "(?: BODY=8BITMIME)?" : "";
  const utf8 = way.smtpUtf8 ? "(?: SMTPUTF8)?" : "";
  return [
    new RegExp(`^EHLO ${literal(expected.hello ?? "client.example")}$`),
    new RegExp(`^${mail.join("")} SIZE=\\d+${body}${utf8}${further.join("")}$`),
    ...to.map((path, index) => {
      const parameters = (expected.rcpt?.[index] ?? []).map((parameter) => ` ${parameter}`).join("");
      return new RegExp(`^${literal(`RCPT TO:${path}${parameters}`)}$`);
    }),
  ];
}

function faultsOfContent(content: string, binary: boolean): string[] {
  const faults: string[] = [];
  if (binary) return faults; // RFC 3030: any octets, and no line ends to speak of
  if (/\r(?!\n)|(?<!\r)\n/.test(content)) faults.push("a bare CR or LF in the content");
  if (content.includes("\0")) faults.push("a NUL in the content");
  const longest = content.split("\r\n").reduce((most, line) => Math.max(most, line.length), 0);
  if (longest > MAX_LINE) faults.push(`a line of ${longest} octets in the content`);
  if (!content.endsWith("\r\n")) faults.push("no line end at the end of the content");
  return faults;
}

/** One session that must hold exactly one message with exactly these commands, and nothing else. */
export function judgeWire(octets: Uint8Array, expected: Expected, way: Way): Wire {
  const wire = Buffer.from(octets).toString("latin1");
  const faults: string[] = [];
  let at = 0;
  const line = (): string => {
    const end = wire.indexOf("\r\n", at);
    if (end < 0) {
      faults.push(`octets without a line end: ${JSON.stringify(wire.slice(at, at + 80))}`);
      at = wire.length;
      return "";
    }
    const text = wire.slice(at, end);
    at = end + 2;
    if (/[\r\n\0]/.test(text)) faults.push(`CR, LF or NUL in the command ${JSON.stringify(text)}`);
    return Buffer.from(text, "latin1").toString("utf8");
  };
  let declared = -1;
  for (const pattern of expectedCommands(expected, way)) {
    const command = line();
    if (!pattern.test(command)) faults.push(`the command ${JSON.stringify(command)}, not ${pattern}`);
    declared = Number(/ SIZE=(\d+)/.exec(command)?.[1] ?? declared);
  }
  const binary = / BODY=BINARYMIME/.test(wire.slice(0, at));

  let content = "";
  if (way.framing === "DATA") {
    const command = line();
    if (command !== "DATA") faults.push(`the command ${JSON.stringify(command)}, not DATA`);
    // The line end before an end of data may be that of the command.
    const end = wire.indexOf("\r\n.\r\n", at - 2);
    if (end < 0) faults.push("no end of data");
    const stuffed = wire.slice(at, end < 0 ? wire.length : end + 2);
    at = end < 0 ? wire.length : end + 5;
    if ((`\r\n${stuffed}.\r\n`.match(LENIENT_END) ?? []).length !== 1)
      faults.push("an end of data that another server may believe in");
    if (/(?:^|\r\n)\.(?!\.)/.test(stuffed)) faults.push("a line with a dot that is not doubled");
    content = stuffed.replace(/(^|\r\n)\.\./g, "$1.");
  } else {
    for (let last = false; !last && at < wire.length; ) {
      const command = line();
      const chunk = /^BDAT (\d+)( LAST)?$/.exec(command);
      if (chunk === null) {
        faults.push(`the command ${JSON.stringify(command)}, not BDAT`);
        break;
      }
      const size = Number(chunk[1]);
      if (at + size > wire.length) faults.push("a chunk shorter than it was declared");
      content += wire.slice(at, at + size);
      at += size;
      last = chunk[2] !== undefined;
    }
  }
  faults.push(...faultsOfContent(content, binary));
  if (declared !== content.length) faults.push(`SIZE=${declared} for ${content.length} octets`);
  const rest = wire.slice(at);
  if (rest !== "QUIT\r\n") faults.push(`after the message: ${JSON.stringify(rest.slice(0, 200))}`);
  return { faults, content };
}

/** A session in which nothing may have been said about a message. */
export function judgeSilence(octets: Uint8Array, hello = "client.example"): string[] {
  const wire = Buffer.from(octets).toString("latin1");
  return wire === "" || wire === `EHLO ${hello}\r\nQUIT\r\n` || wire === `EHLO ${hello}\r\n`
    ? []
    : [`said before the refusal: ${JSON.stringify(wire.slice(0, 200))}`];
}
