import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface StoredMessage {
  /** From Return-Path; empty for the null path. */
  readonly returnPath: string | undefined;
  /** From Delivered-To, X-Original-To or Envelope-To: the recipient that this copy is for. */
  readonly recipient: string | undefined;
  /** The whole file as the server wrote it. */
  readonly stored: Uint8Array;
  /** Without the fields that the server put in front, line ends turned back into CRLF. Made anew at each reading. */
  readonly content: Uint8Array;
  /** The fields that the server put in front, unfolded, in order. */
  readonly trace: readonly (readonly [name: string, value: string])[];
  /** The Subject field as it is written. */
  readonly subject: string | undefined;
}

const TRACE_FIELDS = new Set([
  ...["return-path", "delivered-to", "x-original-to", "envelope-to", "delivery-date", "received"],
  // The servers of this suite that have no Maildir of their own note the envelope in fields of these names.
  ...["x-mailfrom", "x-rcptto"],
]);
/** More than any header of the suites; the fields are looked for in this much of the file only. */
const HEAD_BYTES = 65_536;

/** Takes a stored message apart; all text is handled as one character per octet, so that no octet is changed. */
export function parseStored(stored: Uint8Array): StoredMessage {
  const head = Buffer.from(stored.subarray(0, HEAD_BYTES)).toString("latin1");
  const trace: [string, string][] = [];
  let position = 0;
  for (;;) {
    const field = /^([!-9;-~]+):((?:.*\r?\n[ \t])*.*)\r?\n/.exec(head.slice(position));
    if (field === null || !TRACE_FIELDS.has(field[1]!.toLowerCase())) break;
    const value = field[2]!.replace(/\r?\n[ \t]+/g, " ").trim();
    trace.push([field[1]!.toLowerCase(), Buffer.from(value, "latin1").toString("utf8")]);
    position += field[0].length;
  }
  const value = (...names: string[]) => trace.find(([name]) => names.includes(name))?.[1];
  const subject = /^Subject: (.*?)\r?$/m.exec(head.slice(position))?.[1];
  return {
    returnPath: value("return-path", "x-mailfrom")?.replace(/^<|>$/g, ""),
    recipient: value("x-original-to", "envelope-to", "delivered-to", "x-rcptto")?.replace(/^<|>$/g, ""),
    stored,
    get content() {
      const text = Buffer.from(stored.subarray(position)).toString("latin1");
      return Buffer.from(text.replace(/\r?\n/g, "\r\n"), "latin1");
    },
    trace,
    subject: subject === undefined ? undefined : Buffer.from(subject, "latin1").toString("utf8"),
  };
}

/** Reads the Maildirs at and directly below a folder; a file is read once, since a Maildir never changes one. */
export class MaildirReader {
  readonly #folder: string;
  readonly #known = new Map<string, StoredMessage>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All messages, in the order in which they were seen first. */
  read(): StoredMessage[] {
    if (!existsSync(this.#folder)) return [];
    for (const name of readdirSync(this.#folder).sort()) {
      for (const state of ["new", "cur"]) {
        const maildir = join(this.#folder, name, state);
        if (!existsSync(maildir)) continue;
        for (const file of readdirSync(maildir).sort()) {
          const path = join(maildir, file);
          if (!this.#known.has(path)) this.#known.set(path, parseStored(readFileSync(path)));
        }
      }
    }
    return [...this.#known.values()];
  }
}
