// A message as octets: headers with the empty line, and the body.
import type { Mailbox } from "@wirepost/mail-address";
import { type ComposedMessage, composeMessage } from "@wirepost/mime-message";
import type { Fail } from "../failure.js";
import type { BodyStream } from "./body-stream.js";
import type { RecipientState } from "./recipient.js";

export interface Outgoing {
  readonly sender: Mailbox | null;
  readonly recipients: readonly RecipientState[];
  /** Composed for a server with or without 8BITMIME. @throws 10022 */
  composed(eightBit: boolean): Promise<ReadyContent>;
}

export interface ReadyContent {
  readonly head: Uint8Array;
  readonly body: Uint8Array | BodyStream;
  readonly facts: Pick<ComposedMessage, "sizeBytes" | "body" | "smtpUtf8">;
}

const HEADER_END = "\r\n\r\n";

/** @param ready the body is not to be encoded: Message, not MessageText */
export async function composeParts(
  headers: string,
  body: Uint8Array | BodyStream,
  options: { readonly ready: boolean; readonly eightBit: boolean; readonly fail: Fail },
): Promise<ReadyContent> {
  const start = Buffer.from(`${headers}\r\n`, "utf8");
  const inMemory = body instanceof Uint8Array;
  const raw = inMemory ? Buffer.concat([start, body]) : start;
  const composed = await composeMessage(
    { raw },
    {
      transport: options.eightBit || options.ready || !inMemory ? "8bit" : "7bit",
      smtpUtf8: true,
      // All of it is in memory already: it comes as one piece.
      inlineLimitBytes: Number.MAX_SAFE_INTEGER,
    },
  );
  const content = composed.content as Uint8Array;
  const split = Buffer.from(content.buffer, content.byteOffset, content.byteLength).indexOf(HEADER_END);
  const at = headers === "" ? 2 : split + HEADER_END.length;
  const head = content.subarray(0, at);
  if (options.ready && inMemory && /\r\nContent-Transfer-Encoding:/i.test(added(head, start))) {
    throw options.fail(
      10022,
      "[10022] Message has a line of more than 998 octets, or NUL, and is not to be encoded",
    );
  }
  const { body: kind, smtpUtf8 } = composed;
  if (!inMemory)
    return {
      head,
      body,
      facts: { sizeBytes: undefined, body: options.eightBit ? "8BITMIME" : "7BIT", smtpUtf8 },
    };
  return { head, body: content.subarray(at), facts: { sizeBytes: content.length, body: kind, smtpUtf8 } };
}

/** The head, when the composer made another of it. */
function added(head: Uint8Array, given: Uint8Array): string {
  return Buffer.from(head).equals(given) ? "" : `\r\n${Buffer.from(head).toString("latin1")}`;
}
