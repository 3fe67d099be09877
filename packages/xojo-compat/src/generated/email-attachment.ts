// Written by generate/generate.mjs from table/. Change the table, then run `pnpm generate`.

import { text, truth } from "../language/coerce.js";
import type { FolderItem } from "../language/folder-item.js";
import { guardSpelling } from "../language/spelling.js";
import { AttachmentState, attachmentStates } from "../mail/attachment-state.js";

/** A file in a message. Data leaves as it is: under a ContentEncoding it is encoded already. */
export class EmailAttachment {
  static {
    guardSpelling(EmailAttachment);
  }

  constructor() {
    attachmentStates.attach(this, new AttachmentState());
    // A misspelt member of ours must not become a new one; a subclass has members of its own.
    if (new.target === EmailAttachment) Object.preventExtensions(this);
  }

  /** The file name that the reader sees. */
  get Name(): string {
    return attachmentStates.of(this).name;
  }
  set Name(value: string) {
    attachmentStates.of(this).name = text("Name", value);
  }

  /** The media type; empty: by Name. */
  get MIMEType(): string {
    return attachmentStates.of(this).mimeType;
  }
  set MIMEType(value: string) {
    attachmentStates.of(this).mimeType = text("MIMEType", value);
  }

  /** How Data is encoded already, as `base64`; empty: not at all, and it is encoded here. */
  get ContentEncoding(): string {
    return attachmentStates.of(this).contentEncoding;
  }
  set ContentEncoding(value: string) {
    attachmentStates.of(this).contentEncoding = text("ContentEncoding", value);
  }

  /**
   * The content, encoded as ContentEncoding says. Takes octets too. Text of any script that is not encoded
   * leaves in UTF-8.
   */
  get Data(): string {
    return attachmentStates.of(this).data;
  }
  set Data(value: string | Uint8Array) {
    attachmentStates.of(this).data = value;
  }

  /** Whether readers show it in the text. */
  get InlineContent(): boolean {
    return attachmentStates.of(this).inlineContent;
  }
  set InlineContent(value: boolean) {
    attachmentStates.of(this).inlineContent = truth("InlineContent", value);
  }

  /** Of the classic Mac OS. */
  get MacType(): string {
    return attachmentStates.of(this).macType;
  }
  set MacType(value: string) {
    attachmentStates.of(this).macType = text("MacType", value);
  }

  /** Of the classic Mac OS. */
  get MacCreator(): string {
    return attachmentStates.of(this).macCreator;
  }
  set MacCreator(value: string) {
    attachmentStates.of(this).macCreator = text("MacCreator", value);
  }

  /**
   * Reads a file. Name, MIMEType and ContentEncoding are there at once, Data when the promise resolves.
   * Blocks in Xojo; here Data needs `await`. A send waits by itself.
   *
   * @throws IOException, as rejection, when the file cannot be read
   */
  LoadFromFile(file: FolderItem): Promise<void> {
    return attachmentStates.of(this).loadFromFile(file);
  }
}
