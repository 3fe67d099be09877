import { SmtpProtocolError } from "./errors.js";
import { utf8Octets } from "./platform.js";
import { type EnhancedStatusCode, type Reply, readEnhancedStatusCode } from "./reply.js";
import { MAX_SASL_LINE_BYTES } from "./sasl-line.js";

/** A longer line would be refused by `ReplyParser` at its default; a SASL challenge has RFC 4954's limit. */
const MAX_LINE_BYTES = 4096;

/**
 * A reply made of its parts: the enhanced code is put before each line of text, as RFC 2034 4 wants it.
 * `reply(550, "5.1.1", "No such user")`. Without an enhanced code: `reply(220, undefined, "mx.example ESMTP")`.
 */
export function createReply(
  code: number,
  enhanced: EnhancedStatusCode | undefined,
  ...text: readonly string[]
): Reply {
  const lines = text.length === 0 ? [""] : text;
  if (enhanced === undefined) return { code, lines };
  return { code, lines: lines.map((line) => `${enhanced} ${line}`.trimEnd()), enhanced };
}

/**
 * A reply as it goes on the wire: UTF-8 text of one line for each of its lines, the last CRLF included. What the parser
 * makes of it is the reply again.
 * @throws {SmtpProtocolError} `ERR_SMTP_ARGUMENT` for a code outside 200 to 599, no lines, CR, LF, NUL or half a
 *   surrogate pair in a line, or an enhanced code that does not begin the first line; `ERR_SMTP_LINE_TOO_LONG` above
 *   4,096 octets (334: 12,294)
 */
export function serializeReply(reply: Reply): string {
  const { code, lines, enhanced } = reply;
  if (!Number.isInteger(code) || code < 200 || code > 599) throw invalid("the code is not from 200 to 599");
  if (lines.length === 0) throw invalid("there is no line");
  if (enhanced !== undefined && readEnhancedStatusCode(code, lines[0]!) !== enhanced) {
    throw invalid("the enhanced code does not begin the first line, or is of another class");
  }
  let wire = "";
  const last = lines.length - 1;
  for (let i = 0; i <= last; i++) wire += `${code}${i === last ? " " : "-"}${checkLine(lines[i]!, code)}\r\n`;
  return wire;
}

function checkLine(line: string, code: number): string {
  if (/[\r\n\0]|\p{Surrogate}/u.test(line))
    throw invalid("a line holds CR, LF, NUL or half a surrogate pair");
  const most = code === 334 ? MAX_SASL_LINE_BYTES + 6 : MAX_LINE_BYTES;
  if (line.length + 6 > most || (line.length * 3 + 6 > most && utf8Octets(line).length + 6 > most)) {
    throw new SmtpProtocolError("ERR_SMTP_LINE_TOO_LONG", `a line of a reply exceeds ${most} octets`);
  }
  return line;
}

function invalid(what: string): SmtpProtocolError {
  return new SmtpProtocolError("ERR_SMTP_ARGUMENT", `reply: ${what}`);
}
