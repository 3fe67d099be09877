import { formatPath, helloDomain, type Mailbox, needsSmtpUtf8 } from "@wirepost/mail-address";
import type { AuthCommand, Command, LookupCommand, MailCommand, RcptCommand } from "./command.js";
import { type CommandLine, newCommandLine } from "./command-line.js";
import { moveOf } from "./command-move.js";
import { invalid, mailParameters, rcptParameters } from "./command-parameters.js";
import { SmtpProtocolError } from "./errors.js";
import { encodeBase64 } from "./sasl-line.js";

/** RFC 5321 4.5.3.1.4: a command line and its CRLF. */
const MAX_LINE_BYTES = 512;
/** However many extensions are in use, no line is longer. */
const MAX_EXTENDED_LINE_BYTES = 2048;

/** Lines that never differ, made once: two of them are written for each message. */
const FIXED_LINES: ReadonlyMap<string, CommandLine> = /* @__PURE__ */ (() =>
  new Map((["DATA", "RSET", "QUIT", "STARTTLS"] as const).map((verb) => [verb, lineOf({ verb })])))();

/**
 * A command, checked and written: what `ClientProtocol.send()` takes. It says what `serializeCommand()` says.
 * @throws {SmtpProtocolError} the same as `serializeCommand()`
 */
export function commandLine(command: Command): CommandLine {
  return FIXED_LINES.get(command.verb) ?? lineOf(command);
}

function lineOf(command: Command): CommandLine {
  return newCommandLine(command.verb, moveOf(command), serializeCommand(command));
}

/**
 * One command as one line with its CRLF: the only place where commands become text, and where every argument is
 * checked. Whatever the command holds, the result has one line end, at its end, and no NUL, and takes at most 512
 * octets and what the parameters in use add to that (RFC 5321 4.5.3.1.4), 2,048 at most.
 *
 * The result is ASCII, or UTF-8 text where the command says `smtpUtf8`.
 * @throws {SmtpProtocolError} `ERR_SMTP_ARGUMENT`, `ERR_SMTP_LINE_TOO_LONG`, `ERR_SMTP_UTF8_NEEDED`,
 *   `ERR_SMTP_UNKNOWN_OPTION`
 */
export function serializeCommand(command: Command): string {
  switch (command.verb) {
    case "MAIL":
    case "SEND":
    case "SOML":
    case "SAML":
      return mailLine(command);
    case "RCPT":
      return rcptLine(command);
    case "DATA":
    case "RSET":
    case "QUIT":
    case "STARTTLS":
      return `${command.verb}\r\n`;
    case "BDAT":
      return `BDAT ${wholeNumber(command.sizeBytes, "sizeBytes")}${command.last ? " LAST" : ""}\r\n`;
    case "EHLO":
    case "HELO":
    case "LHLO":
      return limited(greetingLine(command.verb, command.domain));
    case "AUTH":
      return authLine(command);
    case "VRFY":
    case "EXPN":
      return lookupLine(command);
    case "NOOP":
    case "HELP":
      if (command.argument === undefined) return `${command.verb}\r\n`;
      return limited(`${command.verb} ${printable(command.argument, "argument")}`);
    case "ETRN":
      return limited(`ETRN ${word(command.argument, "argument")}`);
    case "BURL":
      return limited(
        `BURL ${word(command.argument, "argument")}${command.last ? " LAST" : ""}`,
        MAX_EXTENDED_LINE_BYTES,
      );
    case "CUSTOM":
      return customLine(command.line, command.smtpUtf8 === true);
    default:
      throw invalid("verb", "is not known");
  }
}

function mailLine(command: MailCommand): string {
  const { verb, from, parameters } = command;
  if (parameters === undefined) return limited(`${verb} FROM:${path(from, false)}`);
  const suffix = mailParameters(parameters);
  return limited(
    `${verb} FROM:${path(from, parameters.smtpUtf8 === true)}${suffix}`,
    MAX_LINE_BYTES + suffix.length,
  );
}

function rcptLine(command: RcptCommand): string {
  const { to, parameters } = command;
  if (to === null || to === undefined) throw invalid("to", "is missing");
  const written = isPostmaster(to) ? `<${to.localPart}>` : path(to, command.smtpUtf8 === true);
  if (parameters === undefined) return limited(`RCPT TO:${written}`);
  const suffix = rcptParameters(parameters);
  return limited(`RCPT TO:${written}${suffix}`, MAX_LINE_BYTES + suffix.length);
}

