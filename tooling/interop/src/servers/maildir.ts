import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface StoredMessage {
  /** From Return-Path; empty for the null path. */
  readonly returnPath: string | undefined;
  /** From Delivered-To, X-Original-To or Envelope-To: the recipient that this copy is for. */
  readonly recipient: string | undefined;
  /** The whole file as the server wrote it. */
  readonly stored: Uint8Array;
  /** Without the fields that the server put in front, line ends turned back into CRLF. */
  readonly content: Uint8Array;
  /** The fields that the server put in front, unfolded, in order. */
  readonly trace: readonly (readonly [name: string, value: string])[];
}

const TRACE_FIELDS = new Set(
  ["return-path", "delivered-to", "x-original-to", "envelope-to", "delivery-date", "received"].concat(
    // smtp-server and aiosmtpd note the envelope in fields of these names.
    ["x-mailfrom", "x-rcptto", "x-peer"],
  ),
);

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** Takes a stored message apart; all text is handled as one character per octet, so that no octet is changed. */
export function parseStored(stored: Uint8Array): StoredMessage {
  const text = Buffer.from(stored).toString("latin1");
  const trace: [string, string][] = [];
  let position = 0;
  for (;;) {
    const field = /^([!-9;-~]+):((?:.*\r?\n[ \t])*.*)\r?\n/.exec(text.slice(position, position + 65_536));
    if (field === null || !TRACE_FIELDS.has(field[1]!.toLowerCase())) break;
    trace.push([field[1]!.toLowerCase(), utf8(field[2]!.replace(/\r?\n[ \t]+/g, " ").trim())]);
    position += field[0].length;
  }
  const value = (...names: string[]) => trace.find(([name]) => names.includes(name))?.[1];
  return {
    returnPath: value("return-path", "x-mailfrom")?.replace(/^<|>$/g, ""),
    recipient: value("x-original-to", "envelope-to", "delivered-to", "x-rcptto")?.replace(/^<|>$/g, ""),
    stored,
    content: bytesOf(text.slice(position).replace(/\r?\n/g, "\r\n")),
    trace,
  };
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}

/** All messages in the Maildirs at and directly below `folder`, in the order of their names. */
export function readMaildirs(folder: string): StoredMessage[] {
  if (!existsSync(folder)) return [];
  const messages: StoredMessage[] = [];
  for (const name of [".", ...readdirSync(folder).sort()]) {
    for (const state of ["new", "cur"]) {
      const maildir = join(folder, name, state);
      if (!existsSync(maildir) || name === state) continue;
      for (const file of readdirSync(maildir).sort())
        messages.push(parseStored(readFileSync(join(maildir, file))));
    }
  }
  return messages;
}
