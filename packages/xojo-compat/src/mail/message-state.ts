import { decodeWords, parseHeadersTolerant } from "@wirepost/mime-message";
import type { EmailAttachment } from "../generated/email-attachment.js";
import { InternetHeaders } from "../generated/internet-headers.js";
import { list } from "../language/coerce.js";
import { Registry } from "../language/registry.js";
import { XojoArray } from "../language/xojo-array.js";
import { headerLists } from "./header-list.js";

/** What stands behind an EmailMessage. */
export const messageStates = new Registry<MessageState>("EmailMessage");

/** What makes two compositions of one message equal: its moment and its random octets, used again in the same order. */
export interface Identity {
  readonly date: Date;
  readonly random: Uint8Array[];
  sent: boolean;
}

/** A list of addresses that is added to one by one and read as one text. */
export class AddressText {
  #entries: string[] = [];

  add(address: string): void {
    this.#entries.push(address);
  }

  get text(): string {
    return this.#entries.join(", ");
  }

  set text(value: string) {
    this.#entries = value.trim() === "" ? [] : [value];
  }

  get entries(): readonly string[] {
    return this.#entries.filter((entry) => entry.trim() !== "");
  }
}

export class MessageState {
  fromAddress = "";
  fromName = "";
  subject = "";
  bodyPlainText = "";
  bodyHTML = "";
  bodyEnriched = "";
  readonly to = new AddressText();
  readonly cc = new AddressText();
  readonly bcc = new AddressText();
  readonly #attachments = new XojoArray<EmailAttachment>();
  #headers = new InternetHeaders();
  /** The text that was assigned to Source; it is sent instead of the members. */
  #raw = "";
  identity: Identity | undefined;

  get headers(): InternetHeaders {
    return this.#headers;
  }

  set headers(value: InternetHeaders) {
    headerLists.of(value);
    this.#headers = value;
  }

  get attachments(): XojoArray<EmailAttachment> {
    return this.#attachments;
  }

  set attachments(value: readonly EmailAttachment[]) {
    this.#attachments.splice(0, this.#attachments.length, ...list("Attachments", value));
  }

  get raw(): string {
    return this.#raw;
  }

  /** Takes a ready message. The members of its header are filled in; the text goes out as it is. "" goes back to the members. */
  set raw(source: string) {
    this.#raw = source;
    if (source === "") return;
    const lines = source.replace(/\r\n|\r|\n/g, "\r\n");
    const end = lines.startsWith("\r\n") ? 0 : lines.indexOf("\r\n\r\n");
    const header = end < 0 ? lines : lines.slice(0, end + 2);
    this.#headers = new InternetHeaders();
    const rows = headerLists.of(this.#headers);
    for (const { name, value } of parseHeadersTolerant(header)) rows.add(name, decodeWords(value));
    this.subject = rows.value("Subject");
    this.fromAddress = rows.value("From");
    this.to.text = joined(rows.named("To"));
    this.cc.text = joined(rows.named("Cc"));
    this.bcc.text = joined(rows.named("Bcc"));
    const plain = /^(?:|text\/plain\b.*)$/is.test(rows.value("Content-Type"));
    const unencoded = /^(?:|7bit|8bit)$/i.test(rows.value("Content-Transfer-Encoding"));
    this.bodyPlainText = plain && unencoded && end >= 0 ? lines.slice(end + 4) : "";
  }
}

function joined(rows: readonly { readonly value: string }[]): string {
  return rows.map((row) => row.value).join(", ");
}
