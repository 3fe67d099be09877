import { type Mailbox, needsSmtpUtf8, parsePathTolerant } from "@wirepost/mail-address";
import { asciiUpperCase } from "./capabilities.js";
import type { Command, MailCommand } from "./command.js";
import { parseMailParameters, parseRcptParameters } from "./command-parameter-parser.js";
import { SmtpProtocolError } from "./errors.js";
import { decodeBase64 } from "./sasl-line.js";

/** SRS and BATV make local parts longer than 64 octets; the limit on the whole address remains. */
const PATH_OPTIONS = { maxLocalPartBytes: 254 };

/**
 * One command line, without its line end, as a command. Verbs and keywords in any case, blanks after the colon and at
 * the end, and source routes (which are dropped) are taken; a verb that is not known, but is one by its form, becomes a
 * `CUSTOM` command. `serializeCommand` of the result means the same.
 * @throws {SmtpProtocolError} `ERR_SMTP_COMMAND_UNKNOWN`, `ERR_SMTP_COMMAND_SYNTAX`, `ERR_SMTP_PARAMETER_SYNTAX`
 */
export function parseCommand(line: string): Command {
  if (/[\r\n\0]/.test(line)) throw syntax("a command line holds CR, LF or NUL");
  const text = trimBlanksAtEnd(line);
  const space = text.indexOf(" ");
  const word = space === -1 ? text : text.slice(0, space);
  const rest = space === -1 ? "" : text.slice(space + 1).trimStart();
  const verb = /^[A-Za-z][A-Za-z0-9_-]*$/.test(word) ? asciiUpperCase(word) : undefined;
  switch (verb) {
    case undefined:
      throw new SmtpProtocolError("ERR_SMTP_COMMAND_UNKNOWN", "a line does not begin with a verb");
    case "MAIL":
    case "SEND":
    case "SOML":
    case "SAML":
      return mailCommand(verb, rest);
    case "RCPT":
      return rcptCommand(rest);
    case "DATA":
    case "RSET":
    case "QUIT":
    case "STARTTLS":
      if (rest !== "") throw syntax(`${verb} takes no argument`);
      return { verb };
    case "EHLO":
    case "HELO":
    case "LHLO":
      if (!/^[^\s\x7f]+$/.test(rest)) throw syntax(`${verb} takes one domain`);
      return { verb, domain: rest };
    case "BDAT":
      return bdatCommand(rest);
    case "NOOP":
    case "HELP":
      return rest === "" ? { verb } : { verb, argument: rest };
    case "VRFY":
    case "EXPN":
      return lookupCommand(verb, rest);
    case "ETRN":
      if (!/^\S+$/.test(rest)) throw syntax("ETRN takes one argument");
      return { verb, argument: rest };
    case "AUTH":
      return authCommand(rest);
    case "BURL":
      return burlCommand(rest);
    default:
      return customCommand(text);
  }
}

function trimBlanksAtEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line.charCodeAt(end - 1) === 0x20 || line.charCodeAt(end - 1) === 0x09)) end--;
  return line.slice(0, end);
}

function mailCommand(verb: MailCommand["verb"], rest: string): Command {
  const { mailbox, parameters } = pathAndParameters("FROM:", rest);
  const from = readPath(mailbox);
  if (parameters === "") {
    if (from !== null && needsSmtpUtf8(from)) throw syntax("a non-ASCII local part needs SMTPUTF8");
    return { verb, from };
  }
  const read = parseMailParameters(parameters);
  if (from !== null && needsSmtpUtf8(from) && read.smtpUtf8 !== true) {
    throw syntax("a non-ASCII local part needs SMTPUTF8");
  }
  return { verb, from, parameters: read };
}

