import PostalMime from "postal-mime";

/** A mailbox as an independent parser read it; `group` holds the group's name for a member of one. */
export interface ParsedMailbox {
  readonly name: string;
  readonly address: string;
  readonly group?: string | undefined;
}

export interface ParsedAttachment {
  /** `null` when the part names no file. */
  readonly fileName: string | null;
  readonly mimeType: string;
  readonly disposition: string | null;
  readonly contentId: string | null;
  readonly content: Uint8Array;
}

/** A message read by postal-mime, which shares no code with this product: what a test may trust. */
export interface ParsedMessage {
  readonly subject: string | null;
  readonly from: readonly ParsedMailbox[];
  readonly to: readonly ParsedMailbox[];
  readonly cc: readonly ParsedMailbox[];
  readonly replyTo: readonly ParsedMailbox[];
  /** As in the header field, ISO 8601 when it is a date. */
  readonly date: string | null;
  readonly messageId: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly attachments: readonly ParsedAttachment[];
  /** In document order, names as written, values unfolded and still encoded. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

type PostalAddress = NonNullable<Awaited<ReturnType<typeof PostalMime.parse>>["from"]>;

/** Reads a message. Rejects when its structure exceeds the parser's limits (nesting, size of the headers). */
export async function parseMessage(content: Uint8Array): Promise<ParsedMessage> {
  const email = await PostalMime.parse(content, { attachmentEncoding: "arraybuffer" });
  return {
    subject: email.subject ?? null,
    from: email.from === undefined ? [] : mailboxes([email.from]),
    to: mailboxes(email.to),
    cc: mailboxes(email.cc),
    replyTo: mailboxes(email.replyTo),
    date: email.date ?? null,
    messageId: email.messageId ?? null,
    text: email.text ?? null,
    html: email.html ?? null,
    attachments: email.attachments.map((part) => ({
      fileName: part.filename,
      mimeType: part.mimeType,
      disposition: part.disposition,
      contentId: part.contentId ?? null,
      content: octets(part.content),
    })),
    headers: email.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
  };
}

function mailboxes(list: readonly PostalAddress[] | undefined): ParsedMailbox[] {
  return (list ?? []).flatMap((entry): ParsedMailbox[] =>
    entry.group === undefined
      ? [{ name: entry.name, address: entry.address ?? "" }]
      : entry.group.map(({ name, address }) => ({ name, address, group: entry.name })),
  );
}

function octets(content: ArrayBuffer | Uint8Array | string): Uint8Array {
  if (typeof content === "string") return new TextEncoder().encode(content);
  return content instanceof Uint8Array ? content : new Uint8Array(content);
}
