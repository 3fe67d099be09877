import { type Command, escapeReplyText, type Reply, serializeCommand } from "@wirepost/smtp-protocol";

/** One line, or one event, of a conversation. Secrets never occur in it. */
export interface TranscriptEntry {
  /** Milliseconds since the connection was begun. */
  readonly atMs: number;
  readonly from: "client" | "server" | "note";
  readonly text: string;
}

/** Entries kept at most; the oldest go first. */
const MAX_ENTRIES = 2_000;
export const REDACTED = "<redacted>";

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
    this.#add("client", commandText(command));
  }

  client(text: string): void {
    this.#add("client", text);
  }

  note(text: string): void {
    this.#add("note", text);
  }

  reply(verb: string, reply: Reply): void {
    for (let i = 0; i < reply.lines.length; i++) {
      const separator = i === reply.lines.length - 1 ? " " : "-";
      // A challenge can carry what the mechanism derives from a secret.
      const text =
        verb === "AUTH" && reply.code === 334
          ? reply.lines[i] === ""
            ? ""
            : REDACTED
          : (reply.lines[i] as string);
      this.#add("server", `${reply.code}${separator}${escapeReplyText(this.#secrets.scrub(text))}`);
    }
  }

  #add(from: TranscriptEntry["from"], text: string): void {
    const entry = { atMs: Math.round((performance.now() - this.#startedAt) * 10) / 10, from, text };
    if (this.#entries.length >= MAX_ENTRIES) this.#entries.shift();
    this.#entries.push(entry);
    this.#onEntry?.(entry);
  }
}

/** The line of a command as it may be shown: of AUTH only the mechanism. */
export function commandText(command: Command): string {
  if (command.verb === "AUTH") {
    return command.initialResponse === undefined
      ? `AUTH ${command.mechanism}`
      : `AUTH ${command.mechanism} ${REDACTED}`;
  }
  if (command.verb === "CUSTOM" && /^\s*auth\b/i.test(command.line)) return `AUTH ${REDACTED}`;
  return serializeCommand(command).slice(0, -2);
}

/** What must never be shown: passwords and tokens, as they are and in base64, which a server may echo (threats S11). */
export class Secrets {
  readonly #values = new Set<string>();

  get any(): boolean {
    return this.#values.size > 0;
  }

  add(secret: string | Uint8Array | null | undefined): void {
    if (secret === null || secret === undefined || secret.length === 0) return;
    const octets = Buffer.from(secret as string);
    for (const form of [
      octets.toString("utf8"),
      octets.toString("base64"),
      octets.toString("base64").replace(/=+$/, ""),
    ]) {
      // Scrubbing every "a" would hide nothing and spoil everything.
      if (form.length >= 4) this.#values.add(form);
    }
  }

  scrub(text: string): string {
    for (const value of this.#values) {
      if (text.includes(value)) text = text.split(value).join(REDACTED);
    }
    return text;
  }

  /** The reply itself when it shows nothing; a scrubbed copy otherwise. */
  scrubReply(reply: Reply): Reply {
    if (!this.any) return reply;
    const lines = reply.lines.map((line) => this.scrub(line));
    return lines.some((line, i) => line !== reply.lines[i]) ? { ...reply, lines } : reply;
  }
}
