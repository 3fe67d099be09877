import {
  type ComposedMessage,
  composeMessage,
  type EmailMessage,
  type MessageInput,
  type MessageSource,
} from "@wirepost/mime-message";
import { DeliveryError } from "../errors.js";

/** A message as every server gets it: the same octets, the same Message-ID, as often as they are needed. */
export interface FrozenMessage {
  readonly raw: Uint8Array | (() => AsyncIterable<Uint8Array>);
  readonly messageId: string;
  readonly sizeBytes: number | undefined;
  /** `TLS-Required: No` stands in its header (RFC 8689 section 3). */
  readonly tlsOptional: boolean;
}

const MAX_HEADER_BYTES = 262_144;

/**
 * Composed once, in 7-bit form that every server takes. What can be read only once is kept in memory.
 *
 * @throws MimeError, DeliveryError ERR_DELIVERY_NOT_REPEATABLE
 */
export async function freeze(
  message: MessageInput | EmailMessage,
  options: {
    readonly files: { readonly baseDir: string } | undefined;
    readonly maxLocalPartBytes: number | undefined;
    readonly maxKeptBytes: number;
    readonly signal: AbortSignal;
  },
): Promise<FrozenMessage> {
  const { files, maxLocalPartBytes, signal } = options;
  const composed: ComposedMessage = await composeMessage(message, {
    transport: "7bit",
    smtpUtf8: true,
    files,
    maxLocalPartBytes,
    signal,
  });
  const { messageId, sizeBytes } = composed;
  if (composed.content instanceof Uint8Array) {
    return { raw: composed.content, messageId, sizeBytes, tlsOptional: saysTlsOptional(composed.content) };
  }
  const source: MessageSource = composed.content;
  if (!source.repeatable) {
    const raw = await collect(source.open(signal), options.maxKeptBytes, "refuse");
    return { raw, messageId, sizeBytes: raw.length, tlsOptional: saysTlsOptional(raw) };
  }
  const start = await collect(source.open(signal), MAX_HEADER_BYTES, "stop");
  return { raw: () => source.open(signal), messageId, sizeBytes, tlsOptional: saysTlsOptional(start) };
}

async function collect(
  blocks: AsyncIterable<Uint8Array>,
  maxBytes: number,
  beyond: "refuse" | "stop",
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const block of blocks) {
    size += block.length;
    pieces.push(block);
    if (size <= maxBytes) continue;
    if (beyond === "stop") break;
    throw new DeliveryError("ERR_DELIVERY_NOT_REPEATABLE", `more than ${maxBytes} octets`);
  }
  return Buffer.concat(pieces);
}

function saysTlsOptional(octets: Uint8Array): boolean {
  const text = Buffer.from(
    octets.buffer,
    octets.byteOffset,
    Math.min(octets.length, MAX_HEADER_BYTES),
  ).toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  return /^TLS-Required[ \t]*:[ \t]*No[ \t]*\r?$/im.test(end < 0 ? text : text.slice(0, end + 2));
}
