// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { given, type Signature } from "../language/arguments.js";
import { integer, text, truth } from "../language/coerce.js";
import { guardSpelling } from "../language/spelling.js";
import { MailState, mailStates } from "../mail/mail-state.js";

/** Named arguments of ComposeMessage. */
export interface ComposeMessageArguments {
  readonly From?: string | undefined;
  readonly To?: string | undefined;
  readonly Cc?: string | undefined;
  readonly Bcc?: string | undefined;
  readonly Subject?: string | undefined;
  readonly MessageText?: string | undefined;
  readonly MessageHTML?: string | undefined;
  readonly CharacterSet?: number | undefined;
  readonly EncodingType?: number | undefined;
}
type ComposeMessageValues = readonly [
  From: string,
  To: string,
  Cc: string | undefined,
  Bcc: string | undefined,
  Subject: string | undefined,
  MessageText: string | undefined,
  MessageHTML: string | undefined,
  CharacterSet: number | undefined,
  EncodingType: number | undefined,
];
const COMPOSE_MESSAGE: Signature = {
  method: "ComposeMessage",
  parameters: [
    ["From", "text", false],
    ["To", "text", false],
    ["Cc", "text", true],
    ["Bcc", "text", true],
    ["Subject", "text", true],
    ["MessageText", "text", true],
    ["MessageHTML", "text", true],
    ["CharacterSet", "integer", true],
    ["EncodingType", "integer", true],
  ],
};

/** Named arguments of AttachFile. */
export interface AttachFileArguments {
  readonly FileName?: string | undefined;
  readonly Options?: number | undefined;
}
type AttachFileValues = readonly [FileName: string, Options: number | undefined];
const ATTACH_FILE: Signature = {
  method: "AttachFile",
  parameters: [
    ["FileName", "text", false],
    ["Options", "integer", true],
  ],
};

/** The companion that composes messages for SmtpClient. */
export class MailMessage {
  static {
    guardSpelling(MailMessage);
  }

  constructor() {
    mailStates.attach(this, new MailState());
    // A misspelt member of ours must not become a new one; a subclass has members of its own.
    if (new.target === MailMessage) Object.preventExtensions(this);
  }

  /** The author: an address, with or without a name. */
  get From(): string {
    return mailStates.of(this).from;
  }
  set From(value: string | null) {
    mailStates.of(this).from = text("From", value);
  }

  /** Recipients, with commas between them. */
  get To(): string {
    return mailStates.of(this).to;
  }
  set To(value: string | null) {
    mailStates.of(this).to = text("To", value);
  }

  /** Recipients of a copy, with commas between them. */
  get Cc(): string {
    return mailStates.of(this).cc;
  }
  set Cc(value: string | null) {
    mailStates.of(this).cc = text("Cc", value);
  }

  /** Recipients whom no reader sees: not in Message. Name them to SendMessage. */
  get Bcc(): string {
    return mailStates.of(this).bcc;
  }
  set Bcc(value: string | null) {
    mailStates.of(this).bcc = text("Bcc", value);
  }

  /** The subject, in any script. */
  get Subject(): string {
    return mailStates.of(this).subject;
  }
  set Subject(value: string | null) {
    mailStates.of(this).subject = text("Subject", value);
  }

  /** The date; empty: that of the moment when Message is read first. */
  get Date(): string {
    return mailStates.of(this).date;
  }
  set Date(value: string | null) {
    mailStates.of(this).date = text("Date", value);
  }

  /** The text; HTML when ContentType says so. */
  get Text(): string {
    return mailStates.of(this).text;
  }
  set Text(value: string | null) {
    mailStates.of(this).text = text("Text", value);
  }

  /**
   * The whole message. Assigning a ready one shows its fields; it is sent as it is. Empty without From.
   * Reading it counts as a call: empty, with LastError, where it cannot be composed or AttachFile was not
   * awaited.
   *
   * @throws SocketToolsError for those, with ThrowError alone
   */
  get Message(): string {
    return mailStates.of(this).message;
  }
  set Message(value: string | null) {
    mailStates.of(this).message = text("Message", value);
  }

  /**
   * The name of the file attached last. Assigning a file name attaches it. A file is read without waiting:
   * give the object itself to SendMessage, or use `await AttachFile(…)`.
   */
  get Attachment(): string {
    return mailStates.of(this).attachment;
  }
  set Attachment(value: string | null) {
    mailStates.of(this).attachment = text("Attachment", value);
  }

  /** The type of Text; empty: text/plain. */
  get ContentType(): string {
    return mailStates.of(this).contentType;
  }
  set ContentType(value: string | null) {
    mailStates.of(this).contentType = text("ContentType", value);
  }

  /** The encoding of Text, as quoted-printable or base64; empty: what fits. */
  get Encoding(): string {
    return mailStates.of(this).encoding;
  }
  set Encoding(value: string | null) {
    mailStates.of(this).encoding = text("Encoding", value);
  }

  /** Whether times are local. Date is written as it is given. */
  get Localize(): boolean {
    return mailStates.of(this).localize;
  }
  set Localize(value: boolean) {
    mailStates.of(this).localize = truth("Localize", value);
  }

  /** The number of the last call's failure, 0 after success. Assigning sets or clears it. */
  get LastError(): number {
    return mailStates.of(this).outcome.number;
  }
  set LastError(value: number) {
    mailStates.of(this).outcome.number = integer("LastError", value);
  }

  /** The failure of the last call in words; empty after success. */
  get LastErrorString(): string {
    return mailStates.of(this).outcome.text;
  }

  /** True: methods throw a SocketToolsError instead of returning a number. */
  get ThrowError(): boolean {
    return mailStates.of(this).throwError;
  }
  set ThrowError(value: boolean) {
    mailStates.of(this).throwError = truth("ThrowError", value);
  }

  /** Begins a new, empty message. */
  Reset(): void {
    mailStates.of(this).reset();
  }

  /**
   * Begins a new message with these fields and texts. CharacterSet and EncodingType are not looked at, as
   * their numbers are not known: text is UTF-8, encoded as it needs.
   */
  ComposeMessage(
    From: string,
    To: string,
    Cc?: string | undefined,
    Bcc?: string | undefined,
    Subject?: string | undefined,
    MessageText?: string | undefined,
    MessageHTML?: string | undefined,
    CharacterSet?: number | undefined,
    EncodingType?: number | undefined,
  ): number;
  /** The same with named arguments, in an object behind those that are given by place. */
  ComposeMessage(...Arguments: readonly [...positional: unknown[], named: ComposeMessageArguments]): number;
  ComposeMessage(...supplied: readonly unknown[]): number {
    return mailStates.of(this).compose(given<ComposeMessageValues>(COMPOSE_MESSAGE, supplied));
  }

  /** Reads a file and attaches it. */
  AttachFile(FileName: string, Options?: number | undefined): Promise<number>;
  /** The same with named arguments, in an object behind those that are given by place. */
  AttachFile(...Arguments: readonly [...positional: unknown[], named: AttachFileArguments]): Promise<number>;
  AttachFile(...supplied: readonly unknown[]): Promise<number> {
    return mailStates.of(this).attachFile(given<AttachFileValues>(ATTACH_FILE, supplied));
  }

  /** Gives 0; no licence is needed. */
  Initialize(LicenseKey?: string | undefined): number {
    void LicenseKey;
    return 0;
  }
}
