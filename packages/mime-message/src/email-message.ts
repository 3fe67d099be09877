import type { AddressInput } from "./addresses.js";
import type { FileSource } from "./file-policy.js";
import { checkMessageFields } from "./known-elsewhere.js";
import type { ListInput } from "./list-fields.js";
import type {
  AlternativeInput,
  AttachmentInput,
  BodyInput,
  CalendarInput,
  EnvelopeInput,
  HeadersInput,
  MessageInput,
} from "./message-input.js";
import type { ParseMessageOptions } from "./parse-message.js";
import type { ContentInput } from "./source.js";

const BRAND = Symbol.for("@wirepost/mime-message.EmailMessage");

/** A message that is built up field by field: everything a MessageInput has, and a few conveniences. */
export class EmailMessage implements MessageInput {
  declare from?: AddressInput | undefined;
  declare sender?: AddressInput | undefined;
  declare to?: AddressInput | undefined;
  declare cc?: AddressInput | undefined;
  declare bcc?: AddressInput | undefined;
  declare replyTo?: AddressInput | undefined;
  declare subject?: string | undefined;
  declare text?: BodyInput | undefined;
  declare html?: BodyInput | undefined;
  declare enriched?: BodyInput | undefined;
  declare amp?: BodyInput | undefined;
  declare watchHtml?: BodyInput | undefined;
  declare calendar?: string | CalendarInput | undefined;
  declare icalEvent?: string | CalendarInput | undefined;
  declare alternatives?: readonly AlternativeInput[] | undefined;
  declare attachments?: readonly (AttachmentInput | FileSource)[] | undefined;
  declare headers?: HeadersInput | undefined;
  declare list?: ListInput | undefined;
  declare priority?: MessageInput["priority"];
  declare importance?: MessageInput["importance"];
  declare sensitivity?: MessageInput["sensitivity"];
  declare messageId?: string | undefined;
  declare inReplyTo?: string | readonly string[] | undefined;
  declare references?: string | readonly string[] | undefined;
  declare date?: Date | number | string | undefined;
  declare dispositionNotificationTo?: AddressInput | undefined;
  declare returnReceiptTo?: AddressInput | undefined;
  declare raw?: MessageInput["raw"];
  declare envelope?: EnvelopeInput | undefined;
  declare charset?: string | undefined;
  declare textFormat?: MessageInput["textFormat"];
  declare textEncoding?: MessageInput["textEncoding"];
  declare filenameEncoding?: MessageInput["filenameEncoding"];
  declare attachDataUrls?: boolean | undefined;

  /** @throws MimeError `ERR_MIME_UNKNOWN_OPTION` */
  constructor(fields: MessageInput = {}) {
    checkMessageFields(fields);
    Object.assign(this, fields);
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** True for an EmailMessage of any copy of this package. */
  static is(value: unknown): value is EmailMessage {
    return typeof value === "object" && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
  }

  /**
   * Reads a message. Text and attachments come decoded, so composing the result gives an equal message with other bytes;
   * to send the bytes themselves, use `raw`. Transport fields and signatures are left out, other fields are in `headers`.
   * An address field that cannot be read without guessing is left out too.
   *
   * @throws MimeError `ERR_MIME_PARSE`, `ERR_MIME_MODULE_MISSING`, and those of reading a content
   */
  static async parse(source: ContentInput, options?: ParseMessageOptions): Promise<EmailMessage> {
    const { parseMessage } = await import("./parse-message.js");
    return new EmailMessage(await parseMessage(source, options));
  }

  /** Adds an attachment behind those there are. */
  attach(attachment: AttachmentInput | FileSource): this {
    this.attachments = [...(this.attachments ?? []), attachment];
    return this;
  }
}