function rcptCommand(rest: string): Command {
  const { mailbox, parameters } = pathAndParameters("TO:", rest);
  const to = /^<postmaster>$/i.test(mailbox)
    ? { localPart: mailbox.slice(1, -1), domain: "" }
    : readPath(mailbox);
  if (to === null) throw syntax("a recipient is not the null path");
  return {
    verb: "RCPT",
    to,
    ...(parameters === "" ? undefined : { parameters: parseRcptParameters(parameters) }),
    ...(needsSmtpUtf8(to) ? { smtpUtf8: true } : undefined),
  };
}

/** Cuts `FROM:<path> parameters` at the end of the path, which a `>` inside quotes is not. */
function pathAndParameters(prefix: string, rest: string): { mailbox: string; parameters: string } {
  if (rest.slice(0, prefix.length).toUpperCase() !== prefix) throw syntax(`"${prefix}" is missing`);
  const text = rest.slice(prefix.length).trimStart();
  const end = pathEnd(text);
  const after = text.slice(end);
  if (after !== "" && !after.startsWith(" ")) throw syntax("text follows the path");
  return { mailbox: text.slice(0, end), parameters: after.trim() };
}

function pathEnd(text: string): number {
  if (text.charCodeAt(0) !== 0x3c) throw syntax("a path begins with <");
  let quoted = false;
  for (let i = 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) quoted = !quoted;
    else if (code === 0x5c && quoted) i++;
    else if (code === 0x3e && !quoted) return i + 1;
  }
  throw syntax("a path ends with >");
}

function readPath(text: string): Mailbox | null {
  try {
    return parsePathTolerant(text, PATH_OPTIONS);
  } catch (cause) {
    throw new SmtpProtocolError("ERR_SMTP_COMMAND_SYNTAX", `path: ${(cause as Error).message}`, { cause });
  }
}

function bdatCommand(rest: string): Command {
  const [whole, size, last] = /^([0-9]{1,16})(?: +(LAST))?$/i.exec(rest) ?? [];
  const sizeBytes = Number(size);
  if (whole === undefined || !Number.isSafeInteger(sizeBytes)) throw syntax("BDAT takes a size and LAST");
  return { verb: "BDAT", sizeBytes, last: last !== undefined };
}

function lookupCommand(verb: "VRFY" | "EXPN", rest: string): Command {
  const before = rest.slice(0, -9).trimEnd();
  if (before !== "" && rest.slice(-9).toUpperCase() === " SMTPUTF8")
    return { verb, argument: before, smtpUtf8: true };
  if (rest === "") throw syntax(`${verb} takes an argument`);
  return { verb, argument: rest };
}

function authCommand(rest: string): Command {
  const [whole, name, response] = /^([A-Za-z0-9_-]{1,64})(?: +(\S+))?$/.exec(rest) ?? [];
  if (whole === undefined) throw syntax("AUTH takes a mechanism and an initial response");
  const mechanism = name!.toUpperCase();
  if (response === undefined) return { verb: "AUTH", mechanism };
  const initialResponse = response === "=" ? new Uint8Array() : decodeBase64(response);
  if (initialResponse === undefined) throw syntax("an initial response is not base64");
  return { verb: "AUTH", mechanism, initialResponse };
}

function burlCommand(rest: string): Command {
  const [whole, argument, last] = /^(\S+)(?: +(LAST))?$/i.exec(rest) ?? [];
  if (whole === undefined) throw syntax("BURL takes a URL and LAST");
  return { verb: "BURL", argument: argument!, last: last !== undefined };
}

function customCommand(line: string): Command {
  return /[^ -~]/.test(line) ? { verb: "CUSTOM", line, smtpUtf8: true } : { verb: "CUSTOM", line };
}

function syntax(message: string): SmtpProtocolError {
  return new SmtpProtocolError("ERR_SMTP_COMMAND_SYNTAX", message);
}

/**
 * A command line as it may be shown: what follows the mechanism of AUTH is masked. Lines of the exchange that an AUTH
 * opens have no verb; who shows them must know that they are such.
 */
export function redactCommandLine(line: string): string {
  return line.replace(/^(\s*AUTH\s+\S+\s+)\S.*$/is, "$1***");
}
