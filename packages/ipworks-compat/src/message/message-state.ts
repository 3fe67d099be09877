// What a message is made of, and its headers.
import { createHash, randomBytes } from "node:crypto";
import { type Mailbox, parseAddressListTolerant } from "@wirepost/mail-address";
import type { Host } from "../host.js";
import type { BodyStream } from "./body-stream.js";
import { type HeaderLine, headerRows, headerText, ownHeaders } from "./header-block.js";
import { BCC, CC, TO } from "./recipient.js";
import { Recipients } from "./recipients.js";

export const IMPORTANCES = ["", "high", "normal", "low"] as const;
export const PRIORITIES = ["", "normal", "urgent", "non-urgent"] as const;
export const SENSITIVITIES = ["", "Personal", "Private", "Company-Confidential"] as const;

/** The settings that shape headers. */
export interface HeaderSettings {
  readonly charset: string;
  readonly foldHeaders: boolean;
  readonly maxHeaderLength: number;
  readonly messageIdAlgorithm: string;
}

/** What `*` stood for, until the message was sent. */
interface Identity {
  readonly draft: string;
  readonly date: string;
  readonly messageId: string;
  sent: boolean;
}

/** Stand for what is not known yet; no header can hold them. */
const DATE = "\u0001date\u0001";
const MESSAGE_ID = "\u0001id\u0001";

export class MessageState {
  readonly #host: Host;
  readonly #settings: HeaderSettings;
  readonly recipients: Recipients;
  from = "";
  replyTo = "";
  returnPath = "";
  subject = "";
  messageDate = "*";
  messageId = "*";
  otherHeaders = "";
  importance = 0;
  priority = 0;
  sensitivity = 0;
  deliveryNotificationTo = "";
  readReceiptTo = "";
  /** Sent in place of the text; once closed it has to be given again, or something else in its place. */
  stream: BodyStream | undefined;
  #messageText = "";
  #message: Uint8Array = new Uint8Array(0);
  #identity: Identity | undefined;

  constructor(host: Host, settings: HeaderSettings) {
    this.#host = host;
    this.#settings = settings;
    this.recipients = new Recipients(host);
  }

  get sendTo(): string {
    return this.recipients.read(TO);
  }
  set sendTo(text: string) {
    this.recipients.write(TO, text);
  }

  get cc(): string {
    return this.recipients.read(CC);
  }
  set cc(text: string) {
    this.recipients.write(CC, text);
  }

  get bcc(): string {
    return this.recipients.read(BCC);
  }
  set bcc(text: string) {
    this.recipients.write(BCC, text);
  }

  get messageText(): string {
    return this.#messageText;
  }
  set messageText(text: string) {
    this.#messageText = text;
    this.#dropClosedStream();
  }

  get message(): Uint8Array {
    return this.#message;
  }
  set message(octets: Uint8Array) {
    this.#message = octets;
    this.#dropClosedStream();
  }

