// Ready messages as a whole: `raw` in place of fields and bodies.
import type { Mailbox } from "@wirepost/mail-address";
import type { AddressLimits } from "./addresses.js";
import { flatten, readAddresses } from "./addresses.js";
import { normalizeOctets, scanOctets } from "./body-scan.js";
import { UTF8 } from "./charset.js";
import type { ComposedMessage } from "./compose.js";
import { type ComposeOptions, DEFAULT_INLINE_LIMIT_BYTES } from "./compose-options.js";
import { distinct, type Envelope, senderOf } from "./envelope-mailboxes.js";
import { MimeError } from "./errors.js";
import { type HeaderField, parseHeadersTolerant } from "./header-parser.js";
import type { MessageInput } from "./message-input.js";
import { allInMemory, joinPieces, messageSource, piecesSize } from "./message-source.js";
import { rawSource } from "./part-plan.js";
import type { Piece, StreamPiece } from "./piece.js";
import { indexOfSequence, latin1Decode, latin1Encode, utf8DecodeStrict } from "./platform.js";
import { encodeReady, type ReadyContent, type ReadySource, readySource } from "./ready.js";
import { withoutFields } from "./seven-bit.js";
import type { Source } from "./source.js";

const WHAT = "the raw message";

/** What may stand beside `raw`: the envelope, and fields that only serve to make one. */
const BESIDE_RAW = new Set(["raw", "envelope", "from", "sender", "to", "cc", "bcc"]);

const BCC = /^(?:resent-)?bcc$/i;
const HEADER_END = new Uint8Array([13, 10, 13, 10]);

/** @throws MimeError `ERR_MIME_INVALID_OPTION` for fields that a ready message cannot have beside it */
export function checkBesideRaw(message: MessageInput): void {
  for (const name in message) {
    if (!BESIDE_RAW.has(name) && (message as Record<string, unknown>)[name] !== undefined) {
      throw new MimeError("ERR_MIME_INVALID_OPTION", `raw is a ready message and excludes ${name}`, {
        subject: name,
      });
    }
  }
}

/** Plans a raw message; `pending` receives what has to be readied first. */
export function planRaw(message: MessageInput, options: ComposeOptions, pending: Source[]): ReadySource {
  const inner: Source[] = [];
  const source = readySource(
    rawSource(
      message.raw!,
      {
        files: options.files,
        charset: UTF8,
        textEncoding: undefined,
        filenameEncoding: "both",
        pending: inner,
      },
      WHAT,
    ),
  );
  if (source.prepare !== undefined) pending.push(source);
  return source;
}

interface RawHeader {
  /** With its CRLFs, without the empty line. */
  readonly text: string;
  /** Octets up to the body in the normalised message: header and empty line. */
  readonly size: number;
  readonly fields: readonly HeaderField[];
  readonly smtpUtf8: boolean;
}

/** Reads the header of normalised octets. */
function readHeader(octets: Uint8Array, complete: boolean): RawHeader {
  const startsEmpty = octets[0] === 13 && octets[1] === 10;
  const end = startsEmpty ? 0 : indexOfSequence(octets, HEADER_END);
  if (end < 0 && !complete) {
    throw new MimeError(
      "ERR_MIME_INVALID_HEADER",
      `The header of ${WHAT} does not end within ${octets.length} octets`,
    );
  }
  const headerOctets = octets.subarray(0, end < 0 ? octets.length : startsEmpty ? 0 : end + 2);
  const smtpUtf8 = scanOctets(headerOctets).highOctets > 0;
  if (smtpUtf8 && utf8DecodeStrict(headerOctets) === undefined) {
    throw new MimeError("ERR_MIME_INVALID_HEADER", `The header of ${WHAT} holds octets that are not UTF-8`);
  }
  const text = latin1Decode(headerOctets);
  return {
    text,
    size: headerOctets.length + (end < 0 ? 0 : 2),
    fields: parseHeadersTolerant(headerOctets),
    smtpUtf8,
  };
}

function first(fields: readonly HeaderField[], name: string): string | undefined {
  return fields.find((field) => field.name.toLowerCase() === name)?.value;
}

