// Trace, TraceFile and TraceFlags: the one place of this package that writes a file.
import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import type { TranscriptEntry } from "@wirepost/smtp-client";
import { stErrorFileNotCreated } from "../error-numbers.js";
import type { SocketToolsError } from "../errors.js";
import { smtpTraceError, smtpTraceHexDump, smtpTraceWarning } from "../generated/constants.js";
import { failureOf } from "../outcome.js";

/** Appended to, never through a link that somebody else put there, and without waiting for whoever reads a pipe. */
const OPEN_FLAGS =
  constants.O_APPEND |
  constants.O_CREAT |
  constants.O_WRONLY |
  (constants.O_NOFOLLOW ?? 0) |
  (constants.O_NONBLOCK ?? 0);
const OWNER_ONLY = 0o600;
const MARKS = { client: "C:", server: "S:", note: "--" } as const;
const HIDDEN = "<redacted>";

let clients = 0;

export class TraceLog {
  file = "";
  flags = 0;
  #enabled = false;
  readonly #client = `${threadId}.${++clients}`;
  readonly #secrets = new Set<string>();

  /** @param onFailure the file cannot be written; the trace is off then */
  constructor(private readonly onFailure: (failure: SocketToolsError) => void) {}

  get enabled(): boolean {
    return this.#enabled;
  }

  set enabled(value: boolean) {
    this.#enabled = value;
  }

  /** What must never be written, as it is and in base64. The core hides what it knows; a program's own commands are text to it. */
  hide(secret: string): void {
    // Hiding every "a" would hide nothing and spoil everything.
    if (secret.length < 4) return;
    this.#secrets.add(secret);
    this.#secrets.add(Buffer.from(secret, "utf8").toString("base64").replace(/=+$/, ""));
  }

  /** A call has ended. */
  result(method: string, result: unknown, failure: SocketToolsError | undefined): void {
    if (!this.#enabled || (failure === undefined && this.#failuresOnly)) return;
    const told = failure === undefined ? shown(result) : `${failure.Number}: ${failure.message}`;
    this.#write("==", `${method} = ${told}`);
  }

  /** A line of the conversation. */
  entry({ from, text }: TranscriptEntry): void {
    if (!this.#enabled) return;
    const isRefusal = from === "server" && /^[45]\d\d/.test(text);
    if (this.#failuresOnly && !(isRefusal && (this.flags & smtpTraceWarning) !== 0)) return;
    this.#write(MARKS[from], text);
  }

  /** Octets of a message, where they are asked for. */
  data(octets: Uint8Array): void {
    if (!this.#enabled || (this.flags & smtpTraceHexDump) === 0) return;
    for (let at = 0; at < octets.length; at += 16) {
      const row = octets.subarray(at, at + 16);
      const hex = [...row].map((octet) => octet.toString(16).padStart(2, "0")).join(" ");
      const text = [...row]
        .map((octet) => (octet > 31 && octet < 127 ? String.fromCharCode(octet) : "."))
        .join("");
      this.#write("  ", `${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${text}`);
    }
  }

  get #failuresOnly(): boolean {
    return (this.flags & (smtpTraceError | smtpTraceWarning)) !== 0 && (this.flags & smtpTraceHexDump) === 0;
  }

  #write(mark: string, text: string): void {
    const path = this.file === "" ? join(tmpdir(), "cstrace.log") : this.file;
    const line = `${new Date().toISOString()} ${this.#client} ${mark} ${this.#scrub(text)}\n`;
    try {
      appendLine(path, line, this.file === "");
    } catch (cause) {
      this.#enabled = false;
      this.onFailure(failureOf(stErrorFileNotCreated, `TraceFile ${path} cannot be written`, cause));
    }
  }

  #scrub(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) {
      if (clean.includes(secret)) clean = clean.split(secret).join(HIDDEN);
    }
    return clean;
  }
}

function shown(result: unknown): string {
  return typeof result === "string" ? JSON.stringify(result) : String(result ?? "");
}

/**
 * One write for one line: clients and threads that share a file do not cut each other's lines.
 *
 * @param ownOnly a file that somebody else made is not for us: the folder for temporary files is everybody's
 */
function appendLine(path: string, line: string, ownOnly: boolean): void {
  const file = openSync(path, OPEN_FLAGS, OWNER_ONLY);
  try {
    const about = fstatSync(file);
    const isOurs = process.getuid === undefined || about.uid === process.getuid();
    if (!about.isFile() || (ownOnly && !isOurs)) throw new Error("it is no file of this user");
    writeSync(file, line);
  } finally {
    closeSync(file);
  }
}
