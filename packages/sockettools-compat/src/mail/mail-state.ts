// What stands behind a MailMessage.
import { basename } from "node:path";
import type { MessageInput } from "@wirepost/mime-message";
import {
  stErrorInvalidFileName,
  stErrorOperationInProgress,
  stErrorOperationNotSupported,
} from "../error-numbers.js";
import { SocketToolsError } from "../errors.js";
import type { Given } from "../language/arguments.js";
import { Registry } from "../language/registry.js";
import { failureOf, Outcome, toFailure } from "../outcome.js";
import { composeNow, type MailFields } from "./compose.js";
import { type AttachedFile, readAttachment } from "./file-content.js";
import { ReadyMessage } from "./ready-message.js";

/** By its message; see Registry. */
export const mailStates = new Registry<MailState>("MailMessage");

/** A file that is being read. */
interface PendingFile {
  readonly name: string;
  readonly loading: Promise<void>;
  file: AttachedFile | undefined;
  failure: SocketToolsError | undefined;
}

type FieldName = keyof MailFields;

const HEADER_NAMES: Readonly<Record<FieldName, string>> = {
  from: "From",
  to: "To",
  cc: "Cc",
  subject: "Subject",
  date: "Date",
};

export class MailState {
  readonly outcome = new Outcome();
  throwError = false;
  localize = false;
  bcc = "";
  #fields: MailFields = emptyFields();
  #text = "";
  #html = "";
  #contentType = "";
  #encoding = "";
  #files: PendingFile[] = [];
  #ready: ReadyMessage | undefined;
  /** The message as it was read first; another Date and Message-ID would make it another message. */
  #composed: Buffer | undefined;

  // ---- Fields ----------------------------------------------------------------------------------------------------------

