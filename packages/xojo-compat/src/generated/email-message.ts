// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { text } from "../language/coerce.js";
import { guardSpelling } from "../language/spelling.js";
import type { XojoArray } from "../language/xojo-array.js";
import { sourceOf } from "../mail/compose.js";
import { MessageState, messageStates } from "../mail/message-state.js";
import type { EmailAttachment } from "./email-attachment.js";
import type { InternetHeaders } from "./internet-headers.js";

/** A message. Bcc recipients are in the envelope alone; Source is the text that leaves. */
export class EmailMessage {
  static {
    guardSpelling(EmailMessage);
  }

  /** @param source a ready message to read; see Source */
  constructor(source = "") {
    messageStates.attach(this, new MessageState());
    if (source !== "") this.Source = source;
    // A misspelt member of ours must not become a new one; a subclass has members of its own.
    if (new.target === EmailMessage) Object.preventExtensions(this);
  }

  /** The From field, and the address of MAIL FROM. */
  get FromAddress(): string {
    return messageStates.of(this).fromAddress;
  }
  set FromAddress(value: string) {
    messageStates.of(this).fromAddress = text("FromAddress", value);
  }

  /** The name beside FromAddress. */
  get FromName(): string {
    return messageStates.of(this).fromName;
  }
  set FromName(value: string) {
    messageStates.of(this).fromName = text("FromName", value);
  }

  /** The To recipients, separated by commas. */
  get ToAddress(): string {
    return messageStates.of(this).to.text;
  }
  set ToAddress(value: string) {
    messageStates.of(this).to.text = text("ToAddress", value);
  }

  /** The Cc recipients, separated by commas. */
  get CCAddress(): string {
    return messageStates.of(this).cc.text;
  }
  set CCAddress(value: string) {
    messageStates.of(this).cc.text = text("CCAddress", value);
  }

  /** Recipients that no reader sees, separated by commas. */
  get BCCAddress(): string {
    return messageStates.of(this).bcc.text;
  }
  set BCCAddress(value: string) {
    messageStates.of(this).bcc.text = text("BCCAddress", value);
  }

  /** The subject, in any script. */
  get Subject(): string {
    return messageStates.of(this).subject;
  }
  set Subject(value: string) {
    messageStates.of(this).subject = text("Subject", value);
  }

  /** text/plain. */
  get BodyPlainText(): string {
    return messageStates.of(this).bodyPlainText;
  }
  set BodyPlainText(value: string) {
    messageStates.of(this).bodyPlainText = text("BodyPlainText", value);
  }

  /** text/html. */
  get BodyHTML(): string {
    return messageStates.of(this).bodyHTML;
  }
  set BodyHTML(value: string) {
    messageStates.of(this).bodyHTML = text("BodyHTML", value);
  }

  /** text/enriched. */
  get BodyEnriched(): string {
    return messageStates.of(this).bodyEnriched;
  }
  set BodyEnriched(value: string) {
    messageStates.of(this).bodyEnriched = text("BodyEnriched", value);
  }

  /** Further header fields. They win over those made from the members. */
  get Headers(): InternetHeaders {
    return messageStates.of(this).headers;
  }
  set Headers(value: InternetHeaders) {
    messageStates.of(this).headers = value;
  }

  /** The attachments; a live array. */
  get Attachments(): XojoArray<EmailAttachment> {
    return messageStates.of(this).attachments;
  }
  set Attachments(value: readonly EmailAttachment[]) {
    messageStates.of(this).attachments = value;
  }

  /**
   * The complete text that is sent, with CRLF. Assigned, the text is sent as it is, without Bcc, to those its
   * header names. Assigning fills the members of the header, and the body of a simple text; "" goes back to
   * the members.
   *
   * @throws RuntimeException or MimeError when the message cannot be composed
   */
  get Source(): string {
    return sourceOf(this);
  }
  set Source(value: string) {
    messageStates.of(this).raw = text("Source", value);
  }

  /** Adds a To recipient. */
  AddRecipient(email: string): void {
    messageStates.of(this).to.add(text("email", email));
  }

  /** Adds a Cc recipient. */
  AddCCRecipient(email: string): void {
    messageStates.of(this).cc.add(text("email", email));
  }

  /** Adds a recipient that no reader sees. */
  AddBCCRecipient(email: string): void {
    messageStates.of(this).bcc.add(text("email", email));
  }
}