/** Composes a raw message whose source is ready. */
export function composeRaw(source: ReadySource, options: ComposeOptions): ComposedMessage {
  const transport = options.transport ?? "7bit";
  let head = source.octets ?? source.head;
  if (head === undefined) throw new MimeError("ERR_MIME_SOURCE_INVALID", `${WHAT} cannot be read`);
  const clean = source.octets !== undefined && source.facts?.bareLineEnds === 0;
  if (!clean) head = normalizeOctets(head);
  const original = readHeader(head, source.octets !== undefined);
  if (original.smtpUtf8 && options.smtpUtf8 !== true) {
    throw new MimeError(
      "ERR_MIME_SMTPUTF8_REQUIRED",
      `The header of ${WHAT} is UTF-8 and the transport cannot take it`,
    );
  }
  const isSigned = original.fields.some(({ name }) => /^(?:dkim-signature|arc-seal)$/i.test(name));
  const sevenBitNeeded = source.facts !== undefined && source.facts.highOctets > 0 && transport === "7bit";
  if (isSigned && sevenBitNeeded) {
    throw new MimeError(
      "ERR_MIME_8BIT_REQUIRED",
      `${WHAT} is signed, holds octets above 127, and the transport is 7bit`,
    );
  }
  const ready = encodeReady(source, transport);
  const header =
    ready.octets === undefined || ready.octets === head ? original : readHeader(ready.octets, true);
  const hasBcc = options.keepBcc !== true && header.fields.some(({ name }) => BCC.test(name));
  const kept = hasBcc ? withoutFields(header.text, BCC) : header.text;
  if (
    ready.octets !== undefined &&
    !hasBcc &&
    endsWithLine(ready.octets) &&
    header.size > header.text.length
  ) {
    // Nothing is to be changed: the octets go as they are, however many.
    return composed(header, ready, ready.octets, ready.octets.length);
  }
  const pieces: Piece[] = [latin1Encode(`${kept}\r\n`)];
  if (ready.octets !== undefined) {
    const body = ready.octets.subarray(header.size);
    pieces.push(body);
    if (body.length > 0 && body[body.length - 1] !== 10) pieces.push("\r\n");
  } else pieces.push(withoutStart(ready.piece as StreamPiece, header.size));

  const sizeBytes = piecesSize(pieces);
  const limit = options.inlineLimitBytes ?? DEFAULT_INLINE_LIMIT_BYTES;
  const inline = allInMemory(pieces) && sizeBytes! <= limit;
  return composed(header, ready, inline ? joinPieces(pieces, sizeBytes!) : messageSource(pieces), sizeBytes);
}

function composed(
  header: RawHeader,
  ready: ReadyContent,
  content: ComposedMessage["content"],
  sizeBytes: number | undefined,
): ComposedMessage {
  const id = first(header.fields, "message-id");
  return {
    messageId: id === undefined ? "" : (/<[^<>\s]+>/.exec(id)?.[0] ?? id),
    content,
    sizeBytes,
    body: ready.encoding === "7bit" ? "7BIT" : ready.encoding === "8bit" ? "8BITMIME" : "BINARYMIME",
    smtpUtf8: header.smtpUtf8,
  };
}

function endsWithLine(octets: Uint8Array): boolean {
  return octets.length > 0 && octets[octets.length - 1] === 10;
}

/** The stream without its first octets, which were written already, and with a line end at its end. */
function withoutStart(piece: StreamPiece, skip: number): StreamPiece {
  return {
    // The last line end may have to be added, so the size is known only when the stream ends.
    sizeBytes: undefined,
    repeatable: piece.repeatable,
    async *open(signal) {
      let left = skip;
      let last = 10;
      for await (const block of piece.open(signal)) {
        const rest = left >= block.length ? block.subarray(block.length) : block.subarray(left);
        left = Math.max(0, left - block.length);
        if (rest.length === 0) continue;
        last = rest[rest.length - 1]!;
        yield rest;
      }
      if (last !== 10) yield new Uint8Array([13, 10]);
    },
    close: () => piece.close(),
  };
}

/** The envelope that the header of a raw message in memory describes. */
export function rawEnvelope(message: MessageInput, limits: AddressLimits | undefined): Envelope {
  checkBesideRaw(message);
  const pending: Source[] = [];
  const source = planRaw(message, {}, pending);
  if (source.octets === undefined) {
    throw new MimeError(
      "ERR_MIME_NO_SENDER",
      `${WHAT} is not in memory: give envelope, or from and to beside it`,
    );
  }
  const { fields } = readHeader(normalizeOctets(source.octets), true);
  const resent = fields.filter(({ name }) => /^resent-from$/i.test(name)).length;
  if (resent > 1) {
    throw new MimeError("ERR_MIME_NO_SENDER", `${WHAT} was resent more than once: give envelope`);
  }
  // A message that was resent goes to those it was resent to (RFC 5322 3.6.6).
  const prefix = resent === 1 ? "resent-" : "";
  const read = (name: string) =>
    fields
      .filter((field) => field.name.toLowerCase() === prefix + name)
      .flatMap((field) => flatten(readAddresses(field.value, name, limits)));
  const from: Mailbox = senderOf(read("from"), read("sender"));
  const to = distinct([...read("to"), ...read("cc"), ...read("bcc")]);
  if (to.length === 0) throw new MimeError("ERR_MIME_NO_RECIPIENTS", `${WHAT} names no recipients`);
  return { from, to };
}
