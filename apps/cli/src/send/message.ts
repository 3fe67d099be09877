import type { MessageInput } from "@wirepost/mime-message";
import { fromFile } from "@wirepost/mime-message/node";
import { CliError } from "../errors.js";
import { readStdinText, readTextFile } from "../input.js";
import type { Terminal } from "../terminal.js";
import type { SendFlags } from "./flags.js";

/**
 * Builds what the client is to send; reads standard input when the body is to come from there.
 *
 * @throws CliError `ERR_CLI_USAGE`, `ERR_CLI_NO_INPUT`, `ERR_CLI_INPUT_TOO_LARGE`. What is in the fields is judged where
 * bytes are made of them.
 */
export async function prepareMessage(flags: SendFlags, terminal: Terminal): Promise<MessageInput> {
  checkFlags(flags);
  const { from, to, cc, bcc, envelopeFrom } = flags;
  if (flags.raw !== undefined) {
    const raw = flags.raw === "-" ? terminal.stdin : fromFile(flags.raw);
    return { raw, envelope: { from: nullPath(envelopeFrom) ?? from, to, cc, bcc } };
  }
  const { text, html } = await readBodies(flags, terminal);
  return {
    from,
    to,
    cc,
    bcc,
    replyTo: flags.replyTo,
    subject: flags.subject,
    text,
    html,
    headers: flags.header?.map(readHeader),
    attachments: flags.attach?.map((path) => fromFile(path)),
    ...(envelopeFrom === undefined ? {} : { envelope: { from: nullPath(envelopeFrom) } }),
  };
}

function checkFlags(flags: SendFlags): void {
  const refuse = (message: string): never => {
    throw new CliError("ERR_CLI_USAGE", message);
  };
  if (flags.from === undefined && (flags.raw === undefined || flags.envelopeFrom === undefined)) {
    refuse("--from is missing");
  }
  if ((flags.to ?? flags.cc ?? flags.bcc) === undefined)
    refuse("a recipient is missing: --to, --cc or --bcc");
  const exclusive = [
    ["text", "textFile"],
    ["html", "htmlFile"],
  ] as const;
  for (const [one, other] of exclusive) {
    if (flags[one] !== undefined && flags[other] !== undefined)
      refuse(`--${one} and --${one}-file exclude each other`);
  }
  if (flags.textFile === "-" && flags.htmlFile === "-")
    refuse("standard input can be one of the bodies, not both");
  if (flags.raw === undefined) return;
  const composed = [
    "subject",
    "text",
    "textFile",
    "html",
    "htmlFile",
    "attach",
    "header",
    "replyTo",
  ] as const;
  const given = composed.find((name) => flags[name] !== undefined);
  if (given !== undefined) {
    refuse(
      `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} cannot change a message given by --raw`,
    );
  }
}

async function readBodies(
  flags: SendFlags,
  terminal: Terminal,
): Promise<{ text: string | undefined; html: string | undefined }> {
  const fromFlag = async (literal: string | undefined, file: string | undefined, what: string) => {
    if (literal !== undefined || file === undefined) return literal;
    return file === "-" ? readStdinText(terminal) : readTextFile(file, what);
  };
  const html = await fromFlag(flags.html, flags.htmlFile, "the HTML body");
  const text = await fromFlag(flags.text, flags.textFile, "the text body");
  if (text !== undefined || html !== undefined) return { text, html };
  // A person with attachments alone is not made to type; a pipe is always read, as mail(1) does.
  if (terminal.stdin.isTTY === true) {
    if (flags.attach !== undefined) return { text: "", html };
    terminal.stderr.write("Type the message, end it with Ctrl-D on a line of its own.\n");
  }
  return { text: await readStdinText(terminal), html };
}

/** `Name: value`; the name is checked where the message is built. */
function readHeader(field: string): { key: string; value: string } {
  const colon = field.indexOf(":");
  if (colon < 1) {
    throw new CliError(
      "ERR_CLI_USAGE",
      `--header ${JSON.stringify(field.slice(0, 60))} is not of the form 'Name: value'`,
    );
  }
  return { key: field.slice(0, colon), value: field.slice(colon + 1).replace(/^[ \t]+/, "") };
}

/** `<>` and nothing at all are the null reverse-path (RFC 5321 4.5.5). */
function nullPath(envelopeFrom: string | undefined): string | undefined {
  return envelopeFrom?.trim() === "<>" ? "" : envelopeFrom;
}
