import type { CaughtMessage } from "./caught-message.js";
import type { ParsedMailbox } from "./parsed-message.js";

/** A caught message as plain data for a JSON file; octets are base64. Dates are ISO 8601. */
export interface MessageJson extends MessageSummary {
  readonly cc: readonly ParsedMailbox[];
  readonly replyTo: readonly ParsedMailbox[];
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly (AttachmentSummary & { readonly contentBase64: string })[];
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  /** The octets as received. */
  readonly rawBase64: string;
}

/** What an event of `wirepost serve --json` tells about a message: everything but its content. */
export interface MessageSummary {
  readonly id: string;
  readonly number: number;
  readonly receivedAt: string;
  readonly envelope: CaughtMessage["envelope"];
  readonly session: CaughtMessage["session"];
  readonly sizeBytes: number;
  /** False when the message exceeds the limits of the parser and the fields below are empty. */
  readonly parsed: boolean;
  readonly messageId: string | null;
  readonly date: string | null;
  readonly subject: string | null;
  readonly from: readonly ParsedMailbox[];
  readonly to: readonly ParsedMailbox[];
  readonly attachments: readonly AttachmentSummary[];
}

export interface AttachmentSummary {
  readonly fileName: string | null;
  readonly mimeType: string;
  readonly disposition: string | null;
  readonly contentId: string | null;
  readonly sizeBytes: number;
}

export function messageSummary(message: CaughtMessage): MessageSummary {
  const { id, number, receivedAt, envelope, session, content, parsed } = message;
  return {
    id,
    number,
    receivedAt: receivedAt.toISOString(),
    envelope,
    session,
    sizeBytes: content.byteLength,
    parsed: parsed !== null,
    messageId: parsed?.messageId ?? null,
    date: parsed?.date ?? null,
    subject: parsed?.subject ?? null,
    from: parsed?.from ?? [],
    to: parsed?.to ?? [],
    attachments: (parsed?.attachments ?? []).map((part) => ({
      fileName: part.fileName,
      mimeType: part.mimeType,
      disposition: part.disposition,
      contentId: part.contentId,
      sizeBytes: part.content.byteLength,
    })),
  };
}

export function messageJson(message: CaughtMessage): MessageJson {
  const { parsed, content } = message;
  const summary = messageSummary(message);
  return {
    ...summary,
    cc: parsed?.cc ?? [],
    replyTo: parsed?.replyTo ?? [],
    text: parsed?.text ?? null,
    html: parsed?.html ?? null,
    attachments: summary.attachments.map((part, index) => ({
      ...part,
      contentBase64: base64(parsed?.attachments[index]?.content),
    })),
    headers: parsed?.headers ?? [],
    rawBase64: base64(content),
  };
}

function base64(octets: Uint8Array | undefined): string {
  if (octets === undefined) return "";
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("base64");
}
