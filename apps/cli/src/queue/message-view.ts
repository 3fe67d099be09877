import type { JournalEntry, MessageState, QueuedMessage } from "@wirepost/mail-queue";
import type { Colors } from "picocolors/types.js";
import { escapeLine } from "../render/escape.js";
import { formatBytes } from "../render/size.js";

export function paintState(state: MessageState, colours: Colors, width = 0): string {
  const paint = {
    queued: colours.cyan,
    sending: colours.blue,
    sent: colours.green,
    failed: colours.red,
    "in-doubt": colours.magenta,
  };
  return paint[state](state.padEnd(width));
}

/** One line about a message: id, state, what is next, and who. */
export function messageLine(message: QueuedMessage, colours: Colors, now = Date.now()): string {
  const { id, state, attempts, recipients, sizeBytes, error } = message;
  const to = recipients.map(({ address }) => address);
  const shown = to.length > 2 ? `${to.slice(0, 2).join(", ")} and ${to.length - 2} more` : to.join(", ");
  const tries = attempts === 0 ? "" : `  ${attempts} ${attempts === 1 ? "attempt" : "attempts"}`;
  const next =
    message.nextTryAt === undefined ? "" : `  next in ${duration(message.nextTryAt.getTime() - now)}`;
  const why =
    error === undefined || state === "sent" ? "" : `  ${colours.dim(escapeLine(errorText(message)))}`;
  const who = `${escapeLine(message.from ?? "<>")} -> ${escapeLine(shown)}`;
  return `${id}  ${paintState(state, colours, 8)}  ${formatBytes(sizeBytes).padStart(8)}  ${who}${tries}${next}${why}`;
}

function errorText({ error, recipients }: QueuedMessage): string {
  const reply = recipients.find(
    (recipient) => recipient.state !== "accepted" && recipient.reply !== undefined,
  )?.reply;
  return reply === undefined ? `${error?.code}: ${error?.message}` : replyText(reply);
}

function replyText(reply: { readonly code: number; readonly text: string }): string {
  return `${reply.code} ${reply.text}`;
}

/** Everything about a message, for `queue show`. */
export function messageDetails(message: QueuedMessage, colours: Colors): string {
  const lines: string[] = [];
  const fact = (name: string, value: string | undefined) => {
    if (value !== undefined) lines.push(`${`${name}:`.padEnd(12)} ${value}`);
  };
  fact("Id", message.id);
  fact("State", paintState(message.state, colours));
  fact("Message-ID", message.messageId === undefined ? undefined : escapeLine(message.messageId));
  fact("Queued", message.createdAt.toISOString());
  fact("Size", formatBytes(message.sizeBytes));
  fact("Priority", String(message.priority));
  fact("Attempts", String(message.attempts));
  fact("Next try", message.nextTryAt?.toISOString());
  fact("Expires", message.expiresAt?.toISOString());
  fact("Key", message.idempotencyKey === undefined ? undefined : escapeLine(message.idempotencyKey));
  fact("From", escapeLine(message.from ?? "<>"));
  for (const { address, state, reply, error } of message.recipients) {
    const why =
      reply === undefined ? (error === undefined ? "" : `${error.code}: ${error.message}`) : replyText(reply);
    fact("To", `${escapeLine(address)}  ${state}${why === "" ? "" : `  ${colours.dim(escapeLine(why))}`}`);
  }
  for (const entry of message.journal) {
    lines.push(`  ${colours.dim(new Date(entry.atMs).toISOString())}  ${escapeLine(entryText(entry))}`);
  }
  return `${lines.join("\n")}\n`;
}

function entryText(entry: JournalEntry): string {
  switch (entry.type) {
    case "attempt": {
      const counts = new Map<string, number>();
      for (const { outcome } of entry.results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      const results = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
      return `attempt ${entry.attempt}: ${results}${entry.error === undefined ? "" : ` (${entry.error.code})`}`;
    }
    case "interrupted":
      return `attempt ${entry.attempt}: the worker ended while content was on its way`;
    case "given-up":
      return `given up: ${entry.error.message}`;
    case "retry":
      return `queued again by ${entry.by}`;
    case "decided":
      return `decided by ${entry.by}: ${entry.outcome}`;
  }
}

/** The same for `--json`: plain data, times as text. */
export function messageJson(message: QueuedMessage): object {
  return {
    ...message,
    messageId: message.messageId ?? null,
    nextTryAt: message.nextTryAt ?? null,
    expiresAt: message.expiresAt ?? null,
    changedAt: message.changedAt ?? null,
    idempotencyKey: message.idempotencyKey ?? null,
    error: message.error ?? null,
  };
}

/** A time to wait, for the eye: `now`, `12 s`, `4 min`, `3 h`, `2 d`. */
export function duration(ms: number): string {
  const s = Math.ceil(ms / 1000);
  if (s <= 0) return "now";
  if (s < 100) return `${s} s`;
  if (s < 100 * 60) return `${Math.round(s / 60)} min`;
  if (s < 72 * 3600) return `${Math.round(s / 3600)} h`;
  return `${Math.round(s / 86_400)} d`;
}
