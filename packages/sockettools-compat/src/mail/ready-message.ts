// A message that was assigned whole: its fields are shown, and replaced in its header, the rest stays as it is.
import {
  type ContentType,
  decodeQuotedPrintable,
  decodeWords,
  type HeaderField,
  parseContentType,
  parseHeadersTolerant,
} from "@wirepost/mime-message";
import { composeNow, type MailFields } from "./compose.js";

const HEADER_END = /\r?\n\r?\n/;

export class ReadyMessage {
  #header: string;
  readonly #body: string;

  constructor(text: string) {
    const end = HEADER_END.exec(text);
    this.#header = end === null ? text : text.slice(0, end.index);
    this.#body = end === null ? "" : text.slice(end.index + end[0].length);
  }

  get text(): string {
    return `${this.#header}\r\n\r\n${this.#body}`;
  }

  get #fields(): readonly HeaderField[] {
    return parseHeadersTolerant(`${this.#header}\r\n\r\n`);
  }

  /** A field as people read it; "" where there is none. */
  field(name: string): string {
    const found = this.#fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
    return found === undefined ? "" : decodeWords(found.value).trim();
  }

  /** Puts a field as the composer writes it into the place of the one there is. @throws MimeError */
  replace(name: string, fields: Partial<MailFields>): void {
    const own = new RegExp(`^${name}:`, "i");
    const lines = this.#header.split(/\r?\n(?![ \t])/);
    const at = lines.findIndex((line) => own.test(line));
    const rest = lines.filter((line) => !own.test(line) && line !== "");
    const made = fieldFrom(name, fields);
    if (made !== undefined) rest.splice(at < 0 ? rest.length : at, 0, made);
    this.#header = rest.join("\r\n");
  }

  /** The text of a message of one part; "" for one of several. */
  get bodyText(): string {
    const type = contentTypeOf(this.field("Content-Type"));
    if (type === undefined || !type.mediaType.startsWith("text/")) return "";
    const encoding = this.field("Content-Transfer-Encoding").toLowerCase();
    const raw = Buffer.from(this.#body, "utf8");
    const octets =
      encoding === "base64"
        ? Buffer.from(this.#body, "base64")
        : encoding === "quoted-printable"
          ? decodeQuotedPrintable(raw)
          : raw;
    // What was not encoded came as text already.
    return encoding === "base64" || encoding === "quoted-printable"
      ? new TextDecoder(charsetOf(type.parameters.get("charset"))).decode(octets)
      : this.#body;
  }
}

/** Undefined for what is none. */
function contentTypeOf(text: string): ContentType | undefined {
  try {
    return parseContentType(text === "" ? "text/plain" : text);
  } catch {
    return undefined;
  }
}

function charsetOf(label: string | undefined): string {
  try {
    return new TextDecoder(label ?? "utf-8").encoding;
  } catch {
    return "latin1";
  }
}

/** One field with its folds and encoded words; undefined where it would be empty. */
function fieldFrom(name: string, fields: Partial<MailFields>): string | undefined {
  const values = Object.values(fields);
  if (values.every((value) => value === "")) return undefined;
  const text = composeNow({ from: "a@example.com", ...fields }).toString("utf8");
  const header = text.slice(0, text.indexOf("\r\n\r\n"));
  return header
    .split(/\r\n(?![ \t])/)
    .find((field) => field.toLowerCase().startsWith(`${name.toLowerCase()}:`));
}
