// Messages to bytes. In memory and small: at once, to one array. Otherwise: to a source that is read when it is sent.
import type { ReadyLines } from "@wirepost/octet-scan";
import { raceAbort } from "./abort.js";
import { loadCharset, readyCharset, type TextCharset, UTF8 } from "./charset.js";
import { type ComposeOptions, checkComposeOptions, DEFAULT_INLINE_LIMIT_BYTES } from "./compose-options.js";
import { extractImages } from "./data-urls.js";
import { type Encoded, type Entity, encodeEntity, occursInPlainContent } from "./entity.js";
import { MimeError } from "./errors.js";
import { checkMessageFields } from "./known-elsewhere.js";
import { buildHeader, type MessageHeader } from "./message-header.js";
import type { MessageInput } from "./message-input.js";
import { planBody } from "./message-plan.js";
import { allInMemory, joinPieces, type MessageSource, messageSource, piecesSize } from "./message-source.js";
import { oneOf } from "./options.js";
import { bodySource, type PlanContext } from "./part-plan.js";
import type { Piece } from "./piece.js";
import { utf8Decode, utf8Encode } from "./platform.js";
import { randomToken } from "./random.js";
import { checkBesideRaw, composeRaw, planRaw } from "./raw-message.js";
import { composeAsItIs } from "./ready-as-it-is.js";
import { type Source, wholeSource } from "./source.js";

/** A message as it goes on the wire, before dot-stuffing. */
export interface ComposedMessage {
  /** With its angle brackets; empty for a ready message that has none. */
  readonly messageId: string;
  /** All octets, or a source of them: lines end in CRLF and have at most 998 octets (binary contents excepted). */
  readonly content: Uint8Array | MessageSource;
  /** Size of the content, when it is known without reading; for SIZE (RFC 1870). */
  readonly sizeBytes: number | undefined;
  /** What the transport must be able to carry (RFC 6152, RFC 3030). */
  readonly body: "7BIT" | "8BITMIME" | "BINARYMIME";
  /** True when the header holds raw UTF-8 and MAIL needs SMTPUTF8 (RFC 6531). */
  readonly smtpUtf8: boolean;
  /**
   * The content once more, as lines that need not be looked at again, where `readyLines` asked for them and they are that. Give
   * them back with `release()`.
   */
  readonly readyLines?: ReadyLines | undefined;
}

const TEXT_ENCODINGS = ["quoted-printable", "base64"] as const;
const FILENAME_ENCODINGS = ["both", "rfc2231", "rfc2047"] as const;

const BODY_OF = { "7bit": "7BIT", "8bit": "8BITMIME", binary: "BINARYMIME" } as const;

/**
 * Composes a message. The result comes at once when every content is in memory, and as a promise when something has to
 * be opened, read or loaded first; a content that cannot be read is found, and named, before the promise resolves.
 *
 * @throws MimeError, also as the promise's rejection; see MIME_ERROR_CODES
 */
export function composeMessage(
  message: MessageInput,
  options: ComposeOptions = {},
): ComposedMessage | Promise<ComposedMessage> {
  checkComposeOptions(options);
  if (typeof message !== "object" || message === null) {
    throw new MimeError("ERR_MIME_INVALID_OPTION", "The message is no object");
  }
  checkMessageFields(message);
  const charset = message.charset === undefined ? UTF8 : readyCharset(message.charset);
  if (charset === undefined)
    return loadCharset(message.charset!).then((ready) => compose(message, options, ready));
  return compose(message, options, charset);
}

function compose(
  message: MessageInput,
  options: ComposeOptions,
  charset: TextCharset,
): ComposedMessage | Promise<ComposedMessage> {
  const pending: Source[] = [];
  if (message.raw !== undefined) {
    checkBesideRaw(message);
    const asItIs =
      message.raw instanceof Uint8Array ? composeAsItIs(message.raw, options.readyLines === true) : undefined;
    if (asItIs !== undefined) return asItIs;
    const raw = planRaw(message, options, pending);
    if (pending.length === 0) return composeRaw(raw, options);
    return prepareAll(pending, options, () => composeRaw(raw, options));
  }
  const header = buildHeader(message, options, charset);
  const context: PlanContext = {
    files: options.files,
    charset,
    textEncoding: oneOf(message.textEncoding, TEXT_ENCODINGS, "textEncoding"),
    filenameEncoding: oneOf(message.filenameEncoding, FILENAME_ENCODINGS, "filenameEncoding") ?? "both",
    pending,
  };
  const { html } = message;
  if (message.attachDataUrls === true && html !== undefined && html !== null) {
    const source = bodySource(html, context, "html");
    if (typeof source !== "string") return withHtmlText(message, source, options, charset);
    return plan(withImages(message, source, header, options), header, context, options);
  }
  return plan(message, header, context, options);
}

/** Html that is not text yet is read whole first. */
async function withHtmlText(
  message: MessageInput,
  source: Source,
  options: ComposeOptions,
  charset: TextCharset,
): Promise<ComposedMessage> {
  const whole = wholeSource(source);
  if (whole.prepare !== undefined) await prepareAll([whole], options, () => undefined);
  return compose({ ...message, html: utf8Decode(whole.octets!) }, options, charset);
}

function withImages(
  message: MessageInput,
  html: string,
  header: MessageHeader,
  options: ComposeOptions,
): MessageInput {
  const domain = header.messageId.slice(header.messageId.lastIndexOf("@") + 1, -1);
  const extracted = extractImages(html, domain, options.random);
  return {
    ...message,
    html: extracted.html,
    attachments: [...extracted.attachments, ...(message.attachments ?? [])],
  };
}