  /** A stream that is still to be read goes before a text, whichever was set first. */
  #dropClosedStream(): void {
    if (this.stream?.closed === true) this.stream = undefined;
  }

  /** What is sent behind the headers. @throws 302 for a stream that is closed: an older text must not go in its place */
  body(): Uint8Array | BodyStream {
    if (this.stream === undefined)
      return this.#message.length > 0 ? this.#message : Buffer.from(this.#messageText, "utf8");
    if (this.stream.closed)
      throw this.#host.fail(302, "the stream of SetMessageStream is closed: set a stream or a text again");
    return this.stream;
  }

  /** ResetHeaders. `*` and not empty: the next message needs a Date as much as this one did. */
  resetHeaders(): void {
    this.recipients.clear();
    this.from = this.replyTo = this.subject = this.otherHeaders = "";
    this.deliveryNotificationTo = this.readReceiptTo = "";
    this.messageDate = this.messageId = "*";
    this.importance = this.priority = this.sensitivity = 0;
    this.#identity = undefined;
  }

  /** The mailbox that MAIL FROM names: null is the null sender. @throws 164 */
  sender(): Mailbox | null {
    if (this.from.trim() === "") throw this.#host.fail(164, "From is not set.");
    if (this.returnPath.trim() === "<>") return null;
    return this.#mailbox(this.returnPath.trim() === "" ? this.from : this.returnPath);
  }

  /** @throws 164 */
  #mailbox(text: string): Mailbox {
    try {
      const [first] = parseAddressListTolerant(text);
      if (first?.kind === "mailbox") return first.mailbox;
    } catch (error) {
      throw this.#host.fail(164, "The address of the sender cannot be read.", error);
    }
    throw this.#host.fail(164, "The address of the sender cannot be read.");
  }

  /** A message that was sent is over: the next gets another Date and Message-Id. */
  begin(): void {
    if (this.#identity?.sent === true) this.#identity = undefined;
  }

  noteSent(): void {
    if (this.#identity !== undefined) this.#identity.sent = true;
  }

  /** The header lines, each with its CRLF, without an empty line. @throws 10022, 434 */
  headers(): string {
    const draft = this.#draft();
    if (this.#identity?.draft !== draft) {
      const unsent = this.#identity?.sent === false ? this.#identity : undefined;
      this.#identity = {
        draft,
        date: unsent?.date ?? rfcDate(new Date()),
        messageId: unsent?.messageId ?? this.#newMessageId(),
        sent: false,
      };
    }
    const { date, messageId } = this.#identity;
    return draft.replace(DATE, date).replace(MESSAGE_ID, messageId);
  }

  rows(): readonly (readonly [field: string, value: string])[] {
    return headerRows(this.headers());
  }

  #draft(): string {
    const { fail } = this.#host;
    // An empty first line: the rest stands for all headers.
    const replacing = /^(?:\r\n|\n)/.exec(this.otherHeaders);
    if (replacing !== null) return ownHeaders(this.otherHeaders.slice(replacing[0].length), fail);
    const { charset, foldHeaders, maxHeaderLength } = this.#settings;
    const style = { charset, fold: foldHeaders, maxLength: maxHeaderLength };
    const own = (value: string, mark: string): string => (value === "*" ? mark : value);
    const date = own(this.messageDate, DATE);
    const id = own(this.messageId, MESSAGE_ID);
    const fixed = (field: string, value: string): string =>
      value === DATE || value === MESSAGE_ID
        ? `${field}: ${value}\r\n`
        : value === ""
          ? ""
          : headerText([{ field, value }], style, fail);
    const lines: HeaderLine[] = [
      { field: "From", value: this.from },
      { field: "To", value: this.sendTo },
      { field: "Cc", value: this.cc },
      { field: "Reply-To", value: this.replyTo },
      { field: "Subject", value: this.subject, free: true },
    ];
    const more: HeaderLine[] = [
      { field: "Importance", value: IMPORTANCES[this.importance] ?? "" },
      { field: "Priority", value: PRIORITIES[this.priority] ?? "" },
      { field: "Sensitivity", value: SENSITIVITIES[this.sensitivity] ?? "" },
      { field: "Return-Receipt-To", value: this.deliveryNotificationTo },
      { field: "Disposition-Notification-To", value: this.readReceiptTo },
    ];
    const text = (rows: readonly HeaderLine[]): string =>
      headerText(
        rows.filter(({ value }) => value !== ""),
        style,
        fail,
      );
    return `${fixed("Date", date)}${text(lines)}${fixed("Message-Id", id)}${text(more)}${ownHeaders(this.otherHeaders, fail)}`;
  }

  #newMessageId(): string {
    const algorithm = this.#settings.messageIdAlgorithm.toLowerCase();
    const left = createHash(algorithm).update(randomBytes(32)).digest("hex");
    let domain = "localhost.invalid";
    try {
      // The null sender has no domain; From has one.
      domain = (this.sender() ?? this.#mailbox(this.from)).domain;
    } catch {
      // A message that is only looked at may have no sender yet.
    }
    return `<${left}@${domain.replace(/[^A-Za-z0-9.-]/g, "x")}>`;
  }
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = (value: number): string => String(value).padStart(2, "0");

/** RFC 5322 section 3.3, in the system's time zone. */
export function rfcDate(date: Date): string {
  const zone = -date.getTimezoneOffset();
  const offset = `${zone < 0 ? "-" : "+"}${two(Math.floor(Math.abs(zone) / 60))}${two(Math.abs(zone) % 60)}`;
  return `${DAYS[date.getDay()]}, ${two(date.getDate())} ${MONTHS[date.getMonth()]} ${date.getFullYear()} ${two(
    date.getHours(),
  )}:${two(date.getMinutes())}:${two(date.getSeconds())} ${offset}`;
}

/** `23-Jan-2000 15:00:00`, in the system's time zone. */
export function certificateDate(date: Date): string {
  return `${two(date.getDate())}-${MONTHS[date.getMonth()]}-${date.getFullYear()} ${two(date.getHours())}:${two(
    date.getMinutes(),
  )}:${two(date.getSeconds())}`;
}
