import type { Colors } from "picocolors/types.js";
import type { CaughtMessage } from "../serve/caught-message.js";
import type { ParsedMailbox } from "../serve/parsed-message.js";
import { escapeLine, escapeText } from "./escape.js";
import { formatBytes } from "./size.js";

/** One line for a message that arrived: number, time, envelope, subject, size, attachments, how it came. */
export function arrivalLine(message: CaughtMessage, colours: Colors): string {
  const { envelope, session, parsed } = message;
  const to = envelope.to.map(({ address }) => address);
  const recipients = to.length > 2 ? `${to.slice(0, 2).join(", ")} and ${to.length - 2} more` : to.join(", ");
  const attachments = parsed?.attachments.length ?? 0;
  const facts = [
    formatBytes(message.content.byteLength),
    ...(attachments === 0 ? [] : [`${attachments} attachment${attachments === 1 ? "" : "s"}`]),
    session.tls === null ? "no TLS" : session.tls.protocol,
    ...(session.login === null ? [] : [`${session.login.mechanism} ${session.login.username}`]),
  ];
  return [
    colours.bold(`#${message.number}`),
    colours.dim(message.receivedAt.toISOString().slice(11, 19)),
    `${escapeLine(envelope.from || "<>")} -> ${escapeLine(recipients)}`,
    colours.cyan(parsed === null ? "(not parsed)" : `"${escapeLine(parsed.subject ?? "")}"`),
    colours.dim(escapeLine(facts.join(", "))),
  ].join("  ");
}

/** The message as a person reads it: the fields, the text, the list of attachments. */
export function showMessage(message: CaughtMessage, colours: Colors): string {
  const { parsed, envelope } = message;
  if (parsed === null) return "  (the message exceeds the limits of the parser)\n";
  const field = (name: string, value: string | null) =>
    value === null || value === "" ? [] : [`  ${colours.bold(`${name}:`)} ${escapeLine(value)}`];
  const lines = [
    ...field(
      "Envelope",
      `${envelope.from || "<>"} -> ${envelope.to.map(({ address }) => address).join(", ")}`,
    ),
    ...field("From", mailboxes(parsed.from)),
    ...field("To", mailboxes(parsed.to)),
    ...field("Cc", mailboxes(parsed.cc)),
    ...field("Reply-To", mailboxes(parsed.replyTo)),
    ...field("Subject", parsed.subject),
    ...field("Date", parsed.date),
    ...field("Message-ID", parsed.messageId),
  ];
  const body = parsed.text ?? (parsed.html === null ? "" : parsed.html);
  if (body !== "") {
    const kind = parsed.text === null ? [`  ${colours.dim("(HTML only)")}`] : [];
    lines.push(
      "",
      ...kind,
      ...escapeText(body)
        .replace(/\n+$/, "")
        .split("\n")
        .map((line) => `  ${line}`),
    );
  }
  if (parsed.attachments.length > 0) lines.push("");
  for (const part of parsed.attachments) {
    const name = part.fileName === null ? "(no name)" : escapeLine(part.fileName);
    lines.push(
      `  ${colours.bold("Attachment:")} ${name}, ${escapeLine(part.mimeType)}, ${formatBytes(part.content.byteLength)}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function mailboxes(list: readonly ParsedMailbox[]): string {
  return list.map(({ name, address }) => (name === "" ? address : `${name} <${address}>`)).join(", ");
}