function plan(
  message: MessageInput,
  header: MessageHeader,
  context: PlanContext,
  options: ComposeOptions,
): ComposedMessage | Promise<ComposedMessage> {
  const { pending } = context;
  const body = planBody(message, context);
  if (pending.length === 0) return finish(header, body, options);
  return prepareAll(pending, options, () => finish(header, body, options));
}

/** Readies all contents and uses them; when one fails, the caller gives up, or they are of no use, they are let go. */
async function prepareAll<T>(pending: readonly Source[], options: ComposeOptions, use: () => T): Promise<T> {
  const prepareContext = {
    inlineLimitBytes: options.inlineLimitBytes ?? DEFAULT_INLINE_LIMIT_BYTES,
    files: options.files,
    signal: options.signal,
  };
  const all = Promise.allSettled(pending.map((source) => source.prepare?.(prepareContext)));
  try {
    for (const result of await raceAbort(all, options.signal)) {
      if (result.status === "rejected") throw result.reason;
    }
    const seen = new Set<object>();
    for (const source of pending) {
      const origin = source.origin ?? source;
      if (source.octets === undefined && !source.repeatable && seen.has(origin)) throw usedTwice(source);
      seen.add(origin);
    }
    return use();
  } catch (cause) {
    await Promise.all(pending.map((source) => source.close()));
    throw cause;
  }
}

function usedTwice({ what }: Source): MimeError {
  return new MimeError(
    "ERR_MIME_SOURCE_CONSUMED",
    `The stream of ${what} stands in the message twice and can be read once`,
    {
      subject: what,
    },
  );
}

function finish(header: MessageHeader, body: Entity, options: ComposeOptions): ComposedMessage {
  const encoded = encodeEntity(body, options.transport ?? "7bit");
  const writer = new EntityWriter(header, chooseBoundary(encoded, options));
  writer.write(encoded);
  const pieces = writer.end();
  const sizeBytes = piecesSize(pieces);
  const limit = options.inlineLimitBytes ?? DEFAULT_INLINE_LIMIT_BYTES;
  const content =
    allInMemory(pieces) && sizeBytes! <= limit ? joinPieces(pieces, sizeBytes!) : messageSource(pieces);
  const widest = encoded.encoding === "8bit" || encoded.encoding === "binary" ? encoded.encoding : "7bit";
  return {
    messageId: header.messageId,
    content,
    sizeBytes,
    body: BODY_OF[widest],
    smtpUtf8: header.smtpUtf8,
  };
}

/**
 * What all boundaries of the message end in. `=_` occurs in neither base64 nor quoted-printable; in content that travels
 * as it is, the token is looked for.
 */
function chooseBoundary(encoded: Encoded, options: ComposeOptions): string {
  if (encoded.children.length === 0) return "";
  for (let attempt = 0; attempt < 16; attempt += 1) {
    const token = randomToken(options.random);
    if (!occursInPlainContent(encoded, token)) return token;
  }
  throw new MimeError(
    "ERR_MIME_INVALID_BOUNDARY",
    "No boundary was found that does not occur in the content",
  );
}

function isEmpty({ entity, pieces }: Encoded): boolean {
  if (entity.kind === "multipart" || entity.header === undefined) return false;
  return pieces.every(
    (piece) => (typeof piece === "string" || piece instanceof Uint8Array) && piece.length === 0,
  );
}

/** Writes entities as text and pieces. */
class EntityWriter {
  readonly #pieces: Piece[] = [];
  readonly #token: string;
  readonly #utf8: boolean;
  #text: string;
  #multiparts = 0;
  #endsLine = true;

  constructor(header: MessageHeader, token: string) {
    this.#text = header.text;
    this.#utf8 = header.smtpUtf8;
    this.#token = token;
  }

  write(encoded: Encoded): void {
    const { entity, encoding } = encoded;
    if (entity.kind === "multipart") {
      this.#multiparts += 1;
      const boundary = `=_${this.#multiparts}_${this.#token}`;
      this.#text += `Content-Type: multipart/${entity.subtype}${entity.parameters};\r\n boundary="${boundary}"\r\n`;
      if (encoding !== "7bit") this.#text += `Content-Transfer-Encoding: ${encoding}\r\n`;
      this.#text += "\r\n";
      for (const child of encoded.children) {
        this.#text += `--${boundary}\r\n`;
        this.write(child);
        // The CRLF before a boundary belongs to it (RFC 2046 5.1.1), so a content keeps its own last line end. A content
        // of nothing is written as the grammar has it, without an empty line of its own: readers would keep that.
        if (!isEmpty(child)) this.#text += "\r\n";
      }
      this.#text += `--${boundary}--`;
      this.#endsLine = false;
      return;
    }
    if (entity.header !== undefined)
      this.#text += `${entity.header}Content-Transfer-Encoding: ${encoding}\r\n\r\n`;
    this.#endsLine = true;
    for (const piece of encoded.pieces) this.#add(piece);
  }

  #add(piece: Piece): void {
    if (typeof piece === "string") {
      if (piece === "") return;
      this.#text += piece;
      this.#endsLine = piece.endsWith("\n");
      return;
    }
    if (piece instanceof Uint8Array) {
      if (piece.length === 0) return;
      this.#endsLine = piece[piece.length - 1] === 10;
    } else this.#endsLine = false;
    this.#flush();
    this.#pieces.push(piece);
  }

  #flush(): void {
    if (this.#text === "") return;
    // Everything in the text is ASCII, but for the header under SMTPUTF8.
    this.#pieces.push(this.#utf8 && this.#pieces.length === 0 ? utf8Encode(this.#text) : this.#text);
    this.#text = "";
  }

  /** The pieces; a message ends with a line end. */
  end(): Piece[] {
    if (!this.#endsLine) this.#text += "\r\n";
    this.#flush();
    return this.#pieces;
  }
}
