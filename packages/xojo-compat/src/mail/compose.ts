// From Xojo's members to the message of the core.
import { type ComposedMessage, composeMessage, type MessageInput } from "@wirepost/mime-message";
import { RuntimeException } from "../errors.js";
import { attachmentStates } from "./attachment-state.js";
import { headerLists } from "./header-list.js";
import type { HeaderRow } from "./header-row.js";
import { type Identity, type MessageState, messageStates } from "./message-state.js";

type Fields = { -readonly [Key in keyof MessageInput]: MessageInput[Key] };

/** Fields that the core makes from options: a header of the program's becomes the option, and wins. */
const OPTION_OF: Readonly<Record<string, (fields: Fields, value: string) => void>> = {
  from: (fields, value) => set(fields, "from", value),
  sender: (fields, value) => set(fields, "sender", value),
  to: (fields, value) => set(fields, "to", value),
  cc: (fields, value) => set(fields, "cc", value),
  "reply-to": (fields, value) => set(fields, "replyTo", value),
  subject: (fields, value) => set(fields, "subject", value),
  date: (fields, value) => set(fields, "date", value),
  "message-id": (fields, value) => set(fields, "messageId", value),
  "in-reply-to": (fields, value) => set(fields, "inReplyTo", value),
  references: (fields, value) => set(fields, "references", value),
  // Blind copies are nobody's to see, and how the text is wrapped is decided where it is wrapped.
  bcc: () => undefined,
  "resent-bcc": () => undefined,
  "mime-version": () => undefined,
  "content-type": () => undefined,
  "content-disposition": () => undefined,
  "content-id": () => undefined,
  "content-transfer-encoding": (fields, value) => {
    const encoding = value.trim().toLowerCase();
    if (encoding === "base64" || encoding === "quoted-printable") fields.textEncoding = encoding;
  },
};

function set<Key extends keyof Fields>(fields: Fields, key: Key, value: Fields[Key]): void {
  fields[key] = value;
}

/** The message, and its envelope: FromAddress, and everybody in To, Cc and Bcc. */
export function messageInput(message: object): MessageInput {
  const state = messageStates.of(message);
  const recipients = { to: [...state.to.entries], cc: [...state.cc.entries], bcc: [...state.bcc.entries] };
  if (state.raw !== "") {
    const from = state.fromAddress.trim() === "" ? undefined : state.fromAddress;
    return { raw: state.raw, envelope: { from, ...recipients } };
  }
  const fields: Fields = { from: sender(state), ...recipients };
  if (state.subject !== "") fields.subject = state.subject;
  addBodies(fields, state);
  const headers: [string, string][] = [];
  const { rows } = headerLists.of(state.headers);
  for (const row of rows) {
    const option = OPTION_OF[row.name.trim().toLowerCase()];
    if (option === undefined) headers.push([row.name, row.value]);
    else option(fields, row.value);
  }
  if (headers.length > 0) fields.headers = headers;
  const ownFrom = state.fromAddress.trim() === "" ? fields.from : state.fromAddress;
  fields.envelope = { from: ownFrom, ...recipients };
  return fields;
}

function sender(state: MessageState): MessageInput["from"] {
  if (state.fromAddress.trim() === "") return undefined;
  return state.fromName === ""
    ? state.fromAddress
    : { name: state.fromName, address: state.fromAddress.trim() };
}

function addBodies(fields: Fields, state: MessageState): void {
  const bodies = [state.bodyPlainText, state.bodyEnriched, state.bodyHTML].filter((body) => body !== "");
  const type = ownContentType(headerLists.of(state.headers).rows);
  if (type !== undefined && bodies.length === 1)
    fields.alternatives = [{ content: bodies[0], contentType: type }];
  else {
    if (state.bodyPlainText !== "") fields.text = state.bodyPlainText;
    if (state.bodyEnriched !== "") fields.enriched = state.bodyEnriched;
    if (state.bodyHTML !== "") fields.html = state.bodyHTML;
  }
  const parts = state.attachments.map((attachment) => ({ raw: attachmentStates.of(attachment).part() }));
  if (parts.length > 0) fields.attachments = parts;
}

/** The program's own Content-Type, where it says what the one body is. */
function ownContentType(rows: readonly HeaderRow[]): string | undefined {
  const value = rows.findLast((row) => row.name.trim().toLowerCase() === "content-type")?.value;
  return value !== undefined && /^\s*text\//i.test(value) ? value : undefined;
}

/** A message as it goes out, all of it in memory. */
export interface ReadyMessage {
  readonly input: MessageInput;
  readonly composed: ComposedMessage;
  readonly octets: Uint8Array;
}

/**
 * Composes a message, in 7 bits so that every server takes it as it is. Composed again it gives the same octets, until it was sent.
 *
 * @throws MimeError, RuntimeException
 */
export function composeNow(message: object, smtpUtf8: boolean): ReadyMessage {
  const state = messageStates.of(message);
  const identity = identityOf(state);
  const input = messageInput(message);
  const composed = composeMessage(input, {
    transport: "7bit",
    smtpUtf8,
    date: identity.date,
    random: repeatable(identity),
    // Nothing in it has to be read: it comes at once, and as octets.
    inlineLimitBytes: Number.MAX_SAFE_INTEGER,
  });
  if (composed instanceof Promise || !(composed.content instanceof Uint8Array)) {
    throw new RuntimeException("the message is not in memory", { code: "ERR_XOJO_NOT_LOADED" });
  }
  return { input, composed, octets: composed.content };
}

function identityOf(state: MessageState): Identity {
  state.identity ??= { date: new Date(), random: [], sent: false };
  return state.identity;
}

function repeatable(identity: Identity): (target: Uint8Array<ArrayBuffer>) => void {
  let turn = 0;
  return (target) => {
    identity.random[turn] ??= crypto.getRandomValues(new Uint8Array(target.length));
    target.set(identity.random[turn] as Uint8Array);
    turn++;
  };
}

/** Sent once more, a message gets another Message-ID and the date of the day. */
export function beginAnew(message: object): void {
  const state = messageStates.of(message);
  if (state.identity?.sent === true) state.identity = undefined;
}

export function noteSent(message: object): void {
  const { identity } = messageStates.of(message);
  if (identity !== undefined) identity.sent = true;
}

/** Waits for the files of attachments. @throws IOException */
export async function attachmentsReady(message: object): Promise<void> {
  for (const attachment of messageStates.of(message).attachments)
    await attachmentStates.of(attachment).ready();
}

/** Source: the complete text that would be sent; "" while there is no sender. @throws MimeError, RuntimeException ERR_XOJO_NOT_LOADED */
export function sourceOf(message: object): string {
  const { fromAddress, headers, raw } = messageStates.of(message);
  if (raw === "" && fromAddress.trim() === "" && headerLists.of(headers).named("From").length === 0)
    return "";
  for (const attachment of messageStates.of(message).attachments)
    attachmentStates.of(attachment).assertReady();
  const { octets } = composeNow(message, true);
  return Buffer.from(octets).toString("utf8");
}
