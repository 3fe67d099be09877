import { composeMessage, encodeBase64Lines, parseHeadersTolerant } from "@wirepost/mime-message";
import { fromFile } from "@wirepost/mime-message/node";
import { IOException, RuntimeException } from "../errors.js";
import type { FolderItem } from "../language/folder-item.js";
import { Registry } from "../language/registry.js";
import { octetsOf } from "./octets-of.js";

/** What stands behind an EmailAttachment. */
export const attachmentStates = new Registry<AttachmentState>("EmailAttachment");

export class AttachmentState {
  name = "";
  mimeType = "";
  contentEncoding = "";
  inlineContent = false;
  macCreator = "";
  macType = "";
  #data: string | Uint8Array = "";
  #loading: Promise<void> | undefined;
  #failure: unknown;

  /** As a String; octets that were assigned come as one character each. */
  get data(): string {
    return typeof this.#data === "string" ? this.#data : Buffer.from(this.#data).toString("latin1");
  }

  set data(value: string | Uint8Array) {
    if (typeof value !== "string" && !(value instanceof Uint8Array)) {
      throw new RuntimeException(`Data takes a String, not ${typeof value}`, { code: "ERR_XOJO_TYPE" });
    }
    // What the program assigns counts, whatever a file that is still being read holds.
    this.#loading = undefined;
    this.#failure = undefined;
    this.#data = value;
  }

  /**
   * Name, MIMEType and ContentEncoding are there at once, Data when the promise resolves. A send waits for it by itself.
   *
   * @throws IOException (as rejection) when the file cannot be read
   */
  loadFromFile(file: FolderItem): Promise<void> {
    this.name = file.Name;
    this.mimeType = mimeTypeOf(file.Name);
    this.contentEncoding = "base64";
    this.#failure = undefined;
    const loading = readAsBase64(file.NativePath).then(
      (data) => {
        if (this.#loading === loading) this.#data = data;
      },
      (error: unknown) => {
        const failure = new IOException(`${file.NativePath} cannot be read`, {
          code: "ERR_XOJO_FILE",
          cause: error,
        });
        if (this.#loading === loading) this.#failure = failure;
        throw failure;
      },
    );
    this.#loading = loading;
    const settled = (): void => {
      if (this.#loading === loading) this.#loading = undefined;
    };
    // Not awaited, its failure is told by the send.
    loading.then(settled, settled);
    return loading;
  }

  /** Resolves when Data is there. @throws IOException */
  async ready(): Promise<void> {
    await this.#loading;
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** @throws RuntimeException ERR_XOJO_NOT_LOADED, IOException */
  assertReady(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#loading === undefined) return;
    throw new RuntimeException(`await LoadFromFile of ${this.name} first`, { code: "ERR_XOJO_NOT_LOADED" });
  }

  /** The ready part: its header from the core, Data as it is under ContentEncoding. @throws MimeError, RuntimeException */
  part(): Uint8Array {
    const { encoding, body } = this.#encoded();
    return Buffer.concat([
      Buffer.from(`${this.#header()}Content-Transfer-Encoding: ${encoding}\r\n\r\n`, "latin1"),
      body,
    ]);
  }

  #encoded(): { encoding: string; body: Uint8Array } {
    const given = this.contentEncoding.trim();
    const octets = octetsOf(this.#data);
    const isAscii = octets.every((octet) => octet < 0x80 && octet !== 0);
    switch (given.toLowerCase()) {
      case "":
      case "binary":
        return { encoding: "base64", body: encodeBase64Lines(octets) };
      case "7bit":
      case "8bit":
        return isAscii
          ? { encoding: given, body: octets }
          : { encoding: "base64", body: encodeBase64Lines(octets) };
      case "base64":
        return { encoding: given, body: wrapBase64(octets) };
      default:
        if (/^[A-Za-z0-9-]{1,40}$/.test(given)) return { encoding: given, body: octets };
        throw new RuntimeException(`"${given}" is no ContentEncoding`, { code: "ERR_XOJO_VALUE" });
    }
  }

  /** Content-Type and Content-Disposition as the core writes them, with file names in every script. */
  #header(): string {
    const composed = composeMessage({
      from: "a@example.com",
      attachments: [
        {
          content: "",
          filename: this.name === "" ? false : this.name,
          contentType: this.mimeType === "" ? undefined : this.mimeType,
          contentDisposition: this.inlineContent ? "inline" : "attachment",
        },
      ],
    });
    return fieldsOf(composed, /^content-(?:type|disposition):/i);
  }
}

/** base64 on one line, as some encoders give it, would break the limit of 998 octets (RFC 5322 2.1.1). */
function wrapBase64(octets: Uint8Array): Uint8Array {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("latin1");
  if (!/[^\r\n]{999}/.test(text)) return octets;
  const one = text.replace(/[^A-Za-z0-9+/=]+/g, "");
  return Buffer.from(one.replace(/(.{76})(?=.)/g, "$1\r\n"), "latin1");
}

/** The fields of a composed message whose lines begin so, folds included. */
function fieldsOf(composed: ReturnType<typeof composeMessage>, wanted: RegExp): string {
  const text = textOf(composed);
  const header = text.slice(0, text.indexOf("\r\n\r\n") + 2);
  const fields = header.split(/\r\n(?![ \t])/).filter((field) => wanted.test(field));
  return fields.map((field) => `${field}\r\n`).join("");
}

/** What a message without anything to read is composed to: octets, in this turn. */
function textOf(composed: ReturnType<typeof composeMessage>): string {
  if (composed instanceof Promise || !(composed.content instanceof Uint8Array)) {
    throw new RuntimeException("a message in memory was not composed at once", {
      code: "ERR_XOJO_NOT_LOADED",
    });
  }
  return Buffer.from(composed.content).toString("latin1");
}

function mimeTypeOf(name: string): string {
  const composed = composeMessage({
    from: "a@example.com",
    attachments: [{ content: "", filename: name === "" ? false : name }],
  });
  const [field] = parseHeadersTolerant(fieldsOf(composed, /^content-type:/i));
  return (field?.value ?? "application/octet-stream").replace(/;.*$/s, "").trim();
}

/** mime-message reads the file and encodes it; what follows the header is the base64. */
async function readAsBase64(path: string): Promise<string> {
  const composed = await composeMessage({ from: "a@example.com", attachments: [fromFile(path)] });
  const pieces: Uint8Array[] = [];
  if (composed.content instanceof Uint8Array) pieces.push(composed.content);
  else for await (const piece of composed.content.open()) pieces.push(piece.slice());
  const text = Buffer.concat(pieces).toString("latin1");
  return text.slice(text.indexOf("\r\n\r\n") + 4).trimEnd();
}
