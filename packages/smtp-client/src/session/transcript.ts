import { type Command, escapeReplyText, type Reply, serializeCommand } from "@wirepost/smtp-protocol";
import { REDACTED, type Secrets } from "./secrets.js";

export { Secrets } from "./secrets.js";

/** One line, or one event, of a conversation. Secrets never occur in it. */
export interface TranscriptEntry {
  /** Milliseconds since the connection was begun. */
  readonly atMs: number;
  readonly from: "client" | "server" | "note";
  readonly text: string;
}

/** Entries kept at most; the oldest go first. */
const MAX_ENTRIES = 2_000;
/** AUTH that the caller wrote by hand. */
const AUTH_LINE = /^\s*auth\b/i;

/** The redacted conversation of one connection, bounded. */
export class Transcript {
  readonly #startedAt = performance.now();
  readonly #entries: TranscriptEntry[] = [];
  readonly #onEntry: ((entry: TranscriptEntry) => void) | undefined;
  readonly #secrets: Secrets;

  constructor(secrets: Secrets, onEntry?: (entry: TranscriptEntry) => void) {
    this.#secrets = secrets;
    this.#onEntry = onEntry;
  }

  get entries(): readonly TranscriptEntry[] {
    return this.#entries.slice();
  }

  command(command: Command): void {
    this.client(commandText(command));
  }

  client(text: string): void {
    this.#add("client", this.#secrets.scrub(text));
  }

  note(text: string): void {
    this.#add("note", this.#secrets.scrub(text));
  }

  /** A reply as it may be shown: the session hides what is in it, as it hides it from observers. */
  reply(reply: Reply): void {
    for (let i = 0; i < reply.lines.length; i++) {
      const separator = i === reply.lines.length - 1 ? " " : "-";
      this.#add("server", `${reply.code}${separator}${escapeReplyText(reply.lines[i] as string)}`);
    }
  }

  #add(from: TranscriptEntry["from"], text: string): void {
    const entry = { atMs: Math.round((performance.now() - this.#startedAt) * 10) / 10, from, text };
    if (this.#entries.length >= MAX_ENTRIES) this.#entries.shift();
    this.#entries.push(entry);
    this.#onEntry?.(entry);
  }
}

/** The line of a command as it may be shown. */
function commandText(command: Command): string {
  const shown = shownCommand(command);
  const line = shown.verb === "CUSTOM" ? shown.line : serializeCommand(shown).slice(0, -2);
  return command.verb === "AUTH" && command.initialResponse !== undefined ? `${line} ${REDACTED}` : line;
}

/** A command as it may be shown: of AUTH only the mechanism. Observers see a line even of what cannot be written. */
export function shownCommand(command: Command): Command {
  if (command.verb === "AUTH") return { verb: "AUTH", mechanism: command.mechanism };
  if (command.verb === "CUSTOM" && AUTH_LINE.test(command.line)) {
    return { verb: "CUSTOM", line: `AUTH ${REDACTED}` };
  }
  return command;
}