  #field(name: FieldName): string {
    return this.#ready === undefined ? this.#fields[name] : this.#ready.field(HEADER_NAMES[name]);
  }

  #setField(name: FieldName, value: string): void {
    this.#composed = undefined;
    if (this.#ready === undefined) this.#fields[name] = value;
    else telling(() => this.#ready?.replace(HEADER_NAMES[name], { [name]: value }));
  }

  get from(): string {
    return this.#field("from");
  }

  set from(value: string) {
    this.#setField("from", value);
  }

  get to(): string {
    return this.#field("to");
  }

  set to(value: string) {
    this.#setField("to", value);
  }

  get cc(): string {
    return this.#field("cc");
  }

  set cc(value: string) {
    this.#setField("cc", value);
  }

  get subject(): string {
    return this.#field("subject");
  }

  set subject(value: string) {
    this.#setField("subject", value);
  }

  get date(): string {
    return this.#field("date");
  }

  set date(value: string) {
    this.#setField("date", value);
  }

  // ---- Content ---------------------------------------------------------------------------------------------------------

  /** @throws SocketToolsError for a message that was assigned whole */
  #changeContent(what: string): void {
    this.#composed = undefined;
    if (this.#ready === undefined) return;
    throw new SocketToolsError(
      `${what}: a message that was assigned whole stays as it is; Reset begins another`,
      {
        number: stErrorOperationNotSupported,
        code: "ERR_SOCKETTOOLS_MESSAGE",
      },
    );
  }

  get text(): string {
    return this.#ready === undefined ? this.#text : this.#ready.bodyText;
  }

  set text(value: string) {
    this.#changeContent("Text");
    this.#text = value;
  }

  get contentType(): string {
    return this.#ready === undefined ? this.#contentType : this.#ready.field("Content-Type");
  }

  set contentType(value: string) {
    this.#changeContent("ContentType");
    this.#contentType = value;
  }

  get encoding(): string {
    return this.#ready === undefined ? this.#encoding : this.#ready.field("Content-Transfer-Encoding");
  }

  set encoding(value: string) {
    this.#changeContent("Encoding");
    this.#encoding = value;
  }

  // ---- Files -----------------------------------------------------------------------------------------------------------

  get attachment(): string {
    return this.#files.at(-1)?.name ?? "";
  }

  /** Its failure is told where the message is read. */
  set attachment(path: string) {
    this.#changeContent("Attachment");
    if (path !== "") void this.#attach(path);
  }

  async attachFile(given: Given<readonly [path: string, options: number | undefined]>): Promise<number> {
    try {
      const [path] = given.read();
      this.#changeContent("AttachFile");
      if (path.trim() === "") throw failureOf(stErrorInvalidFileName);
      const pending = this.#attach(path);
      await pending.loading;
      if (pending.failure !== undefined) {
        this.#files = this.#files.filter((one) => one !== pending);
        throw pending.failure;
      }
      return this.#succeeded();
    } catch (error) {
      return this.#failed(error);
    }
  }

  #attach(path: string): PendingFile {
    const name = basename(path);
    const pending: PendingFile = {
      name,
      file: undefined,
      failure: undefined,
      loading: readAttachment(path, name).then(
        (file) => {
          pending.file = file;
        },
        (error: unknown) => {
          pending.failure = toFailure(error);
        },
      ),
    };
    this.#files.push(pending);
    return pending;
  }

  // ---- The whole -------------------------------------------------------------------------------------------------------

  /** "" and LastError for what cannot be composed. @throws SocketToolsError with ThrowError alone */
  get message(): string {
    try {
      const text = this.#read();
      this.#succeeded();
      return text;
    } catch (error) {
      this.#failed(error);
      return "";
    }
  }

  /** @throws SocketToolsError */
  #read(): string {
    if (this.#ready !== undefined) return this.#ready.text;
    return this.#fields.from.trim() === "" ? "" : telling(() => this.#compose().toString("utf8"));
  }

  set message(value: string) {
    this.reset();
    if (value !== "") this.#ready = new ReadyMessage(value);
  }

  /** The octets, once every file is read. @throws SocketToolsError */
  async octets(): Promise<Uint8Array> {
    await Promise.all(this.#files.map(({ loading }) => loading));
    return Buffer.from(this.#read(), "utf8");
  }

  #compose(): Buffer {
    this.#composed ??= composeNow(this.#input());
    return this.#composed;
  }

  #input(): MessageInput {
    const type = this.#contentType.trim().toLowerCase();
    const isHtml = type.startsWith("text/html") && this.#html === "";
    const html = isHtml ? this.#text : this.#html;
    const plain = isHtml ? "" : this.#text;
    const own = !isHtml && type !== "" && !type.startsWith("text/plain") && html === "";
    const encoding = this.#encoding.trim().toLowerCase();
    return {
      ...this.#fields,
      // A message without text has an empty one.
      ...(own
        ? { alternatives: [{ content: plain, contentType: this.#contentType.trim() }] }
        : html === ""
          ? { text: { content: plain } }
          : { html, text: plain }),
      ...(encoding === "base64" || encoding === "quoted-printable" ? { textEncoding: encoding } : {}),
      ...(this.#files.length === 0 ? {} : { attachments: this.#files.map((one) => ({ raw: partOf(one) })) }),
    };
  }

  compose(
    given: Given<
      readonly [
        from: string,
        to: string,
        cc: string | undefined,
        bcc: string | undefined,
        subject: string | undefined,
        text: string | undefined,
        html: string | undefined,
        characterSet: number | undefined,
        encodingType: number | undefined,
      ]
    >,
  ): number {
    try {
      const [from, to, cc = "", bcc = "", subject = "", text = "", html = ""] = given.read();
      this.reset();
      this.#fields = { from, to, cc, subject, date: "" };
      this.bcc = bcc;
      this.#text = text;
      this.#html = html;
      // What cannot be written is told here, where a program looks for it.
      this.#compose();
      return this.#succeeded();
    } catch (error) {
      return this.#failed(error);
    }
  }

  reset(): void {
    this.#fields = emptyFields();
    this.bcc = "";
    this.#text = "";
    this.#html = "";
    this.#contentType = "";
    this.#encoding = "";
    this.#files = [];
    this.#ready = undefined;
    this.#composed = undefined;
  }

  #succeeded(): number {
    this.outcome.number = 0;
    return 0;
  }

  #failed(error: unknown): number {
    const failure = toFailure(error);
    this.outcome.record(failure);
    if (this.throwError) throw failure;
    return failure.Number;
  }
}

/** A failure of the core as the control tells it. @throws SocketToolsError */
function telling<Result>(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw toFailure(error);
  }
}

function emptyFields(): MailFields {
  return { from: "", to: "", cc: "", subject: "", date: "" };
}

/** @throws SocketToolsError */
function partOf({ name, file, failure }: PendingFile): Uint8Array {
  if (failure !== undefined) throw failure;
  if (file !== undefined) return file.part;
  throw new SocketToolsError(
    `${name} is not read yet: await AttachFile, or give the MailMessage itself to SendMessage`,
    {
      number: stErrorOperationInProgress,
      code: "ERR_SOCKETTOOLS_MESSAGE",
    },
  );
}