function isPostmaster(mailbox: Mailbox): boolean {
  return mailbox.domain === "" && /^postmaster$/i.test(mailbox.localPart);
}

function path(mailbox: Mailbox | null, smtpUtf8: boolean): string {
  let written: string;
  try {
    written = formatPath(mailbox);
  } catch (cause) {
    throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", `mailbox: ${(cause as Error).message}`, { cause });
  }
  if (!smtpUtf8 && mailbox !== null && needsSmtpUtf8(mailbox)) {
    throw new SmtpProtocolError("ERR_SMTP_UTF8_NEEDED", "a non-ASCII local part needs SMTPUTF8");
  }
  return written;
}

function greetingLine(verb: string, domain: string): string {
  try {
    return `${verb} ${helloDomain(domain)}`;
  } catch (cause) {
    throw new SmtpProtocolError("ERR_SMTP_ARGUMENT", "domain: neither a domain nor an address literal", {
      cause,
    });
  }
}

function authLine(command: AuthCommand): string {
  const { mechanism, initialResponse } = command;
  if (typeof mechanism !== "string" || !/^[A-Za-z0-9_-]{1,64}$/.test(mechanism)) {
    throw invalid("mechanism", "is not the name of a SASL mechanism");
  }
  const line = `AUTH ${mechanism.toUpperCase()}`;
  if (initialResponse === undefined) return `${line}\r\n`;
  if (!(initialResponse instanceof Uint8Array)) throw invalid("initialResponse", "is not a Uint8Array");
  return limited(`${line} ${initialResponse.length === 0 ? "=" : encodeBase64(initialResponse)}`);
}

/**
 * Whether an initial response fits the AUTH line (RFC 4954 4). When it does not, AUTH is sent without it and the
 * response after the server's empty challenge.
 */
export function fitsInitialResponse(mechanism: string, initialResponse: Uint8Array): boolean {
  return 5 + mechanism.length + 1 + Math.ceil(initialResponse.length / 3) * 4 + 2 <= MAX_LINE_BYTES;
}

function lookupLine(command: LookupCommand): string {
  const smtpUtf8 = command.smtpUtf8 === true;
  const argument = printable(command.argument, "argument", smtpUtf8);
  return limited(
    `${command.verb} ${argument}${smtpUtf8 ? " SMTPUTF8" : ""}`,
    MAX_LINE_BYTES + (smtpUtf8 ? 10 : 0),
  );
}

function customLine(line: string, smtpUtf8: boolean): string {
  printable(line, "line", smtpUtf8);
  if (/^(?:DATA|BDAT|BURL|STARTTLS|AUTH)(?: |$)/i.test(line)) {
    throw invalid("line", "begins with a verb that has a command of its own");
  }
  return limited(line, MAX_EXTENDED_LINE_BYTES);
}

function wholeNumber(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(name, "is not a whole number of octets");
}

/** Text that may hold spaces, though not at its ends. */
function printable(text: string, name: string, smtpUtf8 = false): string {
  if (typeof text !== "string" || text === "") throw invalid(name, "is empty");
  // C1 controls, line separators and half surrogate pairs are no text either.
  if (/[\0-\x1f\x7f-\x9f\u2028\u2029]|\p{Surrogate}/u.test(text))
    throw invalid(name, "holds a control character");
  if (text.startsWith(" ") || text.endsWith(" ")) throw invalid(name, "begins or ends with a space");
  if (!smtpUtf8 && /[^ -~]/.test(text)) {
    throw new SmtpProtocolError("ERR_SMTP_UTF8_NEEDED", `${name}: non-ASCII text needs SMTPUTF8`);
  }
  return text;
}

function word(text: string, name: string): string {
  if (printable(text, name).includes(" ")) throw invalid(name, "holds a space");
  return text;
}

/** UTF-8 is at most three octets for one UTF-16 unit, so that short lines need not be measured. */
function limited(line: string, maxBytes = MAX_LINE_BYTES): string {
  const most = Math.min(maxBytes, MAX_EXTENDED_LINE_BYTES) - 2;
  if (line.length * 3 > most && utf8Length(line) > most) {
    throw new SmtpProtocolError("ERR_SMTP_LINE_TOO_LONG", `a command line exceeds ${most + 2} octets`);
  }
  return `${line}\r\n`;
}

function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
